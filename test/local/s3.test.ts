import { request } from 'node:http';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
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

describe('reads', () => {
  it('return what was put: headers, metadata, storage class, ETag, and the second it was written', async () => {
    await put('full', {
      // A string body would make Node send the headers as UTF-8.
      Body: Buffer.from('body'),
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { 'X-Upper': 'café', two: '2' },
      StorageClass: 'STANDARD_IA',
    });
    expect(await head('full')).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 4,
      ETag: '"841a2d689ad86bd1611447453c22c6fc"',
      Metadata: { 'x-upper': 'café', two: '2' },
      StorageClass: 'STANDARD_IA',
      LastModified: new Date(Date.UTC(2026, 10, 21, 10, 0, 0)),
    });
    await put('plain', { StorageClass: 'STANDARD' });
    const plain = await head('plain');
    expect([plain.StorageClass, plain.VersionId]).toEqual([undefined, undefined]);
  });

  it.each([
    ['bytes=1-2', 'od', 'bytes 1-2/4'],
    ['bytes=2-', 'dy', 'bytes 2-3/4'],
    ['bytes=-3', 'ody', 'bytes 1-3/4'],
    ['bytes=0-99', 'body', 'bytes 0-3/4'],
  ])('of the range %s return %s', async (Range, expected, ContentRange) => {
    await put('ranged');
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
    expect(await got.Body?.transformToString()).toBe(expected);
    expect(got).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
  });

  it('past the end are a 416', async () => {
    await put('ranged');
    await expect(text('ranged', { Range: 'bytes=4-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('of a missing object are 404, by HEAD without a body', async () => {
    await expect(head('missing')).rejects.toMatchObject({ name: 'NotFound' });
    await expect(text('missing')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await raw('HEAD', `/${Bucket}/missing`)).toMatchObject({ status: 404, body: '' });
  });

  it('with the encryption headers of a write are a 400', async () => {
    await put('plain');
    const answer = await raw('HEAD', `/${Bucket}/plain`, { 'x-amz-server-side-encryption': 'AES256' });
    expect(answer).toMatchObject({ status: 400, body: '' });
  });

  it('below a denied prefix are 403 until it is lifted', async () => {
    await put('secret/a');
    aws.s3.control.setDenied(Bucket, 'secret/');
    await expect(head('secret/a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(text('secret/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    aws.s3.control.setDenied(Bucket, undefined);
    await head('secret/a');
  });

  it('obey If-Match and If-None-Match', async () => {
    const { ETag } = await put('conditional');
    await expect(text('conditional', { IfMatch: '"other"' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
    await expect(text('conditional', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(put('conditional', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });
});

describe('writes', () => {
  it('with more than 2 KB of metadata are refused', async () => {
    await put('meta', { Metadata: { a: 'x'.repeat(2047) } });
    await expect(put('meta', { Metadata: { a: 'x'.repeat(2048) } })).rejects.toMatchObject({
      name: 'MetadataTooLarge',
    });
  });

  it('whose checksum does not fit are refused', async () => {
    await expect(put('sum', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('sum', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
  });

  it('in aws-chunked framing are stored without it', async () => {
    const body = '4\r\nWiki\r\n5\r\npedia\r\n0\r\nx-amz-checksum-crc32:c4Q4Sg==\r\n\r\n';
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '9',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    const wrong = await raw('PUT', `/${Bucket}/chunked`, headers, body);
    expect(wrong.body).toContain('<Code>BadDigest</Code>');
    const right = body.replace(/x-amz-checksum-crc32:.*\r\n/, '');
    expect(await raw('PUT', `/${Bucket}/chunked`, headers, right)).toMatchObject({ status: 200 });
    expect(await text('chunked')).toBe('Wikipedia');
    expect((await head('chunked')).ContentEncoding).toBeUndefined();
    const cut = await raw('PUT', `/${Bucket}/chunked`, headers, body.slice(0, 8));
    expect(cut.body).toContain('<Code>IncompleteBody</Code>');
  });

  it('of a stream by the SDK come back whole', async () => {
    const { Readable } = await import('node:stream');
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await put('stream', { Body, ContentLength: 7 });
    expect(await text('stream')).toBe('one two');
  });

  it('of deletions remove many keys at once and answer missing ones as deleted', async () => {
    await put('many/1');
    await put('many/ 2+');
    const Objects = ['many/1', 'many/ 2+', 'many/3'].map((Key) => ({ Key }));
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
    await expect(head('many/ 2+')).rejects.toMatchObject({ name: 'NotFound' });
  });
});
