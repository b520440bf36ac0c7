import { readEventRecords } from '../intake/read-body.ts';
import { isNonEmpty } from '../objects/non-empty.ts';
import { auditAndAlert, type SourcedObject } from './audit-and-alert.ts';
import type { QueueDeps } from './deps.ts';
import { UnfinishedEvent, UnreadableEvent } from './unreadable-event.ts';

/**
 * Runs one event that came straight from S3, SNS or EventBridge. There is no partial answer on this path: it throws
 * `UnreadableEvent` or `UnfinishedEvent` to be retried, after all that could be audited and alerted has been.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function runEvent(event: unknown, deps: QueueDeps, remainingMs: number): Promise<void> {
  const { items, unread } = readDirect(event);
  for (const why of unread) deps.report.failure('event', why);
  const { failures } = await auditAndAlert(items, deps, remainingMs);
  const reasons = [...unread, ...failures.values()];
  if (reasons.length > 0) throw new UnfinishedEvent(reasons);
}

export interface DirectRecords {
  readonly items: readonly SourcedObject[];
  /** Why a record could not be read, with its place. */
  readonly unread: readonly string[];
  /** How many records could be read, those included that tell of no object. */
  readonly read: number;
}

/** Reads an event that came straight, each record by itself. Throws `UnreadableEvent` where none can be read. */
export function readDirect(event: unknown): DirectRecords {
  const items: SourcedObject[] = [];
  const unread: string[] = [];
  let read = 0;
  for (const reading of readEventRecords(event)) {
    if (reading.kind === 'malformed') unread.push(reading.why);
    else read += 1;
    if (reading.kind === 'objects') {
      for (const object of reading.objects) items.push({ object, source: `object ${items.length + 1}` });
    }
  }
  if (read === 0 && isNonEmpty(unread)) throw new UnreadableEvent(unread);
  return { items, unread, read };
}
