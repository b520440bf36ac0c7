import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

let aws: LocalAws;
let s3: S3Client;
let Bucket: string;
let bucketCount = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  s3 = new S3Client(aws.clientConfig('111122223333', 'eu-west-1'));
});

afterAll(async () => {
  s3.destroy();
  await aws.close();
});

beforeEach(async () => {
  bucketCount += 1;
  Bucket = `listing-${bucketCount}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
});

const plant = (...keys: string[]) => {
  for (const key of keys) aws.s3.control.putRaw({ bucket: Bucket, key });
};

async function listAll(input: Partial<ListObjectsV2CommandInput> = {}) {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let pages = 0;
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, ...input, ...(ContinuationToken ? { ContinuationToken } : {}) }),
    );
    for (const { Key } of page.Contents ?? []) keys.push(Key ?? '');
    for (const { Prefix } of page.CommonPrefixes ?? []) prefixes.push(Prefix ?? '');
    expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
    ContinuationToken = page.NextContinuationToken;
    pages += 1;
  } while (ContinuationToken !== undefined);
  return { keys, prefixes, pages };
}

const setVersioning = (Status: 'Enabled' | 'Suspended') =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = (Key: string, Body = 'x') => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const head = (Key: string, VersionId?: string) =>
  s3.send(new HeadObjectCommand({ Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }));

describe('ListObjectsV2', () => {
  it('lists in the order of UTF-8 bytes, which is not that of UTF-16', async () => {
    plant('😀', '\uffee', 'b', 'a/b', 'a', 'a b', 'Z', '\uff01');
    expect((await listAll()).keys).toEqual(['Z', 'a', 'a b', 'a/b', 'b', '\uff01', '\uffee', '😀']);
  });

  it('pages without loss or repetition', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `k/${String(index).padStart(2, '0')}`);
    plant(...keys);
    const { keys: listed, pages } = await listAll({ MaxKeys: 10 });
    expect(listed).toEqual(keys);
    expect(pages).toBe(3);
  });

  it('does not announce a further page when the last one is exactly full', async () => {
    plant('a', 'b');
    expect((await listAll({ MaxKeys: 2 })).pages).toBe(1);
  });

  it('groups by delimiter below a prefix, each group once, across pages', async () => {
    plant('p/a/1', 'p/a/2', 'p/b', 'p/c/1', 'p/c/2', 'q/1', 'o');
    for (const MaxKeys of [1, 2, 1000]) {
      const { keys, prefixes } = await listAll({ Prefix: 'p/', Delimiter: '/', MaxKeys });
      expect({ keys, prefixes }).toEqual({ keys: ['p/b'], prefixes: ['p/a/', 'p/c/'] });
    }
  });

  it('starts after a key that need not exist', async () => {
    plant('a', 'c', 'd');
    expect((await listAll({ StartAfter: 'b' })).keys).toEqual(['c', 'd']);
    expect((await listAll({ StartAfter: 'c' })).keys).toEqual(['d']);
  });

  it('encodes keys as forms do when asked for URL encoding, and keeps the slash', async () => {
    plant('dir/a b+c%ü(1)');
    const page = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(page.Contents?.[0]?.Key).toBe('dir/a+b%2Bc%25%C3%BC%281%29');
  });

  it('sees what was put and deleted between two listings', async () => {
    plant('a', 'c');
    await listAll();
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    plant('b');
    expect((await listAll()).keys).toEqual(['b', 'c']);
    plant('a');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    plant('a');
    expect((await listAll()).keys).toEqual(['a', 'b', 'c']);
  });

  it('refuses a token that it did not make, and a page size that is no number', async () => {
    const token = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'mine' }));
    await expect(token).rejects.toMatchObject({ name: 'InvalidArgument' });
    const size = s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }));
    await expect(size).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('holds 100,000 objects and lists any page of them in milliseconds', async () => {
    for (let index = 0; index < 100_000; index += 1) {
      aws.s3.control.putRaw({ bucket: Bucket, key: `year=2026/${(index * 7919) % 100_000}`, body: 'x' });
    }
    await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    const start = performance.now();
    for (let index = 0; index < 10; index += 1) {
      const StartAfter = `year=2026/${index}5`;
      await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 2, StartAfter }));
    }
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('versions', () => {
  it('are absent from a bucket that was never versioned', async () => {
    expect((await put('k')).VersionId).toBeUndefined();
    expect((await head('k')).VersionId).toBeUndefined();
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(head('k')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('keep every write, the one from before as null', async () => {
    await put('k', 'zero');
    await setVersioning('Enabled');
    const { VersionId } = await put('k', 'one');
    await put('k', 'two');
    const read = async (version: string) =>
      (
        await s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: version }))
      ).Body?.transformToString();
    expect([await read('null'), await read(VersionId ?? '')]).toEqual(['zero', 'one']);
  });

  it('replace the null version when versioning is suspended', async () => {
    await setVersioning('Enabled');
    await put('k', 'one');
    await setVersioning('Suspended');
    expect((await put('k', 'two')).VersionId).toBe('null');
    await put('k', 'three');
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId, Size }) => [VersionId === 'null', Size])).toEqual([
      [true, 5],
      [false, 3],
    ]);
  });

  it('answer a delete marker with 404 by key, and with 405 by its version id', async () => {
    await setVersioning('Enabled');
    await put('k');
    const deleted = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(deleted.DeleteMarker).toBe(true);
    const byKey = await head('k').catch((error) => error);
    expect(byKey.$metadata.httpStatusCode).toBe(404);
    expect(byKey.$response.headers['x-amz-delete-marker']).toBe('true');
    const byVersion = await head('k', deleted.VersionId).catch((error) => error);
    expect(byVersion.$metadata.httpStatusCode).toBe(405);
    expect(byVersion.$response.headers).toMatchObject({
      'x-amz-delete-marker': 'true',
      allow: 'DELETE',
      'last-modified': expect.stringMatching(/ GMT$/),
    });
    expect((await listAll()).keys).toEqual([]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: deleted.VersionId }));
    await head('k');
  });

  it('that are unknown are a 404 NoSuchVersion, and malformed ones a 400', async () => {
    await setVersioning('Enabled');
    await put('k');
    const get = (VersionId: string) => s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
    await expect(get('x'.repeat(32))).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await expect(get('not a version')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(head('k', 'x'.repeat(32))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    await expect(head('k', 'not a version')).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  it('are listed by key and then from the newest, with markers, across pages', async () => {
    await setVersioning('Enabled');
    const first = (await put('a')).VersionId;
    const second = (await put('a')).VersionId;
    const other = (await put('b')).VersionId;
    const marker = (await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))).VersionId;
    const listed: unknown[] = [];
    let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (markers !== undefined) {
      const page: ListObjectVersionsCommandOutput = await s3.send(
        new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...markers }),
      );
      for (const version of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        listed.push([version.Key, version.VersionId, version.IsLatest]);
      }
      markers = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker ?? '', VersionIdMarker: page.NextVersionIdMarker ?? '' }
        : undefined;
    }
    expect(listed).toEqual([
      ['a', marker, true],
      ['a', second, false],
      ['a', first, false],
      ['b', other, true],
    ]);
  });
});
