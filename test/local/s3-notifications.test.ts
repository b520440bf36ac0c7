import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLocalAws } from '../../local/aws.ts';
import { ACCOUNT, EventsWorld, REGION } from './s3-events-world.ts';

let world: EventsWorld;
let Bucket: string;
let QueueArn: string;
beforeAll(async () => {
  world = await EventsWorld.start();
});
afterAll(() => world.close());
beforeEach(async () => {
  ({ Bucket, QueueArn } = await world.newBucket());
});

const put = (Key: string, Body = 'body') => world.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

describe('notifications', () => {
  it('begin with a test event for the queue', async () => {
    await world.configure();
    expect(await world.receive()).toEqual([
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
    await world.configure();
    const { $metadata, ETag } = await put('in/a b+ü.txt');
    expect(await world.records()).toEqual([
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
    await world.s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await world.configure();
    const first = await put('k');
    const second = await put('k');
    const objects = (await world.records()).map(({ s3: { object } }) => object);
    expect(objects.map(({ versionId }) => versionId)).toEqual([first.VersionId, second.VersionId]);
    expect(objects[0].sequencer < objects[1].sequencer).toBe(true);
  });

  it('pass a filter of prefix and suffix only', async () => {
    const FilterRules = [
      { Name: 'prefix' as const, Value: 'in/' },
      { Name: 'suffix' as const, Value: '.csv' },
    ];
    await world.configure({ Filter: { Key: { FilterRules } } });
    for (const key of ['in/a.csv', 'in/a.txt', 'out/a.csv']) await put(key);
    expect((await world.records()).map(({ s3: { object } }) => object.key)).toEqual(['in/a.csv']);
  });

  it('pass a filter that is encoded as forms are', async () => {
    const FilterRules = [
      { Name: 'prefix' as const, Value: 'year+end/' },
      { Name: 'suffix' as const, Value: '%2B%C3%BC' },
    ];
    await world.configure({ Filter: { Key: { FilterRules } } });
    for (const key of ['year end/a+ü', 'year+end/a+ü', 'year end/a%2B%C3%BC']) await put(key);
    expect((await world.records()).map(({ s3: { object } }) => object.key)).toEqual(['year+end/a%2B%C3%BC']);
  });

  it('tell a copy and a removal apart, and go only to who asked for them', async () => {
    await put('k');
    await world.configure({ Events: ['s3:ObjectCreated:Copy', 's3:ObjectRemoved:*'] });
    await put('k');
    await world.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` }));
    await world.s3.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    await world.s3.send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }));
    expect((await world.records()).map(({ eventName }) => eventName)).toEqual([
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
    await world.s3.send(
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
    const got = await world.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
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
    await world.configure();
    await expect(world.configure({ QueueArn: queue })).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: expect.stringMatching(message),
    });
    const got = await world.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(got.QueueConfigurations?.[0]?.QueueArn).toBe(QueueArn);
  });

  it('is refused when two of its parts overlap', async () => {
    const again = world.configure({}, { Id: 'two', QueueArn, Events: ['s3:ObjectCreated:Put'] });
    await expect(again).rejects.toMatchObject({ name: 'InvalidArgument', message: /overlap/ });
  });

  it('for a topic is not implemented', async () => {
    const TopicConfigurations = [{ TopicArn: 'arn:aws:sns:x:1:t', Events: ['s3:ObjectCreated:*' as const] }];
    const topic = world.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { TopicConfigurations },
      }),
    );
    await expect(topic).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
