/** The messages of the simulation, in the forms in which events reach the queue. */

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

export interface Told {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly etag: string;
  readonly sequencer: string;
  readonly atMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function s3Record({ bucket, key, versionId, etag, sequencer, atMs }: Told): object {
  return {
    eventVersion: '2.6',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: iso(atMs),
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AROAEXAMPLE:writer' },
    requestParameters: { sourceIPAddress: '10.0.0.7' },
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        size: 4,
        eTag: etag,
        ...(versionId === undefined ? {} : { versionId }),
        sequencer,
      },
    },
  };
}

export const notification = (told: Told): string => JSON.stringify({ Records: [s3Record(told)] });

/** The notification in the envelope of SNS. */
export const wrapped = (told: Told): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: `w-${told.sequencer}`,
    TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:events`,
    Subject: 'Amazon S3 Notification',
    Message: notification(told),
    Timestamp: iso(told.atMs),
  });

export const eventBridge = ({ bucket, key, versionId, etag, sequencer, atMs }: Told): string =>
  JSON.stringify({
    version: '0',
    id: `e-${sequencer}`,
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: ACCOUNT,
    time: iso(atMs),
    region: REGION,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      'event-version': '1.2',
      bucket: { name: bucket },
      object: {
        key,
        size: 4,
        etag,
        sequencer,
        ...(versionId === undefined ? {} : { 'version-id': versionId }),
      },
      requester: ACCOUNT,
      reason: 'PutObject',
    },
  });

export const reKeyed = ({ bucket, key, sequencer, atMs }: Told): string =>
  JSON.stringify({
    version: '0',
    id: `t-${sequencer}`,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.s3',
    account: ACCOUNT,
    time: iso(atMs),
    region: REGION,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: { type: 'AssumedRole', principalId: 'AROAEXAMPLE:writer' },
      eventTime: iso(atMs),
      eventSource: 's3.amazonaws.com',
      eventName: 'UpdateObjectEncryption',
      awsRegion: REGION,
      requestParameters: { bucketName: bucket, key, encryption: '' },
      readOnly: false,
    },
  });

/** Messages that nobody can read, each unlike every other; `beside` is an event that stands in one of them. */
export const POISON: readonly ((number: number, beside: Told) => string)[] = [
  (number) => `no JSON at all, number ${number} \u00e9\u{1f512} \\u0041 \t "`,
  (number, beside) => `${notification(beside).slice(0, 60 + (number % 40))}`.padEnd(70, ' ') + number,
  (number) =>
    `{"Records":[{"eventVersion":"2.6","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"sim-lake"},"object":{"key":"arn/%ZZ-${number}"}}}]}`,
  (number, beside) =>
    JSON.stringify(
      { Records: [s3Record(beside), { ...s3Record(beside), eventVersion: '3.0', number }] },
      null,
      1,
    ),
  (number, beside) =>
    JSON.stringify({
      Records: [{ ...s3Record(beside), eventName: 'ObjectTeleported:Put' }],
      number,
      padding: 'x'.repeat(20_000),
    }),
];
