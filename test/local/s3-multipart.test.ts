import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  S3Client,
  UploadPartCommand,
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

async function receive() {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return (Messages ?? []).map(({ Body }) => JSON.parse(Body ?? ''));
}

async function records() {
  const messages = (await receive()).filter(({ Event }) => Event === undefined);
  expect(messages.every(({ Records }) => Records.length === 1)).toBe(true);
  return messages.map(({ Records: [record] }) => record);
}

describe('a multipart upload', () => {
  const start = (input: object = {}) =>
    s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big', ...input }));
  const part = (UploadId: string | undefined, PartNumber: number, Body: Buffer) =>
    s3.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber, Body }));
  const complete = (
    UploadId: string | undefined,
    Parts: { PartNumber: number; ETag: string | undefined }[],
  ) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }));

  it('joins its parts, numbers them in the ETag, and sends one event of its own', async () => {
    await configure();
    const { UploadId } = await start();
    const large = Buffer.alloc(5 * 1024 * 1024, 'a');
    const second = await part(UploadId, 2, Buffer.from('end'));
    const first = await part(UploadId, 1, large);
    const done = await complete(UploadId, [
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.ETag },
    ]);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const tail = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=-4' }));
    expect(await tail.Body?.transformToString()).toBe('aend');
    const events = await records();
    expect(events.map(({ eventName }) => eventName)).toEqual(['ObjectCreated:CompleteMultipartUpload']);
    expect(events[0].s3.object.size).toBe(large.length + 3);
  });

  it('is encrypted as was decided when it was created, whatever the bucket says later', async () => {
    const key = aws.kms.control.createKey({ account: ACCOUNT, region: REGION, keyId: `mpu-${count}` });
    const { UploadId, SSEKMSKeyId } = await start({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    expect(SSEKMSKeyId).toBe(key);
    const ServerSideEncryptionConfiguration = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse' as const } }],
    };
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    const { ETag } = await part(UploadId, 1, Buffer.from('x'));
    await complete(UploadId, [{ PartNumber: 1, ETag }]);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big' }));
    expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
  });

  it('refuses small parts, wrong order, unknown parts, and what was aborted', async () => {
    const { UploadId } = await start();
    const one = await part(UploadId, 1, Buffer.from('1'));
    const two = await part(UploadId, 2, Buffer.from('2'));
    const [first, second] = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ];
    await expect(complete(UploadId, [first, second])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(UploadId, [second, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(UploadId, [{ PartNumber: 3, ETag: one.ETag }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId }));
    await expect(complete(UploadId, [first])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});
