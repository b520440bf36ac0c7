import { readBatchOperations } from '../intake/read-batch-operations.ts';
import { readMapBatch } from '../intake/read-map-batch.ts';
import { isQueueEvent } from '../intake/read-queue-event.ts';
import type { SourcedObject } from '../queue/audit-and-alert.ts';
import { readDirect } from '../queue/run-event.ts';
import { readMessages } from '../queue/run-sqs-batch.ts';
import { UnreadableEvent } from '../queue/unreadable-event.ts';

/** One event document of any kind that the handlers take. */
export interface EventDocument {
  readonly items: readonly SourcedObject[];
  /** What could not be read: the message or the document that it stands in, and why. */
  readonly unread: readonly (readonly [source: string, why: string])[];
  /** How many parts could be read, those included that name no object to audit. */
  readonly read: number;
  /** `alert` where the function publishes digests; else the word for what it answers with, and publishes none. */
  readonly answer: 'alert' | 'a result for each task' | 'a tally';
  /** A policy that the document names, of which `handle` makes no use. */
  readonly namedPolicy?: string;
}

/**
 * Reads an event for `audit-queue`, `audit-event`, `s3-batch-operations` or `reaudit-batch`, each record, message, task or
 * item by itself; `name` is the document's, for what goes wrong. Throws `UnreadableEvent` where it is none of these.
 */
export function readEventDocument(event: unknown, name: string): EventDocument {
  if (isQueueEvent(event)) {
    const messages = readMessages(event);
    return { ...messages, unread: [...messages.unread], answer: 'alert' };
  }
  if (hasMember(event, 'invocationSchemaVersion')) return readJob(event, name);
  if (hasMember(event, 'BatchInput')) return readBatch(event, name);
  const records = readDirect(event);
  return { ...records, unread: placed(records.unread, name), answer: 'alert' };
}

const hasMember = (event: unknown, name: string): boolean =>
  typeof event === 'object' && event !== null && Object.hasOwn(event, name);

const placed = (unread: readonly string[], name: string): EventDocument['unread'] =>
  unread.map((why) => [name, why]);

function readJob(event: unknown, name: string): EventDocument {
  const read = readBatchOperations(event);
  if (read.kind === 'malformed') throw new UnreadableEvent([read.why]);
  const items: SourcedObject[] = [];
  const unread: string[] = [];
  for (const { taskId, reading } of read.job.tasks) {
    if (reading.kind === 'object') items.push({ object: reading.object, source: `task ${taskId}` });
    else unread.push(reading.why);
  }
  return { items, unread: placed(unread, name), read: items.length, answer: 'a result for each task' };
}

function readBatch(event: unknown, name: string): EventDocument {
  const read = readMapBatch(event);
  if (read.kind === 'malformed') throw new UnreadableEvent([read.why]);
  const { objects, skipped, unreadable, policy } = read.batch;
  return {
    items: objects.map((object, index) => ({ object, source: `object ${index + 1}` })),
    unread: placed(unreadable, name),
    read: objects.length + skipped,
    answer: 'a tally',
    ...(policy === undefined ? {} : { namedPolicy: `s3://${policy.bucket}/${policy.key}` }),
  };
}
