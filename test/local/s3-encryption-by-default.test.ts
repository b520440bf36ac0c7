import { createHash, randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const OWNER = '111122223333';
const WRITER = '444455556666';
const REGION = 'eu-west-1';

let aws: LocalAws;
let s3: S3Client;
let writer: S3Client;
let kms: KMSClient;
let ownerKey: string;
let writerKey: string;
let bucketCount = 0;
let Bucket: string;
const now = Date.UTC(2026, 10, 21, 10, 0, 0);

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
  s3 = new S3Client(aws.clientConfig(OWNER, REGION));
  writer = new S3Client(aws.clientConfig(WRITER, REGION));
  kms = new KMSClient(aws.clientConfig(OWNER, REGION));
  const alias = 'alias/orders';
  ownerKey = aws.kms.control.createKey({ account: OWNER, region: REGION, keyId: id('1'), alias });
  writerKey = aws.kms.control.createKey({ account: WRITER, region: REGION, keyId: id('2'), alias });
});

afterAll(async () => {
  for (const client of [s3, writer, kms]) client.destroy();
  await aws.close();
});

beforeEach(async () => {
  bucketCount += 1;
  Bucket = `encryption-${bucketCount}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const id = (digit: string) => `${digit.repeat(8)}-aaaa-4bbb-8ccc-${digit.repeat(12)}`;

async function put(
  input: Partial<PutObjectCommandInput> = {},
  client = s3,
): Promise<HeadObjectCommandOutput> {
  await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'body', ...input }));
  return client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
}

async function setDefault(rule: ServerSideEncryptionRule): Promise<void> {
  const ServerSideEncryptionConfiguration = { Rules: [rule] };
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
}

const byDefault = (SSEAlgorithm: 'aws:kms' | 'aws:kms:dsse' | 'AES256', KMSMasterKeyID?: string) => ({
  SSEAlgorithm,
  ...(KMSMasterKeyID === undefined ? {} : { KMSMasterKeyID }),
});

const customerKey = (secret = randomBytes(32)) => ({
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: secret.toString('base64'),
  SSECustomerKeyMD5: createHash('md5').update(secret).digest('base64'),
});

const allowSseC = () =>
  setDefault({
    ApplyServerSideEncryptionByDefault: byDefault('AES256'),
    BlockedEncryptionTypes: { EncryptionType: ['NONE'] },
  });

describe('the default encryption of a bucket', () => {
  it('is AES256 with SSE-C blocked on a new bucket', async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
      },
    ]);
  });

  it('applies to a put that says nothing, with the bucket key', async () => {
    await setDefault({
      ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey),
      BucketKeyEnabled: true,
    });
    expect(await put()).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: ownerKey,
      BucketKeyEnabled: true,
    });
    expect((await put({ ServerSideEncryption: 'AES256' })).SSEKMSKeyId).toBeUndefined();
  });

  it('resolves an alias in the account that writes, not in that of the bucket', async () => {
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', 'alias/orders') });
    expect((await put({}, writer)).SSEKMSKeyId).toBe(writerKey);
    expect((await put()).SSEKMSKeyId).toBe(ownerKey);
  });

  it('looks a bare key id up in the account that writes', async () => {
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', id('1')) });
    expect((await put()).SSEKMSKeyId).toBe(ownerKey);
    await expect(put({}, writer)).rejects.toMatchObject({ name: 'KMS.NotFoundException' });
  });

  it('of aws:kms without a key means the key aws/s3 of the account that writes', async () => {
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms') });
    expect((await put({}, writer)).SSEKMSKeyId).toContain(`:${WRITER}:key/`);
  });

  it('is not checked against KMS when it is put', async () => {
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', 'alias/nowhere') });
    await expect(put()).rejects.toMatchObject({ name: 'KMS.NotFoundException' });
  });

  it('goes back to AES256 when it is deleted', async () => {
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey) });
    await s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect((await put()).ServerSideEncryption).toBe('AES256');
  });
});

describe('SSE-C', () => {
  it('is refused with 403 on a new bucket until NONE is put as blocked type', async () => {
    await expect(put(customerKey())).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    await allowSseC();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
  });

  it('HEAD without the key is a 400 without a body', async () => {
    await allowSseC();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
    const failure = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })).catch((error) => error);
    expect(failure).toMatchObject({ name: 'Unknown', $metadata: { httpStatusCode: 400 } });
  });

  it('GET without the key is an InvalidRequest in AWS words', async () => {
    await allowSseC();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
      message:
        'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    });
  });

  it('HEAD and GET with the key echo the algorithm and the MD5 of the key', async () => {
    await allowSseC();
    const key = customerKey();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...key }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...key }));
    expect(head).toMatchObject({ SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: key.SSECustomerKeyMD5 });
    expect(head.ServerSideEncryption).toBeUndefined();
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...key }));
    expect(await got.Body?.transformToString()).toBe('b');
    const wrong = s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...customerKey() }));
    await expect(wrong).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('HEAD of another object with a customer key is a 400', async () => {
    await put();
    const head = s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...customerKey() }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});
