import { randomUUID } from 'node:crypto';
import { childOf, childrenOf, childText, element, textElement, type XmlElement } from '../xml.ts';
import { requireDigest } from './body.ts';
import { type BucketOperation, type S3Call, type S3State, xmlResponse } from './call.ts';
import { invalidArgument, malformedXml, notImplemented } from './errors.ts';
import { eventMatches, type QueueConfiguration, testEvent } from './notification.ts';
import type { Bucket } from './store.ts';
import { readXml } from './xmlbody.ts';

const EVENTS = [
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
];

/** `PutBucketNotificationConfiguration`: every queue is sent a test event, and must exist to receive it. */
export const putBucketNotification: BucketOperation = (call, bucket, s3) => {
  // AWS asks for no digest here; one that is sent must fit all the same.
  if (call.headers['content-md5'] !== undefined) requireDigest(call.body, call.headers);
  const root = readXml(call.body, 'NotificationConfiguration');
  for (const child of root.children) {
    if (child.name === 'QueueConfiguration' || child.name === 'EventBridgeConfiguration') continue;
    throw notImplemented(`${child.name} in a notification configuration`);
  }
  const queues = childrenOf(root, 'QueueConfiguration').map(readQueueConfiguration);
  refuseOverlaps(queues);
  if (call.headers['x-amz-skip-destination-validation']?.toLowerCase() !== 'true') {
    validateDestinations(queues, call, bucket, s3);
  }
  const eventBridge = childOf(root, 'EventBridgeConfiguration') !== undefined;
  bucket.notification = { queues, eventBridge };
  return { status: 200 };
};

function validateDestinations(
  queues: readonly QueueConfiguration[],
  call: S3Call,
  bucket: Bucket,
  s3: S3State,
): void {
  for (const { queueArn } of queues) {
    const [, , service, region] = queueArn.split(':');
    if (service !== 'sqs') throw invalidArgument('The ARN is not well formed', destination(queueArn));
    if (queueArn.endsWith('.fifo')) {
      throw invalidArgument('FIFO SQS queues are not supported as a destination', destination(queueArn));
    }
    if (region !== bucket.region) {
      throw invalidArgument(
        'The notification destination service region is not valid for the bucket location constraint',
        destination(queueArn),
      );
    }
  }
  for (const { queueArn } of queues) {
    if (s3.deliver(queueArn, testEvent(call, bucket, s3.clock()))) continue;
    throw invalidArgument(
      'Unable to validate the following destination configurations',
      destination(queueArn, 'The destination queue does not exist'),
    );
  }
}

function destination(queueArn: string, value = 'null'): Record<string, string> {
  return { ArgumentName1: queueArn, ArgumentValue1: value };
}

function readQueueConfiguration(configuration: XmlElement): QueueConfiguration {
  const queueArn = childText(configuration, 'Queue');
  const events = childrenOf(configuration, 'Event').map((event) => event.text);
  if (queueArn === undefined || events.length === 0) throw malformedXml();
  for (const event of events) {
    if (EVENTS.includes(event)) continue;
    if (event.startsWith('s3:')) throw notImplemented(`the event type ${event}`);
    throw malformedXml();
  }
  const id = childText(configuration, 'Id') ?? '';
  return {
    id: id === '' ? randomUUID() : id,
    queueArn,
    events,
    ...readFilter(childOf(configuration, 'Filter')),
  };
}

function readFilter(filter: XmlElement | undefined): { prefix: string; suffix: string } {
  let prefix = '';
  let suffix = '';
  const seen = new Set<string>();
  for (const rule of childrenOf(childOf(filter, 'S3Key'), 'FilterRule')) {
    const name = childText(rule, 'Name')?.toLowerCase() ?? '';
    const value = childText(rule, 'Value') ?? '';
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument('filter rule name must be either prefix or suffix');
    }
    if (seen.has(name)) throw invalidArgument(`Cannot specify more than one ${name} rule in a filter.`);
    seen.add(name);
    if (name === 'prefix') prefix = value;
    else suffix = value;
  }
  return { prefix, suffix };
}

function refuseOverlaps(queues: readonly QueueConfiguration[]): void {
  queues.forEach((one, index) => {
    for (const other of queues.slice(index + 1)) {
      const sharesEvent = one.events.some((event) =>
        other.events.some((another) => eventMatches(event, another) || eventMatches(another, event)),
      );
      const sharesPrefix = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
      const sharesSuffix = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix);
      if (!sharesEvent || !sharesPrefix || !sharesSuffix) continue;
      throw invalidArgument(
        'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
      );
    }
  });
}

/** `GetBucketNotificationConfiguration` */
export const getBucketNotification: BucketOperation = (_call, bucket) => {
  const { queues, eventBridge } = bucket.notification;
  const body = queues.map(renderQueueConfiguration);
  if (eventBridge) body.push(element('EventBridgeConfiguration'));
  return xmlResponse(element('NotificationConfiguration', ...body));
};

function renderQueueConfiguration(configuration: QueueConfiguration): string {
  const { id, queueArn, events, prefix, suffix } = configuration;
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => element('FilterRule', textElement('Name', name), textElement('Value', value)));
  return element(
    'QueueConfiguration',
    textElement('Id', id),
    textElement('Queue', queueArn),
    ...events.map((event) => textElement('Event', event)),
    rules.length === 0 ? '' : element('Filter', element('S3Key', ...rules)),
  );
}
