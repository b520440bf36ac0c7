import { request } from 'node:http';
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
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const OWNER = '111122223333';
const OTHER = '444455556666';
const REGION = 'eu-west-1';
const Bucket = 'objects';
const now = Date.UTC(2026, 10, 21, 10, 0, 0, 789);

let aws: LocalAws;
let s3: S3Client;
let other: S3Client;
let virginia: S3Client;
const unhandled: unknown[] = [];

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now, onUnhandled: (error) => unhandled.push(error) });
  s3 = new S3Client(aws.clientConfig(OWNER, REGION));
  other = new S3Client(aws.clientConfig(OTHER, REGION));
  virginia = new S3Client(aws.clientConfig(OWNER, 'us-east-1'));
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  for (const client of [s3, other, virginia]) client.destroy();
  await aws.close();
  expect(unhandled).toEqual([]);
});

interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Sends what no SDK would. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const scope = `20261121/${REGION}/s3/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=LOCAL${OWNER}/${scope}, SignedHeaders=host, Signature=0`;
  return new Promise((resolve, reject) => {
    const sent = request(
      aws.endpoint,
      { method, path, headers: { authorization, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject).end(method === 'GET' ? '' : body);
  });
}

const put = (Key: string, input: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...input }));
const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
const text = async (Key: string, input: object = {}) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...input }))).Body?.transformToString();

describe('buckets', () => {
  it('have one name for everybody and one owner', async () => {
    await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
    });
  });

  it('may have the same name in another partition', async () => {
    const china = new S3Client(aws.clientConfig(OTHER, 'cn-north-1'));
    await china.send(new CreateBucketCommand({ Bucket }));
    await china.send(new DeleteBucketCommand({ Bucket }));
    china.destroy();
  });

  it('are redirected to their own Region with 301, with and without a body', async () => {
    await put('there');
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
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe(REGION);
    expect((await virginia.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe(REGION);
  });

  it('that do not exist answer 404', async () => {
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('are deleted only when empty', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }));
    await s3.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }));
    await expect(s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    await s3.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
  });

  it('are refused to who expects another owner', async () => {
    await put('owned');
    const read = s3.send(new HeadObjectCommand({ Bucket, Key: 'owned', ExpectedBucketOwner: OTHER }));
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
    await put(key, { Body: key });
    expect(await text(key)).toBe(key);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
    await expect(head(key)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('that differ only by normalisation are different objects', async () => {
    await put('a//b', { Body: 'two' });
    await put('a/b', { Body: 'one' });
    expect([await text('a//b'), await text('a/b')]).toEqual(['two', 'one']);
  });

  it('may have 1024 bytes of UTF-8 and no more', async () => {
    await put('é'.repeat(512));
    await expect(put(`${'é'.repeat(512)}x`)).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('that are not UTF-8 are refused', async () => {
    expect(await raw('PUT', `/${Bucket}/%ff`)).toMatchObject({ status: 400 });
  });
});
