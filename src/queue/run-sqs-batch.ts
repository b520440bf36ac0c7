import type { SQSBatchResponse } from 'aws-lambda';
import { readQueueEvent } from '../intake/read-queue-event.ts';
import { auditAndAlert, type SourcedObject } from './audit-and-alert.ts';
import type { QueueDeps } from './deps.ts';
import { UnreadableEvent } from './unreadable-event.ts';

/**
 * Runs a batch of SQS messages and names exactly those that are not done, so that SQS keeps them: malformed ones, those
 * whose audit or alert failed, and those that the deadline came before. `remainingMs` is what is left of the invocation.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function runSqsBatch(
  event: unknown,
  deps: QueueDeps,
  remainingMs: number,
): Promise<SQSBatchResponse> {
  const { items, unread } = readMessages(event);
  for (const [messageId, why] of unread) deps.report.failure(messageId, why);
  const { failures } = await auditAndAlert(items, deps, remainingMs);
  const unfinished = new Set([...unread.keys(), ...failures.keys()]);
  return { batchItemFailures: [...unfinished].map((itemIdentifier) => ({ itemIdentifier })) };
}

export interface ReadMessages {
  readonly items: readonly SourcedObject[];
  /** The messages that could not be read, each with why. */
  readonly unread: ReadonlyMap<string, string>;
  /** How many messages could be read, those included that tell of no object. */
  readonly read: number;
}

/** Reads the messages of an SQS event, each by itself. Throws `UnreadableEvent` where not even the messages can be told apart. */
export function readMessages(event: unknown): ReadMessages {
  const read = readQueueEvent(event);
  if (read.kind === 'malformed') throw new UnreadableEvent([read.why]);
  const items: SourcedObject[] = [];
  const unread = new Map<string, string>();
  for (const { messageId, receiveCount, envelope } of read.messages) {
    if (envelope.kind === 'malformed') unread.set(messageId, envelope.why);
    if (envelope.kind === 'objects') {
      for (const object of envelope.objects) items.push({ object, source: messageId, receiveCount });
    }
  }
  return { items, unread, read: read.messages.length - unread.size };
}
