import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { bucketMatches, bucketPatternsIntersect } from '../../src/policy/bucket-pattern.ts';
import { tryRule } from '../../src/policy/match.ts';
import { findOverlaps, MOST_OVERLAPS } from '../../src/policy/overlap.ts';
import { compareSpecificity } from '../../src/policy/specificity.ts';
import type { Rule, SegmentPattern } from '../../src/policy/types.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import {
  arbitraryCloseRules,
  BUCKET_NAMES,
  buildBucket,
  buildRuleList,
  buildRules,
  shortTexts,
} from './build.ts';

const overlaps = (matches: readonly string[]) =>
  findOverlaps(buildRuleList(matches)).map(({ first, second }) => [first.id, second.id]);

describe('two rules are an error where one key can be governed by both and every position ranks equal', () => {
  test.each([
    ['the same prefix twice', 's3://lake/a/', 's3://lake/a/'],
    ['captures that differ in name alone', 's3://lake/{a}/x/', 's3://lake/{b}/x/'],
    ['captures whose texts agree', 's3://lake/a{x}/', 's3://lake/{y}a/'],
    ['captures of one prefix that the other goes on with', 's3://lake/ab{x}c/', 's3://lake/a{x}bc/'],
    ['the same raw tail twice', 's3://lake/a', 's3://lake/a'],
    ['buckets with * that share a name', 's3://acme-*/a/', 's3://*-lake/a/'],
    ['the whole bucket twice', 's3://lake', 's3://lake/'],
  ])('%s', (_, first, second) => {
    expect(overlaps([first, second])).toEqual([[first, second]]);
  });

  test.each([
    ['one is more specific', 's3://lake/a/', 's3://lake/{x}/'],
    ['they share no key', 's3://lake/a/', 's3://lake/b/'],
    ['the prefixes of their captures differ', 's3://lake/a{x}/', 's3://lake/b{x}/'],
    ['the suffixes of their captures differ', 's3://lake/{x}a/', 's3://lake/{x}b/'],
    ['a later position ranks them', 's3://lake/a{x}/b/', 's3://lake/{y}a/{z}/'],
    ['a later position parts them', 's3://lake/a{x}/b/', 's3://lake/{y}a/c/'],
    ['one ends in a segment and one in a tail of the same text', 's3://lake/a/', 's3://lake/a'],
    ['their raw tails differ in length', 's3://lake/a', 's3://lake/ab'],
    ['their buckets differ', 's3://lake/a/', 's3://pond/a/'],
    ['a literal segment reads like a number of characters', 's3://lake/1/', 's3://lake/a{x}/'],
  ])('no error where %s', (_, first, second) => {
    expect(overlaps([first, second])).toEqual([]);
  });

  test('three equal rules are three pairs, told in the order of the file', () => {
    const rules = buildRules('s3://lake/a/', 's3://lake/b/', 's3://lake/a/', 's3://lake/a/');
    expect(findOverlaps(rules).map(({ first, second }) => [first.index, second.index])).toEqual([
      [0, 2],
      [0, 3],
      [2, 3],
    ]);
  });

  test('buckets with * share no name where the shortest common one has more than 63 characters', () => {
    const [left, right] = ['a'.repeat(31), 'b'.repeat(32)];
    expect(bucketPatternsIntersect(buildBucket(`${left}*`), buildBucket(`*${right}`))).toBe(true);
    expect(bucketPatternsIntersect(buildBucket(`${left}a*`), buildBucket(`*${right}`))).toBe(false);
    // The end of one may be the beginning of the other.
    expect(bucketPatternsIntersect(buildBucket(`${left}bb*`), buildBucket(`*${right}`))).toBe(true);
    expect(bucketPatternsIntersect(buildBucket(`*${right}*`), buildBucket(`*${left}c*`))).toBe(false);
  });
});

describe('overlaps found, against trying every short key', () => {
  const keys = shortTexts('ab/', 5);

  test('no pair that shares a key at equal rank is missed', () => {
    let pairs = 0;
    fc.assert(
      fc.property(arbitraryCloseRules, (rules) => {
        const found = new Set(
          findOverlaps(rules).map(({ first, second }) => `${first.index} ${second.index}`),
        );
        const taken = rules.map(takenBy);
        for (const [i, first] of rules.entries()) {
          for (const [j, second] of rules.entries()) {
            if (i < j && compareSpecificity(first.match, second.match) === 0 && share(taken[i], taken[j])) {
              pairs++;
              expect(found).toContain(`${i} ${j}`);
            }
          }
        }
      }),
      { numRuns: fuzzRuns({ atLeast: 1_500 }) },
    );
    expect(pairs).toBeGreaterThan(50);
  });

  test('every pair told has a key that both govern, at equal rank', () => {
    fc.assert(
      fc.property(arbitraryCloseRules, (rules) => {
        for (const { first, second } of findOverlaps(rules)) {
          const { bucket, key } = witness(first, second);
          expect(tryRule(first, bucket, key).kind).toBe('governs');
          expect(tryRule(second, bucket, key).kind).toBe('governs');
          expect(compareSpecificity(first.match, second.match)).toBe(0);
          expect(first.index).toBeLessThan(second.index);
        }
      }),
      { numRuns: fuzzRuns({ atLeast: 5_000 }) },
    );
  });

  interface Taken {
    readonly buckets: ReadonlySet<string>;
    readonly keys: ReadonlySet<string>;
  }

  function takenBy(rule: Rule): Taken {
    const buckets = BUCKET_NAMES.filter((name) => bucketMatches(rule.match.bucket, name));
    const bucket = bucketName(buckets[0] ?? '');
    const governed = keys.filter((key) => tryRule(rule, bucket, objectKey(key)).kind === 'governs');
    return { buckets: new Set(buckets), keys: new Set(governed) };
  }

  const share = (a: Taken | undefined, b: Taken | undefined): boolean =>
    a !== undefined && b !== undefined && meet(a.buckets, b.buckets) && meet(a.keys, b.keys);

  const meet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
    [...a].some((item) => b.has(item));

  function witness(first: Rule, second: Rule) {
    const bucket = BUCKET_NAMES.find((name) =>
      [first, second].every((rule) => bucketMatches(rule.match.bucket, name)),
    );
    const segments = first.match.segments.map((segment, i) => common(segment, second.match.segments[i]));
    return { bucket: bucketName(bucket ?? ''), key: objectKey([...segments, first.match.tail].join('/')) };
  }

  function common(a: SegmentPattern, b: SegmentPattern | undefined): string {
    if (a.kind === 'literal' || b === undefined || b.kind === 'literal') {
      return a.kind === 'literal' ? a.text : '';
    }
    return `${longer(a.before, b.before)}-${longer(a.after, b.after)}`;
  }

  const longer = (a: string, b: string): string => (a.length > b.length ? a : b);
});

describe('many rules', () => {
  // Comparing all pairs would be five billion comparisons: these would run into the time limit.
  const many = Array.from({ length: 100_000 }, (_, i) => i.toString(36).padStart(4, '0'));

  test('100,000 captures of equal literal length are told apart, and the one that meets some of them is found', () => {
    const matches = many.map((id) => `s3://lake/tenant-${id}-{x}/`);
    const across = 's3://lake/tenant-000{x}--/';
    const met = matches.filter((match) => match.startsWith('s3://lake/tenant-000'));
    expect(met).toHaveLength(36);
    expect(overlaps([...matches, across])).toEqual(met.map((match) => [match, across]));
  });

  test('captures of every shape, on both sides, are told apart', () => {
    const matches = many.map(
      (id, i) => `s3://lake/${`${id}${'-'.repeat(8)}`.slice(0, i % 2 ? 12 : 4)}{x}${i % 2 ? '' : id + id}/`,
    );
    expect(overlaps(matches)).toEqual([]);
  });

  test('100,000 equal rules are told by the first 10,000 pairs', () => {
    expect(overlaps(many.map(() => 's3://lake/a/'))).toHaveLength(MOST_OVERLAPS);
  });
});
