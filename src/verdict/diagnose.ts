import { isJsonArray, isJsonObject } from '../encryption/json.ts';
import type { Json } from '../encryption/observation.ts';
import type { KeyEnquiry } from '../keys/enquiry.ts';
import { parseKeyReference } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import { matchTemplate } from '../policy/template.ts';
import type { Captures, JsonTemplate, Policy, Rule } from '../policy/types.ts';
import { isKmsWrap } from './judge-cse.ts';
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
  if (answer?.kind !== 'names') return undefined;
  const prefix = reference.arn.slice(0, -`key/${reference.keyId}`.length);
  return ownerOf(
    owners,
    answer.names.flatMap((name) => [name, prefix + name]),
    own,
  );
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
  const accounts = new Set(allowed.map(accountOf));
  if (account === undefined || accounts.has(undefined) || accounts.has(account)) return [];
  const expected = [...accounts].filter((one) => one !== undefined);
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
  // Under the other kind of wrap the JSON beside the key is not what the rule speaks of, whatever it says.
  if (isKmsWrap(cse.wrap) !== (code === 'CSE_CONTEXT_MISMATCH')) return [];
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
  const all = new Map<string, string>();
  for (const [name, template] of required) {
    const actual = held.get(name);
    if (actual === undefined || !agrees(template, actual, all)) return undefined;
  }
  return Object.fromEntries(all);
}

/** Whether a value can be what the template makes; notes the captured texts, each of which must be one and the same. */
function agrees(template: JsonTemplate, actual: Json, captured: Map<string, string>): boolean {
  switch (template.kind) {
    case 'text': {
      const captures = typeof actual === 'string' ? matchTemplate(template.template, actual) : undefined;
      if (captures === undefined) return false;
      const found = Object.entries(captures);
      const fits = found.every(([name, text]) => (captured.get(name) ?? text) === text);
      for (const [name, text] of found) captured.set(name, text);
      return fits;
    }
    case 'scalar':
      return template.value === actual;
    case 'array':
      return (
        isJsonArray(actual) &&
        actual.length === template.items.length &&
        actual.every((member, i) => isHeld(template.items[i], member, captured))
      );
    case 'object':
      return (
        isJsonObject(actual) &&
        actual.size === template.entries.size &&
        [...actual].every(([name, member]) => isHeld(template.entries.get(name), member, captured))
      );
    default:
      return assertNever(template);
  }
}

const isHeld = (template: JsonTemplate | undefined, actual: Json, captured: Map<string, string>): boolean =>
  template !== undefined && agrees(template, actual, captured);
