import { createHash } from 'node:crypto';
import type { BusEvent } from '../events/events.ts';
import type { Clock, DeliverToQueue } from '../service.ts';
import type { S3Call } from './call.ts';
import { dataEvent, type RecordedCall } from './cloudtrail.ts';
import { eventBridgeEvent } from './eventbridge.ts';
import type { Bucket } from './store.ts';
import { decodedFilter, formEncodeKey } from './urlencoding.ts';

export interface QueueConfiguration {
  readonly id: string;
  readonly queueArn: string;
  /** As configured, with `s3:` and possibly ending in `*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface NotificationConfiguration {
  readonly queues: readonly QueueConfiguration[];
  readonly eventBridge: boolean;
}

/** Something that happened to an object, before it is known who listens. */
export interface ObjectEvent {
  readonly call: S3Call;
  readonly bucket: Bucket;
  readonly key: string;
  /** Without `s3:`, for example `ObjectCreated:Put`. */
  readonly eventName: string;
  readonly size?: number;
  readonly etag?: string;
  readonly versionId: string;
}

export interface Notifier {
  notify(event: ObjectEvent): void;
  /** Where data events of the bucket are on. */
  record(call: RecordedCall): void;
  /** Drops what has not been delivered yet. */
  close(): void;
}

// High enough that the digits look like those of AWS, low enough to stay an exact integer.
const SEQUENCER_START = 0x5f_0000_0000_00;

export interface NotifierOptions {
  readonly deliver: DeliverToQueue;
  readonly putEvent: (event: BusEvent) => void;
  readonly clock: Clock;
  readonly delayMs: number;
}

/**
 * Sends one message per record to each queue whose configuration matches, and to EventBridge where it is on, after a
 * delay or at once.
 */
export function createNotifier({ deliver, putEvent, clock, delayMs }: NotifierOptions): Notifier {
  const timers = new Set<NodeJS.Timeout>();
  let sequence = SEQUENCER_START;
  const later = (send: () => unknown): void => {
    if (delayMs <= 0) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, delayMs);
    timers.add(timer);
  };
  return {
    notify(event) {
      sequence += 1;
      for (const configuration of event.bucket.notification.queues) {
        if (!matches(configuration, event)) continue;
        const record = eventRecord(event, configuration.id, clock(), sequencer(sequence));
        later(() => deliver(configuration.queueArn, JSON.stringify({ Records: [record] })));
      }
      if (event.bucket.notification.eventBridge) {
        const told = eventBridgeEvent(event, clock(), sequencer(sequence));
        later(() => putEvent(told));
      }
    },
    record(call) {
      if (!call.bucket.dataEvents) return;
      const told = dataEvent(call, clock());
      later(() => putEvent(told));
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function sequencer(sequence: number): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}

function matches(configuration: QueueConfiguration, event: ObjectEvent): boolean {
  const { key } = event;
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
  const [prefix, suffix] = [decodedFilter(configuration.prefix), decodedFilter(configuration.suffix)];
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return false;
  return configuration.events.some((pattern) => eventMatches(pattern, `s3:${event.eventName}`));
}

/** Whether a configured event type, possibly a wildcard, covers an event name. */
export function eventMatches(pattern: string, eventName: string): boolean {
  return pattern.endsWith('*') ? eventName.startsWith(pattern.slice(0, -1)) : eventName === pattern;
}

function eventRecord(
  event: ObjectEvent,
  configurationId: string,
  now: number,
  eventSequencer: string,
): Record<string, unknown> {
  const { bucket, call } = event;
  return {
    eventVersion: '2.6',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(now).toISOString(),
    eventName: event.eventName,
    userIdentity: { principalId: `AWS:${call.caller.accessKeyId}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': call.requestId, 'x-amz-id-2': call.hostId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: principalIdOf(bucket.account) },
        arn: `arn:${bucket.partition}:s3:::${bucket.name}`,
      },
      object: {
        key: formEncodeKey(event.key),
        ...(event.size === undefined ? {} : { size: event.size }),
        ...(event.etag === undefined ? {} : { eTag: event.etag }),
        ...(bucket.versioning === 'Enabled' ? { versionId: event.versionId } : {}),
        sequencer: eventSequencer,
      },
    },
  };
}

function principalIdOf(account: string): string {
  return `A${createHash('sha256').update(account).digest('hex').slice(0, 13).toUpperCase()}`;
}

/** What S3 sends to a queue when a notification configuration that names it is put. */
export function testEvent(call: S3Call, bucket: Bucket, now: number): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(now).toISOString(),
    Bucket: bucket.name,
    RequestId: call.requestId,
    HostId: call.hostId,
  });
}
