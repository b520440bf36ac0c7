import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { EventsRule } from '../../local/events/events.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const place = { account: ACCOUNT, region: REGION };
const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

interface Told {
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

let aws: LocalAws;
let s3: S3Client;
let sqs: SQSClient;
let keyArn: string;
let Bucket: string;
let count = 0;
const now = Date.UTC(2026, 10, 21, 10, 0, 0, 500);

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
  s3 = new S3Client(aws.clientConfig(ACCOUNT, REGION));
  sqs = new SQSClient(aws.clientConfig(ACCOUNT, REGION));
  keyArn = aws.kms.control.createKey({ ...place, keyId: '1111aaaa-aaaa-4bbb-8ccc-111111111111' });
});

afterAll(async () => {
  for (const client of [s3, sqs]) client.destroy();
  await aws.close();
});

/** Every event of the bucket that was told to the queue, in order. */
let told: () => readonly Told[];

beforeEach(async () => {
  count += 1;
  Bucket = `events-${count}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  told = await listener('all', { source: ['aws.s3'] });
});

async function listener(name: string, eventPattern: unknown): Promise<() => readonly Told[]> {
  const QueueName = `${name}-${count}`;
  await sqs.send(new CreateQueueCommand({ QueueName }));
  const rule = aws.events.putRule({ ...place, name: QueueName, eventPattern });
  aws.events.putTargets(rule, [{ id: 'queue', arn: queueArn(QueueName) }]);
  return () => {
    const bodies = aws.sqs.queue(queueArn(QueueName))?.messages() ?? [];
    return bodies
      .map(({ body }) => JSON.parse(body) as Told)
      .filter(({ detail }) => JSON.stringify(detail).includes(Bucket));
  };
}

const eventBridgeOn = () =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );

const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'body' }));

const update = (Key: string, KMSKeyArn = keyArn) =>
  s3.send(new UpdateObjectEncryptionCommand({ Bucket, Key, ObjectEncryption: { SSEKMS: { KMSKeyArn } } }));

describe('a bucket with EventBridge switched on', () => {
  it('tells of a new object, its key as it is', async () => {
    await eventBridgeOn();
    await put('a b/+%2B');
    expect(told()).toMatchObject([
      {
        version: '0',
        source: 'aws.s3',
        'detail-type': 'Object Created',
        ...place,
        time: '2026-11-21T10:00:00Z',
        resources: [`arn:aws:s3:::${Bucket}`],
        detail: { bucket: { name: Bucket }, object: { key: 'a b/+%2B', size: 4 }, reason: 'PutObject' },
      },
    ]);
    expect(told()[0]?.detail).not.toHaveProperty(['object', 'version-id']);
  });

  it('tells of versions, copies and deletions', async () => {
    await eventBridgeOn();
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put('a');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
    expect(
      told().map((event) => [event['detail-type'], event.detail.reason, event.detail['deletion-type']]),
    ).toEqual([
      ['Object Created', 'PutObject', undefined],
      ['Object Created', 'CopyObject', undefined],
      ['Object Deleted', 'DeleteObject', 'Delete Marker Created'],
      ['Object Deleted', 'DeleteObject', 'Permanently Deleted'],
    ]);
    expect(told()[0]?.detail).toMatchObject({ object: { 'version-id': VersionId } });
  });

  it('tells nothing of UpdateObjectEncryption', async () => {
    await put('a');
    await eventBridgeOn();
    await update('a');
    expect(told()).toEqual([]);
  });

  it('tells nothing while it is switched off', async () => {
    await put('a');
    expect(told()).toEqual([]);
  });
});

describe('UpdateObjectEncryption', () => {
  it('changes the version that is named and no other, and neither its ETag nor its Last-Modified', async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put('a');
    const { VersionId: newer } = await put('a');
    const head = (version?: string) =>
      s3.send(new HeadObjectCommand({ Bucket, Key: 'a', VersionId: version }));
    const before = await head(VersionId);
    await s3.send(
      new UpdateObjectEncryptionCommand({
        ...{ Bucket, Key: 'a', VersionId },
        ObjectEncryption: { SSEKMS: { KMSKeyArn: keyArn } },
      }),
    );
    const after = await head(VersionId);
    expect(after).toMatchObject({
      SSEKMSKeyId: keyArn,
      ETag: before.ETag,
      LastModified: before.LastModified,
    });
    expect((await head(newer)).ServerSideEncryption).toBe('AES256');
  });
});

describe('a trail that records data events', () => {
  it('hands on UpdateObjectEncryption, its version and who did it', async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put('a b/+');
    await put('a b/+');
    aws.s3.control.setDataEvents(Bucket, true);
    await s3.send(
      new UpdateObjectEncryptionCommand({
        ...{ Bucket, Key: 'a b/+', VersionId },
        ObjectEncryption: { SSEKMS: { KMSKeyArn: keyArn } },
      }),
    );
    expect(told()).toMatchObject([
      {
        'detail-type': 'AWS API Call via CloudTrail',
        source: 'aws.s3',
        detail: {
          eventSource: 's3.amazonaws.com',
          eventName: 'UpdateObjectEncryption',
          eventTime: '2026-11-21T10:00:00Z',
          requestParameters: { bucketName: Bucket, key: 'a b/+', encryption: '', versionId: VersionId },
          userIdentity: { accountId: ACCOUNT },
          readOnly: false,
          managementEvent: false,
          eventCategory: 'Data',
          resources: [{ ARN: `arn:aws:s3:::${Bucket}/a b/+` }, { ARN: `arn:aws:s3:::${Bucket}` }],
        },
      },
    ]);
    expect(told()[0]?.detail).not.toHaveProperty('errorCode');
  });

  it('hands on a call that was refused, with its error', async () => {
    aws.s3.control.setDataEvents(Bucket, true);
    await expect(update('absent')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(told().map(({ detail }) => [detail.eventName, detail.errorCode])).toEqual([
      ['UpdateObjectEncryption', 'NoSuchKey'],
    ]);
  });

  it('records every write of an object and no read', async () => {
    aws.s3.control.setDataEvents(Bucket, true);
    await put('a');
    await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const names = ['PutObject', 'CopyObject', 'DeleteObject'];
    expect(told().map(({ detail }) => detail.eventName)).toEqual(names);
  });

  it('records nothing while it is off', async () => {
    await put('a');
    await update('a');
    expect(told()).toEqual([]);
  });
});

describe('a rule', () => {
  it('takes what its pattern names and nothing else', async () => {
    const deleted = await listener('deleted', { 'detail-type': ['Object Deleted'] });
    await eventBridgeOn();
    await put('a');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(deleted().map((event) => event['detail-type'])).toEqual(['Object Deleted']);
  });

  it.each<[string, Partial<EventsRule>]>([
    ['that is disabled', { state: 'DISABLED' }],
    ['of another Region', { region: 'us-east-1' }],
    ['of another account', { account: '444455556666' }],
  ])('%s takes nothing', async (_what, other) => {
    await eventBridgeOn();
    const QueueName = `quiet-${count}`;
    const region = other.region ?? REGION;
    const home = new SQSClient(aws.clientConfig(ACCOUNT, region));
    await home.send(new CreateQueueCommand({ QueueName }));
    home.destroy();
    const rule = aws.events.putRule({
      ...place,
      name: QueueName,
      eventPattern: { source: ['aws.s3'] },
      ...other,
    });
    const arn = `arn:aws:sqs:${region}:${ACCOUNT}:${QueueName}`;
    aws.events.putTargets(rule, [{ id: 'queue', arn }]);
    await put('a');
    expect(aws.sqs.queue(arn)?.messages()).toEqual([]);
    expect(told().length).toBe(1);
  });

  it('that is deleted takes nothing more', async () => {
    await eventBridgeOn();
    aws.events.deleteRule(`arn:aws:events:${REGION}:${ACCOUNT}:rule/all-${count}`);
    await put('a');
    expect(told()).toEqual([]);
  });

  it('keeps what its queue cannot take in its dead-letter queue, with the cause', async () => {
    await eventBridgeOn();
    await sqs.send(new CreateQueueCommand({ QueueName: 'rule-dead' }));
    const rule = aws.events.putRule({
      ...place,
      name: 'lost',
      eventPattern: { detail: { bucket: { name: [Bucket] } } },
    });
    const target = { id: 'queue', arn: queueArn('never-made'), deadLetterArn: queueArn('rule-dead') };
    aws.events.putTargets(rule, [target]);
    await put('a');
    const [kept, ...others] = aws.sqs.queue(queueArn('rule-dead'))?.messages() ?? [];
    expect(others).toEqual([]);
    expect(JSON.parse(kept?.body ?? '')).toMatchObject({ detail: { object: { key: 'a' } } });
    expect(kept?.messageAttributes).toMatchObject({
      RULE_ARN: { StringValue: rule },
      TARGET_ARN: { StringValue: target.arn },
      ERROR_CODE: { StringValue: 'NO_RESOURCE' },
    });
  });

  it('targets queues of its Region alone', () => {
    const rule = aws.events.putRule({ ...place, name: 'targets', eventPattern: { source: ['aws.s3'] } });
    const to = (arn: string) => () => aws.events.putTargets(rule, [{ id: 'one', arn }]);
    expect(to(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:audit`)).toThrow('ValidationException');
    expect(to(`arn:aws:sqs:us-east-1:${ACCOUNT}:audit`)).toThrow('ValidationException');
    expect(() => aws.events.putTargets(`${rule}-not`, [])).toThrow('ResourceNotFoundException');
  });
});
