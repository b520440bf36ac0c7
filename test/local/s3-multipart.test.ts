import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, EventsWorld, REGION } from './s3-events-world.ts';

let world: EventsWorld;
let Bucket: string;
beforeAll(async () => {
  world = await EventsWorld.start();
});
afterAll(() => world.close());
beforeEach(async () => {
  ({ Bucket } = await world.newBucket());
});

describe('a multipart upload', () => {
  const start = (input: object = {}) =>
    world.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big', ...input }));
  const part = (UploadId: string | undefined, PartNumber: number, Body: Buffer) =>
    world.s3.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber, Body }));
  const complete = (
    UploadId: string | undefined,
    Parts: { PartNumber: number; ETag: string | undefined }[],
  ) =>
    world.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }),
    );

  it('joins its parts, numbers them in the ETag, and sends one event of its own', async () => {
    await world.configure();
    const { UploadId } = await start();
    const large = Buffer.alloc(5 * 1024 * 1024, 'a');
    const second = await part(UploadId, 2, Buffer.from('end'));
    const first = await part(UploadId, 1, large);
    const done = await complete(UploadId, [
      { PartNumber: 1, ETag: first.ETag },
      { PartNumber: 2, ETag: second.ETag },
    ]);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const tail = await world.s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=-4' }));
    expect(await tail.Body?.transformToString()).toBe('aend');
    const events = await world.records();
    expect(events.map(({ eventName }) => eventName)).toEqual(['ObjectCreated:CompleteMultipartUpload']);
    expect(events[0].s3.object.size).toBe(large.length + 3);
  });

  it('is encrypted as was decided when it was created, whatever the bucket says later', async () => {
    const key = world.aws.kms.control.createKey({ account: ACCOUNT, region: REGION, keyId: 'mpu' });
    const { UploadId, SSEKMSKeyId } = await start({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    expect(SSEKMSKeyId).toBe(key);
    const ServerSideEncryptionConfiguration = {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse' as const } }],
    };
    await world.s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    const { ETag } = await part(UploadId, 1, Buffer.from('x'));
    await complete(UploadId, [{ PartNumber: 1, ETag }]);
    const head = await world.s3.send(new HeadObjectCommand({ Bucket, Key: 'big' }));
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
    await world.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId }));
    await expect(complete(UploadId, [first])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});
