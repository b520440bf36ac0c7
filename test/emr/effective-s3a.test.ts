import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import type { Column, Setting } from '../../src/emr/setting.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn } from '../support/keys.ts';
import { setting, settingsOf } from './settings.ts';

const K = keyArn('a');
const L = keyArn('b');
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const OLD_ALGORITHM = 'fs.s3a.server-side-encryption-algorithm';
const OLD_KEY = 'fs.s3a.server-side-encryption.key';
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const HAND_ON = 'fs.s3a.emrfs.compatibility.enable';

const reference = (text: string) => ({ kind: 'reference', reference: parseKeyReference(text) });
const client = (settings: readonly Setting[], column: Column = 's3-s3a', bucket = 'acme-lake') =>
  effectiveClient({ settings, column, bucket });
const s3a = (values: Readonly<Record<string, string>>, column?: Column, bucket?: string) =>
  client(settingsOf(values), column, bucket);
const ids = ({ problems }: ReturnType<typeof client>) => problems.map(({ id }) => id);

describe('S3A by its own properties', () => {
  it.each([
    [{ [ALGORITHM]: 'AES256' }, { type: 'sse-s3' }],
    [{ [ALGORITHM]: 'SSE-S3' }, { type: 'sse-s3' }],
    [
      { [ALGORITHM]: 'sse-kms', [KEY]: K },
      { type: 'sse-kms', key: reference(K) },
    ],
    [{ [ALGORITHM]: 'SSE-KMS' }, { type: 'sse-kms', key: { kind: 'absent' } }],
    [
      { [ALGORITHM]: 'SSE-KMS', [KEY]: '' },
      { type: 'sse-kms', key: { kind: 'absent' } },
    ],
    [
      { [ALGORITHM]: 'DSSE-KMS', [KEY]: K },
      { type: 'dsse-kms', key: reference(K) },
    ],
    [{ [ALGORITHM]: 'SSE-C', [KEY]: '(not shown)' }, { type: 'sse-c' }],
    [{ [ALGORITHM]: 'CSE-CUSTOM' }, { type: 'cse-custom', storage: 'metadata' }],
    [{ [ALGORITHM]: '' }, { type: 'unstated' }],
    [{}, { type: 'unstated' }],
    [
      { [ALGORITHM]: 'CSE-KMS', [KEY]: K, 'fs.s3a.encryption.cse.kms.region': 'eu-west-1' },
      { type: 'cse-kms', key: reference(K), region: 'eu-west-1', wrap: 'kms+context', storage: 'metadata' },
    ],
    [
      { [OLD_ALGORITHM]: 'SSE-KMS', [OLD_KEY]: K },
      { type: 'sse-kms', key: reference(K) },
    ],
  ])('%j', (values, encryption) => {
    for (const column of ['s3-s3a', 's3a-s3a'] as const) {
      const got = s3a(values, column);
      expect(got.encryption).toEqual(encryption);
      expect(got.problems).toEqual([]);
    }
  });

  it.each([
    ['an unknown algorithm', { [ALGORITHM]: 'AES-128' }, 'undecided', 'emr/bad-value'],
    ['CSE-KMS without a key', { [ALGORITHM]: 'CSE-KMS' }, 'cse-kms', 'emr/missing-key'],
    ['a key without an algorithm', { [KEY]: K }, 'unstated', 'emr/ignored-property'],
    ['a key beside SSE-S3', { [ALGORITHM]: 'AES256', [KEY]: K }, 'sse-s3', 'emr/ignored-property'],
    [
      'an encryption context',
      { [ALGORITHM]: 'SSE-KMS', [KEY]: K, 'fs.s3a.encryption.context': 'a=b' },
      'sse-kms',
      'emr/not-expressible',
    ],
    [
      "a bucket's algorithm with the key for all",
      { 'fs.s3a.bucket.acme-lake.encryption.algorithm': 'SSE-KMS', [KEY]: K },
      'sse-kms',
      'emr/conflict',
    ],
  ])('says what is odd about %s', (_, values, type, id) => {
    const got = s3a(values);
    expect(got.encryption.type).toBe(type);
    expect(ids(got)).toEqual([id]);
  });

  it('looks up the former names of a bucket last, and takes former and new name for all as one property', () => {
    const own = 'fs.s3a.bucket.acme-lake.';
    const bucket = s3a({
      [`${own}encryption.algorithm`]: 'SSE-KMS',
      [`${own}server-side-encryption-algorithm`]: 'AES256',
      [`${own}server-side-encryption.key`]: K,
    });
    expect(bucket.encryption).toEqual({ type: 'sse-kms', key: reference(K) });
    expect(ids(bucket)).toEqual(['emr/ignored-property']);
    const all = s3a({ [ALGORITHM]: 'SSE-KMS', [OLD_ALGORITHM]: 'AES256' });
    expect(all.encryption.type).toBe('undecided');
    expect(ids(all)).toEqual(['emr/undecided-order']);
    const layered = client([
      setting(OLD_ALGORITHM, 'SSE-KMS', 'job'),
      setting(ALGORITHM, 'AES256', 'core-site'),
    ]);
    expect(layered.encryption.type).toBe('sse-kms');
    expect(ids(layered)).toEqual(['emr/conflict']);
  });
});

describe("EMRFS's properties on S3A", () => {
  it("are handed on where those of S3A are not set, a bucket's own too", () => {
    expect(s3a({ [SSE]: 'true' }).encryption).toEqual({ type: 'sse-s3' });
    const values = { [SSE]: 'true', [SSE_KEY]: K, [`fs.s3.bucket.acme-lake.${SSE_KEY.slice(6)}`]: L };
    expect(s3a(values).encryption).toEqual({ type: 'sse-kms', key: reference(L) });
    expect(s3a(values, 's3-s3a', 'other').encryption).toEqual({ type: 'sse-kms', key: reference(K) });
    expect(s3a({ [ALGORITHM]: 'CSE-KMS', [CSE_KEY]: K }).encryption).toMatchObject({
      type: 'cse-kms',
      key: reference(K),
    });
  });

  it("give way to S3A's own", () => {
    const values = { [SSE]: 'true', [SSE_KEY]: K, [ALGORITHM]: 'SSE-KMS', [KEY]: L };
    expect(s3a(values).encryption).toEqual({ type: 'sse-kms', key: reference(L) });
  });

  it('are not handed on for s3a:// where nothing says that S3A serves s3://, nor where that is switched off', () => {
    const values = { [SSE]: 'true', [SSE_KEY]: K };
    const plain = s3a(values, 's3a-s3a');
    expect(plain.encryption).toEqual({ type: 'unstated' });
    expect(ids(plain)).toEqual(['emr/ignored-property']);
    const served = { ...values, 'fs.s3.impl': 'org.apache.hadoop.fs.s3a.S3AFileSystem' };
    expect(s3a(served, 's3a-s3a').encryption.type).toBe('sse-kms');
    const query = { settings: settingsOf(values), column: 's3a-s3a', bucket: 'b', mapped: true } as const;
    expect(effectiveClient(query).encryption.type).toBe('sse-kms');
    expect(s3a({ ...values, [HAND_ON]: 'false' }).encryption).toEqual({ type: 'unstated' });
    expect(s3a({ ...values, [HAND_ON]: 'perhaps' }).encryption.type).toBe('undecided');
  });

  it.each([
    ['client-side encryption', { [CSE]: 'true', [CSE_KEY]: K }],
    ['aws:kms without a key', { [SSE]: 'true', 'fs.s3.serverSideEncryptionAlgorithm': 'aws:kms' }],
    ["S3A's key without an algorithm or a key of EMRFS", { [SSE]: 'true', [KEY]: K }],
    ['AES256 beside a key', { [SSE]: 'true', 'fs.s3.serverSideEncryptionAlgorithm': 'AES256', [SSE_KEY]: K }],
    ['two keys that are both handed on', { [SSE]: 'true', [SSE_KEY]: K, [CSE_KEY]: L }],
    [
      "a bucket's own key beside S3A's for all",
      {
        [ALGORITHM]: 'SSE-KMS',
        [KEY]: K,
        'fs.s3.bucket.acme-lake.serverSideEncryption.kms.keyId': L,
      },
    ],
    [
      "a bucket's own switch beside S3A's algorithm for all",
      { [ALGORITHM]: 'SSE-KMS', 'fs.s3.bucket.acme-lake.enableServerSideEncryption': 'false' },
    ],
  ])('leave open what AWS does not document: %s', (_, values) => {
    const got = s3a(values);
    expect(got.encryption.type).toBe('undecided');
    expect(ids(got)).toContain('emr/undecided-order');
  });
});
