import { styleText } from 'node:util';
import {
  type BucketCheckFacts,
  type BucketFinding,
  bucketFindings,
  FINDING_LEVELS,
} from '../emr/bucket-check.ts';
import type { DefaultJudgement, DefaultOutcome } from '../emr/bucket-check-default.ts';
import { describeFinding, judgementLines } from '../emr/bucket-check-text.ts';
import type { NotificationTarget } from '../emr/bucket-settings.ts';
import type { BucketDefault } from '../encryption/bucket-default.ts';
import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';

type Style = Parameters<typeof styleText>[0];

const OUTCOMES: Readonly<Record<DefaultOutcome, { readonly text: string; readonly style: Style }>> = {
  satisfies: { text: 'satisfies', style: 'green' },
  breaks: { text: 'breaks', style: 'red' },
  'cannot-tell': { text: 'cannot tell', style: 'yellow' },
  'not-asked': { text: 'not asked', style: 'dim' },
};

const LEVELS: Readonly<Record<'problem' | 'unknown' | 'note', Style>> = {
  problem: 'red',
  unknown: 'yellow',
  note: 'dim',
};

/** The settings, what each rule makes of them, and what to do, as text for people. */
export function renderBucketCheck(facts: BucketCheckFacts, { color }: { readonly color: boolean }): string {
  const paint = (style: Style, text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const findings = bucketFindings(facts);
  const lines = [
    `s3://${printable(facts.bucket)}`,
    '',
    ...defaultLines(facts.byDefault),
    ...notificationLines(facts.notifications),
    ...(facts.judgements.length === 0
      ? []
      : ['', 'An object that is written without any encryption header, under each rule:']),
    ...facts.judgements.flatMap((judgement) => judgementBlock(judgement, paint)),
    '',
    ...(findings.length === 0 ? ['Nothing to report.'] : []),
    ...findings.map((finding) => {
      const level = FINDING_LEVELS[finding.code];
      return `${paint(LEVELS[level], level.padEnd(7))}  ${describeFinding(finding)} [${finding.code}]`;
    }),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function defaultLines(answer: BucketCheckFacts['byDefault']): readonly string[] {
  if (answer.kind === 'none') return ['default encryption  none'];
  if (answer.kind !== 'found') return ['default encryption  not known'];
  const { algorithm, kmsKeyId, bucketKeyEnabled, blockedTypes } = answer.value;
  const blocked = blockedTypes.length === 0 ? 'none told' : blockedTypes.join(', ');
  return [
    `default encryption  ${algorithm === '' ? 'no algorithm is named' : printable(algorithm)}`,
    ...(keyText(answer.value) === undefined
      ? []
      : [`key                 ${printable(kmsKeyId ?? 'aws/s3')}`]),
    `S3 Bucket Key       ${bucketKeyEnabled ? 'on' : 'off'}`,
    `blocked types       ${printable(blocked)}`,
  ];
}

const keyText = ({ algorithm, kmsKeyId }: BucketDefault): string | undefined =>
  kmsKeyId ?? (algorithm.startsWith('aws:kms') ? 'aws/s3' : undefined);

function notificationLines(answer: BucketCheckFacts['notifications']): readonly string[] {
  if (answer.kind === 'not-offered') return ['notifications       a directory bucket has none'];
  if (answer.kind === 'none') return ['EventBridge         off'];
  if (answer.kind !== 'found') return ['notifications       not known'];
  const { eventBridge, targets } = answer.value;
  return [`EventBridge         ${eventBridge ? 'on' : 'off'}`, ...targets.map(targetLine)];
}

function targetLine({ kind, arn, events, prefix, suffix }: NotificationTarget): string {
  const filters = [
    ...(prefix === '' ? [] : [`prefix ${JSON.stringify(prefix)}`]),
    ...(suffix === '' ? [] : [`suffix ${JSON.stringify(suffix)}`]),
  ];
  return printable(`${kind.padEnd(18)}  ${arn}: ${[events.join(', '), ...filters].join('; ')}`);
}

function judgementBlock(
  judgement: DefaultJudgement,
  paint: (style: Style, text: string) => string,
): readonly string[] {
  const { rule, outcome } = judgement;
  const { text, style } = OUTCOMES[outcome];
  const inner =
    rule.cse?.kind === 'required' ? ["client-side encryption is its writers' own: no default gives it"] : [];
  const asked = outcome === 'not-asked' ? ['it asks nothing of server-side encryption'] : [];
  return [
    `  ${paint(style, text.padEnd(11))}  ${rule.id}  ${printable(rule.match.text)}`,
    ...[...asked, ...judgementLines(judgement), ...inner].map(
      (line) => `               ${paint('dim', line)}`,
    ),
  ];
}

/** The same for programs. */
export function bucketCheckJson(facts: BucketCheckFacts): unknown {
  const { bucket, byDefault, notifications, judgements } = facts;
  return {
    bucket,
    default: byDefault.kind === 'found' ? byDefault.value : byDefault,
    notifications: notifications.kind === 'found' ? notifications.value : notifications,
    rules: judgements.map(judgementJson),
    findings: bucketFindings(facts).map(findingJson),
  };
}

function judgementJson({ rule, outcome, ...told }: DefaultJudgement): unknown {
  const { violations, reasons, diagnosis, dependsOn, onlyForAccount } = told;
  return {
    rule: rule.id,
    match: rule.match.text,
    outcome,
    ...(violations.length === 0 ? {} : { violations }),
    ...(reasons.length === 0 ? {} : { reasons }),
    ...(diagnosis.length === 0 ? {} : { diagnosis }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(onlyForAccount === undefined ? {} : { onlyForAccount }),
  };
}

/** Rules are named by their id: what a rule says stands in the policy. */
function findingJson(finding: BucketFinding): unknown {
  const { code } = finding;
  const args = argsJson(finding);
  return { code, level: FINDING_LEVELS[code], ...(args === undefined ? {} : { args }) };
}

function argsJson(finding: BucketFinding): unknown {
  switch (finding.code) {
    case 'DEFAULT_BREAKS_RULE':
    case 'DEFAULT_UNDECIDED':
      return { rule: finding.judgement.rule.id };
    case 'DEFAULT_UNREADABLE':
    case 'NOTIFICATIONS_UNREADABLE':
      return finding.answer;
    case 'DEFAULT_KEY_OF_THE_WRITER':
      return { key: finding.key, kind: finding.kind };
    case 'SSE_C_NOT_BLOCKED':
      return { blockedTypes: finding.blockedTypes };
    case 'WRITES_NOT_TOLD':
      return { ...finding.untold, rule: finding.untold.rule.id };
    case 'TARGET_NOT_SEEN':
      return { arns: finding.arns };
    case 'NO_DEFAULT_ENCRYPTION':
    case 'DEFAULT_KEY_IS_AWS_MANAGED':
    case 'NO_NOTIFICATIONS':
    case 'NO_NOTIFICATIONS_OFFERED':
    case 'EVENTBRIDGE_RULE_NOT_SEEN':
      return undefined;
    default:
      return assertNever(finding);
  }
}
