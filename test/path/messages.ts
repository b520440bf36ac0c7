/** Messages as AWS writes them, put together by hand: nothing here comes from the product. */
import { ACME, REGION } from './names.ts';

const UNESCAPED = /[A-Za-z0-9.\-*_/]/;

/** A key as S3 writes it into a notification: space is `+`, `/` stays, every other byte that is not plain is `%XX`. */
export function formEncoded(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (byte === 0x20) return '+';
      if (UNESCAPED.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

export interface Told {
  readonly bucket: string;
  readonly key: string;
  /** In place of the form-urlencoded key. */
  readonly rawKey?: string;
  readonly sequencer?: string;
  readonly size?: number;
  readonly etag?: string;
  readonly versionId?: string;
  readonly eventName?: string;
  readonly region?: string;
}

let told = 0x100;
const nextSequencer = (): string => (told++).toString(16).toUpperCase().padStart(18, '0');

export function s3Record(event: Told): Record<string, unknown> {
  const { bucket, key, rawKey, sequencer = nextSequencer(), size, etag, versionId } = event;
  return {
    eventVersion: '2.6',
    eventSource: 'aws:s3',
    awsRegion: event.region ?? REGION,
    eventTime: new Date().toISOString(),
    eventName: event.eventName ?? 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AROAEXAMPLEID0000001:i-0abc1234def567890' },
    requestParameters: { sourceIPAddress: '10.0.0.7' },
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: { key: rawKey ?? formEncoded(key), size, eTag: etag, versionId, sequencer },
    },
  };
}

/** An S3 notification; one message may hold several records. */
export const s3Notification = (...events: readonly Told[]): string =>
  JSON.stringify({ Records: events.map(s3Record) });

/** S3 by way of EventBridge: the key is not encoded. */
export const eventBridgeEvent = ({ bucket, key, size = 1, sequencer = nextSequencer() }: Told): string =>
  JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: ACME,
    time: new Date().toISOString(),
    region: REGION,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      'event-version': '1.2',
      bucket: { name: bucket },
      object: { key, size, sequencer },
      'request-id': 'C3D13FE58DE4C810',
      requester: ACME,
      'source-ip-address': '10.0.0.7',
      reason: 'PutObject',
    },
  });

/** UpdateObjectEncryption, which only CloudTrail tells of. */
export const cloudTrailReKey = ({ bucket, key }: Told): string => {
  const time = new Date().toISOString();
  return JSON.stringify({
    version: '0',
    id: '8f1c0b6e-3a55-4c0e-9a57-2f0d6c1b7e44',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.s3',
    account: ACME,
    time,
    region: REGION,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: { type: 'AssumedRole', principalId: 'AROAEXAMPLEID0000002:ana', accountId: ACME },
      eventTime: time,
      eventSource: 's3.amazonaws.com',
      eventName: 'UpdateObjectEncryption',
      awsRegion: REGION,
      sourceIPAddress: '10.0.0.9',
      requestParameters: { bucketName: bucket, key, encryption: '' },
      responseElements: null,
      readOnly: false,
      eventType: 'AwsApiCall',
      eventCategory: 'Data',
    },
  });
};

/** Messages that nobody can read, each for another reason. They end in the dead-letter queue as they came. */
export const POISON: readonly string[] = [
  'no JSON at all',
  '{"Records":[{"eventVersion":"2.6",',
  s3Notification({ bucket: 'acme-lake', key: '', rawKey: 'finance/%ZZ' }),
  s3Notification({ bucket: 'acme-lake', key: '', rawKey: 'finance/%E3%81' }),
  JSON.stringify({
    Records: [{ ...s3Record({ bucket: 'acme-lake', key: 'finance/x' }), eventVersion: '3.0' }],
  }),
  s3Notification({ bucket: 'acme-lake', key: 'finance/x', eventName: 'ObjectTeleported:Put' }),
];

export const TEST_EVENT: string = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-11-21T02:00:00.000Z',
  Bucket: 'acme-lake',
  RequestId: '5582815E1AEA5ADF',
  HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
});
