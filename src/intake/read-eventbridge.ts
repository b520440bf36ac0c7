import { assertNever } from '../objects/assert-never.ts';
import type { Envelope } from './envelope.ts';
import { detailTypeMeaning, KNOWN_NAME_EXPECTED } from './event-names.ts';
import { inside, type Located, malformed, optionalText, quoted, requiredText } from './located.ts';
import { readCloudTrail } from './read-cloudtrail.ts';
import { majorVersion } from './version.ts';
import { readWrite } from './written-object.ts';

/**
 * Reads one EventBridge event: S3's own, or an API call that CloudTrail recorded. Keys are not encoded on this route.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function readEventBridge(event: Located): Envelope {
  const source = requiredText(inside(event, 'source'));
  if (typeof source !== 'string') return source;
  if (source !== 'aws.s3') return { kind: 'ignored', why: `an event of another service, ${quoted(source)}` };
  const type = inside(event, 'detail-type');
  const detailType = requiredText(type);
  if (typeof detailType !== 'string') return detailType;
  if (detailType === 'AWS API Call via CloudTrail') return readCloudTrail(event);
  const meaning = detailTypeMeaning(detailType);
  switch (meaning.kind) {
    case 'ignored':
      return meaning;
    case 'unknown':
      return malformed(type, KNOWN_NAME_EXPECTED);
    case 'write':
      return readObjectCreated(event, detailType);
    default:
      return assertNever(meaning);
  }
}

function readObjectCreated(event: Located, detailType: string): Envelope {
  const version = detailVersion(event);
  const major = majorVersion(version);
  if (version.value !== undefined && major !== '0' && major !== '1') {
    return malformed(version, 'major version 0 or 1');
  }
  const detail = inside(event, 'detail');
  const reason = optionalText(inside(detail, 'reason'));
  return readWrite({
    change: 'write',
    keyReading: 'verbatim',
    bucket: inside(detail, 'bucket', 'name'),
    key: inside(detail, 'object', 'key'),
    versionId: inside(detail, 'object', 'version-id'),
    region: inside(event, 'region'),
    sizeBytes: inside(detail, 'object', 'size'),
    etag: inside(detail, 'object', 'etag'),
    sequencer: inside(detail, 'object', 'sequencer'),
    writer: {
      event: reason === undefined ? detailType : `${detailType}:${reason}`,
      principal: inside(detail, 'requester'),
      sourceIp: inside(detail, 'source-ip-address'),
      at: inside(event, 'time'),
    },
  });
}

/** `event-version` came later than `version`, and says what the shape is where both are there. */
function detailVersion(event: Located): Located {
  const newer = inside(event, 'detail', 'event-version');
  return newer.value === undefined ? inside(event, 'detail', 'version') : newer;
}
