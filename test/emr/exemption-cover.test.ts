import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exemptionCovers } from '../../src/emr/exemption-cover.ts';
import { bucketMatches } from '../../src/policy/bucket-pattern.ts';
import { globMatches } from '../../src/policy/glob.ts';
import type { Exemption } from '../../src/policy/types.ts';
import {
  arbitraryBucket,
  arbitraryExemption,
  arbitraryKey,
  buildBucket,
  buildExemption,
} from '../policy/build.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';

const covers = (outer: string, inner: string, outerMost?: number, innerMost?: number): boolean =>
  exemptionCovers(
    buildExemption(outer, outerMost === undefined ? {} : { maxSizeBytes: outerMost }),
    buildExemption(inner, innerMost === undefined ? {} : { maxSizeBytes: innerMost }),
  );

describe('an exemption covers another', () => {
  it.each([
    ['s3://acme-lake/**', 's3://acme-lake/x'],
    ['s3://acme-lake/**', 's3://acme-lake/**/_temporary/**'],
    ['s3://acme-lake/**/_temporary/**', 's3://acme-lake/a/*/**/_temporary/**'],
    ['s3://acme-lake/**/_temporary/**', 's3://acme-lake/_temporary/**'],
    ['s3://acme-lake/**/_*/**', 's3://acme-lake/a/**/_temporary/**'],
    ['s3://acme-lake/*/x', 's3://acme-lake/a*b/x'],
    ['s3://acme-*/**', 's3://acme-lake/**'],
    ['s3://acme-*/**', 's3://acme-la*/**'],
    ['s3://acme-lake/a', 's3://acme-lake/a'],
  ])('%s takes all that %s takes', (outer, inner) => {
    expect(covers(outer, inner)).toBe(true);
  });

  it.each([
    ['s3://acme-lake/a/**', 's3://acme-lake/a'],
    ['s3://acme-lake/a', 's3://acme-lake/*'],
    ['s3://acme-lake/a/*', 's3://acme-lake/a/**'],
    ['s3://acme-lake/a/**/_temporary/**', 's3://acme-lake/**/_temporary/**'],
    ['s3://acme-lake/**/_temporary/*', 's3://acme-lake/**/_temporary/**'],
    ['s3://acme-lake/**', 's3://acme-*/**'],
    ['s3://acme-lake/**', 's3://other-lake/**'],
    ['s3://acme-lake/a*', 's3://acme-lake/*a'],
  ])('%s does not take all that %s takes', (outer, inner) => {
    expect(covers(outer, inner)).toBe(false);
  });

  it('only where its bound on the size is no tighter', () => {
    const glob = 's3://acme-lake/**';
    expect([
      covers(glob, glob, 16, 16),
      covers(glob, glob, 16, 0),
      covers(glob, glob, undefined, 16),
    ]).toEqual([true, true, true]);
    expect([covers(glob, glob, 16, 17), covers(glob, glob, 16)]).toEqual([false, false]);
  });

  it(
    'then no object of the other escapes it',
    () => {
      let taken = 0;
      fc.assert(
        fc.property(
          arbitraryPair,
          fc.oneof(fc.constant('aba'), arbitraryBucket),
          fc.array(arbitraryKey, { minLength: 30 }),
          ([outer, inner], bucket, keys) => {
            if (!exemptionCovers(outer, inner) || !bucketMatches(inner.bucket, bucket)) return;
            for (const key of keys) {
              if (!globMatches(inner.segments, key)) continue;
              taken += 1;
              expect(bucketMatches(outer.bucket, bucket) && globMatches(outer.segments, key)).toBe(true);
            }
          },
        ),
        { numRuns: 3 * fuzzRuns() },
      );
      // Globs that never cover one another would show nothing. With few draws it is chance.
      if (FUZZ_RUNS >= 1000) expect(taken).toBeGreaterThan(FUZZ_RUNS / 2);
    },
    FUZZ_TIMEOUT,
  );
});

/** Two exemptions of which the second is often the first with something put in the place of a segment. */
const arbitraryPair: fc.Arbitrary<readonly [Exemption, Exemption]> = fc
  .tuple(
    arbitraryExemption,
    arbitraryExemption,
    fc.array(fc.constantFrom('', '', 'a', '*', 'a*', '**', '**/a', '*/**'), { minLength: 4, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([outer, other, changes, isChanged]) => {
    if (!isChanged) return [outer, other];
    // Both name one bucket, so that the globs alone decide.
    const path = outer.text.split('/').slice(3);
    const changed = path.map((segment, i) => changes[i] || segment).join('/');
    return [{ ...outer, bucket: buildBucket('aba') }, buildExemption(`s3://aba/${changed}`)];
  });
