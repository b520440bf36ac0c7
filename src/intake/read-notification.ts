import { assertNever } from '../objects/assert-never.ts';
import type { Envelope } from './envelope.ts';
import { KNOWN_NAME_EXPECTED, notificationMeaning, withoutPrefix } from './event-names.ts';
import { inside, type Located, malformed, requiredText } from './located.ts';
import { majorVersion } from './version.ts';
import { type RouteFields, readWrite } from './written-object.ts';

/**
 * Reads one record of an S3 notification. AWS form-urlencodes its keys; Ceph sends the same shape with keys as they are.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function readNotificationRecord(record: Located, keyReading: RouteFields['keyReading']): Envelope {
  const version = inside(record, 'eventVersion');
  if (majorVersion(version) !== '2') return malformed(version, 'major version 2');
  const name = inside(record, 'eventName');
  const eventName = requiredText(name);
  if (typeof eventName !== 'string') return eventName;
  const meaning = notificationMeaning(eventName);
  switch (meaning.kind) {
    case 'ignored':
      return meaning;
    case 'unknown':
      return malformed(name, KNOWN_NAME_EXPECTED);
    case 'write':
      return readWrite({
        change: 'write',
        keyReading,
        bucket: inside(record, 's3', 'bucket', 'name'),
        key: inside(record, 's3', 'object', 'key'),
        versionId: inside(record, 's3', 'object', 'versionId'),
        region: inside(record, 'awsRegion'),
        sizeBytes: inside(record, 's3', 'object', 'size'),
        etag: inside(record, 's3', 'object', 'eTag'),
        sequencer: inside(record, 's3', 'object', 'sequencer'),
        writer: {
          event: withoutPrefix(eventName),
          principal: inside(record, 'userIdentity', 'principalId'),
          sourceIp: inside(record, 'requestParameters', 'sourceIPAddress'),
          at: inside(record, 'eventTime'),
        },
      });
    default:
      return assertNever(meaning);
  }
}
