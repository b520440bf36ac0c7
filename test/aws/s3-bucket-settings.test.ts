import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { S3BucketSettings } from '../../src/aws/s3-bucket-settings.ts';
import { bucketName } from '../../src/objects/object.ts';
import { keyArn } from '../support/keys.ts';
import { type Answer, CREDENTIALS, loopback } from './loopback.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const LAKE = bucketName('acme-lake');
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:audit`;

describe('a bucket of the local AWS', () => {
  let aws: LocalAws;
  let client: S3Client;
  let settings: S3BucketSettings;
  const Bucket: string = LAKE;

  beforeAll(async () => {
    aws = await startLocalAws();
    client = new S3Client(aws.clientConfig(ACCOUNT, REGION));
    settings = new S3BucketSettings(client);
    await client.send(new CreateBucketCommand({ Bucket }));
    const sqs = new SQSClient(aws.clientConfig(ACCOUNT, REGION));
    await sqs.send(new CreateQueueCommand({ QueueName: 'audit' }));
    sqs.destroy();
  });
  afterAll(async () => {
    client.destroy();
    await aws.close();
  });

  it('that is new has AES256, SSE-C blocked, and tells nobody of writes', async () => {
    expect(await settings.defaultEncryption(LAKE)).toEqual({
      kind: 'found',
      value: { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] },
    });
    expect(await settings.notifications(LAKE)).toEqual({
      kind: 'found',
      value: { eventBridge: false, targets: [] },
    });
  });

  it('with SSE-KMS gives its key as it was put, the S3 Bucket Key, and what is blocked', async () => {
    const Rules = [
      {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: 'aws:kms' as const,
          KMSMasterKeyID: 'alias/lake',
        },
        BucketKeyEnabled: true,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C' as const] },
      },
    ];
    await client.send(
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }),
    );
    expect(await settings.defaultEncryption(LAKE)).toMatchObject({
      kind: 'found',
      value: {
        algorithm: 'aws:kms',
        kmsKeyId: 'alias/lake',
        bucketKeyEnabled: true,
        blockedTypes: ['SSE-C'],
      },
    });
  });

  it('with a queue and EventBridge gives both, and the filters of the queue', async () => {
    const FilterRules = [
      { Name: 'prefix' as const, Value: 'finance/' },
      { Name: 'suffix' as const, Value: '.parquet' },
    ];
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          EventBridgeConfiguration: {},
          QueueConfigurations: [
            { QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules } } },
          ],
        },
      }),
    );
    expect(await settings.notifications(LAKE)).toEqual({
      kind: 'found',
      value: {
        eventBridge: true,
        targets: [
          {
            kind: 'queue',
            arn: QUEUE,
            events: ['s3:ObjectCreated:*'],
            prefix: 'finance/',
            suffix: '.parquet',
          },
        ],
      },
    });
  });

  it('that is not there is told so by both', async () => {
    const nowhere = bucketName('nowhere');
    expect(await settings.defaultEncryption(nowhere)).toEqual({ kind: 'no-bucket' });
    expect(await settings.notifications(nowhere)).toEqual({ kind: 'no-bucket' });
  });

  it('in another Region is told with its Region', async () => {
    const elsewhere = new S3Client(aws.clientConfig(ACCOUNT, 'eu-central-1'));
    const answer = await new S3BucketSettings(elsewhere).defaultEncryption(LAKE);
    expect(answer).toEqual({ kind: 'wrong-region', region: REGION });
    elsewhere.destroy();
  });
});

describe('what a server answers', () => {
  const error = (status: number, code: string): Answer => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
  });
  const asked = async <T>(answer: Answer, ask: (settings: S3BucketSettings) => Promise<T>): Promise<T> => {
    const server = await loopback(() => answer);
    const config = { region: REGION, credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 };
    const client = new S3Client({ ...config, endpoint: server.endpoint });
    try {
      return await ask(new S3BucketSettings(client));
    } finally {
      client.destroy();
      await server.close();
    }
  };
  const byDefault = (answer: Answer) => asked(answer, (settings) => settings.defaultEncryption(LAKE));
  const notifications = (answer: Answer) => asked(answer, (settings) => settings.notifications(LAKE));

  it('no default encryption, by its error or by an answer without a rule, is none', async () => {
    const notFound = error(404, 'ServerSideEncryptionConfigurationNotFoundError');
    expect(await byDefault(notFound)).toEqual({ kind: 'none' });
    const empty = { status: 200, body: '<ServerSideEncryptionConfiguration/>' };
    expect(await byDefault(empty)).toEqual({ kind: 'none' });
  });

  it('a rule that blocks SSE-C without naming an algorithm keeps what it blocks', async () => {
    const blocked = '<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes>';
    const body = `<ServerSideEncryptionConfiguration><Rule>${blocked}</Rule></ServerSideEncryptionConfiguration>`;
    expect(await byDefault({ status: 200, body })).toEqual({
      kind: 'found',
      value: { algorithm: '', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] },
    });
  });

  it('an empty key says as much as none', async () => {
    const inner = '<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID></KMSMasterKeyID>';
    const rule = `<Rule><ApplyServerSideEncryptionByDefault>${inner}</ApplyServerSideEncryptionByDefault></Rule>`;
    const body = `<ServerSideEncryptionConfiguration>${rule}</ServerSideEncryptionConfiguration>`;
    expect(await byDefault({ status: 200, body })).toEqual({
      kind: 'found',
      value: { algorithm: 'aws:kms', bucketKeyEnabled: false, blockedTypes: [] },
    });
  });

  it('topics and functions are targets as queues are', async () => {
    const event = '<Event>s3:ObjectCreated:Put</Event>';
    const topic = `<TopicConfiguration><Topic>${keyArn('a')}</Topic>${event}</TopicConfiguration>`;
    const lambda = `<CloudFunctionConfiguration><CloudFunction>fn</CloudFunction>${event}</CloudFunctionConfiguration>`;
    const body = `<NotificationConfiguration>${topic}${lambda}</NotificationConfiguration>`;
    const nothing = { prefix: '', suffix: '', events: ['s3:ObjectCreated:Put'] };
    expect(await notifications({ status: 200, body })).toEqual({
      kind: 'found',
      value: {
        eventBridge: false,
        targets: [
          { kind: 'topic', arn: keyArn('a'), ...nothing },
          { kind: 'function', arn: 'fn', ...nothing },
        ],
      },
    });
  });

  it('access denied names the permission that is missing', async () => {
    const denied = error(403, 'AccessDenied');
    expect(await byDefault(denied)).toEqual({ kind: 'denied', permission: 's3:GetEncryptionConfiguration' });
    expect(await notifications(denied)).toEqual({ kind: 'denied', permission: 's3:GetBucketNotification' });
  });

  it('a request that a server does not know is refused for good', async () => {
    expect(await notifications(error(501, 'NotImplemented'))).toEqual({
      kind: 'refused',
      why: 'HTTP 501, NotImplemented: no',
    });
  });

  it('what may pass is thrown, and so are bad credentials: they say nothing of the bucket', async () => {
    await expect(byDefault(error(503, 'SlowDown'))).rejects.toThrow(RetryableFailure);
    await expect(byDefault(error(403, 'InvalidAccessKeyId'))).rejects.toThrow(CallerRefused);
    await expect(notifications(error(400, 'ExpiredToken'))).rejects.toThrow(CallerRefused);
  });
});
