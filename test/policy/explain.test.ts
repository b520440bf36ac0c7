import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { type ExplainStep, explainRule, rulesThatCanGovern } from '../../src/policy/explain.ts';
import { compileRules, decideRule, tryRule } from '../../src/policy/match.ts';
import type { Rule } from '../../src/policy/types.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { arbitraryBucket, arbitraryCloseRules, arbitraryKey, arbitraryRules, buildRules } from './build.ts';

const LAKE = bucketName('acme-lake');

const explain = (rules: readonly Rule[], key: string) =>
  explainRule(compileRules(rules), rules, LAKE, objectKey(key));

/** The steps with rules by their `match`. */
const steps = (matches: readonly string[], key: string) =>
  explain(buildRules(...matches), key).steps.map((step: ExplainStep) =>
    'rule' in step ? { ...step, rule: step.rule.id } : step,
  );

describe('explain', () => {
  test('what decides is told last, the other rules before it in file order', () => {
    const matches = ['s3://acme-lake/finance/', 's3://acme-lake/', 's3://acme-lake/{any}/'];
    expect(steps(matches, 'finance/x').map((step) => [step.kind, 'rule' in step && step.rule])).toEqual([
      ['less-specific', 's3://acme-lake/'],
      ['less-specific', 's3://acme-lake/{any}/'],
      ['decides', 's3://acme-lake/finance/'],
    ]);
  });

  test('rules on other buckets are counted and not told one by one', () => {
    const matches = ['s3://pond/', 's3://acme-lake/', 's3://pond-*/'];
    expect(steps(matches, 'x')).toEqual([
      { kind: 'other-buckets', count: 2 },
      { kind: 'decides', rule: 's3://acme-lake/', captures: {} },
    ]);
  });

  test('a rule that governs but is less specific is told with the position at which it lost, and to what', () => {
    expect(steps(['s3://acme-lake/t/{x}/', 's3://acme-lake/t/a={x}/'], 't/a=1/x')[0]).toEqual({
      kind: 'less-specific',
      rule: 's3://acme-lake/t/{x}/',
      captures: { x: 'a=1' },
      position: 1,
      has: { kind: 'capture', weight: 0, text: '{x}' },
      loses: { kind: 'literal-with-capture', weight: 2, text: 'a={x}' },
    });
  });

  test('a rule that lost by its bucket says so', () => {
    expect(steps(['s3://acme-*/t/', 's3://acme-lake/'], 't/x')[0]).toMatchObject({
      kind: 'less-specific',
      position: 'bucket',
      has: { kind: 'wildcard', weight: 5, text: 'acme-*' },
      loses: { kind: 'literal', text: 'acme-lake' },
    });
  });

  test('a rule that lost to a longer raw tail, and one that lost to any, say so', () => {
    const told = steps(['s3://acme-lake/f', 's3://acme-lake/', 's3://acme-lake/fin'], 'finance');
    expect(told).toMatchObject([
      { position: 0, has: { kind: 'raw-tail', weight: 1 }, loses: { kind: 'raw-tail', weight: 3 } },
      { position: 0, has: { kind: 'end' }, loses: { kind: 'raw-tail', weight: 3 } },
      { kind: 'decides' },
    ]);
  });

  test('a rule that does not govern is told with where it failed, what it asks for and what is there', () => {
    expect(steps(['s3://acme-lake/t/{x}/', 's3://acme-lake/t/ab'], 't/axb')).toEqual([
      {
        kind: 'does-not-govern',
        rule: 's3://acme-lake/t/{x}/',
        at: 'segment',
        position: 1,
        expected: '{x}/',
        found: 'axb',
      },
      {
        kind: 'does-not-govern',
        rule: 's3://acme-lake/t/ab',
        at: 'tail',
        position: 1,
        expected: 'ab',
        found: 'axb',
      },
      { kind: 'none' },
    ]);
  });

  test('two rules of equal rank, which the parser refuses, are still told honestly', () => {
    expect(steps(['s3://acme-lake/{x}/', 's3://acme-lake/{y}/'], 'a/')).toEqual([
      { kind: 'equally-specific', rule: 's3://acme-lake/{y}/', captures: { y: 'a' } },
      { kind: 'decides', rule: 's3://acme-lake/{x}/', captures: { x: 'a' } },
    ]);
  });

  test('no rules at all end in none', () => {
    expect(explain([], 'x')).toEqual({ steps: [{ kind: 'none' }] });
  });

  test('the last step is what decideRule answers, and each rule is told once', () => {
    fc.assert(
      fc.property(arbitraryRules, arbitraryBucket, arbitraryKey, (rules, name, text) => {
        const [bucket, key] = [bucketName(name), objectKey(text)];
        const index = compileRules(rules);
        const explained = explainRule(index, rules, bucket, key);
        const decided = decideRule(index, bucket, key);
        expect(explained.decided).toEqual(decided);
        expect(explained.steps.at(-1)).toEqual(decided ? { kind: 'decides', ...decided } : { kind: 'none' });
        const told = explained.steps.map((step) =>
          step.kind === 'other-buckets' ? step.count : 'rule' in step ? 1 : 0,
        );
        expect(told.reduce((a, b) => a + b, 0)).toBe(rules.length);
      }),
      { numRuns: fuzzRuns({ atLeast: 2_000 }) },
    );
  });
});

describe('the rules that can govern below a prefix', () => {
  const canGovern = (match: string, prefix: string): boolean =>
    rulesThatCanGovern(buildRules(match), LAKE, prefix).length > 0;

  test.each([
    ['s3://acme-lake/', ''],
    ['s3://acme-lake/', 'finance/'],
    ['s3://acme-lake/finance/', ''],
    ['s3://acme-lake/finance/', 'fin'],
    ['s3://acme-lake/finance/', 'finance/2026/'],
    ['s3://acme-lake/finance', 'finance10/'],
    ['s3://acme-lake/{any}/x/', 'finance'],
    ['s3://acme-lake/{any}/x/', 'finance/'],
    ['s3://acme-lake/t={t}/', 't'],
    ['s3://acme-lake/t={t}.d/', 't=abc'],
    ['s3://acme-*/a', 'ab/c'],
  ])('%s can govern below %j', (match, prefix) => {
    expect(canGovern(match, prefix)).toBe(true);
  });

  test.each([
    ['s3://pond/', ''],
    ['s3://acme-lake/finance/', 'finance10'],
    ['s3://acme-lake/finance/', 'hr/'],
    ['s3://acme-lake/{any}/x/', 'finance/y'],
    ['s3://acme-lake/{any}/', '/'],
    ['s3://acme-lake/t={t}/', 'u'],
    ['s3://acme-lake/t={t}.d/', 't=abc/'],
    ['s3://acme-lake/ab', 'a/'],
  ])('%s can govern nothing below %j', (match, prefix) => {
    expect(canGovern(match, prefix)).toBe(false);
  });

  test('no rule that governs a key is missed for any beginning of that key', () => {
    let governed = 0;
    fc.assert(
      fc.property(arbitraryCloseRules, arbitraryBucket, arbitraryKey, (rules, name, text) => {
        const bucket = bucketName(name);
        const governing = rules.filter((rule) => tryRule(rule, bucket, objectKey(text)).kind === 'governs');
        governed += governing.length;
        for (let length = 0; length <= text.length; length++) {
          const told = rulesThatCanGovern(rules, bucket, text.slice(0, length));
          expect(told).toEqual(expect.arrayContaining(governing));
        }
      }),
      { numRuns: fuzzRuns({ atLeast: 1_000 }) },
    );
    expect(governed).toBeGreaterThan(50);
  });
});
