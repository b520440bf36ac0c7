import { request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
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
const text = async (Key: string, input: object = {}) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...input }))).Body?.transformToString();

describe('what is not implemented', () => {
  it.each([
    ['an object sub-resource', 'PUT', '/objects/kept?tagging', {}],
    ['an unknown sub-resource', 'PUT', '/objects/kept?newest-thing', {}],
    ['a part number on a read', 'GET', '/objects/kept?partNumber=1', {}],
    ['a POST on an object', 'POST', '/objects/kept', {}],
    ['an unknown method', 'PATCH', '/objects/kept', {}],
    ['a bucket sub-resource', 'PUT', '/objects?policy', {}],
    ['the first ListObjects', 'GET', '/objects', {}],
    ['an object lock', 'PUT', '/objects/kept', { 'x-amz-object-lock-mode': 'GOVERNANCE' }],
    ['tags on a write', 'PUT', '/objects/kept', { 'x-amz-tagging': 'a=b' }],
  ])('is refused with 501: %s', async (_what, method, path, headers) => {
    await put('kept', { Body: 'kept' });
    const answer = await raw(method, path, headers, '<Tagging/>');
    expect(answer.status).toBe(501);
    expect(answer.body).toContain('<Code>NotImplemented</Code>');
    expect(await text('kept')).toBe('kept');
  });

  it('reaches the SDK as NotImplemented', async () => {
    const tagging = new PutObjectTaggingCommand({ Bucket, Key: 'kept', Tagging: { TagSet: [] } });
    await expect(s3.send(tagging)).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});

describe('the endpoint', () => {
  it.each([
    ['no Authorization', {}, 403, 'AccessDenied'],
    ['an access key id without an account', 'AKIAEXAMPLE/20261121/eu-west-1/s3', 403, 'InvalidAccessKeyId'],
    ['directory buckets', `LOCAL${OWNER}/20261121/eu-west-1/s3express`, 501, 'NotImplemented'],
    ['a service that is not here', `LOCAL${OWNER}/20261121/eu-west-1/dynamodb`, 501, 'NotImplemented'],
  ])('refuses %s', async (_what, credential, status, code) => {
    const authorization =
      typeof credential === 'string'
        ? `AWS4-HMAC-SHA256 Credential=${credential}/aws4_request, Signature=0`
        : '';
    const answer = await raw('GET', '/', { authorization });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  it('lets a hook answer in the place of a service, and turns an exception into a 500 InternalError', async () => {
    const seen: unknown[] = [];
    const faulty = await startLocalAws({
      beforeRequest: [
        (service, { rawPath }) => {
          if (rawPath.startsWith('/teapot')) return { status: 418 };
          if (service === 's3') throw new Error('broken');
          return undefined;
        },
      ],
      onUnhandled: (error) => seen.push(error),
    });
    const client = new S3Client({ ...faulty.clientConfig(OWNER, REGION), maxAttempts: 1 });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'teapot' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 418 },
    });
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'InternalError',
      $metadata: { httpStatusCode: 500 },
    });
    expect(seen).toHaveLength(1);
    client.destroy();
    await faulty.close();
  });
});
