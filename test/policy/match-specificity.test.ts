import { describe, expect, test } from 'vitest';
import { compareSpecificity } from '../../src/policy/specificity.ts';
import { buildMatch, buildRules, deciding } from './build.ts';

/** The first of the two must decide, in whichever order the file has them. */
function expectToDecide(winner: string, loser: string, uri: string): void {
  expect(deciding(buildRules(winner, loser), uri)).toBe(winner);
  expect(deciding(buildRules(loser, winner), uri)).toBe(winner);
  expect(compareSpecificity(buildMatch(winner), buildMatch(loser))).toBeLessThan(0);
  expect(compareSpecificity(buildMatch(loser), buildMatch(winner))).toBeGreaterThan(0);
}

describe('the most specific rule decides, wherever it stands in the file', () => {
  test('the bucket comes first: a literal one before *, however little the prefix says', () => {
    expectToDecide('s3://acme-lake/', 's3://acme-*/finance/eu/', 's3://acme-lake/finance/eu/x');
  });

  test('among buckets with * the one with more literal characters comes first', () => {
    expectToDecide('s3://acme-l*/', 's3://acme-*/finance/', 's3://acme-lake/finance/x');
    expectToDecide('s3://a*-*ke/', 's3://acm*/x/', 's3://acme-lake/x/');
  });

  test('two buckets with * that rank equal leave it to the prefix', () => {
    expectToDecide('s3://*lake/finance/', 's3://acme*/{any}/', 's3://acme-lake/finance/x');
  });

  test('a bucket whose rules end in nothing leaves the key to the next bucket', () => {
    const rules = buildRules('s3://acme-lake/x/', 's3://acme-l*/y/', 's3://acme-*/');
    expect(deciding(rules, 's3://acme-lake/y/1')).toBe('s3://acme-l*/y/');
    expect(deciding(rules, 's3://acme-lake/z/1')).toBe('s3://acme-*/');
  });

  test('a literal segment comes before literal text with a capture', () => {
    expectToDecide('s3://lake/tenant=a/', 's3://lake/tenant={t}/', 's3://lake/tenant=a/x');
  });

  test('among segments with literal text and a capture more literal characters come first', () => {
    expectToDecide('s3://lake/tenant={t}/', 's3://lake/t{t}/', 's3://lake/tenant=a/x');
    expectToDecide('s3://lake/{t}.parquet/', 's3://lake/part{t}/', 's3://lake/part-0.parquet/x');
  });

  test('a character beyond the basic plane counts as one, not as two', () => {
    expectToDecide('s3://lake/ab{t}/', 's3://lake/{t}\u{1f600}/', 's3://lake/ab-\u{1f600}/x');
  });

  test('literal text with a capture comes before a bare capture', () => {
    expectToDecide('s3://lake/t{t}/', 's3://lake/{t}/', 's3://lake/tenant/x');
  });

  test('a bare capture comes before a raw tail', () => {
    expectToDecide('s3://lake/{t}/', 's3://lake/finance', 's3://lake/finance/x');
  });

  test('among raw tails the longer comes first', () => {
    expectToDecide('s3://lake/fin', 's3://lake/f', 's3://lake/finance');
  });

  test('a raw tail comes before no further segment', () => {
    expectToDecide('s3://lake/a/f', 's3://lake/a/', 's3://lake/a/finance');
    expectToDecide('s3://lake/f', 's3://lake/', 's3://lake/finance');
  });

  test('a segment more comes before no further segment', () => {
    expectToDecide('s3://lake/a/b/', 's3://lake/a/', 's3://lake/a/b/c');
    expectToDecide('s3://lake/{a}/{b}/', 's3://lake/{a}/', 's3://lake/a/b/c');
  });

  test('the first difference from the left decides, whatever comes after it', () => {
    expectToDecide('s3://lake/a/{x}/', 's3://lake/{x}/b/c/d/', 's3://lake/a/b/c/d/e');
    expectToDecide('s3://lake/a/', 's3://lake/{x}/b/', 's3://lake/a/b/c');
  });

  test('where the more specific branch ends in nothing the next one is tried', () => {
    const rules = buildRules('s3://lake/a/b/c/', 's3://lake/a/{x}/d/', 's3://lake/{x}/b/e/', 's3://lake/a');
    expect(deciding(rules, 's3://lake/a/b/c/')).toBe('s3://lake/a/b/c/');
    expect(deciding(rules, 's3://lake/a/b/d/')).toBe('s3://lake/a/{x}/d/');
    expect(deciding(rules, 's3://lake/a/b/e/')).toBe('s3://lake/{x}/b/e/');
    expect(deciding(rules, 's3://lake/a/b/f/')).toBe('s3://lake/a');
  });

  test('segments of equal rank are followed together, and a later position decides between them', () => {
    expectToDecide('s3://lake/{y}a/b/', 's3://lake/a{x}/{z}/', 's3://lake/aba/b/c');
    expectToDecide('s3://lake/a{x}/b/', 's3://lake/{y}a/{z}/', 's3://lake/aba/b/c');
    expectToDecide('s3://lake/{y}a/bc', 's3://lake/a{x}/b', 's3://lake/aba/bcd');
  });
});

describe('rules whose every choice is open', () => {
  test('all 4,096 rules that a key could follow to the last segment leave it undecided', () => {
    const choices = Array.from({ length: 4096 }, (_, bits) =>
      Array.from({ length: 12 }, (_, i) => ((bits >> i) & 1 ? 'a' : '{x}')).join('/'),
    );
    const rules = buildRules(...choices.map((choice) => `s3://lake/${choice}/z/`));
    expect(deciding(rules, `s3://lake/${'a/'.repeat(12)}y/`)).toBeUndefined();
    expect(deciding(rules, `s3://lake/${'a/'.repeat(12)}z/`)).toBe(`s3://lake/${'a/'.repeat(12)}z/`);
  });
});
