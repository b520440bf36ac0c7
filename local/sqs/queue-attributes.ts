import { invalidParameterValue, SqsError } from './errors.ts';

/** The settings of a queue, as text, in SQS's own names. */
export type QueueAttributes = Readonly<Record<string, string>>;

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

const defaults: QueueAttributes = {
  VisibilityTimeout: '30',
  MessageRetentionPeriod: '345600',
  MaximumMessageSize: '1048576',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
};

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  MessageRetentionPeriod: [60, 1_209_600],
  MaximumMessageSize: [1024, 1_048_576],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
};

const texts = ['Policy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];

/** Adds settings to a queue's, refusing bad values and names that this SQS does not know. */
export function withAttributes(
  current: QueueAttributes | undefined,
  changes: QueueAttributes,
): QueueAttributes {
  for (const [name, value] of Object.entries(changes)) checkAttribute(name, value);
  const merged = { ...(current ?? defaults), ...changes };
  // An empty value takes such a setting away, as SetQueueAttributes does on AWS.
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

function checkAttribute(name: string, value: string): void {
  const range = ranges[name];
  if (range) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < range[0] || number > range[1]) throw invalidAttribute(name);
  } else if (name === 'RedrivePolicy') {
    if (value !== '' && !redrivePolicy({ RedrivePolicy: value })) throw invalidAttribute(name);
  } else if (!texts.includes(name)) {
    throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
}

function invalidAttribute(name: string): SqsError {
  return invalidParameterValue(`Invalid value for the parameter ${name}.`);
}

/** Reads a number that `withAttributes` has checked. */
export function numberOf(attributes: QueueAttributes, name: string): number {
  return Number(attributes[name] ?? defaults[name] ?? '0');
}

/** The dead-letter queue of a queue, `undefined` when it has none. */
export function redrivePolicy(attributes: QueueAttributes): RedrivePolicy | undefined {
  if (attributes.RedrivePolicy === undefined) return undefined;
  try {
    const policy: unknown = JSON.parse(attributes.RedrivePolicy);
    if (typeof policy !== 'object' || policy === null) return undefined;
    const { deadLetterTargetArn, maxReceiveCount } = policy as Record<string, unknown>;
    // Templates write the count as a number, some consoles and tools as text; AWS accepts both.
    const count = Number(maxReceiveCount);
    if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) {
      return undefined;
    }
    return { deadLetterTargetArn, maxReceiveCount: count };
  } catch {
    return undefined;
  }
}

const computed = [
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
];

/** The settings that GetQueueAttributes was asked for, out of everything that the queue has. */
export function selectQueueAttributes(all: QueueAttributes, names: readonly string[]): QueueAttributes {
  const known = [...computed, ...Object.keys(ranges), ...texts, 'RedrivePolicy', 'All'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  }
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
