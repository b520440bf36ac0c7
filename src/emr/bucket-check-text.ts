import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import { describeReason, describeViolation } from '../verdict/describe.ts';
import type { BucketFinding, Refused } from './bucket-check.ts';
import type { DefaultJudgement } from './bucket-check-default.ts';
import type { CreatedEvent, KeyFilter, Untold } from './bucket-check-notifications.ts';

/** A finding in sentences: what is so, what follows, what to do. Names from outside are printable. */
export const describeFinding = (finding: BucketFinding): string => printable(findingText(finding));

/** Why a rule is broken, or cannot be told, by an object that is written without any encryption header. */
export function judgementLines(judgement: DefaultJudgement): readonly string[] {
  const { violations, reasons, diagnosis, dependsOn, onlyForAccount } = judgement;
  const owner = diagnosis.find(({ code }) => code === 'KEY_OF_ANOTHER_RULE');
  const captures = dependsOn.map((name) => `{${name}}`).join(' and ');
  return [
    ...violations.map(describeViolation),
    ...(onlyForAccount === undefined
      ? reasons.map(describeReason)
      : [
          `right for writers of account ${onlyForAccount}, whose alias it is there; for others it is not known`,
        ]),
    ...(owner === undefined ? [] : [`its key is the one of rule ${ownerName(owner)}`]),
    ...(judgement.outcome === 'cannot-tell' && captures !== ''
      ? [`the key depends on ${captures}: one default has one key, so its writers have to name theirs`]
      : []),
  ].map(printable);
}

const ownerName = (owner: DefaultJudgement['diagnosis'][number]): string =>
  'rule' in owner.args ? owner.args.rule : '';

function findingText(finding: BucketFinding): string {
  switch (finding.code) {
    case 'DEFAULT_BREAKS_RULE':
      return `An object written under rule ${finding.judgement.rule.id} without any encryption header breaks the rule. Set the default encryption to what the rule wants where one key serves the whole bucket, else have every writer name its key.`;
    case 'DEFAULT_UNDECIDED':
      return `Whether an object written under rule ${finding.judgement.rule.id} without any encryption header satisfies the rule cannot be told.`;
    case 'NO_DEFAULT_ENCRYPTION':
      return 'The bucket has no default encryption: what is written without an encryption header is not encrypted by the server.';
    case 'DEFAULT_KEY_OF_THE_WRITER':
      return `The default names its key by ${finding.kind === 'alias' ? 'an alias' : 'a bare id'}, ${finding.key}, which S3 resolves in the account of whoever writes: a writer of another account gets that account's key, or an error. Name the key by its full ARN.`;
    case 'DEFAULT_KEY_IS_AWS_MANAGED':
      return "The default is SSE-KMS without a key: S3 takes the AWS-managed key aws/s3 of the writer's account, which no other account can be allowed to use.";
    case 'SSE_C_NOT_BLOCKED': {
      const said = finding.blockedTypes.length === 0 ? 'nothing' : finding.blockedTypes.join(', ');
      return `This configuration does not block SSE-C (blocked: ${said}), which no rule allows: a writer may bring a key that only he has. Block it: BlockedEncryptionTypes SSE-C in the default encryption.`;
    }
    case 'DEFAULT_UNREADABLE':
    case 'NOTIFICATIONS_UNREADABLE':
      return `The ${finding.code === 'DEFAULT_UNREADABLE' ? 'default encryption' : 'notification configuration'} could not be read: ${refusalText(finding.answer)}.`;
    case 'NO_NOTIFICATIONS':
    case 'NO_NOTIFICATIONS_OFFERED':
    case 'EVENTBRIDGE_RULE_NOT_SEEN':
    case 'WRITES_NOT_TOLD':
    case 'TARGET_NOT_SEEN':
      return notificationText(finding);
    default:
      return assertNever(finding);
  }
}

type NotificationFinding = Extract<
  BucketFinding,
  {
    readonly code:
      | 'NO_NOTIFICATIONS'
      | 'NO_NOTIFICATIONS_OFFERED'
      | 'EVENTBRIDGE_RULE_NOT_SEEN'
      | 'WRITES_NOT_TOLD'
      | 'TARGET_NOT_SEEN';
  }
>;

function notificationText(finding: NotificationFinding): string {
  switch (finding.code) {
    case 'NO_NOTIFICATIONS':
      return "Nothing tells the auditor of a write: EventBridge is off, and no queue, topic or function is sent s3:ObjectCreated events. Switch EventBridge on, or send s3:ObjectCreated:* to the auditor's queue; until then only a re-audit (s3-encryption-auditor audit) finds what is wrong.";
    case 'NO_NOTIFICATIONS_OFFERED':
      return 'A directory bucket sends no notifications: nothing tells the auditor of a write. Re-audit it regularly (s3-encryption-auditor audit).';
    case 'EVENTBRIDGE_RULE_NOT_SEEN':
      return 'EventBridge is sent every event of the bucket. Whether a rule there hands them to the auditor is not seen from here.';
    case 'TARGET_NOT_SEEN':
      return `Whether these are the auditor's is not seen from here: ${finding.arns.join(', ')}.`;
    case 'WRITES_NOT_TOLD':
      return untoldText(finding.untold);
    default:
      return assertNever(finding);
  }
}

function untoldText({ rule, never, partly }: Untold): string {
  const byFilter = new Map<string, CreatedEvent[]>();
  for (const { event, filters } of partly) {
    const where = filters.map(filterText).join(', or ');
    byFilter.set(where, [...(byFilter.get(where) ?? []), event]);
  }
  const parts = [
    ...(never.length === 0 ? [] : [`${eventNames(never)} never`]),
    ...[...byFilter].map(([where, events]) => `${eventNames(events)} only where the key ${where}`),
  ];
  return `Not every write under rule ${rule.id} (${rule.match.text}) is told: ${parts.join('; ')}. Send s3:ObjectCreated:* with no filter, or with one that lets the whole prefix through.`;
}

const eventNames = (events: readonly CreatedEvent[]): string =>
  events.map((event) => event.slice('s3:ObjectCreated:'.length)).join(', ');

function filterText({ prefix, suffix }: KeyFilter): string {
  return [
    ...(prefix === '' ? [] : [`begins with ${JSON.stringify(prefix)}`]),
    ...(suffix === '' ? [] : [`ends with ${JSON.stringify(suffix)}`]),
  ].join(' and ');
}

/** Why a setting could not be read, and what would help. */
export function refusalText(answer: Refused): string {
  switch (answer.kind) {
    case 'denied':
      return `access denied: the caller needs ${answer.permission} on the bucket`;
    case 'no-bucket':
      return 'there is no such bucket';
    case 'wrong-region':
      return answer.region === undefined
        ? 'the bucket is in another Region: name it by --region'
        : `the bucket is in Region ${answer.region}: add --region ${answer.region}`;
    case 'refused':
      return answer.why;
    default:
      return assertNever(answer);
  }
}
