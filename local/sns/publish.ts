import { randomUUID } from 'node:crypto';
import { deliverToSubscribers, type Notification } from './delivery.ts';
import { invalidParameter, SnsError } from './errors.ts';
import type { Form } from './form.ts';
import { readSnsAttributes, snsAttributesSize } from './message-attributes.ts';
import type { Operation } from './operation.ts';
import { structuredBodies } from './structured-message.ts';
import { maximumMessageSize } from './topic-operations.ts';
import type { Topic } from './topics.ts';

const messageParameters = ['Message', 'Subject', 'MessageStructure', 'MessageAttributes'];
// The strict reading of the documents: printable ASCII that starts with a letter, a digit or punctuation, below 100.
const subjectShape = /^[\x21-\x7e][\x20-\x7e]{0,98}$/;

/** A message of a request, with the bytes that it counts for; throws where SNS refuses it by itself. */
function readMessage(form: Form): Notification & { readonly size: number } {
  const message = form.get('Message') ?? '';
  if (message === '') throw invalidParameter('Empty message');
  const subject = form.get('Subject');
  if (subject !== undefined && !subjectShape.test(subject)) throw invalidParameter('Subject');
  const structure = form.get('MessageStructure');
  if (structure !== undefined && structure !== 'json') throw invalidParameter('MessageStructure');
  const attributes = readSnsAttributes(form);
  const structured = structure === 'json';
  return {
    messageId: randomUUID(),
    subject,
    message,
    bodies: structured ? structuredBodies(message) : undefined,
    // AWS documents that attributes are sent only with a message that is plain text.
    attributes: structured ? {} : attributes,
    size: Buffer.byteLength(message) + snsAttributesSize(attributes),
  };
}

function checkSize(size: number, topic: Topic): void {
  if (size > maximumMessageSize(topic)) throw invalidParameter('Message too long');
}

const publish: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'TargetArn', ...messageParameters]);
  const arn = form.get('TopicArn') ?? form.get('TargetArn');
  if (arn === undefined)
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  const topic = state.topics.addressed(arn, caller, 'Publish');
  const message = readMessage(form);
  checkSize(message.size, topic);
  deliverToSubscribers(state, topic, message);
  return { MessageId: message.messageId };
};

const publishBatch: Operation = (state, form, caller) => {
  form.refuseUnknown(['TopicArn', 'PublishBatchRequestEntries']);
  const topic = state.topics.addressed(form.required('TopicArn'), caller, 'Publish');
  const entries = batchEntries(form);
  const read = entries.map((entry) => ({ id: entry.required('Id'), result: tryRead(entry) }));
  const sizes = read.map(({ result }) => (result instanceof SnsError ? 0 : result.size));
  if (sizes.reduce((sum, size) => sum + size, 0) > maximumMessageSize(topic)) {
    throw new SnsError(
      'BatchRequestTooLong',
      400,
      'The length of all the messages put together is more than the limit.',
    );
  }
  const Successful: { Id: string; MessageId: string }[] = [];
  const Failed: { Id: string; Code: string; Message: string; SenderFault: string }[] = [];
  for (const { id, result } of read) {
    if (result instanceof SnsError) {
      Failed.push({ Id: id, Code: result.code, Message: result.message, SenderFault: 'true' });
    } else {
      deliverToSubscribers(state, topic, result);
      Successful.push({ Id: id, MessageId: result.messageId });
    }
  }
  return { Successful, Failed };
};

function tryRead(entry: Form): ReturnType<typeof readMessage> | SnsError {
  try {
    return readMessage(entry);
  } catch (error) {
    if (error instanceof SnsError) return error;
    throw error;
  }
}

function batchEntries(form: Form): Form[] {
  const entries = form.entries('PublishBatchRequestEntries.member');
  if (entries.length === 0) {
    throw new SnsError('EmptyBatchRequest', 400, "The batch request doesn't contain any entries.");
  }
  if (entries.length > 10) {
    throw new SnsError(
      'TooManyEntriesInBatchRequest',
      400,
      'The batch request contains more entries than permissible.',
    );
  }
  for (const entry of entries) entry.refuseUnknown(['Id', ...messageParameters]);
  const ids = entries.map((entry) => entry.required('Id'));
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw new SnsError(
      'InvalidBatchEntryId',
      400,
      'The Id of a batch entry in the batch request is invalid.',
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new SnsError(
      'BatchEntryIdsNotDistinct',
      400,
      'Two or more batch entries in the request have the same Id.',
    );
  }
  return entries;
}

/** The operations that send messages, by their names on the wire. */
export const publishOperations: Readonly<Record<string, Operation>> = {
  Publish: publish,
  PublishBatch: publishBatch,
};
