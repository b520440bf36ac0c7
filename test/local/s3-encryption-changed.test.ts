import { createHash, randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type ServerSideEncryptionRule,
  UpdateObjectEncryptionCommand,
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
let now = Date.UTC(2026, 10, 21, 10, 0, 0);

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

const kmsPut = (SSEKMSKeyId?: string): Partial<PutObjectCommandInput> => ({
  ServerSideEncryption: 'aws:kms',
  ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }),
});

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

describe('a copy', () => {
  const copy = (input: object = {}) =>
    s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k`, ...input }));

  it('is encrypted as its bucket does by default, never as its source was', async () => {
    await put(kmsPut(ownerKey));
    expect((await copy()).ServerSideEncryption).toBe('AES256');
    await setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey) });
    await put({ ServerSideEncryption: 'AES256' });
    expect((await copy()).SSEKMSKeyId).toBe(ownerKey);
  });

  it('is encrypted as its own headers say', async () => {
    await put();
    expect((await copy(kmsPut('alias/orders'))).SSEKMSKeyId).toBe(ownerKey);
  });

  it('onto itself is refused when it changes nothing, and re-encrypts when it says how', async () => {
    await put();
    await expect(copy({ Key: 'k' })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await copy({ Key: 'k', ...kmsPut(ownerKey) });
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).SSEKMSKeyId).toBe(ownerKey);
  });

  it('of an SSE-C object needs the key of the source', async () => {
    await allowSseC();
    const key = customerKey();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...key }));
    await expect(copy()).rejects.toMatchObject({ name: 'InvalidRequest' });
    const copied = await copy({
      CopySourceSSECustomerAlgorithm: 'AES256',
      CopySourceSSECustomerKey: key.SSECustomerKey,
      CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
    });
    expect(copied.ServerSideEncryption).toBe('AES256');
  });
});

describe('UpdateObjectEncryption', () => {
  const update = (KMSKeyArn: string, BucketKeyEnabled = false) =>
    s3.send(
      new UpdateObjectEncryptionCommand({
        Bucket,
        Key: 'k',
        ObjectEncryption: { SSEKMS: { KMSKeyArn, BucketKeyEnabled } },
      }),
    );

  it('changes the key in place and leaves body, ETag and Last-Modified alone', async () => {
    const before = await put();
    now += 60_000;
    await update(ownerKey, true);
    const after = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(after).toMatchObject({ SSEKMSKeyId: ownerKey, BucketKeyEnabled: true });
    expect(after.ETag).toBe(before.ETag);
    expect(after.LastModified).toEqual(before.LastModified);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('body');
  });

  it.each([
    ['an alias ARN', () => `arn:aws:kms:${REGION}:${OWNER}:alias/orders`],
    ['a bare key id', () => id('1').padEnd(40, '0')],
    ['the key of an account that does not own the bucket', () => writerKey],
  ])('refuses %s', async (_what, key) => {
    await put();
    await expect(update(key())).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('refuses DSSE-KMS and unencrypted objects', async () => {
    await put({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: ownerKey });
    await expect(update(ownerKey)).rejects.toMatchObject({ name: 'InvalidRequest' });
    aws.s3.control.putRaw({ bucket: Bucket, key: 'k' });
    await expect(update(ownerKey)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });
});

describe('a raw object', () => {
  it.each([
    ['no encryption at all', {}, {}],
    ['aws:fsx', { serverSideEncryption: 'aws:fsx' }, { ServerSideEncryption: 'aws:fsx' }],
    ['a value nobody knows', { serverSideEncryption: 'aws:moon' }, { ServerSideEncryption: 'aws:moon' }],
    ['aws:kms without a key', { serverSideEncryption: 'aws:kms' }, { ServerSideEncryption: 'aws:kms' }],
  ])('can have %s', async (_what, raw, expected) => {
    aws.s3.control.putRaw({ bucket: Bucket, key: 'raw', body: 'old', missingMeta: 2, ...raw });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'raw' }));
    const { ServerSideEncryption, SSEKMSKeyId } = head;
    expect({ ServerSideEncryption, SSEKMSKeyId }).toEqual({
      ServerSideEncryption: undefined,
      SSEKMSKeyId: undefined,
      ...expected,
    });
    expect(head).toMatchObject({ MissingMeta: 2, ContentLength: 3 });
  });
});
