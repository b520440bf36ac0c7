import { jsonEquals } from '../encryption/json.ts';
import type { Json } from '../encryption/observation.ts';
import type { KeyEnquiry } from '../keys/enquiry.ts';
import { parseKeyReference } from '../keys/reference.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import { matchTemplate, renderJson } from '../policy/template.ts';
import type { Captures, JsonTemplate, Policy, Rule } from '../policy/types.ts';
import { keyOwners, type Owner, ownerOf } from './key-owners.ts';
import type { Diagnosis, Governed, Layer, Observation, Violation } from './verdict.ts';

export interface DiagnosisQuery {
  readonly policy: Policy;
  readonly governed: Governed;
  readonly observed: Observation;
  readonly violations: NonEmpty<Violation>;
  readonly enquiry: KeyEnquiry;
}

/** Why it probably happened, most telling first. A guess that nothing supports is left out. */
export function diagnose(query: DiagnosisQuery): readonly Diagnosis[] {
  const found = new Map<string, Diagnosis>();
  for (const violation of query.violations) {
    for (const one of diagnoseOne(violation, query)) found.set(JSON.stringify(one), one);
  }
  return [...found.values()];
}

function diagnoseOne(violation: Violation, query: DiagnosisQuery): readonly Diagnosis[] {
  switch (violation.code) {
    case 'KMS_KEY_NOT_ALLOWED':
      return wrongKey('sse', violation.args.actual, violation.args.allowed, query);
    case 'CSE_KEY_NOT_ALLOWED':
      return wrongKey('cse', violation.args.actual, violation.args.allowed, query);
    case 'KMS_KEY_UNTRUSTED_ACCOUNT':
      return managedKey(violation.args.actual, query);
    case 'SSE_ALGORITHM_NOT_ALLOWED':
      return query.observed.sse.type === 'sse-s3' ? [{ code: 'DEFAULT_APPLIED', args: {} }] : [];
    case 'CSE_MISSING':
      return [{ code: 'CSE_NOT_APPLIED', args: {} }];
    case 'CSE_CONTEXT_MISMATCH':
    case 'CSE_DESCRIPTION_MISMATCH':
      return describedElsewhere(violation.code, query);
    default:
      return [];
  }
}

function wrongKey(
  layer: Layer,
  actual: string,
  allowed: readonly string[],
  query: DiagnosisQuery,
): readonly Diagnosis[] {
  // A rule that asks for the AWS-managed key owns it in name only: it is what a writer gets who names no key.
  const managed = layer === 'sse' ? managedKey(actual, query) : [];
  if (managed.length > 0) return [...managed, ...foreignAccount(actual, allowed)];
  const owner = keyOwner(layer, actual, query);
  if (owner !== undefined) return [{ code: 'KEY_OF_ANOTHER_RULE', args: ownerArgs(owner) }];
  return foreignAccount(actual, allowed);
}

function keyOwner(layer: Layer, actual: string, query: DiagnosisQuery): Owner | undefined {
  const owners = keyOwners(query.policy, layer);
  // A claimed alias is the writer's; what it stands for is known only where the policy lists it.
  const listed = layer === 'cse' ? query.policy.listedAliases.get(actual) : undefined;
  const reference = parseKeyReference(listed ?? actual);
  const named = [actual, ...(listed === undefined ? [] : [listed])];
  const texts = [...named, ...(reference && 'keyId' in reference ? [reference.keyId] : [])];
  const own = query.governed;
  const owner = ownerOf(owners, texts, own);
  if (owner !== undefined || reference?.kind !== 'key-arn' || !owners.namesAliases) return owner;
  const answer = query.enquiry.aliasNames(reference.arn);
  return answer?.kind === 'names' ? ownerOf(owners, answer.names, own) : undefined;
}

function managedKey(actual: string, { enquiry }: DiagnosisQuery): readonly Diagnosis[] {
  const reference = parseKeyReference(actual);
  if (reference?.kind !== 'key-arn') return [];
  const answer = enquiry.key(reference.arn);
  return answer?.kind === 'described' && answer.manager === 'AWS'
    ? [{ code: 'AWS_MANAGED_KEY', args: { key: actual } }]
    : [];
}

/** Told only where every allowed key shows its account, and none is the found key's. */
function foreignAccount(actual: string, allowed: readonly string[]): readonly Diagnosis[] {
  const account = accountOf(actual);
  const expected = [...new Set(allowed.map(accountOf))].filter((one) => one !== undefined);
  if (account === undefined || expected.length === 0 || expected.includes(account)) return [];
  return [{ code: 'KEY_OF_ANOTHER_ACCOUNT', args: { account, expected } }];
}

function accountOf(text: string): string | undefined {
  const reference = parseKeyReference(text);
  return reference !== undefined && 'account' in reference ? reference.account : undefined;
}

const ownerArgs = ({ rule, captures }: Owner): { rule: string; captures?: Captures } => ({
  rule: rule.id,
  ...(captures === undefined ? {} : { captures }),
});

function describedElsewhere(
  code: 'CSE_CONTEXT_MISMATCH' | 'CSE_DESCRIPTION_MISMATCH',
  { policy, governed, observed }: DiagnosisQuery,
): readonly Diagnosis[] {
  const cse = observed.cse;
  if (cse?.type !== 'envelope' || !(cse.description instanceof Map)) return [];
  const held: ReadonlyMap<string, Json> = cse.description;
  const own = governed.rule;
  for (const rule of [own, ...policy.rules.filter((other) => other !== own)]) {
    const required = entriesOf(rule, code);
    if (required === undefined) continue;
    const captures = capturesOf(required, held);
    if (captures === undefined) continue;
    const named = Object.keys(captures).length === 0 ? {} : { captures };
    if (rule !== own || 'captures' in named) {
      return [{ code: 'DESCRIPTION_OF_ANOTHER_RULE', args: { rule: rule.id, ...named } }];
    }
  }
  return [];
}

function entriesOf(rule: Rule, code: 'CSE_CONTEXT_MISMATCH' | 'CSE_DESCRIPTION_MISMATCH') {
  if (rule.cse?.kind !== 'required') return undefined;
  return code === 'CSE_CONTEXT_MISMATCH' ? rule.cse.context : rule.cse.description;
}

/** The captures under which a description would satisfy a rule; `undefined` where none would. */
function capturesOf(
  required: ReadonlyMap<string, JsonTemplate>,
  held: ReadonlyMap<string, Json>,
): Captures | undefined {
  const all: Record<string, string> = {};
  for (const [name, template] of required) {
    const actual = held.get(name);
    if (actual === undefined) return undefined;
    const captures = entryCaptures(template, actual);
    if (captures === undefined) return undefined;
    for (const [capture, text] of Object.entries(captures)) {
      if (Object.hasOwn(all, capture) && all[capture] !== text) return undefined;
      all[capture] = text;
    }
  }
  return all;
}

function entryCaptures(template: JsonTemplate, actual: Json): Captures | undefined {
  if (template.kind === 'text') {
    return typeof actual === 'string' ? matchTemplate(template.template, actual) : undefined;
  }
  return jsonEquals(renderJson(template, {}), actual) ? {} : undefined;
}
