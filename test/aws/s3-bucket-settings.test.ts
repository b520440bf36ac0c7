import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { startLocalAws } from '../../local/aws.ts';
import type { LocalRequest, LocalResponse } from '../../local/service.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { S3BucketSettings } from '../../src/aws/s3-bucket-settings.ts';
import { bucketName } from '../../src/objects/object.ts';
import { bucketSettingsContract, type SettingsWorld } from '../contract/bucket-settings.ts';
import { settingsThrough } from '../support/bucket-configurations.ts';
import { keyArn } from '../support/keys.ts';
import { type Answer, CREDENTIALS, loopback } from './loopback.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const LAKE = bucketName('acme-lake');
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:audit`;

const error = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
});

const REFUSED: ReadonlyMap<string, LocalResponse> = new Map([
  ['denied', error(403, 'AccessDenied')],
  ['overloaded', error(503, 'SlowDown')],
]);
const refuse = (_service: string, { rawPath }: LocalRequest): LocalResponse | undefined =>
  REFUSED.get(rawPath.split('/')[1] ?? '');

async function local(): Promise<SettingsWorld> {
  const aws = await startLocalAws({ beforeRequest: [refuse] });
  const config = { ...aws.clientConfig(ACCOUNT, REGION), maxAttempts: 1 };
  const region = 'eu-central-1';
  const nobody = { accessKeyId: 'NOBODY', secretAccessKey: 'any' };
  const clients = {
    own: new S3Client(config),
    nobody: new S3Client({ ...config, credentials: nobody }),
    elsewhere: new S3Client({ ...config, region }),
    queues: new SQSClient(config),
  };
  await clients.queues.send(new CreateQueueCommand({ QueueName: 'audit' }));
  const CreateBucketConfiguration = { LocationConstraint: region } as const;
  await clients.elsewhere.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration }));
  const target = { kind: 'queue', arn: QUEUE } as const;
  return {
    settings: new S3BucketSettings(clients.own),
    byNobody: new S3BucketSettings(clients.nobody),
    key: { arn: keyArn('a'), alias: 'alias/lake' },
    target,
    bad: {
      ...{ denied: 'denied', missing: 'missing', overloaded: 'overloaded' },
      elsewhere: { bucket: 'elsewhere', region },
    },
    make: async (Bucket) => {
      await clients.own.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    ...settingsThrough(clients.own, target),
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await aws.close();
    },
  };
}

bucketSettingsContract({ name: 'S3BucketSettings', make: local });

describe('what a server answers', () => {
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

  it('no default encryption is none where an error says so', async () => {
    const notFound = error(404, 'ServerSideEncryptionConfigurationNotFoundError');
    expect(await byDefault(notFound)).toEqual({ kind: 'none' });
  });

  it.each([
    ['no rule', '<ServerSideEncryptionConfiguration/>'],
    ['the listing of a bucket', '<ListBucketResult><Name>acme-lake</Name></ListBucketResult>'],
  ])('an answer that holds %s tells nothing of a default, not that there is none', async (_, body) => {
    expect(await byDefault({ status: 200, body })).toEqual({
      kind: 'refused',
      why: 'its answer holds no rule of default encryption: this server may not know the question',
    });
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

  it('a 403 without an error document is access denied, and one with another code is told as it came', async () => {
    const denied = { kind: 'denied', permission: 's3:GetEncryptionConfiguration' };
    expect(await byDefault({ status: 403 })).toEqual(denied);
    const disabled = error(403, 'AllAccessDisabled');
    const refused = { kind: 'refused', why: 'HTTP 403, AllAccessDisabled: no' };
    expect(await byDefault(disabled)).toEqual(refused);
    expect(await notifications(disabled)).toEqual(refused);
  });

  it('a redirect is another Region, and so is a signature for another Region where S3 names the right one', async () => {
    const headers = { 'x-amz-bucket-region': 'eu-central-1' };
    const elsewhere = { kind: 'wrong-region', region: 'eu-central-1' };
    for (const status of [301, 307, 308]) {
      expect(await byDefault({ status, headers })).toEqual(elsewhere);
      expect(await notifications({ status })).toEqual({ kind: 'wrong-region' });
    }
    const malformed = error(400, 'AuthorizationHeaderMalformed');
    expect(await byDefault({ ...malformed, headers })).toEqual(elsewhere);
    await expect(byDefault(malformed)).rejects.toThrow(CallerRefused);
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
