import { createHash } from 'node:crypto';
import { invalidParameterValue, SqsError } from './errors.ts';
import {
  batchEntries,
  forEachEntry,
  type Input,
  optionalInteger,
  refuseUnknown,
  requiredString,
  stringList,
} from './input.ts';
import {
  attributesSize,
  type MessageAttributes,
  md5OfAttributes,
  readMessageAttributes,
  selectAttributes,
} from './message-attributes.ts';
import type { Operation } from './operation.ts';
import type { Queue, ReceivedMessage } from './queue.ts';
import { numberOf } from './queue-attributes.ts';

const largestBatch = 1_048_576;
const longestVisibility = 43_200;

/** The digest of a body that receivers and senders check. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

const sendMessage: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'MessageBody', 'DelaySeconds', 'MessageAttributes']);
  return send(queues.addressed(input, caller), input, caller.accessKeyId);
};

function send(queue: Queue, input: Input, senderId: string): Record<string, unknown> {
  const attributes = readMessageAttributes(input.MessageAttributes);
  const body = requiredString(input, 'MessageBody');
  const delay = optionalInteger(input, 'DelaySeconds', 0, 900);
  const { messageId } = queue.send(body, attributes, senderId, delay);
  return { MessageId: messageId, MD5OfMessageBody: md5OfBody(body), ...attributesDigest(attributes) };
}

function attributesDigest(attributes: MessageAttributes): { MD5OfMessageAttributes?: string } {
  const digest = md5OfAttributes(attributes);
  return digest === undefined ? {} : { MD5OfMessageAttributes: digest };
}

const sendMessageBatch: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'Entries']);
  const queue = queues.addressed(input, caller);
  const entries = batchEntries(input);
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > largestBatch) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${largestBatch} bytes. You have sent ${size} bytes.`,
    );
  }
  return forEachEntry(entries, (entry) => {
    refuseUnknown(entry, ['Id', 'MessageBody', 'DelaySeconds', 'MessageAttributes']);
    return send(queue, entry, caller.accessKeyId);
  });
};

function sizeOf(entry: Input): number {
  const body = typeof entry.MessageBody === 'string' ? Buffer.byteLength(entry.MessageBody) : 0;
  return body + attributesSize(readMessageAttributes(entry.MessageAttributes));
}

const receiveMessage: Operation = async (queues, input, caller) => {
  refuseUnknown(input, [
    'QueueUrl',
    'AttributeNames',
    'MessageSystemAttributeNames',
    'MessageAttributeNames',
    'MaxNumberOfMessages',
    'VisibilityTimeout',
    'WaitTimeSeconds',
  ]);
  const queue = queues.addressed(input, caller);
  const wanted = {
    system: [...stringList(input, 'AttributeNames'), ...stringList(input, 'MessageSystemAttributeNames')],
    message: stringList(input, 'MessageAttributeNames'),
  };
  refuseUnknownSystemAttributes(wanted.system);
  const received = await queue.receiveWithin(
    optionalInteger(input, 'WaitTimeSeconds', 0, 20) ??
      numberOf(queue.attributes, 'ReceiveMessageWaitTimeSeconds'),
    optionalInteger(input, 'MaxNumberOfMessages', 1, 10) ?? 1,
    optionalInteger(input, 'VisibilityTimeout', 0, longestVisibility),
  );
  return received.length === 0 ? {} : { Messages: received.map((message) => onTheWire(message, wanted)) };
};

interface Wanted {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

function onTheWire(message: ReceivedMessage, wanted: Wanted): Record<string, unknown> {
  const attributes = selectAttributes(message.messageAttributes, wanted.message);
  const system = Object.entries(systemAttributes(message)).filter(
    ([name]) => wanted.system.includes(name) || wanted.system.includes('All'),
  );
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(system.length > 0 ? { Attributes: Object.fromEntries(system) } : {}),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
    ...attributesDigest(attributes),
  };
}

/** The attributes that SQS itself gives a message, under the names that Lambda and ReceiveMessage share. */
export function systemAttributes(message: ReceivedMessage): Record<string, string> {
  return {
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceived),
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentTimestamp),
    ...(message.deadLetterQueueSourceArn === undefined
      ? {}
      : { DeadLetterQueueSourceArn: message.deadLetterQueueSourceArn }),
  };
}

const knownSystemAttributes = [
  'All',
  'SenderId',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'SentTimestamp',
  'DeadLetterQueueSourceArn',
  // Known to AWS and never present on a standard queue without tracing, so asking for them is no mistake.
  'AWSTraceHeader',
  'MessageDeduplicationId',
  'MessageGroupId',
  'SequenceNumber',
];

function refuseUnknownSystemAttributes(names: readonly string[]): void {
  const unknown = names.find((name) => !knownSystemAttributes.includes(name));
  if (unknown !== undefined) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
}

const deleteMessage: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'ReceiptHandle']);
  queues.addressed(input, caller).delete(requiredString(input, 'ReceiptHandle'));
  return undefined;
};

const deleteMessageBatch: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'Entries']);
  const queue = queues.addressed(input, caller);
  return forEachEntry(batchEntries(input), (entry) => {
    refuseUnknown(entry, ['Id', 'ReceiptHandle']);
    queue.delete(requiredString(entry, 'ReceiptHandle'));
    return {};
  });
};

function changeVisibility(queue: Queue, input: Input): void {
  const seconds = optionalInteger(input, 'VisibilityTimeout', 0, longestVisibility);
  if (seconds === undefined) throw invalidParameterValue('VisibilityTimeout is required.');
  queue.changeVisibility(requiredString(input, 'ReceiptHandle'), seconds);
}

const changeMessageVisibility: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'ReceiptHandle', 'VisibilityTimeout']);
  changeVisibility(queues.addressed(input, caller), input);
  return undefined;
};

const changeMessageVisibilityBatch: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'Entries']);
  const queue = queues.addressed(input, caller);
  return forEachEntry(batchEntries(input), (entry) => {
    refuseUnknown(entry, ['Id', 'ReceiptHandle', 'VisibilityTimeout']);
    changeVisibility(queue, entry);
    return {};
  });
};

/** The operations on messages, by their names on the wire. */
export const messageOperations: Readonly<Record<string, Operation>> = {
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
};
