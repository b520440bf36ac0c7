import type { BusEvent } from '../events/events.ts';
import type { ObjectEvent } from './notification.ts';

const REASONS: Readonly<Record<string, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
};

/**
 * What a bucket sends to the event bus of its account once EventBridge is switched on for it. Keys are not encoded.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function eventBridgeEvent(event: ObjectEvent, now: number, sequencer: string): BusEvent {
  const { bucket, call, eventName } = event;
  const created = REASONS[eventName];
  const marker = eventName === 'ObjectRemoved:DeleteMarkerCreated';
  const deletion = marker ? 'Delete Marker Created' : 'Permanently Deleted';
  return {
    source: 'aws.s3',
    'detail-type': created === undefined ? 'Object Deleted' : 'Object Created',
    account: bucket.account,
    region: bucket.region,
    time: toSeconds(now),
    resources: [`arn:${bucket.partition}:s3:::${bucket.name}`],
    detail: {
      version: '0',
      'event-version': '1.2',
      bucket: { name: bucket.name },
      object: {
        key: event.key,
        ...(event.size === undefined ? {} : { size: event.size }),
        ...(event.etag === undefined ? {} : { etag: event.etag }),
        ...(bucket.versioning === 'Enabled' ? { 'version-id': event.versionId } : {}),
        sequencer,
      },
      'request-id': call.requestId,
      requester: call.caller.account,
      'source-ip-address': '127.0.0.1',
      reason: created ?? 'DeleteObject',
      ...(created === undefined ? { 'deletion-type': deletion } : {}),
    },
  };
}

/** The time of an event, which EventBridge and CloudTrail give without milliseconds. */
export const toSeconds = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
