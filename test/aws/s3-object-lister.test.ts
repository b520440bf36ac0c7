import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalClientConfig, startLocalAws } from '../../local/aws.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { FastObjectLister } from '../../src/aws/fast-object-lister.ts';
import { fromSdkClient } from '../../src/aws/fast-sdk-access.ts';
import { S3ObjectLister } from '../../src/aws/s3-object-lister.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { ObjectLister } from '../../src/reaudit/ports.ts';
import {
  type ListerWorld,
  objectListerContract,
  PLAIN_KEYS,
  type Stored,
  storeVersions,
  VERSIONED_KEYS,
} from '../contract/object-lister.ts';
import { MemoryLister } from '../reaudit/memory-lister.ts';
import { type Answer, CREDENTIALS, type Loopback, loopback } from './loopback.ts';

const NEVER: ObjectLister = { list: async () => Promise.reject(new Error('the SDK was asked')) };
const instantly = { sleep: async () => {} };

const overSdk = (config: LocalClientConfig): ObjectLister => new S3ObjectLister(new S3Client(config));
const fast = (config: LocalClientConfig, sdk = NEVER): ObjectLister =>
  new FastObjectLister({ access: fromSdkClient(new S3Client(config)), sdk, ...instantly });

const memory = async (): Promise<ListerWorld> => {
  const plain = PLAIN_KEYS.map((key) => ({ key }));
  const versioned = VERSIONED_KEYS.flatMap(([key, versions, deleted]): Stored[] => [
    ...(deleted === true ? [{ key, versionId: 'marker', deleteMarker: true } as const] : []),
    ...Array.from({ length: versions }, (_, i) => ({ key, versionId: `v${versions - i}` })),
  ]);
  const current = VERSIONED_KEYS.flatMap(([key, , deleted]) => (deleted === true ? [] : [{ key }]));
  const both: ObjectLister = {
    list: (request) => new MemoryLister(request.versions ? versioned : current).list(request),
  };
  const listers = new Map([
    ['plain', new MemoryLister(plain)],
    ['empty', new MemoryLister([])],
  ]);
  return {
    lister: (bucket) => listers.get(bucket) ?? both,
    plain: { bucket: 'plain', stored: plain },
    versioned: { bucket: 'versioned', stored: versioned },
    empty: 'empty',
    close: async () => {},
  };
};

const local = (connect: (config: LocalClientConfig) => ObjectLister) => async (): Promise<ListerWorld> => {
  const aws = await startLocalAws();
  const config = aws.clientConfig('111122223333', 'us-east-1');
  const client = new S3Client(config);
  const lister = connect(config);
  for (const Bucket of ['list-plain', 'list-versioned', 'list-empty'])
    await client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: 'list-versioned', VersioningConfiguration }));
  for (const Key of PLAIN_KEYS)
    await client.send(new PutObjectCommand({ Bucket: 'list-plain', Key, Body: Key }));
  const Bucket = 'list-versioned';
  const stored = await storeVersions(
    async (Key) => (await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))).VersionId,
    async (Key) => (await client.send(new DeleteObjectCommand({ Bucket, Key }))).VersionId,
  );
  return {
    lister: () => lister,
    plain: { bucket: 'list-plain', stored: PLAIN_KEYS.map((key) => ({ key })) },
    versioned: { bucket: 'list-versioned', stored },
    empty: 'list-empty',
    close: async () => {
      client.destroy();
      await aws.close();
    },
  };
};

objectListerContract('MemoryLister', memory);
objectListerContract('S3ObjectLister', local(overSdk));
objectListerContract(
  'FastObjectLister',
  local((config) => fast(config)),
);

const open: Loopback[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const xml = (code: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>why &amp; how</Message>${more}</Error>`;
const entry = (key: string): string =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified><ETag>&quot;abc&quot;</ETag><Size>7</Size><StorageClass>GLACIER</StorageClass></Contents>`;
const listing = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</ListBucketResult>`;
const BUCKET = bucketName('any-bucket');
const REQUEST = { bucket: BUCKET, prefix: '', versions: false } as const;

for (const [name, connect] of [
  ['S3ObjectLister', overSdk],
  ['FastObjectLister', (config: LocalClientConfig) => fast(config)],
] as const) {
  const answering = async (...answers: readonly Answer[]) => {
    let at = 0;
    const server = await loopback(() => answers[Math.min(at++, answers.length - 1)] ?? { status: 500 });
    open.push(server);
    const config = {
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
    } as const;
    return { lister: connect(config), server };
  };

  describe(`${name} by answer`, () => {
    it('a missing bucket, a refusal and another Region each have an answer of their own', async () => {
      const missing = await answering({ status: 404, body: xml('NoSuchBucket') });
      expect(await missing.lister.list(REQUEST)).toEqual({ kind: 'no-such-bucket' });
      const denied = await answering({ status: 403, body: xml('AccessDenied') });
      expect(await denied.lister.list(REQUEST)).toEqual({ kind: 'denied', permission: 's3:ListBucket' });
      expect(await denied.lister.list({ ...REQUEST, versions: true })).toEqual({
        kind: 'denied',
        permission: 's3:ListBucketVersions',
      });
      const headers = { 'x-amz-bucket-region': 'eu-central-1' };
      const elsewhere = await answering({ status: 301, headers, body: xml('PermanentRedirect') });
      expect(await elsewhere.lister.list(REQUEST)).toEqual({ kind: 'wrong-region', region: 'eu-central-1' });
      const malformed = await answering({ status: 400, headers, body: xml('AuthorizationHeaderMalformed') });
      expect(await malformed.lister.list(REQUEST)).toEqual({ kind: 'wrong-region', region: 'eu-central-1' });
    });

    it('any other refusal comes with what S3 said', async () => {
      const { lister } = await answering({ status: 400, body: xml('InvalidArgument') });
      expect(await lister.list(REQUEST)).toEqual({
        kind: 'refused',
        status: 400,
        code: 'InvalidArgument',
        message: 'why & how',
      });
    });

    it('throttling is a RetryableFailure that names the operation, and an expired token the caller refused', async () => {
      const throttled = await answering({ status: 503, body: xml('SlowDown') });
      await expect(throttled.lister.list(REQUEST)).rejects.toThrow(RetryableFailure);
      await expect(throttled.lister.list({ ...REQUEST, versions: true })).rejects.toMatchObject({
        operation: 's3:ListObjectVersions',
      });
      const expired = await answering({ status: 400, body: xml('ExpiredToken') });
      await expect(expired.lister.list(REQUEST)).rejects.toThrow(CallerRefused);
    });

    it('an entry is read with its size, ETag, date and storage class', async () => {
      const { lister } = await answering({
        status: 200,
        body: listing(
          `<KeyCount>1</KeyCount><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${entry('a+b%2Bc')}`,
        ),
      });
      expect(await lister.list(REQUEST)).toEqual({
        kind: 'page',
        deleteMarkers: 0,
        objects: [
          {
            key: 'a b+c',
            sizeBytes: 7,
            etag: 'abc',
            lastModifiedMs: Date.parse('2026-11-20T01:02:03Z'),
            storageClass: 'GLACIER',
            isLatest: true,
          },
        ],
      });
    });

    it('a lookalike that does not encode keys has them taken as they are', async () => {
      const { lister } = await answering({
        status: 200,
        body: listing(`<IsTruncated>false</IsTruncated>${entry('a+b%2B&amp;&#x41;')}`),
      });
      expect(await lister.list(REQUEST)).toMatchObject({ objects: [{ key: 'a+b%2B&A' }] });
    });

    it('a page that is cut off before its first key is followed by its token', async () => {
      const cut = '<IsTruncated>true</IsTruncated><NextContinuationToken>on&amp;on</NextContinuationToken>';
      const { lister, server } = await answering(
        { status: 200, body: listing(cut) },
        { status: 200, body: listing(`<IsTruncated>false</IsTruncated>${entry('k')}`) },
      );
      expect(await lister.list(REQUEST)).toMatchObject({ objects: [{ key: 'k' }] });
      expect(
        new URL(server.messages[1]?.url ?? '', 'http://any').searchParams.get('continuation-token'),
      ).toBe('on&on');
    });

    it.each([
      ['as S3 does', '<Key>a%25c+%2B</Key>', 'a%25c+%2B'],
      ['not, as Ceph does', '<Key>a%25c%20%2B</Key>', 'a%c +'],
    ])('a marker of versions is the key that it names, where it is encoded %s', async (_, key, marker) => {
      const entry = `${key}<VersionId>v1</VersionId><LastModified>2026-11-20T01:02:03.000Z</LastModified><Size>7</Size>`;
      const next = `<NextKeyMarker>${marker}</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>`;
      for (const name of ['Version', 'DeleteMarker']) {
        const page = `<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>${next}<${name}>${entry}</${name}>`;
        const body = `<ListVersionsResult>${page}</ListVersionsResult>`;
        const { lister } = await answering({ status: 200, body });
        const answer = await lister.list({ ...REQUEST, versions: true });
        expect(answer).toMatchObject({ next: { key: 'a%c +', versionId: 'v1' } });
      }
    });

    it('a page that would go on where it began is a RetryableFailure, and never asked for again and again', async () => {
      const more = '<IsTruncated>true</IsTruncated>';
      const keys = await answering({ status: 200, body: listing(`${more}${entry('k')}`) });
      const after = { key: objectKey('k') };
      await expect(keys.lister.list({ ...REQUEST, after })).rejects.toThrow('without a way to go on');
      expect(await keys.lister.list(REQUEST)).toMatchObject({ next: after });
      const marker = '<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>';
      const body = `<ListVersionsResult>${more}${marker}</ListVersionsResult>`;
      const { lister } = await answering({ status: 200, body });
      const here = { ...REQUEST, versions: true, after: { ...after, versionId: 'v1' } };
      await expect(lister.list(here)).rejects.toThrow(RetryableFailure);
      expect(await lister.list({ ...here, after })).toMatchObject({ next: here.after });
    });
  });
}

describe('FastObjectLister', () => {
  const sdk: ObjectLister = { list: async () => ({ kind: 'no-such-bucket' }) };

  it.each([
    ['a comment', listing('<!-- x --><IsTruncated>false</IsTruncated>')],
    [
      'another count than it says',
      listing(`<KeyCount>2</KeyCount><IsTruncated>false</IsTruncated>${entry('k')}`),
    ],
    ['a document that breaks off', listing(`<IsTruncated>false</IsTruncated>${entry('k')}`).slice(0, -9)],
    ['no word on whether there is more', listing(entry('k'))],
    ['an unknown entity', listing(`<IsTruncated>false</IsTruncated>${entry('&nbsp;')}`)],
    [
      'an entry without a size',
      listing(`<IsTruncated>false</IsTruncated>${entry('k').replace('<Size>7</Size>', '')}`),
    ],
    ['text between the elements', listing(`text<IsTruncated>false</IsTruncated>`)],
    ['no XML', 'hello'],
  ])('leaves to the SDK what is not as S3 writes it: %s', async (_, body) => {
    const server = await loopback(() => ({ status: 200, body }));
    open.push(server);
    const config = {
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
    } as const;
    expect(await fast(config, sdk).list(REQUEST)).toEqual({ kind: 'no-such-bucket' });
  });

  it('a listing that breaks off is asked for again, and never taken for a short one', async () => {
    const whole = listing(`<IsTruncated>false</IsTruncated>${entry('k')}`);
    let asked = 0;
    const server = createServer((_message, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': whole.length });
      if (asked === 1) response.write(whole.slice(0, 120), () => response.destroy());
      else response.end(whole);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const place = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      forcePathStyle: true,
    } as const;
    const lister = fast({ ...place, credentials: CREDENTIALS });
    expect(await lister.list(REQUEST)).toMatchObject({ objects: [{ key: 'k' }] });
    expect(asked).toBe(2);
    server.closeAllConnections();
    server.close();
  });

  it('leaves directory buckets to the SDK, which goes on there by the token of S3 alone', async () => {
    const config = {
      endpoint: 'http://127.0.0.1:1',
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
    } as const;
    const bucket = bucketName('name--euw1-az1--x-s3');
    expect(await fast(config, sdk).list({ ...REQUEST, bucket })).toEqual({ kind: 'no-such-bucket' });
  });
});
