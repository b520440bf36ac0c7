import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  byDefault,
  customerKey,
  EncryptionWorld,
  id,
  kmsPut,
  OWNER,
  ownerKey,
  REGION,
  writerKey,
} from './s3-encryption-world.ts';

let now = Date.UTC(2026, 10, 21, 10, 0, 0);

let world: EncryptionWorld;
let Bucket: string;
beforeAll(async () => {
  world = await EncryptionWorld.start(() => now);
});
afterAll(() => world.close());
beforeEach(async () => {
  Bucket = await world.newBucket();
});

describe('a copy', () => {
  const copy = (input: object = {}) =>
    world.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k`, ...input }));

  it('is encrypted as its bucket does by default, never as its source was', async () => {
    await world.put(kmsPut(ownerKey));
    expect((await copy()).ServerSideEncryption).toBe('AES256');
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey) });
    await world.put({ ServerSideEncryption: 'AES256' });
    expect((await copy()).SSEKMSKeyId).toBe(ownerKey);
  });

  it('is encrypted as its own headers say', async () => {
    await world.put();
    expect((await copy(kmsPut('alias/orders'))).SSEKMSKeyId).toBe(ownerKey);
  });

  it('onto itself is refused when it changes nothing, and re-encrypts when it says how', async () => {
    await world.put();
    await expect(copy({ Key: 'k' })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await copy({ Key: 'k', ...kmsPut(ownerKey) });
    expect((await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).SSEKMSKeyId).toBe(ownerKey);
  });

  it('of an SSE-C object needs the key of the source', async () => {
    await world.allowSseC();
    const key = customerKey();
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...key }));
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
    world.s3.send(
      new UpdateObjectEncryptionCommand({
        Bucket,
        Key: 'k',
        ObjectEncryption: { SSEKMS: { KMSKeyArn, BucketKeyEnabled } },
      }),
    );

  it('changes the key in place and leaves body, ETag and Last-Modified alone', async () => {
    const before = await world.put();
    now += 60_000;
    await update(ownerKey, true);
    const after = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(after).toMatchObject({ SSEKMSKeyId: ownerKey, BucketKeyEnabled: true });
    expect(after.ETag).toBe(before.ETag);
    expect(after.LastModified).toEqual(before.LastModified);
    const got = await world.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('body');
  });

  it.each([
    ['an alias ARN', () => `arn:aws:kms:${REGION}:${OWNER}:alias/orders`],
    ['a bare key id', () => id('1').padEnd(40, '0')],
    ['the key of an account that does not own the bucket', () => writerKey],
  ])('refuses %s', async (_what, key) => {
    await world.put();
    await expect(update(key())).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('refuses DSSE-KMS and unencrypted objects', async () => {
    await world.put({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: ownerKey });
    await expect(update(ownerKey)).rejects.toMatchObject({ name: 'InvalidRequest' });
    world.aws.s3.control.putRaw({ bucket: Bucket, key: 'k' });
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
    world.aws.s3.control.putRaw({ bucket: Bucket, key: 'raw', body: 'old', missingMeta: 2, ...raw });
    const head = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'raw' }));
    const { ServerSideEncryption, SSEKMSKeyId } = head;
    expect({ ServerSideEncryption, SSEKMSKeyId }).toEqual({
      ServerSideEncryption: undefined,
      SSEKMSKeyId: undefined,
      ...expected,
    });
    expect(head).toMatchObject({ MissingMeta: 2, ContentLength: 3 });
  });
});
