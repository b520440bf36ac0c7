import { afterAll, beforeAll, describe, expect } from 'vitest';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { ObjectHeads } from '../../src/audit/ports.ts';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { bucketName, type ObjectRef, objectKey } from '../../src/objects/object.ts';
import { claims, type Exceptions } from './claim.ts';

/** What a world can store of an object. */
export interface StoredObject {
  readonly serverSideEncryption?: string;
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly missingMeta?: number;
  readonly storageClass?: string;
  readonly body?: string;
  readonly lastModifiedMs?: number;
}

export type BucketKind = 'plain' | 'versioned';

/** A store that the suite fills and then sees through the port. */
export interface HeadsWorld {
  readonly heads: ObjectHeads;
  /** The name of a bucket that is there and answers. */
  readonly buckets: Readonly<Record<BucketKind, string>>;
  /** Buckets that do not answer as they should. */
  readonly bad: Readonly<Record<'denied' | 'missing' | 'wrongRegion', string>>;
  /** Stores an object; gives its version id where the bucket has versions. */
  put(bucket: string, key: string, object: StoredObject): Promise<string | undefined>;
  /** Deletes the current version; gives the delete marker's id where the bucket has versions. */
  remove(bucket: string, key: string): Promise<string | undefined>;
  putUnderCustomerKey(bucket: string, key: string): Promise<void>;
  /** Every HEAD and GET of the key is refused with 403. */
  deny(bucket: string, key: string): Promise<void>;
  /** Every HEAD and GET of the key is refused because the caller's token has expired. */
  expire(bucket: string, key: string): Promise<void>;
  /** Every HEAD of the key fails as if S3 were overloaded. */
  overload(bucket: string, key: string): Promise<void>;
  close(): Promise<void>;
}

export interface HeadsHarness extends Exceptions {
  readonly name: string;
  make(): Promise<HeadsWorld>;
}

const ref = (bucket: string, key: string, versionId?: string): ObjectRef => ({
  bucket: bucketName(bucket),
  key: objectKey(key),
  ...(versionId === undefined ? {} : { versionId }),
});

export const ODD_KEYS: readonly string[] = [
  'a b/c+d',
  'percent%2Fsign%',
  'double//slash///',
  '/leading',
  'trailing/',
  './dot/../dots/..',
  '.',
  '..',
  'ünï/日本/😀',
  `quotes'"&<>`,
  'query?a=b&versionId=x#fragment',
  "~!*()_-.'",
  'control\u0001\u007f',
  'line\nfeed\ttab',
  'back\\slash',
  '__proto__',
  'constructor',
  'k'.repeat(1024),
];

const KMS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

/** What every adapter of `ObjectHeads` keeps to, whatever it stands on. */
export function objectHeadsContract({ name, make, ...exceptions }: HeadsHarness): void {
  const { claim, allNamed } = claims(exceptions);

  describe(`${name} as ObjectHeads`, () => {
    let world: HeadsWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(async () => world.close());

    const headOf = async (object: ObjectRef): Promise<ObjectHead> => {
      const answer = await world.heads.head(object);
      if (answer.kind !== 'found') throw new Error(`expected a HEAD, got ${JSON.stringify(answer)}`);
      return answer.head;
    };
    const stored = async (key: string, object: StoredObject): Promise<ObjectHead> => {
      await world.put(world.buckets.plain, key, object);
      return headOf(ref(world.buckets.plain, key));
    };

    describe('what HEAD shows', () => {
      claim('an object that was never encrypted shows no server-side field at all', async () => {
        const head = await stored('bare', {});
        expect(head.serverSideEncryption).toBeUndefined();
        expect(head.kmsKeyId).toBeUndefined();
        expect(head.bucketKeyEnabled).toBeUndefined();
        expect(head.customerAlgorithm).toBeUndefined();
      });

      for (const algorithm of ['AES256', 'aws:kms', 'aws:kms:dsse', 'aws:fsx', 'aws:backup', 'aws:of-2031']) {
        claim(`the algorithm ${algorithm} comes as it is`, async () => {
          const head = await stored(`algorithm/${algorithm}`, { serverSideEncryption: algorithm });
          expect(head.serverSideEncryption).toBe(algorithm);
        });
      }

      for (const kmsKeyId of [KMS_KEY, 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 'alias/of-a-lookalike']) {
        claim(`the key id ${kmsKeyId} comes as S3 gives it`, async () => {
          const head = await stored(`key/${kmsKeyId}`, { serverSideEncryption: 'aws:kms', kmsKeyId });
          expect(head.kmsKeyId).toBe(kmsKeyId);
        });
      }

      claim('an S3 Bucket Key is true where it is on, and absent where it is not told', async () => {
        const under = { serverSideEncryption: 'aws:kms', kmsKeyId: KMS_KEY };
        expect((await stored('bucket-key', { ...under, bucketKeyEnabled: true })).bucketKeyEnabled).toBe(
          true,
        );
        expect((await stored('no-bucket-key', under)).bucketKeyEnabled).toBeUndefined();
      });

      claim('size, ETag without quotes, Last-Modified to the second and storage class are told', async () => {
        const lastModifiedMs = Date.parse('2026-11-20T01:02:03Z');
        const head = await stored('fields', {
          body: 'twelve bytes',
          lastModifiedMs,
          storageClass: 'GLACIER',
        });
        expect(head).toMatchObject({ sizeBytes: 12, lastModifiedMs, storageClass: 'GLACIER' });
        expect(head.etag).toMatch(/^[0-9a-f]{32}$/);
      });

      claim('an empty object has the size zero, and no storage class means that none is told', async () => {
        const head = await stored('empty', { body: '' });
        expect(head.sizeBytes).toBe(0);
        expect(head.storageClass).toBeUndefined();
      });

      claim('a bucket without versions gives no version id', async () => {
        expect((await stored('unversioned', {})).versionId).toBeUndefined();
      });
    });

    describe('metadata', () => {
      const metadataCase = (title: string, metadata: Readonly<Record<string, string>>): void =>
        claim(title, async () => {
          const head = await stored(`metadata/${title}`, { metadata });
          expect(new Map(head.metadata)).toEqual(new Map(Object.entries(metadata)));
          expect(head.missingMetadata).toBe(0);
        });

      metadataCase('no metadata is an empty map', {});
      metadataCase('an empty value is there and empty', { 'x-amz-iv': '', other: 'x' });
      metadataCase('a value with commas, quotes and JSON comes whole', {
        'x-amz-matdesc': '{"a":"b, \\"c\\"","kms_cmk_id":"x"}',
      });
      metadataCase('an RFC 2047 word is not decoded', { note: '=?UTF-8?B?w7xuw68=?=' });
      metadataCase('raw bytes beyond ASCII come as Latin-1, one character a byte', { note: 'Ã¼ é' });
      metadataCase('names that objects are born with are names like any other', {
        constructor: 'a',
        tostring: 'b',
      });
      metadataCase('the name __proto__ is a name like any other', JSON.parse('{"__proto__":"x"}'));

      claim('what S3 could not return as headers is counted', async () => {
        const head = await stored('missing-meta', { metadata: { a: 'b' }, missingMeta: 3 });
        expect(head.missingMetadata).toBe(3);
        expect(head.metadata.get('a')).toBe('b');
      });
    });

    describe('which object is meant', () => {
      for (const [index, key] of ODD_KEYS.entries()) {
        claim(`the key ${JSON.stringify(key.slice(0, 40))} is asked for verbatim`, async () => {
          const mark = `key ${index}`;
          const head = await stored(key, { metadata: { mark } });
          expect(head.metadata.get('mark')).toBe(mark);
        });
      }

      claim('each version is the one that is named, the current one where none is', async () => {
        const { versioned } = world.buckets;
        const old = await world.put(versioned, 'v', { serverSideEncryption: 'AES256' });
        const current = await world.put(versioned, 'v', { serverSideEncryption: 'aws:kms' });
        expect(old).not.toBe(current);
        const oldHead = await headOf(ref(versioned, 'v', old));
        expect(oldHead).toMatchObject({ serverSideEncryption: 'AES256', versionId: old });
        const currentHead = await headOf(ref(versioned, 'v'));
        expect(currentHead).toMatchObject({ serverSideEncryption: 'aws:kms', versionId: current });
      });

      claim('a version below a delete marker is still found', async () => {
        const { versioned } = world.buckets;
        const version = await world.put(versioned, 'below', { serverSideEncryption: 'AES256' });
        await world.remove(versioned, 'below');
        expect((await headOf(ref(versioned, 'below', version))).versionId).toBe(version);
      });

      claim('a current delete marker is not found, and named by its version not allowed', async () => {
        const { versioned } = world.buckets;
        await world.put(versioned, 'deleted', {});
        const marker = await world.remove(versioned, 'deleted');
        expect(await world.heads.head(ref(versioned, 'deleted'))).toEqual({ kind: 'not-found' });
        expect(await world.heads.head(ref(versioned, 'deleted', marker))).toEqual({
          kind: 'method-not-allowed',
        });
      });
    });

    describe('what is no HEAD', () => {
      claim('a missing object is not found', async () => {
        expect(await world.heads.head(ref(world.buckets.plain, 'nowhere'))).toEqual({ kind: 'not-found' });
      });

      claim('a refusal is denied, and not told as missing', async () => {
        const { plain } = world.buckets;
        await world.put(plain, 'secret/x', {});
        await world.deny(plain, 'secret/x');
        expect(await world.heads.head(ref(plain, 'secret/x'))).toEqual({ kind: 'denied' });
      });

      claim('an overloaded S3 is a RetryableFailure that names the operation', async () => {
        await world.overload(world.buckets.plain, 'busy');
        const failure = world.heads.head(ref(world.buckets.plain, 'busy'));
        await expect(failure).rejects.toThrow(RetryableFailure);
        await expect(failure).rejects.toMatchObject({ operation: 's3:HeadObject' });
      });

      claim('SSE-C is a bad request whose error document speaks of server-side encryption', async () => {
        const { plain } = world.buckets;
        await world.putUnderCustomerKey(plain, 'customer-key');
        const object = ref(plain, 'customer-key');
        expect(await world.heads.head(object)).toEqual({ kind: 'bad-request' });
        expect(await world.heads.errorDocument(object)).toEqual({
          kind: 'error',
          status: 400,
          code: 'InvalidRequest',
          message: expect.stringMatching(/server.side encryption/i),
        });
      });

      claim('an expired token is a bad request whose error document says so', async () => {
        const { plain } = world.buckets;
        await world.expire(plain, 'expired');
        const object = ref(plain, 'expired');
        expect(await world.heads.head(object)).toEqual({ kind: 'bad-request' });
        expect(await world.heads.errorDocument(object)).toMatchObject({ status: 400, code: 'ExpiredToken' });
      });

      claim('an object that can be read has no error document', async () => {
        await world.put(world.buckets.plain, 'readable', { body: 'plain text' });
        expect(await world.heads.errorDocument(ref(world.buckets.plain, 'readable'))).toEqual({
          kind: 'none',
        });
      });
    });

    describe('the bucket itself', () => {
      claim('answers', async () => {
        expect(await world.heads.bucket(bucketName(world.buckets.plain))).toBe('answers');
      });
      claim('is denied where the auditor may not list it', async () => {
        expect(await world.heads.bucket(bucketName(world.bad.denied))).toBe('denied');
      });
      claim('is missing where there is none of that name', async () => {
        expect(await world.heads.bucket(bucketName(world.bad.missing))).toBe('missing');
      });
      claim('is in the wrong Region where S3 redirects', async () => {
        expect(await world.heads.bucket(bucketName(world.bad.wrongRegion))).toBe('wrong-region');
      });
      claim('an object in a bucket of another Region is in the wrong Region too', async () => {
        expect(await world.heads.head(ref(world.bad.wrongRegion, 'x'))).toMatchObject({
          kind: 'wrong-region',
        });
      });
    });

    allNamed();
  });
}
