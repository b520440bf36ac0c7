import { KeyEnquiry } from '../keys/enquiry.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { BucketName, ObjectKey } from '../objects/object.ts';
import { printable } from '../objects/printable.ts';
import type { findExemption } from '../policy/exempt.ts';
import type { ExplainStep, Explanation } from '../policy/explain.ts';
import type { PositionRank } from '../policy/specificity.ts';
import { renderJson, renderTemplate } from '../policy/template.ts';
import type { Captures, CseRequirement, KeyOption, Policy, Rule, SseRequirement } from '../policy/types.ts';
import { plain } from '../verdict/judge-cse.ts';
import { type KeyScope, optionMeaning } from '../verdict/key-option.ts';

export interface ExplainedObject {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly policy: Policy;
  readonly exemption: ReturnType<typeof findExemption>;
  readonly explanation: Explanation;
}

/** The other rules on a bucket that are told one by one; the rest is counted. */
const MOST_STEPS = 40;

/** The way to the rule that decides, as text for people. */
export function renderExplanation(explained: ExplainedObject): string {
  const { bucket, key, explanation } = explained;
  const others = explanation.steps.filter(({ kind }) => kind !== 'decides' && kind !== 'none');
  const shown = others.slice(0, MOST_STEPS).map(stepText);
  const omitted = others.length - shown.length;
  const lines = [
    `s3://${printable(bucket)}/${printable(key)}`,
    '',
    ...exemptionLines(explained),
    ...decisionLines(explained),
    ...(shown.length > 0 ? ['', 'The other rules:', ...shown.map((line) => `  ${line}`)] : []),
    ...(omitted > 0 ? [`  ... and ${omitted} more`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** An object that is exempt is not judged: what a rule would say of it is told as such. */
function decisionLines({ policy, exemption, explanation }: ExplainedObject): readonly string[] {
  const { decided } = explanation;
  const exempt = exemption.kind === 'exempt';
  if (decided === undefined) {
    return [exempt ? 'No rule governs it.' : `No rule governs it: uncovered (${policy.defaults.uncovered}).`];
  }
  const { rule, captures } = decided;
  const decides = exempt ? `Were it not exempt, rule "${rule.id}" would decide` : `Rule "${rule.id}" decides`;
  return [
    `${decides}: ${printable(rule.match.text)} (line ${rule.line})${capturesText(captures)}`,
    '',
    exempt ? 'What would then be required:' : 'What is required:',
    ...requirementLines(rule, captures, policy).map((line) => `  ${line}`),
  ];
}

/** The same for programs. */
export function explanationJson({ bucket, key, policy, exemption, explanation }: ExplainedObject): unknown {
  const { decided } = explanation;
  return {
    object: { bucket, key },
    ...(exemption.kind === 'none'
      ? {}
      : { exemption: exemption.exemption.text, needsSize: exemption.kind === 'needs-size' }),
    ...(decided === undefined
      ? { uncovered: policy.defaults.uncovered }
      : {
          rule: decided.rule.id,
          captures: decided.captures,
          required: requirementLines(decided.rule, decided.captures, policy),
        }),
    steps: explanation.steps.map((step) => ('rule' in step ? { ...step, rule: step.rule.id } : step)),
  };
}

function exemptionLines({ exemption }: ExplainedObject): readonly string[] {
  if (exemption.kind === 'none') return [];
  const { text, line, reason, maxSizeBytes, until } = exemption.exemption;
  const last = until === undefined ? '' : `, to the end of ${until}`;
  const named = `${printable(text)} (line ${line}${last}): ${printable(reason)}`;
  return exemption.kind === 'exempt'
    ? [`Exempt by ${named}`, '']
    : [`Exempt where it has at most ${maxSizeBytes} bytes, by ${named}`, ''];
}

function capturesText(captures: Captures): string {
  const list = Object.entries(captures).map(([name, text]) => `${name} = ${printable(text)}`);
  return list.length === 0 ? '' : `, with ${list.join(', ')}`;
}

function stepText(step: ExplainStep): string {
  switch (step.kind) {
    case 'other-buckets':
      return `${step.count} ${step.count === 1 ? 'rule is' : 'rules are'} for other buckets`;
    case 'does-not-govern': {
      const where = step.at === 'tail' ? 'the key there begins' : `segment ${step.position + 1} is`;
      return `"${step.rule.id}" does not govern it: expected ${printable(step.expected)}, but ${where} "${printable(step.found)}"`;
    }
    case 'less-specific': {
      const where = step.position === 'bucket' ? 'at the bucket' : `at segment ${step.position + 1}`;
      return `"${step.rule.id}" governs it too, but is less specific ${where}: ${rankText(step.has)} yields to ${rankText(step.loses)}`;
    }
    case 'equally-specific':
      return `"${step.rule.id}" governs it at equal rank`;
    case 'decides':
      return `"${step.rule.id}" decides`;
    case 'none':
      return 'no rule governs it';
    default:
      return assertNever(step);
  }
}

function rankText({ kind, text }: PositionRank): string {
  const shown = text === '' ? '' : ` ${printable(text)}`;
  switch (kind) {
    case 'literal':
      return `literal text${shown}`;
    case 'wildcard':
      return `a wildcard${shown}`;
    case 'literal-with-capture':
      return `text with a capture${shown}`;
    case 'capture':
      return `a capture${shown}`;
    case 'raw-tail':
      return `a raw prefix${shown}`;
    case 'end':
      return 'the end of the prefix';
    default:
      return assertNever(kind);
  }
}

function requirementLines(rule: Rule, captures: Captures, policy: Policy): readonly string[] {
  const owner = rule.owner === undefined ? [] : [`owner: ${printable(renderTemplate(rule.owner, captures))}`];
  const scope = { captures, listedAliases: policy.listedAliases, enquiry: new KeyEnquiry() };
  return [
    ...(rule.sse === undefined ? [] : sseLines(rule.sse, scope)),
    ...(rule.cse === undefined ? [] : cseLines(rule.cse, scope)),
    `severity: ${rule.severity ?? policy.defaults.severity}`,
    ...owner,
  ];
}

function sseLines({ algorithms, keys, bucketKey }: SseRequirement, scope: KeyScope): readonly string[] {
  return [
    `server-side encryption: ${algorithms?.join(' or ') ?? 'any algorithm but none and SSE-C'}`,
    ...(keys === undefined ? [] : [`under ${keyTexts(keys, scope)}`]),
    ...(bucketKey === 'any' ? [] : [`S3 Bucket Key: ${bucketKey}`]),
  ];
}

function cseLines(cse: CseRequirement, scope: KeyScope): readonly string[] {
  if (cse.kind === 'forbidden') return ['client-side encryption: none'];
  const entries = (name: string, map: typeof cse.context): readonly string[] =>
    [...(map ?? [])].map(
      ([entry, value]) =>
        `${name} ${printable(entry)} = ${printable(JSON.stringify(plain(renderJson(value, scope.captures))))}`,
    );
  return [
    'client-side encryption: an envelope',
    ...(cse.keys === undefined ? [] : [`under ${keyTexts(cse.keys, scope)} (${cse.proof})`]),
    ...(cse.wraps === undefined ? [] : [`wrap: ${cse.wraps.map(printable).join(' or ')}`]),
    ...(cse.formats === undefined ? [] : [`format: ${cse.formats.join(' or ')}`]),
    ...(cse.suites === undefined ? [] : [`suite: ${cse.suites.map(printable).join(' or ')}`]),
    ...entries('encryption context:', cse.context),
    ...entries('material description:', cse.description),
  ];
}

function keyTexts(keys: readonly KeyOption[], scope: KeyScope): string {
  return keys
    .map((option) => {
      const last = option.until === undefined ? '' : ` (written to the end of ${option.until})`;
      return `${keyText(option, scope)}${last}`;
    })
    .join(' or ');
}

/** Said of an alias name that a path has made and that KMS is never asked about, whatever stands there. */
const NEVER_LOOKED_UP =
  'never looked up, so KEY_UNRESOLVED: a path may put A-Z, a-z, 0-9, _ and - into an alias name, and make none that is too long or begins with alias/aws/';

function keyText(option: KeyOption, scope: KeyScope): string {
  switch (option.kind) {
    case 'key-arn':
    case 'alias-arn':
      return option.reference.arn;
    case 'key-id':
      return option.reference.keyId;
    case 'alias-name': {
      const name = printable(renderTemplate(option.template, scope.captures));
      return optionMeaning(option, scope).kind === 'unresolved' ? `${name} (${NEVER_LOOKED_UP})` : name;
    }
    default:
      return assertNever(option);
  }
}
