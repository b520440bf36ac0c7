import { describe, expect, test } from 'vitest';
import { bucketMatches, bucketPatternsIntersect } from '../../src/policy/bucket-pattern.ts';
import { findOverlaps, MOST_OVERLAPS } from '../../src/policy/overlap.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Rule } from '../../src/policy/types.ts';
import { TODAY } from '../support/policy.ts';
import { buildBucket, buildRule, buildRuleList, shortTexts } from './build.ts';

/** The pairs by their places in the file. */
const pairs = (matches: readonly string[]): readonly (readonly [number, number])[] =>
  findOverlaps(buildRuleList(matches)).map(({ first, second }) => [first.index, second.index]);

/** Whether two buckets are told to share a name, which must not depend on which is asked first. */
function shareName(a: string, b: string): boolean {
  const answer = bucketPatternsIntersect(buildBucket(a), buildBucket(b));
  expect(bucketPatternsIntersect(buildBucket(b), buildBucket(a))).toBe(answer);
  return answer;
}

describe('the order in which overlaps are told', () => {
  test('is that of the later rule in the file, not that of the segments they meet at', () => {
    expect(pairs(['s3://lake/a/', 's3://lake/b/', 's3://lake/b/', 's3://lake/a/'])).toEqual([
      [1, 2],
      [0, 3],
    ]);
  });

  test('is that of the earlier rule where one rule meets several, however the captures are written', () => {
    expect(pairs(['s3://lake/a{x}/', 's3://lake/{y}a/', 's3://lake/a{z}/', 's3://lake/a{w}/'])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  test('each pair is told once, also where captures written alike meet one that is not', () => {
    expect(pairs(['s3://lake/a{x}/', 's3://lake/{y}a/', 's3://lake/{z}a/'])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    expect(pairs(['s3://lake/{x}b/', 's3://lake/a{y}/', 's3://lake/{z}c/', 's3://lake/{w}b/'])).toEqual([
      [0, 1],
      [1, 2],
      [0, 3],
      [1, 3],
    ]);
  });

  test('a rule never overlaps itself', () => {
    expect(pairs(['s3://lake/a{x}/'])).toEqual([]);
    expect(pairs(['s3://l*e/a/', 's3://p*d/a/'])).toEqual([]);
  });
});

describe('captures that meet at more than one position', () => {
  test.each([
    ['both meet', 's3://lake/a{x}/{y}b/', 's3://lake/{x}a/b{y}/', true],
    ['the first does not', 's3://lake/a{x}/{y}b/', 's3://lake/b{x}/b{y}/', false],
    ['the second does not', 's3://lake/a{x}/{y}b/', 's3://lake/{x}a/{y}c/', false],
    [
      'what one ends with is not what the next begins with',
      's3://lake/{x}a/b{y}/',
      's3://lake/{x}b/a{y}/',
      false,
    ],
    ['a bare capture between says nothing', 's3://lake/a{x}/{m}/{y}b/', 's3://lake/{x}a/{n}/b{y}/', true],
    ['a bare capture ranks after one with text', 's3://lake/a{x}/{m}/', 's3://lake/{x}a/b{n}/', false],
    ['the bucket meets too', 's3://la*/a{x}/', 's3://*ke/{x}a/', true],
    ['the bucket alone does not', 's3://la*/a{x}/', 's3://po*/{x}a/', false],
    ['the bucket ends otherwise', 's3://*ke/a{x}/', 's3://*nd/{x}a/', false],
    ['a bucket with * ranks after the literal one', 's3://lake/a{x}/', 's3://la*/{x}a/', false],
    ['one goes on where the other ends', 's3://lake/a{x}/', 's3://lake/{x}a/{y}/', false],
    ['one has a raw tail', 's3://lake/a{x}/', 's3://lake/{x}a/b', false],
    ['both have the same raw tail', 's3://lake/a{x}/b', 's3://lake/{x}a/b', true],
    ['a longer beginning meets a longer end', 's3://lake/abc{x}d/', 's3://lake/a{x}bcd/', true],
    ['the longer beginning goes on otherwise', 's3://lake/abc{x}d/', 's3://lake/ac{x}cd/', false],
    ['the longer end goes on otherwise', 's3://lake/a{x}bcd/', 's3://lake/ab{x}dd/', false],
  ])('%s: %s and %s, %s', (_, first, second, meet) => {
    expect(pairs([first, second])).toEqual(meet ? [[0, 1]] : []);
    expect(pairs([second, first])).toEqual(meet ? [[0, 1]] : []);
  });
});

describe('whether two buckets with * share a name', () => {
  test.each([
    ['acme-*', '*-lake', true],
    ['*-lake', '*-pond', false],
    ['*lake', '*-lake', true],
    ['*lake', '*lak', false],
    ['*ab', '*b', true],
    ['*ab', '*a', false],
    ['acme-*', 'acme-l*', true],
    ['acme-*', 'acne-*', false],
    ['acme-*', 'me-*', false],
    ['a*-x', 'a*-y', false],
    ['a*x*c', 'a*y*c', true],
    ['lake', 'l*e', true],
    ['lake', 'l*p', false],
    ['lake', 'lake', true],
    ['lake', 'lakes', false],
  ])('%s and %s: %s', (a, b, share) => {
    expect(shareName(a, b)).toBe(share);
  });

  const text = (character: string, length: number): string => character.repeat(length);

  test.each([
    ['a beginning and an end', `${text('a', 40)}*`, `*${text('b', 23)}`],
    ['a beginning that both have', `${text('a', 40)}*`, `${text('a', 30)}*${text('b', 23)}`],
    ['an end that both have', `*${text('b', 40)}`, `${text('a', 23)}*${text('b', 30)}`],
    ['an end that is a beginning too', `${text('a', 31)}bb*`, `*${text('b', 32)}`],
    ['a middle that is part of the end', `*${text('b', 33)}*`, `${text('a', 20)}*${text('b', 43)}`],
    ['a middle that stands by itself', `*${text('c', 20)}*`, `${text('a', 20)}*${text('b', 23)}`],
    ['two middles that are one', `a*${text('m', 40)}*b`, `*${text('m', 61)}*`],
    ['text that both have twice', `${text('a', 20)}*${text('b', 43)}`, `${text('a', 10)}*${text('b', 43)}`],
    ['no literal text but stars', '*', `${text('a', 63)}*`],
  ])('%s: the shortest common name has 63 characters, and with one more to hold there is none', (_, a, b) => {
    expect(shareName(a, b)).toBe(true);
    expect(shareName(a, b.replace('*', '*x*'))).toBe(false);
  });

  test('it is told exactly, tried for all patterns of up to four characters', () => {
    const names = shortTexts('ab', 6);
    const patterns = shortTexts('ab*', 4)
      .filter((pattern) => pattern.includes('*'))
      .map((pattern) => ({
        pattern,
        taken: names.filter((name) => bucketMatches(buildBucket(pattern), name)),
      }));
    const wrong = patterns.flatMap((one) => {
      const taken = new Set(one.taken);
      return patterns
        .filter(
          (other) => shareName(one.pattern, other.pattern) !== other.taken.some((name) => taken.has(name)),
        )
        .map((other) => `${one.pattern} ${other.pattern}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('a policy with overlapping rules is refused', () => {
  const problemsOf = (...matches: readonly string[]): readonly string[] =>
    parsePolicy(['version: 1', 'rules:', ...matches.map(entry)].join('\n'), { today: TODAY }).problems.map(
      ({ id, place, message }) => `${id} ${place.line}:${place.column} ${message}`,
    );
  const entry = (match: string, i: number): string =>
    `  - { id: r${i + 1}, match: "${match}", sse: { algorithm: ["aws:kms"] } }`;

  test('with each pair at the later rule, in the order of the file', () => {
    const how = 'can govern the same object at equal rank: neither is more specific';
    expect(
      problemsOf(
        's3://lake/a{x}/',
        's3://lake/q/b{x}/',
        's3://lake/q/{x}b/',
        's3://lake/{x}a/',
        's3://la*/a{x}/',
      ),
    ).toEqual([
      `policy/duplicate-match 5:22 rules "r3" and "r2" (line 4) ${how}`,
      `policy/duplicate-match 6:22 rules "r4" and "r1" (line 3) ${how}`,
    ]);
  });

  test('where buckets with * share a name of 63 characters, and not where it would have 64', () => {
    const [beginning, end] = ['a'.repeat(40), 'b'.repeat(23)];
    expect(problemsOf(`s3://${beginning}*${end}/`, `s3://${beginning}b*${end.slice(1)}/`)).toHaveLength(1);
    expect(problemsOf(`s3://${beginning}*/`, `s3://${'a'.repeat(17)}*${end}/`)).toHaveLength(1);
    expect(problemsOf(`s3://${beginning}*/`, `s3://${'a'.repeat(16)}*${end}b/`)).toEqual([]);
  });
});

describe('very many overlaps and very many rules', () => {
  test('10,000 pairs are told and not one more, also where captures of other shapes would add to them', () => {
    const alike = Array.from({ length: 200 }, () => 's3://lake/a{x}/');
    expect(pairs([...alike, 's3://lake/{y}a/', 's3://lake/{z}a/'])).toHaveLength(MOST_OVERLAPS);
    expect(pairs(['s3://lake/{y}a/', ...alike, 's3://lake/{z}a/'])).toHaveLength(MOST_OVERLAPS);
  });

  test('nor one more from rules that have nothing in common with those', () => {
    const alike = (name: string) => Array.from({ length: 200 }, () => `s3://lake/${name}/`);
    expect(pairs([...alike('a'), ...alike('b'), ...alike('c')])).toHaveLength(MOST_OVERLAPS);
  });

  test.each([
    ['their beginning', (id: string) => `s3://${id}-*/a/`],
    ['their end', (id: string) => `s3://*-${id}/a/`],
  ])('buckets with * that %s tells apart are not each compared with each', (_, matchOf) => {
    let looks = 0;
    const rules = Array.from({ length: 1000 }, (_, index): Rule => {
      const rule = buildRule(matchOf(String(index).padStart(4, '0')), { index });
      const { bucket } = rule.match;
      if (bucket.kind === 'literal') return rule;
      const counted = {
        ...bucket,
        get parts() {
          looks++;
          return bucket.parts;
        },
      };
      return { ...rule, match: { ...rule.match, bucket: counted } };
    });
    expect(findOverlaps(rules)).toEqual([]);
    // Each with each would be half a million.
    expect(looks).toBeLessThan(10 * rules.length);
  });
});
