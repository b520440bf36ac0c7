import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let aws: LocalAws;
let s3: S3Client;
let sqs: SQSClient;
let Bucket: string;
let QueueUrl: string;
let QueueArn: string;
let count = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  s3 = new S3Client(aws.clientConfig(ACCOUNT, REGION));
  sqs = new SQSClient(aws.clientConfig(ACCOUNT, REGION));
});

afterAll(async () => {
  s3.destroy();
  sqs.destroy();
  await aws.close();
});

beforeEach(async () => {
  count += 1;
  Bucket = `events-${count}`;
  const QueueName = `events-${count}`;
  QueueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${QueueName}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
});

const configure = (input: Partial<QueueConfiguration> = {}, ...others: QueueConfiguration[]) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [{ Id: 'audit', QueueArn, Events: ['s3:ObjectCreated:*'], ...input }, ...others],
      },
    }),
  );

const put = (Key: string, Body = 'body') => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

async function receive() {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? ''));
}

async function records() {
  const messages = (await receive()).filter(({ Event }) => Event === undefined);
  expect(messages.every(({ Records }) => Records.length === 1)).toBe(true);
  return messages.map(({ Records: [record] }) => record);
}

describe('notifications', () => {
  it('begin with a test event for the queue', async () => {
    await configure();
    expect(await receive()).toEqual([
      {
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        Bucket,
        RequestId: expect.any(String),
        HostId: expect.any(String),
      },
    ]);
  });

  it('have the record shape of AWS', async () => {
    await configure();
    const { $metadata, ETag } = await put('in/a b+ü.txt');
    expect(await records()).toEqual([
      {
        eventVersion: '2.6',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: `AWS:LOCAL${ACCOUNT}` },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: {
          'x-amz-request-id': $metadata.requestId,
          'x-amz-id-2': $metadata.extendedRequestId,
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'audit',
          bucket: {
            name: Bucket,
            ownerIdentity: { principalId: expect.stringMatching(/^A[0-9A-F]+$/) },
            arn: `arn:aws:s3:::${Bucket}`,
          },
          object: {
            key: 'in/a+b%2B%C3%BC.txt',
            size: 4,
            eTag: ETag?.replaceAll('"', ''),
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ]);
  });

  it('carry the version id on a versioned bucket, and a sequencer that grows', async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await configure();
    const first = await put('k');
    const second = await put('k');
    const objects = (await records()).map(({ s3: { object } }) => object);
    expect(objects.map(({ versionId }) => versionId)).toEqual([first.VersionId, second.VersionId]);
    expect(objects[0].sequencer < objects[1].sequencer).toBe(true);
  });

  it('pass a filter of prefix and suffix only', async () => {
    const FilterRules = [
      { Name: 'prefix' as const, Value: 'in/' },
      { Name: 'suffix' as const, Value: '.csv' },
    ];
    await configure({ Filter: { Key: { FilterRules } } });
    for (const key of ['in/a.csv', 'in/a.txt', 'out/a.csv']) await put(key);
    expect((await records()).map(({ s3: { object } }) => object.key)).toEqual(['in/a.csv']);
  });

  it('tell a copy and a removal apart, and go only to who asked for them', async () => {
    await put('k');
    await configure({ Events: ['s3:ObjectCreated:Copy', 's3:ObjectRemoved:*'] });
    await put('k');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }));
    expect((await records()).map(({ eventName }) => eventName)).toEqual([
      'ObjectCreated:Copy',
      'ObjectRemoved:Delete',
    ]);
  });

  it('are sent later when a delay is set, and never after the server is closed', async () => {
    const slow = await startLocalAws({ notificationDelayMs: 30 });
    const client = new S3Client(slow.clientConfig(ACCOUNT, REGION));
    const queues = new SQSClient(slow.clientConfig(ACCOUNT, REGION));
    await client.send(new CreateBucketCommand({ Bucket }));
    await queues.send(new CreateQueueCommand({ QueueName: 'slow' }));
    const Queue = `arn:aws:sqs:${REGION}:${ACCOUNT}:slow`;
    const QueueConfigurations = [{ QueueArn: Queue, Events: ['s3:ObjectCreated:Put' as const] }];
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect(slow.sqs.queue(Queue)?.visible).toBe(1);
    await expect.poll(() => slow.sqs.queue(Queue)?.visible).toBe(2);
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    client.destroy();
    queues.destroy();
    await slow.close();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(slow.sqs.queue(Queue)?.visible ?? 2).toBe(2);
  });
});

describe('a notification configuration', () => {
  it('comes back as it was put', async () => {
    const FilterRules = [{ Name: 'prefix' as const, Value: 'a&b/' }];
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            { Id: 'one', QueueArn, Events: ['s3:ObjectCreated:Put'], Filter: { Key: { FilterRules } } },
          ],
          EventBridgeConfiguration: {},
        },
      }),
    );
    const got = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(got.EventBridgeConfiguration).toBeDefined();
    expect(got.QueueConfigurations).toEqual([
      {
        Id: 'one',
        QueueArn,
        Events: ['s3:ObjectCreated:Put'],
        Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'a&b/' }] } },
      },
    ]);
  });

  it.each([
    [
      'a queue that does not exist',
      `arn:aws:sqs:${REGION}:${ACCOUNT}:nowhere`,
      /^Unable to validate the following/,
    ],
    ['a queue of another Region', `arn:aws:sqs:us-east-1:${ACCOUNT}:events`, /service region is not valid/],
    ['a FIFO queue', `arn:aws:sqs:${REGION}:${ACCOUNT}:events.fifo`, /FIFO/],
  ])('is refused for %s and leaves the old one in force', async (_what, queue, message) => {
    await configure();
    await expect(configure({ QueueArn: queue })).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: expect.stringMatching(message),
    });
    const got = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(got.QueueConfigurations?.[0]?.QueueArn).toBe(QueueArn);
  });

  it('is refused when two of its parts overlap', async () => {
    const again = configure({}, { Id: 'two', QueueArn, Events: ['s3:ObjectCreated:Put'] });
    await expect(again).rejects.toMatchObject({ name: 'InvalidArgument', message: /overlap/ });
  });

  it('for a topic is not implemented', async () => {
    const TopicConfigurations = [{ TopicArn: 'arn:aws:sns:x:1:t', Events: ['s3:ObjectCreated:*' as const] }];
    const topic = s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { TopicConfigurations },
      }),
    );
    await expect(topic).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
