import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bucket, ObjectsWorld, OWNER, REGION } from './s3-objects-world.ts';

const OTHER = '444455556666';

let world: ObjectsWorld;
let other: S3Client;
let virginia: S3Client;
beforeAll(async () => {
  world = await ObjectsWorld.start();
  other = world.client(OTHER, REGION);
  virginia = world.client(OWNER, 'us-east-1');
});
afterAll(() => world.close());

describe('buckets', () => {
  it('have one name for everybody and one owner', async () => {
    await expect(world.s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
    });
  });

  it('may have the same name in another partition', async () => {
    const china = new S3Client(world.aws.clientConfig(OTHER, 'cn-north-1'));
    await china.send(new CreateBucketCommand({ Bucket }));
    await china.send(new DeleteBucketCommand({ Bucket }));
    china.destroy();
  });

  it('are redirected to their own Region with 301, with and without a body', async () => {
    await world.put('there');
    const failure = await virginia.send(new HeadBucketCommand({ Bucket })).catch((error) => error);
    expect(failure.$metadata.httpStatusCode).toBe(301);
    expect(failure.$response.headers['x-amz-bucket-region']).toBe(REGION);
    await expect(virginia.send(new HeadObjectCommand({ Bucket, Key: 'there' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 301 },
    });
    await expect(virginia.send(new GetObjectCommand({ Bucket, Key: 'there' }))).rejects.toMatchObject({
      name: 'PermanentRedirect',
    });
  });

  it('tell their Region to HeadBucket and, from everywhere, to GetBucketLocation', async () => {
    expect((await world.s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(REGION);
    expect((await virginia.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(REGION);
  });

  it('that do not exist answer 404', async () => {
    await expect(world.s3.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(world.s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('are deleted only when empty', async () => {
    await world.s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }));
    await world.s3.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }));
    await expect(world.s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    await world.s3.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }));
    await world.s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
    const { Buckets } = await world.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
  });

  it('are refused to who expects another owner', async () => {
    await world.put('owned');
    const read = world.s3.send(new HeadObjectCommand({ Bucket, Key: 'owned', ExpectedBucketOwner: OTHER }));
    await expect(read).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});

describe('keys', () => {
  it.each([
    'a b+c%20d',
    '100%',
    '/leading',
    'double//slash',
    './dot/../dots',
    '..',
    'ümlaut-日本-😀',
    'question?mark#hash&amp',
    'quote\'"<>',
    '\u0001control',
  ])('%j comes back byte for byte', async (key) => {
    await world.put(key, { Body: key });
    expect(await world.text(key)).toBe(key);
    await world.s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    await expect(world.head(key)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('that differ only by normalisation are different objects', async () => {
    await world.put('a//b', { Body: 'two' });
    await world.put('a/b', { Body: 'one' });
    expect([await world.text('a//b'), await world.text('a/b')]).toEqual(['two', 'one']);
  });

  it('may have 1024 bytes of UTF-8 and no more', async () => {
    await world.put('é'.repeat(512));
    await expect(world.put(`${'é'.repeat(512)}x`)).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('that are not UTF-8 are refused', async () => {
    expect(await world.raw('PUT', `/${Bucket}/%ff`)).toMatchObject({ status: 400 });
  });
});
