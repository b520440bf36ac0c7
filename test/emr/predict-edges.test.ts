import { describe, expect, it } from 'vitest';
import { type PlannedWrite, type Prediction, predictWrites } from '../../src/emr/predict.ts';
import type { Connector, Setting } from '../../src/emr/setting.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { keyArn } from '../support/keys.ts';
import { setting, settingsOf } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const S3A_KEY = 'fs.s3a.encryption.key';
const EMRFS_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const S3A_KMS = settingsOf({ 'fs.s3a.encryption.algorithm': 'SSE-KMS' });
const EMRFS_SSE = settingsOf({ 'fs.s3.enableServerSideEncryption': 'true' });
const NO_CACHE = { 'fs.s3.impl.disable.cache': 'true' };

const write = (uri: string, values: Readonly<Record<string, string>> = {}, line = 1): PlannedWrite => ({
  uri,
  settings: settingsOf(values),
  place: { source: 'writes.txt', line },
});

const session = (
  settings: readonly Setting[],
  s3Connector: Connector,
  writes: readonly PlannedWrite[],
  defaults: ReadonlyMap<string, BucketDefault> = new Map(),
): readonly Prediction[] => predictWrites({ settings, s3Connector, writes, defaults });

/** What a person is told of a write: the key that a HEAD will show, or the code and the reason. */
const told = (prediction: Prediction | undefined): string | undefined =>
  prediction?.kind === 'undecided' ? `${prediction.code}: ${prediction.why}` : prediction?.head.kmsKeyId;

const found = (prediction: Prediction | undefined): readonly string[] | undefined =>
  prediction?.problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`);

const NO_DEFAULT =
  "BUCKET_DEFAULT_UNKNOWN: the client asks for nothing, so the bucket's default encryption decides, which is not known here";
const EITHER =
  'CLIENT_UNDECIDED: whether the cache is switched off here cannot be told, and an earlier client encrypts differently';

/** The cache's property with two values in two files, of which nobody knows the order. */
const CACHE_UNKNOWN: readonly Setting[] = ['true', 'false'].map((value, index) =>
  setting('fs.s3a.impl.disable.cache', value, 'core-site', { source: ['a.xml', 'b.xml'][index] ?? '' }),
);

describe('a write', () => {
  it.each(['hdfs://lake/a', 's3://lake/../a', 's3:///a\u001B[2J'])(
    'to %j is refused with what is expected',
    (uri) => {
      const shown = uri.replace('\u001B', '\\u{1B}');
      expect(() => session([], 'emrfs', [write(uri)])).toThrow(
        new RangeError(`"${shown}" is no address like s3://bucket/prefix/`),
      );
    },
  );

  it('may have dots in its folders, as long as none is a whole folder', () => {
    const uri = 's3://lake/v1.0/..a/b../c.parquet/';
    expect(session([], 'emrfs', [write(uri)])[0]?.key).toBe('v1.0/..a/b../c.parquet/part-00000');
  });

  it('to s3a:// takes what EMRFS is told only where S3A serves s3:// too', () => {
    const settings = [...EMRFS_SSE, ...settingsOf({ [EMRFS_KEY]: K })];
    const writes = [write('s3a://lake/a/')];
    expect(told(session(settings, 's3a', writes)[0])).toBe(K);
    expect(told(session(settings, 'emrfs', writes)[0])).toBe(NO_DEFAULT);
  });

  it("has its own setting before a file's, and the file's is told to lose", () => {
    const inFile = setting(S3A_KEY, K, 'core-site', { source: 'core-site.xml' });
    const [prediction] = session([...S3A_KMS, inFile], 's3a', [write('s3a://lake/a/', { [S3A_KEY]: L })]);
    expect(told(prediction)).toBe(L);
    expect(found(prediction)).toEqual([
      `core-site.xml emr/conflict: "${S3A_KEY}" is "${K}" at core-site.xml, but "${S3A_KEY}" is "${L}" at job.txt, which wins: a job's own properties stand above every file`,
    ]);
  });

  it('whose client cannot be told says why, and not that the committer may keep an earlier one', () => {
    const writes = [
      write('s3://lake/a/', { [EMRFS_KEY]: K, ...NO_CACHE }),
      write('s3://lake/b/', { 'fs.s3.serverSideEncryptionAlgorithm': 'SHA', ...NO_CACHE }),
    ];
    expect(session(EMRFS_SSE, 'emrfs', writes).map(told)).toEqual([
      K,
      'CLIENT_UNDECIDED: "fs.s3.serverSideEncryptionAlgorithm" is "SHA"',
    ]);
  });
});

describe('a client from the cache', () => {
  it('brings its problems along, beside those of the settings that ask for another', () => {
    const [first, second] = session(S3A_KMS, 's3a', [
      write('s3a://lake/a/', { [S3A_KEY]: '<first>' }),
      write('s3a://lake/b/', { [S3A_KEY]: '<second>' }),
    ]);
    const placeholder = (word: string): string =>
      `job.txt emr/placeholder: "${S3A_KEY}" is "<${word}>", a placeholder: put the key in its place`;
    expect(found(first)).toEqual([placeholder('first')]);
    expect(found(second)).toEqual([placeholder('second'), placeholder('first')]);
    expect(second?.cachedFrom).toBe(first?.write);
    expect(first).not.toHaveProperty('cachedFrom');
  });

  it('is not named where the write may as well have made its own, which encrypts alike', () => {
    const [, second] = session([...S3A_KMS, ...CACHE_UNKNOWN], 's3a', [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: K }),
    ]);
    expect(told(second)).toBe(K);
    expect(second).not.toHaveProperty('cachedFrom');
  });

  it('is not chosen over one of its own that encrypts otherwise, where nobody knows whether the cache is off', () => {
    const [, second] = session([...S3A_KMS, ...CACHE_UNKNOWN], 's3a', [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: L }),
    ]);
    expect(second?.kind).toBe('undecided');
    expect(told(second)).toBe(EITHER);
  });

  it('is never like another of which nothing is known either, though both have the same reason', () => {
    const unknown = settingsOf({ 'fs.s3a.encryption.algorithm': 'none' });
    const [first, second] = session([...unknown, ...CACHE_UNKNOWN], 's3a', [
      write('s3a://lake/a/'),
      write('s3a://lake/b/'),
    ]);
    expect(told(first)).toBe('CLIENT_UNDECIDED: "fs.s3a.encryption.algorithm" is "none"');
    expect(told(second)).toBe(EITHER);
  });
});

describe("EMRFS's S3-optimized committer", () => {
  it('is told with both writes and with the setting that keeps it from doing so', () => {
    const [, second] = session(EMRFS_SSE, 'emrfs', [
      write('s3://lake/a/', { [EMRFS_KEY]: K, ...NO_CACHE }, 3),
      write('s3://lake/b/', { [EMRFS_KEY]: L, ...NO_CACHE }, 4),
    ]);
    const why =
      '"s3://lake/b/" is encrypted otherwise than "s3://lake/a/" (writes.txt:3) in one session, and EMRFS\'s S3-optimized committer may keep the earlier client: set "spark.sql.parquet.fs.optimized.committer.optimization-enabled=false"';
    expect(second?.kind).toBe('undecided');
    expect(told(second)).toBe(`COMMITTER_MAY_KEEP_CLIENT: ${why}`);
    expect(found(second)).toEqual([`writes.txt emr/committer: ${why}`]);
  });

  it('keeps the client that an earlier write got, not the one that it asked for', () => {
    const predictions = session(EMRFS_SSE, 'emrfs', [
      write('s3://lake/a/', { [EMRFS_KEY]: K }),
      write('s3://lake/b/', { [EMRFS_KEY]: L }),
      write('s3://lake/c/', { [EMRFS_KEY]: K, ...NO_CACHE }),
    ]);
    expect(predictions.map(told)).toEqual([K, K, K]);
  });
});
