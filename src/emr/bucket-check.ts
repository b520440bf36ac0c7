import type { BucketDefault } from '../encryption/bucket-default.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { BucketName } from '../objects/object.ts';
import { type DefaultJudgement, type DefaultKey, defaultKey } from './bucket-check-default.ts';
import { hearsOfWrites, type Untold, untoldWrites } from './bucket-check-notifications.ts';
import type { BucketNotifications, SettingAnswer } from './bucket-settings.ts';

/** How much a finding weighs: a problem is status 1, an unknown status 3, a note neither. */
export const FINDING_LEVELS = {
  DEFAULT_BREAKS_RULE: 'problem',
  DEFAULT_UNDECIDED: 'unknown',
  DEFAULT_UNREADABLE: 'unknown',
  NO_DEFAULT_ENCRYPTION: 'note',
  DEFAULT_KEY_OF_THE_WRITER: 'problem',
  DEFAULT_KEY_IS_AWS_MANAGED: 'note',
  SSE_C_NOT_BLOCKED: 'problem',
  NO_NOTIFICATIONS: 'problem',
  NO_NOTIFICATIONS_OFFERED: 'problem',
  WRITES_NOT_TOLD: 'problem',
  EVENTBRIDGE_RULE_NOT_SEEN: 'note',
  TARGET_NOT_SEEN: 'note',
  NOTIFICATIONS_UNREADABLE: 'unknown',
} as const satisfies Readonly<Record<string, 'problem' | 'unknown' | 'note'>>;

/** Why a setting was not had. */
export type Refused = Exclude<SettingAnswer<never>, { kind: 'found' | 'none' }>;

/** One thing to know of a bucket: a code and its data. Sentences are made in `bucket-check-text.ts`. */
export type BucketFinding =
  | { readonly code: 'DEFAULT_BREAKS_RULE' | 'DEFAULT_UNDECIDED'; readonly judgement: DefaultJudgement }
  | { readonly code: 'DEFAULT_UNREADABLE' | 'NOTIFICATIONS_UNREADABLE'; readonly answer: Refused }
  | { readonly code: 'DEFAULT_KEY_OF_THE_WRITER'; readonly key: string; readonly kind: 'alias' | 'key-id' }
  | { readonly code: 'NO_DEFAULT_ENCRYPTION' | 'DEFAULT_KEY_IS_AWS_MANAGED' }
  | { readonly code: 'NO_NOTIFICATIONS' | 'NO_NOTIFICATIONS_OFFERED' | 'EVENTBRIDGE_RULE_NOT_SEEN' }
  | { readonly code: 'SSE_C_NOT_BLOCKED'; readonly blockedTypes: readonly string[] }
  | { readonly code: 'WRITES_NOT_TOLD'; readonly untold: Untold }
  | { readonly code: 'TARGET_NOT_SEEN'; readonly arns: readonly string[] };

export interface BucketCheckFacts {
  readonly bucket: BucketName;
  readonly byDefault: SettingAnswer<BucketDefault>;
  /** `not-offered`: a directory bucket has no notifications. */
  readonly notifications: SettingAnswer<BucketNotifications> | { readonly kind: 'not-offered' };
  /** One for each rule that can govern the bucket; empty where the default could not be read. */
  readonly judgements: readonly DefaultJudgement[];
  /** The rules that can govern the bucket. */
  readonly rules: readonly DefaultJudgement['rule'][];
}

/** Everything to know of a bucket's settings under the policy, what needs a person first in each part. */
export function bucketFindings(facts: BucketCheckFacts): readonly BucketFinding[] {
  return [...defaultFindings(facts), ...notificationFindings(facts)];
}

function defaultFindings({ byDefault, judgements }: BucketCheckFacts): readonly BucketFinding[] {
  switch (byDefault.kind) {
    case 'found':
      return [
        ...judgements.flatMap(judgementFindings),
        ...keyFindings(defaultKey(byDefault.value)),
        ...customerKeys(byDefault.value.blockedTypes),
      ];
    case 'none':
      return [
        { code: 'NO_DEFAULT_ENCRYPTION' },
        ...judgements.flatMap(judgementFindings),
        ...customerKeys([]),
      ];
    case 'denied':
    case 'no-bucket':
    case 'wrong-region':
    case 'refused':
      return [{ code: 'DEFAULT_UNREADABLE', answer: byDefault }];
    default:
      return assertNever(byDefault);
  }
}

function judgementFindings(judgement: DefaultJudgement): readonly BucketFinding[] {
  switch (judgement.outcome) {
    case 'breaks':
      return [{ code: 'DEFAULT_BREAKS_RULE', judgement }];
    case 'cannot-tell':
      return [{ code: 'DEFAULT_UNDECIDED', judgement }];
    case 'satisfies':
    case 'not-asked':
      return [];
    default:
      return assertNever(judgement.outcome);
  }
}

function keyFindings(key: DefaultKey): readonly BucketFinding[] {
  switch (key.kind) {
    case 'alias':
    case 'key-id':
      return [{ code: 'DEFAULT_KEY_OF_THE_WRITER', key: key.text, kind: key.kind }];
    case 'aws-managed':
      return [{ code: 'DEFAULT_KEY_IS_AWS_MANAGED' }];
    case 'none':
    case 'key-arn':
    case 'alias-arn':
    case 'unreadable':
      return [];
    default:
      return assertNever(key);
  }
}

/** No rule ever allows SSE-C, and only the bucket can refuse it. */
const customerKeys = (blockedTypes: readonly string[]): readonly BucketFinding[] =>
  blockedTypes.includes('SSE-C') ? [] : [{ code: 'SSE_C_NOT_BLOCKED', blockedTypes }];

function notificationFindings({ notifications, rules, bucket }: BucketCheckFacts): readonly BucketFinding[] {
  switch (notifications.kind) {
    case 'found': {
      const { eventBridge, targets } = notifications.value;
      if (eventBridge) return [{ code: 'EVENTBRIDGE_RULE_NOT_SEEN' }];
      const hearing = targets.filter(hearsOfWrites);
      if (hearing.length === 0) return [{ code: 'NO_NOTIFICATIONS' }];
      const untold = untoldWrites(notifications.value, rules, bucket);
      return [
        ...untold.map((one) => ({ code: 'WRITES_NOT_TOLD', untold: one }) as const),
        { code: 'TARGET_NOT_SEEN', arns: [...new Set(hearing.map(({ arn }) => arn))] },
      ];
    }
    case 'none':
      return [{ code: 'NO_NOTIFICATIONS' }];
    case 'not-offered':
      return [{ code: 'NO_NOTIFICATIONS_OFFERED' }];
    case 'denied':
    case 'no-bucket':
    case 'wrong-region':
    case 'refused':
      return [{ code: 'NOTIFICATIONS_UNREADABLE', answer: notifications }];
    default:
      return assertNever(notifications);
  }
}
