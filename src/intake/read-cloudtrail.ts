import { zonedTimeMs } from '../objects/zoned-time.ts';
import type { Envelope } from './envelope.ts';
import { inside, type Located, optionalText, quoted, requiredText } from './located.ts';
import { readVersionId, readWrite } from './written-object.ts';

/**
 * Reads the event of an API call that CloudTrail recorded. UpdateObjectEncryption has no S3 event, so this is the only word of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
 */
export function readCloudTrail(event: Located): Envelope {
  const detail = inside(event, 'detail');
  const service = requiredText(inside(detail, 'eventSource'));
  if (typeof service !== 'string') return service;
  if (service !== 's3.amazonaws.com') {
    return { kind: 'ignored', why: `an API call of another service, ${quoted(service)}` };
  }
  const call = requiredText(inside(detail, 'eventName'));
  if (typeof call !== 'string') return call;
  if (call !== 'UpdateObjectEncryption') {
    return {
      kind: 'ignored',
      why: `${quoted(call)}: of the recorded API calls only UpdateObjectEncryption is audited`,
    };
  }
  const error = optionalText(inside(detail, 'errorCode')) ?? optionalText(inside(detail, 'errorMessage'));
  if (error !== undefined) {
    return {
      kind: 'ignored',
      why: `UpdateObjectEncryption failed with ${quoted(error)} and changed nothing`,
    };
  }
  return readWrite({
    change: 're-key',
    keyReading: 'verbatim',
    bucket: inside(detail, 'requestParameters', 'bucketName'),
    key: inside(detail, 'requestParameters', 'key'),
    versionId: versionOf(detail),
    region: inside(detail, 'awsRegion'),
    writer: {
      event: call,
      principal: principalOf(detail),
      sourceIp: inside(detail, 'sourceIPAddress'),
      at: timeOf(event),
    },
  });
}

/** The version that the caller named, under either name; where none was named, the one that S3 answered with. */
function versionOf(detail: Located): Located {
  const named = inside(detail, 'requestParameters', 'versionId');
  const header = inside(detail, 'requestParameters', 'x-amz-version-id');
  if (readVersionId(named) !== undefined) return named;
  return readVersionId(header) === undefined
    ? inside(detail, 'responseElements', 'x-amz-version-id')
    : header;
}

/** The time of the call; where the record has none that can be read, that of the event around it. */
function timeOf(event: Located): Located {
  const recorded = inside(event, 'detail', 'eventTime');
  const around = inside(event, 'time');
  return isTime(recorded) || !isTime(around) ? recorded : around;
}

const isTime = (located: Located): boolean => zonedTimeMs(optionalText(located) ?? '') !== undefined;

function principalOf(detail: Located): Located {
  const id = inside(detail, 'userIdentity', 'principalId');
  return optionalText(id) === undefined ? inside(detail, 'userIdentity', 'arn') : id;
}
