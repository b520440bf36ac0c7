import type { Envelope } from './envelope.ts';
import { inside, isList, type Located, type Malformed, malformed, optionalText } from './located.ts';
import { readBody } from './read-body.ts';

export interface QueueMessage {
  readonly messageId: string;
  /** How often SQS has handed it out, this time included. */
  readonly receiveCount: number;
  readonly envelope: Envelope;
}

export type QueueEvent =
  | { readonly kind: 'messages'; readonly messages: readonly QueueMessage[] }
  /** Nothing can be answered for single messages: the whole batch has to fail. */
  | Malformed;

/**
 * Reads the batch of messages that SQS hands to a function; a malformed message is that message's alone.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function readQueueEvent(event: unknown): QueueEvent {
  const records = inside({ place: '', value: event }, 'Records');
  if (!isList(records.value) || records.value.length === 0) return malformed(records, 'a list of messages');
  const messages: QueueMessage[] = [];
  for (const [index, value] of records.value.entries()) {
    const message = readMessage({ place: `Records[${index}]`, value });
    if ('kind' in message) return message;
    messages.push(message);
  }
  return { kind: 'messages', messages };
}

/**
 * True where the first record comes from a queue: then the event is for `readQueueEvent`, else for `readEvent`.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function isQueueEvent(event: unknown): boolean {
  const records = inside({ place: '', value: event }, 'Records').value;
  return isList(records) && inside({ place: '', value: records[0] }, 'eventSource').value === 'aws:sqs';
}

function readMessage(record: Located): QueueMessage | Malformed {
  const source = inside(record, 'eventSource');
  if (source.value !== 'aws:sqs') return malformed(source, '"aws:sqs"');
  const id = inside(record, 'messageId');
  const messageId = optionalText(id);
  if (messageId === undefined) {
    return malformed(
      id,
      'a non-empty string; SQS cannot be told of one message without it, so the whole batch fails',
    );
  }
  const body = inside(record, 'body');
  const envelope = typeof body.value === 'string' ? readBody(body.value) : malformed(body, 'a string');
  return { messageId, receiveCount: receiveCount(record), envelope };
}

// Absent counts as the first receive: a message is then tried again rather than decided too early.
function receiveCount(record: Located): number {
  const text = optionalText(inside(record, 'attributes', 'ApproximateReceiveCount')) ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1;
}
