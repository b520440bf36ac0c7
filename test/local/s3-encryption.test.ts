import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EncryptionWorld,
  id,
  kmsPut,
  OWNER,
  ownerKey,
  REGION,
  WRITER,
  writerKey,
} from './s3-encryption-world.ts';

let world: EncryptionWorld;
let kms: KMSClient;
let Bucket: string;
beforeAll(async () => {
  world = await EncryptionWorld.start();
  kms = new KMSClient(world.aws.clientConfig(OWNER, REGION));
});
afterAll(async () => {
  kms.destroy();
  await world.close();
});
beforeEach(async () => {
  Bucket = await world.newBucket();
});

describe('the encryption of a put', () => {
  it('is answered as AES256 by HEAD when neither request nor bucket says anything', async () => {
    const head = await world.put();
    expect(head.ServerSideEncryption).toBe('AES256');
    expect(head.SSEKMSKeyId).toBeUndefined();
    expect(head.BucketKeyEnabled).toBeUndefined();
  });

  it.each([
    ['a key id', () => id('1')],
    ['a key ARN', () => ownerKey],
    ['an alias name', () => 'alias/orders'],
    ['an alias ARN', () => `arn:aws:kms:${REGION}:${OWNER}:alias/orders`],
  ])('with %s is answered with the full key ARN by PUT and HEAD', async (_form, reference) => {
    const written = await world.s3.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...kmsPut(reference()) }),
    );
    expect(written.SSEKMSKeyId).toBe(ownerKey);
    const head = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: ownerKey });
  });

  it('without a key uses the key aws/s3 of the account that writes', async () => {
    const head = await world.put(kmsPut(), world.writer);
    expect(head.SSEKMSKeyId).toMatch(new RegExp(`^arn:aws:kms:${REGION}:${WRITER}:key/`));
    const caller = { account: WRITER, region: REGION, accessKeyId: '' };
    expect(head.SSEKMSKeyId).toBe(world.aws.kms.managedS3Key(caller));
  });

  it('with an alias of the same name in two accounts takes the key of the one that writes', async () => {
    expect((await world.put(kmsPut('alias/orders'), world.writer)).SSEKMSKeyId).toBe(writerKey);
    expect((await world.put(kmsPut('alias/orders'))).SSEKMSKeyId).toBe(ownerKey);
  });

  it('may use the key of another account by its ARN', async () => {
    expect((await world.put(kmsPut(writerKey))).SSEKMSKeyId).toBe(writerKey);
  });

  it.each([
    ['an unknown key', id('9'), 'KMS.NotFoundException'],
    ['an unknown alias', 'alias/nowhere', 'KMS.NotFoundException'],
    ['a key of another Region', `arn:aws:kms:us-west-2:${OWNER}:key/${id('1')}`, 'KMS.NotFoundException'],
  ])('with %s is refused and stores nothing', async (_what, key, name) => {
    await expect(world.put(kmsPut(key))).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    await expect(world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('is refused while its key is disabled or pending deletion, and HEAD of older objects is not', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.Arn ?? '';
    await world.put(kmsPut(KeyId));
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(world.put(kmsPut(KeyId))).rejects.toMatchObject({ name: 'KMS.DisabledException' });
    await expect(world.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'KMS.DisabledException',
    });
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(world.put(kmsPut(KeyId))).rejects.toMatchObject({ name: 'KMS.KMSInvalidStateException' });
    expect((await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).SSEKMSKeyId).toBe(KeyId);
  });

  it('is denied with 403 when KMS denies the writer the data key', async () => {
    world.aws.kms.control.setDenied(OWNER, ownerKey, 'GenerateDataKey');
    try {
      await expect(world.put(kmsPut(ownerKey))).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    } finally {
      world.aws.kms.control.setDenied(OWNER, ownerKey, 'GenerateDataKey', false);
    }
  });

  it('as DSSE-KMS shows its key and never a bucket key', async () => {
    const head = await world.put({
      ServerSideEncryption: 'aws:kms:dsse',
      SSEKMSKeyId: id('1'),
      BucketKeyEnabled: true,
    });
    expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: ownerKey });
    expect(head.BucketKeyEnabled).toBeUndefined();
  });

  it('returns the bucket key header only when it is true', async () => {
    expect((await world.put({ ...kmsPut(ownerKey), BucketKeyEnabled: true })).BucketKeyEnabled).toBe(true);
    expect(
      (await world.put({ ...kmsPut(ownerKey), BucketKeyEnabled: false })).BucketKeyEnabled,
    ).toBeUndefined();
  });

  it.each([
    ['an unknown algorithm', { ServerSideEncryption: 'rot13' as 'AES256' }],
    ['aws:fsx', { ServerSideEncryption: 'aws:fsx' as const }],
    ['a key beside AES256', { ServerSideEncryption: 'AES256' as const, SSEKMSKeyId: 'alias/orders' }],
    ['a key without an algorithm', { SSEKMSKeyId: 'alias/orders' }],
    ['a context that is not base64 JSON', { ...kmsPut(), SSEKMSEncryptionContext: 'x' }],
  ])('with %s is an InvalidArgument', async (_what, input) => {
    await expect(world.put(input)).rejects.toMatchObject({
      name: 'InvalidArgument',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('keeps the encryption context to itself', async () => {
    const SSEKMSEncryptionContext = Buffer.from('{"team":"a"}').toString('base64');
    const head = await world.put({ ...kmsPut(ownerKey), SSEKMSEncryptionContext });
    expect(JSON.stringify(head)).not.toContain(SSEKMSEncryptionContext);
  });
});

it('a key that an alias points at later does not change what HEAD says of older objects', async () => {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/moving', TargetKeyId: KeyMetadata?.KeyId }));
  expect((await world.put(kmsPut('alias/moving'))).SSEKMSKeyId).toBe(KeyMetadata?.Arn);
});
