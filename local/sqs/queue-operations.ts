import { SqsError } from './errors.ts';
import {
  optionalInteger,
  optionalString,
  refuseUnknown,
  requiredString,
  stringList,
  stringMap,
} from './input.ts';
import type { Operation } from './operation.ts';
import type { Queue } from './queue.ts';
import {
  type QueueAttributes,
  redrivePolicy,
  selectQueueAttributes,
  withAttributes,
} from './queue-attributes.ts';

const createQueue: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueName', 'Attributes', 'tags']);
  const name = requiredString(input, 'QueueName');
  if (name.endsWith('.fifo') || stringMap(input, 'Attributes').FifoQueue !== undefined) {
    throw new SqsError('UnsupportedOperation', 'The local SQS has standard queues only.');
  }
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw new SqsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  const attributes = stringMap(input, 'Attributes');
  const existing = queues.byName(caller, name);
  if (existing && !sameWhereNamed(existing, attributes)) {
    throw new SqsError(
      'QueueNameExists',
      'A queue already exists with the same name and a different value for an attribute.',
    );
  }
  const queue = existing ?? queues.create(caller, name, attributes);
  return { QueueUrl: queues.url(queue) };
};

function sameWhereNamed(queue: Queue, attributes: QueueAttributes): boolean {
  const wanted = withAttributes(queue.attributes, attributes);
  return Object.keys(attributes).every((name) => queue.attributes[name] === wanted[name]);
}

const getQueueUrl: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueName', 'QueueOwnerAWSAccountId']);
  const account = optionalString(input, 'QueueOwnerAWSAccountId') ?? caller.account;
  const queue = queues.byName({ ...caller, account }, requiredString(input, 'QueueName'));
  if (!queue) throw queues.missing();
  return { QueueUrl: queues.url(queue) };
};

const listQueues: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueNamePrefix', 'MaxResults', 'NextToken']);
  const limit = optionalInteger(input, 'MaxResults', 1, 1000);
  const from = Number(optionalString(input, 'NextToken') ?? '0');
  const urls = queues
    .of(caller, optionalString(input, 'QueueNamePrefix') ?? '')
    .map((queue) => queues.url(queue));
  // Without MaxResults, AWS answers at most 1,000 queues and no token.
  const page = urls.slice(from, from + (limit ?? 1000));
  const more = limit !== undefined && from + limit < urls.length;
  return { QueueUrls: page, ...(more ? { NextToken: String(from + limit) } : {}) };
};

const getQueueAttributes: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'AttributeNames']);
  const queue = queues.addressed(input, caller);
  const attributes = selectQueueAttributes(allAttributes(queue), stringList(input, 'AttributeNames'));
  return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
};

function allAttributes(queue: Queue): QueueAttributes {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAt),
    LastModifiedTimestamp: seconds(queue.modifiedAt),
  };
}

function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000));
}

const setQueueAttributes: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl', 'Attributes']);
  const queue = queues.addressed(input, caller);
  const changes = stringMap(input, 'Attributes');
  const target = redrivePolicy(changes)?.deadLetterTargetArn;
  if (target !== undefined && !queues.byArn(target)) throw queues.missingDeadLetterQueue(target);
  queue.setAttributes(changes);
  return undefined;
};

const purgeQueue: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl']);
  queues.addressed(input, caller).purge();
  return undefined;
};

const deleteQueue: Operation = (queues, input, caller) => {
  refuseUnknown(input, ['QueueUrl']);
  queues.remove(queues.addressed(input, caller));
  return undefined;
};

/** The operations on queues, by their names on the wire. */
export const queueOperations: Readonly<Record<string, Operation>> = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  PurgeQueue: purgeQueue,
  DeleteQueue: deleteQueue,
};
