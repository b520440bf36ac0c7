import { formDecoded } from '../objects/form-encoding.ts';
import type { BucketName } from '../objects/object.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import type { MatchPattern, Rule } from '../policy/types.ts';
import type { BucketNotifications, NotificationTarget } from './bucket-settings.ts';

/** The ways in which an object comes to be: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
export const CREATED_EVENTS = [
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
] as const;
export type CreatedEvent = (typeof CREATED_EVENTS)[number];

/** What of a rule's objects no notification tells, where something is missing. */
export interface Untold {
  readonly rule: Rule;
  /** Told of no object that the rule can govern. */
  readonly never: readonly CreatedEvent[];
  /** Told only of the keys that a filter lets through. */
  readonly partly: readonly { readonly event: CreatedEvent; readonly filters: readonly KeyFilter[] }[];
}

/** Decoded, where it can be. */
export interface KeyFilter {
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * What a filter lets through. A space stands there as `+`, and special characters percent-encoded; `undefined` where it is
 * not so encoded: what S3 makes of that is not documented.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
function decodedFilter(filter: KeyFilter): KeyFilter | undefined {
  const prefix = formDecoded(filter.prefix);
  const suffix = formDecoded(filter.suffix);
  return prefix === undefined || suffix === undefined ? undefined : { prefix, suffix };
}

/** Which writes under the rules would not be told of; a rule of which every write is told is left out. */
export function untoldWrites(
  notifications: BucketNotifications,
  rules: readonly Rule[],
  bucket: BucketName,
): readonly Untold[] {
  // EventBridge is sent every event, whatever the other configurations filter.
  if (notifications.eventBridge) return [];
  return rules.flatMap((rule) => {
    const untold = untoldOf(rule, notifications.targets, bucket);
    return untold.never.length + untold.partly.length === 0 ? [] : [untold];
  });
}

/** True where a target is sent anything at all about objects that are created. */
export const hearsOfWrites = ({ events }: NotificationTarget): boolean =>
  CREATED_EVENTS.some((event) => events.some((pattern) => takes(pattern, event)));

function untoldOf(rule: Rule, targets: readonly NotificationTarget[], bucket: BucketName): Untold {
  const never: CreatedEvent[] = [];
  const partly: Untold['partly'][number][] = [];
  for (const event of CREATED_EVENTS) {
    const hearing = targets.filter(({ events }) => events.some((pattern) => takes(pattern, event)));
    // No number of narrower filters makes up a whole prefix: only one that lets all of it through does.
    if (hearing.some((target) => takesAll(target, rule.match))) continue;
    const filters = hearing.flatMap((target) => {
      const filter = decodedFilter(target);
      if (filter === undefined) return [{ prefix: target.prefix, suffix: target.suffix }];
      return rulesThatCanGovern([rule], bucket, filter.prefix).length > 0 ? [filter] : [];
    });
    if (filters.length === 0) never.push(event);
    else partly.push({ event, filters });
  }
  return { rule, never, partly };
}

const takes = (pattern: string, event: CreatedEvent): boolean =>
  pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;

function takesAll(target: NotificationTarget, match: MatchPattern): boolean {
  const filter = decodedFilter(target);
  return filter?.suffix === '' && literalStart(match).startsWith(filter.prefix);
}

/** What every key that the pattern takes begins with. */
function literalStart({ segments, tail }: MatchPattern): string {
  let start = '';
  for (const segment of segments) {
    if (segment.kind === 'capture') return start + segment.before;
    start += `${segment.text}/`;
  }
  return start + tail;
}
