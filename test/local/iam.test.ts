import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ListKeysCommand,
} from '@aws-sdk/client-kms';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { createIam } from '../../local/iam/iam.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-1111-4111-8111-111111111111`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
const ALIAS_TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:sealed`;
const Bucket = 'lake';
const VIA_S3 = { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } };

const iam = createIam();
let aws: LocalAws;
let versionId = '';
const clients: { destroy(): void }[] = [];
const made = <Client extends { destroy(): void }>(client: Client): Client => {
  clients.push(client);
  return client;
};

type Grant = readonly [action: string | readonly string[], resource: string, condition?: object];

/** Clients with the credentials of a role that may do this and no more. */
function having(...grants: readonly Grant[]) {
  const Statement = grants.map(([Action, Resource, Condition]) => ({
    ...{ Effect: 'Allow', Action, Resource },
    ...(Condition === undefined ? {} : { Condition }),
  }));
  const policies = [{ Version: '2012-10-17', Statement }];
  const credentials = iam.setRole({ account: ACCOUNT, name: 'tried', policies });
  const config = { ...aws.clientConfig(ACCOUNT, REGION), credentials };
  return {
    s3: made(new S3Client(config)),
    kms: made(new KMSClient(config)),
    sns: made(new SNSClient(config)),
    sqs: made(new SQSClient(config)),
  };
}

/** What an SDK client makes of an answer: `ok`, or the status and the name. */
async function outcome(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
    return 'ok';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata: unknown = Reflect.get(error, '$metadata');
    return `${Reflect.get(Object(metadata), 'httpStatusCode')} ${error.name}`;
  }
}

beforeAll(async () => {
  aws = await startLocalAws({ iam });
  const keyId = KEY.split('/').at(-1) ?? '';
  aws.kms.control.createKey({ account: ACCOUNT, region: REGION, keyId, alias: 'alias/lake' });
  const config = aws.clientConfig(ACCOUNT, REGION);
  const s3 = made(new S3Client(config));
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const sse = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY } as const;
  versionId = (await s3.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: 'x' }))).VersionId ?? '';
  await s3.send(new PutObjectCommand({ Bucket, Key: 'sealed', Body: 'x', ...sse }));
  const sns = made(new SNSClient(config));
  await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  await sns.send(new CreateTopicCommand({ Name: 'sealed', Attributes: { KmsMasterKeyId: 'alias/lake' } }));
  await made(new SQSClient(config)).send(new CreateQueueCommand({ QueueName: 'work' }));
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await aws.close();
});

const LIST = ['s3:ListBucket', 'arn:aws:s3:::lake'] as const;
const GET = ['s3:GetObject', 'arn:aws:s3:::lake/*'] as const;
const PUT = ['s3:PutObject', 'arn:aws:s3:::lake/*'] as const;
const sealing = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/lake' } as const;

describe('S3 under a role', () => {
  const s3Cases: readonly [string, readonly Grant[], (s3: S3Client) => Promise<unknown>, string][] = [
    ['HEAD, allowed', [GET], (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'plain' })), 'ok'],
    [
      'HEAD, without s3:GetObject',
      [LIST],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'plain' })),
      '403 Unknown',
    ],
    [
      'HEAD of a version, with s3:GetObject alone',
      [GET, LIST],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'plain', VersionId: versionId })),
      '403 Unknown',
    ],
    [
      'HEAD of a version, with s3:GetObjectVersion alone',
      [['s3:GetObjectVersion', 'arn:aws:s3:::lake/*']],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'plain', VersionId: versionId })),
      'ok',
    ],
    [
      'HEAD of what is not there',
      [GET, LIST],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })),
      '404 NotFound',
    ],
    [
      'the same without s3:ListBucket',
      [GET],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })),
      '403 Unknown',
    ],
    [
      'GET of what is not there, without it',
      [GET],
      (s3) => s3.send(new GetObjectCommand({ Bucket, Key: 'no' })),
      '403 AccessDenied',
    ],
    [
      'GET in a bucket that is not there',
      [['s3:GetObject', '*']],
      (s3) => s3.send(new GetObjectCommand({ Bucket: 'absent', Key: 'no' })),
      '404 NoSuchBucket',
    ],
    [
      'HEAD under SSE-KMS, without a key',
      [GET],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'sealed' })),
      'ok',
    ],
    [
      'HEAD with checksums',
      [GET],
      (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: 'sealed', ChecksumMode: 'ENABLED' })),
      '403 Unknown',
    ],
    [
      'GET under SSE-KMS, without its key',
      [GET],
      (s3) => s3.send(new GetObjectCommand({ Bucket, Key: 'sealed' })),
      '403 AccessDenied',
    ],
    [
      'GET under SSE-KMS, by way of S3',
      [GET, ['kms:Decrypt', KEY, VIA_S3]],
      (s3) => s3.send(new GetObjectCommand({ Bucket, Key: 'sealed' })),
      'ok',
    ],
    [
      'a write, allowed',
      [PUT],
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x' })),
      'ok',
    ],
    [
      'a write, without s3:PutObject',
      [GET],
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x' })),
      '403 AccessDenied',
    ],
    [
      'a write under SSE-KMS, without its key',
      [PUT],
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ...sealing })),
      '403 AccessDenied',
    ],
    [
      'a write under SSE-KMS, with it',
      [PUT, ['kms:GenerateDataKey', KEY]],
      (s3) => s3.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ...sealing })),
      'ok',
    ],
    [
      'a write in parts',
      [PUT],
      (s3) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'new' })),
      'ok',
    ],
    [
      'a copy, which the table does not know',
      [['s3:*', '*']],
      (s3) => s3.send(new CopyObjectCommand({ Bucket, Key: 'new', CopySource: 'lake/plain' })),
      '403 AccessDenied',
    ],
    [
      'a deletion, which it does not know',
      [['*', '*']],
      (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: 'plain' })),
      '403 AccessDenied',
    ],
    ['a listing', [LIST], (s3) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'p' })), 'ok'],
    [
      'a listing, without s3:ListBucket',
      [GET],
      (s3) => s3.send(new ListObjectsV2Command({ Bucket })),
      '403 AccessDenied',
    ],
    [
      'a listing of versions, with s3:ListBucket',
      [LIST],
      (s3) => s3.send(new ListObjectVersionsCommand({ Bucket })),
      '403 AccessDenied',
    ],
    [
      'a listing of versions',
      [['s3:ListBucketVersions', 'arn:aws:s3:::lake']],
      (s3) => s3.send(new ListObjectVersionsCommand({ Bucket })),
      'ok',
    ],
    ['HEAD of the bucket', [LIST], (s3) => s3.send(new HeadBucketCommand({ Bucket })), 'ok'],
    [
      'its encryption',
      [['s3:GetEncryptionConfiguration', 'arn:aws:s3:::lake']],
      (s3) => s3.send(new GetBucketEncryptionCommand({ Bucket })),
      'ok',
    ],
    [
      'its notifications',
      [['s3:GetBucketNotification', 'arn:aws:s3:::lake']],
      (s3) => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
      'ok',
    ],
    [
      'its notifications, without',
      [LIST],
      (s3) => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
      '403 AccessDenied',
    ],
  ];
  it.each(s3Cases)('answers %s', async (_, grants, send, expected) => {
    expect(await outcome(send(having(...grants).s3))).toBe(expected);
  });

  it('says what is missing, and keeps what was refused from being written', async () => {
    const { s3 } = having(GET);
    const refused = s3.send(new PutObjectCommand({ Bucket, Key: 'never', Body: 'x' }));
    await expect(refused).rejects.toThrow(
      'is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake/never',
    );
    expect(await outcome(having(GET, LIST).s3.send(new GetObjectCommand({ Bucket, Key: 'never' })))).toBe(
      '404 NoSuchKey',
    );
  });
});

describe('KMS, SNS and SQS under a role', () => {
  it('KMS answers in its own way, and looks an alias up on the key that it stands for', async () => {
    const describeKey = (KeyId: string) => new DescribeKeyCommand({ KeyId });
    expect(await outcome(having().kms.send(describeKey('alias/lake')))).toBe('400 AccessDeniedException');
    expect(await outcome(having(['kms:DescribeKey', KEY]).kms.send(describeKey('alias/lake')))).toBe('ok');
    const any = having(['kms:DescribeKey', 'arn:aws:kms:*:*:key/*']);
    expect(await outcome(any.kms.send(describeKey('alias/none')))).toBe('400 NotFoundException');
    expect(await outcome(having(['*', '*']).kms.send(new ListKeysCommand({})))).toBe(
      '400 AccessDeniedException',
    );
  });

  it('KMS decrypts nothing for who may only by way of S3', async () => {
    const { kms } = having([['kms:Encrypt', 'kms:Decrypt'], KEY, VIA_S3]);
    const Plaintext = Buffer.from('x');
    expect(await outcome(kms.send(new EncryptCommand({ KeyId: KEY, Plaintext })))).toBe(
      '400 AccessDeniedException',
    );
    const { CiphertextBlob } = await having(['kms:Encrypt', KEY]).kms.send(
      new EncryptCommand({ KeyId: KEY, Plaintext }),
    );
    const decrypt = new DecryptCommand({ KeyId: KEY, CiphertextBlob });
    expect(await outcome(having(['kms:Decrypt', KEY, VIA_S3]).kms.send(decrypt))).toBe(
      '400 AccessDeniedException',
    );
    expect(await outcome(having(['kms:Decrypt', KEY]).kms.send(decrypt))).toBe('ok');
  });

  it.each([
    [TOPIC, [], '403 AuthorizationErrorException'],
    [TOPIC, ['sns:Publish'], 'ok'],
    [ALIAS_TOPIC, ['sns:Publish'], '400 KMSAccessDeniedException'],
    [ALIAS_TOPIC, ['sns:Publish', 'kms:GenerateDataKey*'], '400 KMSAccessDeniedException'],
    [ALIAS_TOPIC, ['sns:Publish', 'kms:GenerateDataKey*', 'kms:Decrypt'], 'ok'],
  ])('SNS lets %s be published to by who has %j: %s', async (TopicArn, actions, expected) => {
    const grants = actions.map((action): Grant => [action, action.startsWith('kms:') ? KEY : TopicArn]);
    expect(await outcome(having(...grants).sns.send(new PublishCommand({ TopicArn, Message: 'x' })))).toBe(
      expected,
    );
  });

  it('SQS refuses by its own error', async () => {
    const QueueUrl = `${aws.endpoint}/${ACCOUNT}/work`;
    const receive = new ReceiveMessageCommand({ QueueUrl });
    expect(await outcome(having().sqs.send(receive))).toMatch(/^403 AccessDenied/);
    const arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:work`;
    expect(await outcome(having(['sqs:ReceiveMessage', arn]).sqs.send(receive))).toBe('ok');
  });
});

describe('credentials', () => {
  const head = (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'local' };
    const s3 = made(new S3Client({ ...aws.clientConfig(ACCOUNT, REGION), credentials }));
    return outcome(s3.send(new HeadObjectCommand({ Bucket, Key: 'plain' })));
  };

  it('of the account itself may do everything, and of no role nothing', async () => {
    expect(await head(`LOCAL${ACCOUNT}`)).toBe('ok');
    expect(await head(`ROLE${ACCOUNT}nobody`)).toBe('403 Unknown');
  });

  it('are remembered with what they needed', async () => {
    iam.forget();
    await outcome(having(GET).s3.send(new HeadObjectCommand({ Bucket, Key: 'no' })));
    expect(iam.asked()).toEqual([
      { role: 'tried', action: 's3:GetObject', resource: 'arn:aws:s3:::lake/no', decision: 'allowed' },
      { role: 'tried', action: 's3:ListBucket', resource: 'arn:aws:s3:::lake', decision: 'not-allowed' },
    ]);
  });
});
