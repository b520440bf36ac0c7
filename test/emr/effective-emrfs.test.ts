import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import type { Setting } from '../../src/emr/setting.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn } from '../support/keys.ts';
import { setting, settingsOf } from './settings.ts';

const K = keyArn('a');
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const ALGORITHM = 'fs.s3.serverSideEncryptionAlgorithm';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const PROVIDER = 'fs.s3.cse.encryptionMaterialsProvider';

const reference = (text: string) => ({ kind: 'reference', reference: parseKeyReference(text) });
const client = (settings: readonly Setting[], bucket = 'acme-lake') =>
  effectiveClient({ settings, column: 's3-emrfs', bucket });
const emrfs = (values: Readonly<Record<string, string>>, bucket?: string) =>
  client(settingsOf(values), bucket);
const ids = ({ problems }: ReturnType<typeof client>) => problems.map(({ id }) => id);

describe('EMRFS', () => {
  it('asks for nothing where nothing is set, and that is an answer', () => {
    expect(emrfs({})).toEqual({
      encryption: { type: 'unstated' },
      cache: 'kept',
      cacheDisabled: false,
      optimizedCommitter: true,
      from: [],
      problems: [],
    });
  });

  it.each([
    [{ [SSE]: 'true' }, { type: 'sse-s3' }],
    [{ [SSE]: ' TRUE ', [ALGORITHM]: 'AES256' }, { type: 'sse-s3' }],
    [
      { [SSE]: 'true', [SSE_KEY]: K },
      { type: 'sse-kms', key: reference(K) },
    ],
    [
      { [SSE]: 'true', [ALGORITHM]: 'aws:kms', [SSE_KEY]: K },
      { type: 'sse-kms', key: reference(K) },
    ],
    [
      { [SSE]: 'true', [ALGORITHM]: 'aws:kms' },
      { type: 'sse-kms', key: { kind: 'absent' } },
    ],
    [{ [SSE]: 'true', [SSE_KEY]: '' }, { type: 'sse-s3' }],
    [{ [SSE]: 'false', [CSE]: 'false' }, { type: 'unstated' }],
  ])('reads server-side encryption from %j', (values, encryption) => {
    const got = emrfs(values);
    expect(got.encryption).toEqual(encryption);
    expect(got.problems).toEqual([]);
  });

  it('leaves a key alone that nothing switches on, and says so', () => {
    const got = emrfs({ [SSE_KEY]: K });
    expect(got.encryption).toEqual({ type: 'unstated' });
    expect(ids(got)).toEqual(['emr/ignored-property']);
    expect(ids(emrfs({ [CSE]: 'false', [CSE_KEY]: K }))).toEqual(['emr/ignored-property']);
  });

  it.each([
    ['both kinds at once', { [SSE]: 'true', [CSE]: 'true' }, 'emr/bad-value'],
    ['a switch that is neither true nor false', { [SSE]: 'yes' }, 'emr/bad-value'],
    ['an algorithm nobody knows', { [SSE]: 'true', [ALGORITHM]: 'ROT13' }, 'emr/bad-value'],
    ['a key beside AES256', { [SSE]: 'true', [ALGORITHM]: 'AES256', [SSE_KEY]: K }, 'emr/undecided-order'],
    [
      'a storage nobody knows',
      { [CSE]: 'true', [CSE_KEY]: K, 'fs.s3.cse.cryptoStorageMode': 'x' },
      'emr/bad-value',
    ],
  ])('cannot be told under %s', (_, values, id) => {
    const got = emrfs(values);
    expect(got.encryption.type).toBe('undecided');
    expect(ids(got)).toEqual([id]);
  });

  it.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as people leave it in a file
    ['${KeyID}', 'emr/placeholder'],
    ['<KMS Key Id>', 'emr/placeholder'],
    ['my-key', 'emr/bad-key'],
    [keyArn('a').toUpperCase(), 'emr/bad-key'],
  ])('never takes %j for a key', (text, id) => {
    const got = emrfs({ [SSE]: 'true', [SSE_KEY]: text });
    expect(got.encryption).toEqual({ type: 'sse-kms', key: { kind: 'unresolved', text } });
    expect(ids(got)).toEqual([id]);
  });

  it('wraps with kms under CSE-KMS, with its provider named or not', () => {
    const expected = { type: 'cse-kms', key: reference(K), wrap: 'kms', storage: 'metadata' };
    const class_ = 'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider';
    expect(emrfs({ [CSE]: 'true', [CSE_KEY]: K }).encryption).toEqual(expected);
    expect(emrfs({ [CSE]: 'true', [CSE_KEY]: K, [PROVIDER]: class_ }).encryption).toEqual(expected);
  });

  it('keeps Region, storage and version 2 of CSE-KMS', () => {
    const values = {
      [CSE]: 'true',
      [CSE_KEY]: K,
      'fs.s3.cse.kms.region': 'eu-west-1',
      'fs.s3.cse.cryptoStorageMode': 'InstructionFile',
      'fs.s3.cse.encryptionV2.enabled': 'true',
    };
    const expected = { region: 'eu-west-1', storage: 'instruction-file', wrap: 'kms+context' };
    expect(emrfs(values).encryption).toMatchObject(expected);
  });

  it('reports CSE-KMS without a key, and takes another class for a custom provider', () => {
    expect(ids(emrfs({ [CSE]: 'true' }))).toEqual(['emr/missing-key']);
    expect(emrfs({ [CSE]: 'true', [PROVIDER]: 'org.example.Mine', [CSE_KEY]: K }).encryption).toEqual({
      type: 'cse-custom',
      provider: 'org.example.Mine',
      storage: 'metadata',
    });
  });

  it("takes a bucket's own property before that for all, one by one", () => {
    const other = keyArn('b');
    const values = { [SSE]: 'true', [SSE_KEY]: K, [`fs.s3.bucket.acme-lake.${SSE_KEY.slice(6)}`]: other };
    expect(emrfs(values).encryption).toEqual({ type: 'sse-kms', key: reference(other) });
    expect(emrfs(values, 'other').encryption).toEqual({ type: 'sse-kms', key: reference(K) });
    expect(emrfs(values, 'acme').encryption).toEqual({ type: 'sse-kms', key: reference(K) });
  });

  it('replaces all that a security configuration says by its override for one bucket', () => {
    const settings = settingsOf(
      { [CSE]: 'true', [CSE_KEY]: K, 'fs.s3.bucket.acme-lake.enableServerSideEncryption': 'true' },
      'security-configuration',
    );
    expect(client(settings).encryption).toEqual({ type: 'sse-s3' });
    expect(client(settings, 'other').encryption.type).toBe('cse-kms');
  });

  it('says that an encryption context of SSE-KMS is not seen in HEAD', () => {
    const got = emrfs({
      [SSE]: 'true',
      [SSE_KEY]: K,
      'fs.s3.serverSideEncryption.kms.customEncryptionContext': 'e30=',
    });
    expect(ids(got)).toEqual(['emr/not-expressible']);
  });

  it('reads the cache by the scheme, and the committer', () => {
    const values = { 'fs.s3.impl.disable.cache': 'true', 'fs.s3a.impl.disable.cache': 'false' };
    expect(emrfs(values).cacheDisabled).toBe(true);
    const s3a = effectiveClient({ settings: settingsOf(values), column: 's3a-s3a', bucket: 'b' });
    expect(s3a.cacheDisabled).toBe(false);
    const off = { 'spark.sql.parquet.fs.optimized.committer.optimization-enabled': 'false' };
    expect(emrfs(off).optimizedCommitter).toBe(false);
  });

  it('tells that a class in the settings makes S3A serve the scheme', () => {
    const settings = [setting('fs.s3.impl', 'org.apache.hadoop.fs.s3a.S3AFileSystem', 'core-site')];
    expect(ids(client(settings))).toEqual(['emr/conflict']);
  });
});
