import {
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  byDefault,
  customerKey,
  EncryptionWorld,
  id,
  ownerKey,
  WRITER,
  writerKey,
} from './s3-encryption-world.ts';

let world: EncryptionWorld;
let Bucket: string;
beforeAll(async () => {
  world = await EncryptionWorld.start();
});
afterAll(() => world.close());
beforeEach(async () => {
  Bucket = await world.newBucket();
});

describe('the default encryption of a bucket', () => {
  it('is AES256 with SSE-C blocked on a new bucket', async () => {
    const { ServerSideEncryptionConfiguration } = await world.s3.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
      },
    ]);
  });

  it('applies to a put that says nothing, with the bucket key', async () => {
    await world.setDefault({
      ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey),
      BucketKeyEnabled: true,
    });
    expect(await world.put()).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: ownerKey,
      BucketKeyEnabled: true,
    });
    expect((await world.put({ ServerSideEncryption: 'AES256' })).SSEKMSKeyId).toBeUndefined();
  });

  it('resolves an alias in the account that writes, not in that of the bucket', async () => {
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', 'alias/orders') });
    expect((await world.put({}, world.writer)).SSEKMSKeyId).toBe(writerKey);
    expect((await world.put()).SSEKMSKeyId).toBe(ownerKey);
  });

  it('looks a bare key id up in the account that writes', async () => {
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', id('1')) });
    expect((await world.put()).SSEKMSKeyId).toBe(ownerKey);
    await expect(world.put({}, world.writer)).rejects.toMatchObject({ name: 'KMS.NotFoundException' });
  });

  it('of aws:kms without a key means the key aws/s3 of the account that writes', async () => {
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms') });
    expect((await world.put({}, world.writer)).SSEKMSKeyId).toContain(`:${WRITER}:key/`);
  });

  it('is not checked against KMS when it is put', async () => {
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', 'alias/nowhere') });
    await expect(world.put()).rejects.toMatchObject({ name: 'KMS.NotFoundException' });
  });

  it('goes back to AES256 when it is deleted', async () => {
    await world.setDefault({ ApplyServerSideEncryptionByDefault: byDefault('aws:kms', ownerKey) });
    await world.s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect((await world.put()).ServerSideEncryption).toBe('AES256');
  });
});

describe('SSE-C', () => {
  it('is refused with 403 on a new bucket until NONE is put as blocked type', async () => {
    await expect(world.put(customerKey())).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    await world.allowSseC();
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
  });

  it('HEAD without the key is a 400 without a body', async () => {
    await world.allowSseC();
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
    const failure = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })).catch((error) => error);
    expect(failure).toMatchObject({ name: 'Unknown', $metadata: { httpStatusCode: 400 } });
  });

  it('GET without the key is an InvalidRequest in AWS words', async () => {
    await world.allowSseC();
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...customerKey() }));
    await expect(world.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
      message:
        'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    });
  });

  it('HEAD and GET with the key echo the algorithm and the MD5 of the key', async () => {
    await world.allowSseC();
    const key = customerKey();
    await world.s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', ...key }));
    const head = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...key }));
    expect(head).toMatchObject({ SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: key.SSECustomerKeyMD5 });
    expect(head.ServerSideEncryption).toBeUndefined();
    const got = await world.s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...key }));
    expect(await got.Body?.transformToString()).toBe('b');
    const wrong = world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...customerKey() }));
    await expect(wrong).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('HEAD of another object with a customer key is a 400', async () => {
    await world.put();
    const head = world.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...customerKey() }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});
