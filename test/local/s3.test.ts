import { DeleteObjectsCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bucket, ObjectsWorld } from './s3-objects-world.ts';

const now = Date.UTC(2026, 10, 21, 10, 0, 0, 789);

let world: ObjectsWorld;
beforeAll(async () => {
  world = await ObjectsWorld.start(() => now);
});
afterAll(() => world.close());

describe('reads', () => {
  it('return what was put: headers, metadata, storage class, ETag, and the second it was written', async () => {
    await world.put('full', {
      // A string body would make Node send the headers as UTF-8.
      Body: Buffer.from('body'),
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { 'X-Upper': 'café', two: '2' },
      StorageClass: 'STANDARD_IA',
    });
    expect(await world.head('full')).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 4,
      ETag: '"841a2d689ad86bd1611447453c22c6fc"',
      Metadata: { 'x-upper': 'café', two: '2' },
      StorageClass: 'STANDARD_IA',
      LastModified: new Date(Date.UTC(2026, 10, 21, 10, 0, 0)),
    });
    await world.put('plain', { StorageClass: 'STANDARD' });
    const plain = await world.head('plain');
    expect([plain.StorageClass, plain.VersionId]).toEqual([undefined, undefined]);
  });

  it.each([
    ['bytes=1-2', 'od', 'bytes 1-2/4'],
    ['bytes=2-', 'dy', 'bytes 2-3/4'],
    ['bytes=-3', 'ody', 'bytes 1-3/4'],
    ['bytes=0-99', 'body', 'bytes 0-3/4'],
  ])('of the range %s return %s', async (Range, expected, ContentRange) => {
    await world.put('ranged');
    const got = await world.s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
    expect(await got.Body?.transformToString()).toBe(expected);
    expect(got).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
  });

  it('past the end are a 416', async () => {
    await world.put('ranged');
    await expect(world.text('ranged', { Range: 'bytes=4-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('of a missing object are 404, by HEAD without a body', async () => {
    await expect(world.head('missing')).rejects.toMatchObject({ name: 'NotFound' });
    await expect(world.text('missing')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await world.raw('HEAD', `/${Bucket}/missing`)).toMatchObject({ status: 404, body: '' });
  });

  it('with the encryption headers of a write are a 400', async () => {
    await world.put('plain');
    const answer = await world.raw('HEAD', `/${Bucket}/plain`, { 'x-amz-server-side-encryption': 'AES256' });
    expect(answer).toMatchObject({ status: 400, body: '' });
  });

  it('below a denied prefix are 403 until it is lifted', async () => {
    await world.put('secret/a');
    world.aws.s3.control.setDenied(Bucket, 'secret/');
    await expect(world.head('secret/a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await expect(world.text('secret/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    world.aws.s3.control.setDenied(Bucket, undefined);
    await world.head('secret/a');
  });

  it('obey If-Match and If-None-Match', async () => {
    const { ETag } = await world.put('conditional');
    await expect(world.text('conditional', { IfMatch: '"other"' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
    await expect(world.text('conditional', { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(world.put('conditional', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });
});

describe('writes', () => {
  it('with more than 2 KB of metadata are refused', async () => {
    await world.put('meta', { Metadata: { a: 'x'.repeat(2047) } });
    await expect(world.put('meta', { Metadata: { a: 'x'.repeat(2048) } })).rejects.toMatchObject({
      name: 'MetadataTooLarge',
    });
  });

  it('whose checksum does not fit are refused', async () => {
    await expect(world.put('sum', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(world.put('sum', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({
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
    const wrong = await world.raw('PUT', `/${Bucket}/chunked`, headers, body);
    expect(wrong.body).toContain('<Code>BadDigest</Code>');
    const right = body.replace(/x-amz-checksum-crc32:.*\r\n/, '');
    expect(await world.raw('PUT', `/${Bucket}/chunked`, headers, right)).toMatchObject({ status: 200 });
    expect(await world.text('chunked')).toBe('Wikipedia');
    expect((await world.head('chunked')).ContentEncoding).toBeUndefined();
    const cut = await world.raw('PUT', `/${Bucket}/chunked`, headers, body.slice(0, 8));
    expect(cut.body).toContain('<Code>IncompleteBody</Code>');
  });

  it('of a stream by the SDK come back whole', async () => {
    const { Readable } = await import('node:stream');
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await world.put('stream', { Body, ContentLength: 7 });
    expect(await world.text('stream')).toBe('one two');
  });

  it('of deletions remove many keys at once and answer missing ones as deleted', async () => {
    await world.put('many/1');
    await world.put('many/ 2+');
    const Objects = ['many/1', 'many/ 2+', 'many/3'].map((Key) => ({ Key }));
    const { Deleted } = await world.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
    await expect(world.head('many/ 2+')).rejects.toMatchObject({ name: 'NotFound' });
  });
});
