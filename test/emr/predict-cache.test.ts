import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Job, type PlannedWrite, type Prediction, predictWrites } from '../../src/emr/predict.ts';
import type { Setting } from '../../src/emr/setting.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { settingsOf } from './settings.ts';

const KEYS = ['a', 'b', 'c'].map((digit) => keyArn(digit));
const [K, L] = [keyArn('a'), keyArn('b')];
const S3A_KEY = 'fs.s3a.encryption.key';
const EMRFS_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const COMMITTER = 'spark.sql.parquet.fs.optimized.committer.optimization-enabled';

const S3A = settingsOf({ 'fs.s3a.encryption.algorithm': 'SSE-KMS' });
const EMRFS = settingsOf({ 'fs.s3.enableServerSideEncryption': 'true' });

const write = (uri: string, values: Readonly<Record<string, string>>, user?: string): PlannedWrite => ({
  uri,
  settings: settingsOf(values),
  ...(user === undefined ? {} : { user }),
  place: { source: 'writes.txt' },
});

const session = (
  settings: readonly Setting[],
  s3Connector: Job['s3Connector'],
  writes: readonly PlannedWrite[],
) => predictWrites({ settings, s3Connector, writes, defaults: new Map() });

const keyOf = (prediction: Prediction | undefined): string | undefined =>
  prediction?.kind === 'head' ? prediction.head.kmsKeyId : prediction?.code;

describe('the client that a write gets', () => {
  it('is the first of scheme, bucket and user, whatever a later write sets', () => {
    const writes = [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: L }),
      write('s3a://lake/c/', { [S3A_KEY]: L }, 'ana'),
      write('s3a://logs/d/', { [S3A_KEY]: L }),
      write('s3://lake/e/', { [S3A_KEY]: L }),
      write('s3n://lake/f/', { [S3A_KEY]: K }),
      write('S3A://LAKE/g/', { [S3A_KEY]: L }),
    ];
    const predictions = session(S3A, 's3a', writes);
    expect(predictions.map(keyOf)).toEqual([K, K, L, L, L, K, K]);
    expect(predictions.map(({ cachedFrom }) => cachedFrom && writes.indexOf(cachedFrom))).toEqual([
      undefined,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      0,
    ]);
    expect(predictions.map(({ column }) => column)).toEqual([
      's3a-s3a',
      's3a-s3a',
      's3a-s3a',
      's3a-s3a',
      's3-s3a',
      's3-s3a',
      's3a-s3a',
    ]);
  });

  it("is its own where the cache of its scheme is off, and another scheme's property is no help", () => {
    const off = { 'fs.s3a.impl.disable.cache': 'true' };
    const writes = [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: L, ...off }),
      write('s3a://lake/c/', { [S3A_KEY]: L, 'fs.s3.impl.disable.cache': 'true' }),
    ];
    expect(session(S3A, 's3a', writes).map(keyOf)).toEqual([K, L, K]);
  });

  it('is not the client of a write that was made without the cache', () => {
    const off = { 'fs.s3a.impl.disable.cache': 'true' };
    const writes = [
      write('s3a://lake/a/', { [S3A_KEY]: K, ...off }),
      write('s3a://lake/b/', { [S3A_KEY]: L }),
    ];
    expect(session(S3A, 's3a', writes).map(keyOf)).toEqual([K, L]);
  });

  it("has the write's own setting before the job's, under the former name too", () => {
    const former = 'fs.s3a.server-side-encryption.key';
    for (const [inJob, inWrite] of [
      [S3A_KEY, former],
      [former, S3A_KEY],
      [S3A_KEY, S3A_KEY],
    ] as const) {
      const job = [...S3A, ...settingsOf({ [inJob]: K })];
      const [prediction] = session(job, 's3a', [write('s3a://lake/a/', { [inWrite]: L })]);
      expect(keyOf(prediction)).toBe(L);
      expect(prediction?.problems).toEqual([]);
    }
  });

  it('cannot be told where the settings disagree about the cache and an earlier client encrypts differently', () => {
    const disagree: Setting[] = ['a.xml', 'b.xml'].map((source, index) => ({
      name: 'fs.s3a.impl.disable.cache',
      value: String(index === 0),
      layer: 'core-site',
      place: { source },
    }));
    const [first, second, third] = session([...S3A, ...disagree], 's3a', [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: K }),
      write('s3a://lake/c/', { [S3A_KEY]: L }),
    ]);
    expect([first, second, third].map(keyOf)).toEqual([K, K, 'CLIENT_UNDECIDED']);
    const [, later] = session([...S3A, ...disagree], 's3a', [
      write('s3a://lake/a/', { [S3A_KEY]: K }),
      write('s3a://lake/b/', { [S3A_KEY]: L, 'fs.s3a.impl.disable.cache': 'false' }),
    ]);
    expect(keyOf(later)).toBe('CLIENT_UNDECIDED');
  });
});

describe("EMRFS's S3-optimized committer", () => {
  const off = { 'fs.s3.impl.disable.cache': 'true' };
  const writes = [
    write('s3://lake/a/', { [EMRFS_KEY]: K, ...off }),
    write('s3://lake/b/', { [EMRFS_KEY]: L, ...off }),
    write('s3://lake/c/', { [EMRFS_KEY]: K, ...off }),
  ];

  it('may keep an earlier client although the cache is off', () => {
    const predictions = session(EMRFS, 'emrfs', writes);
    expect(predictions.map(keyOf)).toEqual([K, 'COMMITTER_MAY_KEEP_CLIENT', 'COMMITTER_MAY_KEEP_CLIENT']);
    expect(predictions[1]?.problems.map(({ id }) => id)).toEqual(['emr/committer']);
    expect(predictions[1]?.problems[0]?.message).toContain(`${COMMITTER}=false`);
  });

  it('keeps none where it is switched off, where S3A serves, or where all are encrypted alike', () => {
    const switched = [...EMRFS, ...settingsOf({ [COMMITTER]: 'false' })];
    expect(session(switched, 'emrfs', writes).map(keyOf)).toEqual([K, L, K]);
    expect(session(EMRFS, 's3a', writes).map(keyOf)).toEqual([K, L, K]);
    expect(session(EMRFS, 'emrfs', writes.slice(0, 1).concat(writes.slice(2))).map(keyOf)).toEqual([K, K]);
  });
});

interface Step {
  readonly scheme: string;
  readonly bucket: string;
  readonly user: string | undefined;
  readonly key: string;
  readonly off: boolean;
}

/** Hadoop's cache by another way: looks back from each write for the one that filled the cache. */
const holderOf = (steps: readonly Step[], at: number): number => {
  const here = steps[at];
  if (here === undefined || here.off) return at;
  const same = ({ scheme, bucket, user, off }: Step): boolean =>
    !off && scheme === here.scheme && bucket === here.bucket && user === here.user;
  return steps.findIndex(same);
};

it('any session agrees with a model of the cache that looks back instead of remembering', () => {
  const step: fc.Arbitrary<Step> = fc.record({
    scheme: fc.constantFrom('s3', 's3n', 's3a'),
    bucket: fc.constantFrom('lake', 'logs'),
    user: fc.constantFrom(undefined, 'ana'),
    key: fc.constantFrom(...KEYS),
    off: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.constantFrom('emrfs', 's3a'), (steps, connector) => {
      const settings = [...EMRFS, ...S3A, ...settingsOf({ [COMMITTER]: 'false' })];
      const writes = steps.map(({ scheme, bucket, user, key, off }, index) => {
        const values = {
          [S3A_KEY]: key,
          [EMRFS_KEY]: key,
          [`fs.${scheme}.impl.disable.cache`]: String(off),
        };
        return write(`${scheme}://${bucket}/${index}/`, values, user);
      });
      const predictions = session(settings, connector, writes);
      const holders = steps.map((_, index) => holderOf(steps, index));
      expect(predictions.map(keyOf)).toEqual(holders.map((holder) => steps[holder]?.key));
      expect(predictions.map(({ cachedFrom }) => cachedFrom)).toEqual(
        holders.map((holder, index) => (holder === index ? undefined : writes[holder])),
      );
    }),
    { numRuns: fuzzRuns() },
  );
});
