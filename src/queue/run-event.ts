import { readEvent } from '../intake/read-body.ts';
import { assertNever } from '../objects/assert-never.ts';
import { auditAndAlert } from './audit-and-alert.ts';
import type { QueueDeps } from './deps.ts';
import type { ReadMessages } from './run-sqs-batch.ts';
import { UnfinishedEvent, UnreadableEvent } from './unreadable-event.ts';

/**
 * Runs one event that came straight from S3, SNS or EventBridge. There is no partial answer on this path: it throws
 * `UnreadableEvent` or `UnfinishedEvent` to be retried, after all that could be audited and alerted has been.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function runEvent(event: unknown, deps: QueueDeps, remainingMs: number): Promise<void> {
  const { items } = readDirect(event);
  const { failures } = await auditAndAlert(items, deps, remainingMs);
  if (failures.size > 0) throw new UnfinishedEvent(failures);
}

/** Reads an event that came straight. Throws `UnreadableEvent`: there is nothing beside it that could be done. */
export function readDirect(event: unknown): ReadMessages {
  const envelope = readEvent(event);
  switch (envelope.kind) {
    case 'malformed':
      throw new UnreadableEvent(envelope.why);
    case 'ignored':
      return { items: [], unread: new Map() };
    case 'objects': {
      const items = envelope.objects.map((object, index) => ({ object, source: `object ${index + 1}` }));
      return { items, unread: new Map() };
    }
    default:
      return assertNever(envelope);
  }
}
