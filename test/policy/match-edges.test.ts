import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { explainRule, rulesThatCanGovern } from '../../src/policy/explain.ts';
import { compileRules, decideRule, tryRule } from '../../src/policy/match.ts';
import { RuleIndex } from '../../src/policy/rule-index.ts';
import { AffixIndex } from '../../src/policy/rule-index-affixes.ts';
import type { Rule } from '../../src/policy/types.ts';
import { buildRule, buildRuleList, buildRules, deciding } from './build.ts';

const LAKE = bucketName('lake');

/** The place in the file of the rule that decides. */
const placeOf = (matches: readonly string[], key: string): number | undefined =>
  decideRule(compileRules(buildRuleList(matches)), LAKE, objectKey(key))?.rule.index;

/** Each key with the rule that must decide for it, whichever way round the file has the rules. */
function expectDecisions(
  matches: readonly string[],
  decisions: Readonly<Record<string, string | undefined>>,
) {
  for (const order of [matches, matches.toReversed()]) {
    const rules = buildRuleList(order);
    const decided = Object.keys(decisions).map((uri) => [uri, deciding(rules, uri)]);
    expect(Object.fromEntries(decided)).toEqual(decisions);
  }
}

describe('many rules beside one another', () => {
  test('each of five literal segments of one folder leads to its own rule, and to nothing else', () => {
    expectDecisions(
      ['s3://lake/a/', 's3://lake/b/', 's3://lake/c/', 's3://lake/d/', 's3://lake/e/'],
      Object.fromEntries([
        ...['a', 'b', 'c', 'd', 'e'].map((name) => [`s3://lake/${name}/x`, `s3://lake/${name}/`]),
        ['s3://lake/f/x', undefined],
        ['s3://lake/ab/x', undefined],
      ]),
    );
  });

  test('rules below one segment share it, and each decides below its own', () => {
    expectDecisions(['s3://lake/a/', 's3://lake/a/b/', 's3://lake/a/c/', 's3://lake/a/{x}/d/'], {
      's3://lake/a/': 's3://lake/a/',
      's3://lake/a/b': 's3://lake/a/',
      's3://lake/a/b/': 's3://lake/a/b/',
      's3://lake/a/b/d/': 's3://lake/a/b/',
      's3://lake/a/e/d/': 's3://lake/a/{x}/d/',
      's3://lake/a//d/': 's3://lake/a/',
    });
  });

  test('captures of one beginning or end lead on together, whatever their names', () => {
    expectDecisions(
      [
        's3://lake/t={a}/x/',
        's3://lake/t={b}/y/',
        's3://lake/{c}=1/z/',
        's3://lake/{d}/',
        's3://lake/{e}/w/',
      ],
      {
        's3://lake/t=1/x/': 's3://lake/t={a}/x/',
        's3://lake/t=1/y/': 's3://lake/t={b}/y/',
        's3://lake/t=1/z/': 's3://lake/{c}=1/z/',
        's3://lake/t=1/w/': 's3://lake/{e}/w/',
        's3://lake/t=/x/': 's3://lake/{d}/',
        's3://lake/=1/z/': 's3://lake/{d}/',
        's3://lake//x/': undefined,
      },
    );
  });

  test('of raw tails of one folder the longest that fits decides, in whatever order they stand', () => {
    expectDecisions(
      ['s3://lake/a/f', 's3://lake/a/finance', 's3://lake/a/fin', 's3://lake/a/fix', 's3://lake/a/'],
      {
        's3://lake/a/finance1': 's3://lake/a/finance',
        's3://lake/a/financ': 's3://lake/a/fin',
        's3://lake/a/fix/y': 's3://lake/a/fix',
        's3://lake/a/fi': 's3://lake/a/f',
        's3://lake/a/g': 's3://lake/a/',
      },
    );
  });
});

describe('buckets with *', () => {
  test('that begin and end alike are told apart by what stands between their stars', () => {
    expectDecisions(['s3://a*bb*c/x/', 's3://a*dd*c/x/', 's3://a*c*b/y/', 's3://a*b*bc/y/'], {
      's3://a-bb-c/x/1': 's3://a*bb*c/x/',
      's3://a-dd-c/x/1': 's3://a*dd*c/x/',
      's3://a-ee-c/x/1': undefined,
      's3://abdbc/y/1': 's3://a*b*bc/y/',
      's3://abc/x/1': undefined,
    });
  });

  test.each([
    ['s3://a*bc*c/', 'abcc', true],
    ['s3://a*bc*c/', 'abc', false],
    ['s3://ab*bc/', 'abbc', true],
    ['s3://ab*bc/', 'abc', false],
    ['s3://*ab*ab*/', 'abab', true],
    ['s3://*ab*ab*/', 'aab', false],
    ['s3://a**c/', 'ac-c', true],
    ['s3://*/', 'abc', true],
  ])('%s takes the bucket %s: %s', (match, bucket, takes) => {
    expect(tryRule(buildRule(match), bucketName(bucket), objectKey('x')).kind === 'governs').toBe(takes);
    expect(deciding([buildRule(match)], `s3://${bucket}/x`)).toBe(takes ? match : undefined);
  });

  test('rules of one such bucket stand in one trie, and a bucket that none of them takes has no trie', () => {
    const matches = Array.from({ length: 100 }, (_, i) => `s3://a*b*e/${i}/`);
    const index = new RuleIndex(buildRuleList([...matches, 's3://a*c*e/x/']));
    expect([...index.rootsFor('abe')].map((roots) => roots.length)).toEqual([1]);
    expect([...index.rootsFor('abce')].map((roots) => roots.length)).toEqual([2]);
    expect([...index.rootsFor('a-e')]).toEqual([]);
    expect([...index.rootsFor('abe-')]).toEqual([]);
  });

  test('a bucket pattern whose ends do not fit the bucket is not looked at', () => {
    const looked: string[] = [];
    const rules = ['s3://*-one/', 's3://*-two/', 's3://one-*/', 's3://two-*/', 's3://o*e/'].map(
      (match): Rule => {
        const rule = buildRule(match);
        const { bucket } = rule.match;
        if (bucket.kind === 'literal') return rule;
        const counted = {
          ...bucket,
          get parts() {
            looked.push(match);
            return bucket.parts;
          },
        };
        return { ...rule, match: { ...rule.match, bucket: counted } };
      },
    );
    const index = compileRules(rules);
    looked.length = 0;
    decideRule(index, bucketName('two-one'), objectKey('x'));
    expect(new Set(looked)).toEqual(new Set(['s3://*-one/', 's3://two-*/']));
  });
});

describe('rules that the parser refuses, were they to come here', () => {
  test.each([
    ['the same prefix', ['s3://lake/a/', 's3://lake/a/'], 'a/b'],
    ['the same raw tail', ['s3://lake/fin', 's3://lake/fin'], 'finance'],
    ['the same raw tail below a segment', ['s3://lake/a/fin', 's3://lake/a/fin'], 'a/finance'],
    ['segments of equal rank with one raw tail', ['s3://lake/a{x}/b', 's3://lake/{y}a/b'], 'aba/bc'],
    ['the same, the other way round', ['s3://lake/{y}a/b', 's3://lake/a{x}/b'], 'aba/bc'],
    ['segments of equal rank with nothing after', ['s3://lake/{y}a/', 's3://lake/a{x}/'], 'aba/b'],
    ['buckets of equal rank with one raw tail', ['s3://la*/b', 's3://*ke/b'], 'bc'],
    ['buckets with * written alike', ['s3://la*/b', 's3://la*/b'], 'bc'],
  ])('of two with %s the earlier decides', (_, matches, key) => {
    expect(placeOf(matches, key)).toBe(0);
  });
});

describe('one rule by itself, told to a person', () => {
  test.each([
    ['s3://lake/{{a}}/', 'b/', '{{a}}/', 'b/'],
    ['s3://lake/}}{x}{{/', 'b/c', '}}{x}{{/', 'b/'],
    ['s3://lake/a}}{{b', 'ab', 'a}}{{b', 'ab'],
    ['s3://lake/{x}/a}}', 'b/c/d', 'a}}', 'c/d'],
    ['s3://lake/{x}/', '', '{x}/', ''],
    ['s3://lake/a/b/', 'a//b', 'b/', '/'],
  ])('%s does not govern %j: it asks for %j where there is %j', (match, key, expected, found) => {
    expect(tryRule(buildRule(match), LAKE, objectKey(key))).toMatchObject({
      kind: 'does-not',
      expected,
      found,
    });
  });

  test('a rule that lost because it has no further segment is told so, with no text there', () => {
    const rules = buildRules('s3://lake/a/', 's3://lake/a/{{x}}');
    expect(explainRule(compileRules(rules), rules, LAKE, objectKey('a/{x}')).steps[0]).toEqual({
      kind: 'less-specific',
      rule: rules[0],
      captures: {},
      position: 1,
      has: { kind: 'end', weight: 0, text: '' },
      loses: { kind: 'raw-tail', weight: 3, text: '{{x}}' },
    });
  });

  test('a rule that lost at its last position to a rule with many more is told that position', () => {
    const rules = buildRules('s3://lake/a/{x}/', 's3://lake/a/{y}/c/d/e/f');
    expect(explainRule(compileRules(rules), rules, LAKE, objectKey('a/b/c/d/e/fg')).steps[0]).toMatchObject({
      kind: 'less-specific',
      position: 2,
      has: { kind: 'end', text: '' },
      loses: { kind: 'literal', weight: 0, text: 'c' },
    });
  });
});

describe('the rules that can govern below a prefix that ends within a name', () => {
  test.each([
    ['s3://lake/finance', 'fin', true],
    ['s3://lake/finance', 'finance', true],
    ['s3://lake/finance', '', true],
    ['s3://lake/finance', 'ance', false],
    ['s3://lake/finance', 'nance', false],
    ['s3://lake/a/finance', 'a/f', true],
    ['s3://lake/a/finance', 'a/e', false],
    ['s3://lake/a/finance', 'a/fix', false],
    ['s3://lake/{x}/a', '/', false],
    ['s3://lake/x{x}y/', 'x', true],
    ['s3://lake/x{x}y/', 'xy/', false],
    ['s3://lake/x{x}y/', 'xzy/', true],
  ])('%s below %j: %s', (match, prefix, can) => {
    expect(rulesThatCanGovern(buildRules(match), LAKE, prefix).length > 0).toBe(can);
  });
});

describe('how the rules are kept', () => {
  const root = (...matches: readonly string[]) =>
    [...new RuleIndex(buildRuleList(matches)).rootsFor('lake')][0]?.[0];

  test('a place with one literal segment after it, or a bare capture, holds no table for it', () => {
    expect(root('s3://lake/a/', 's3://lake/a/b/')).toMatchObject({
      literal: { text: 'a' },
      literals: undefined,
      bare: undefined,
      mixed: undefined,
    });
    expect(root('s3://lake/{x}/', 's3://lake/{y}/b/')).toMatchObject({
      literal: undefined,
      bare: { literal: { text: 'b' } },
      mixed: undefined,
    });
    expect(root('s3://lake/a/', 's3://lake/b/')).toMatchObject({ literal: undefined, literals: { size: 2 } });
  });

  test('raw tails of one length below one place are one look-up, however many they are', () => {
    const tails = root(
      's3://lake/fin',
      's3://lake/fix',
      's3://lake/finance',
      's3://lake/f',
      's3://lake/fin',
    )?.tails;
    expect(tails?.lengths.toSorted((a, b) => a - b)).toEqual([1, 3, 7]);
    expect([...(tails?.byText.keys() ?? [])]).toEqual(['fin', 'fix', 'finance', 'f']);
  });

  test('what is kept under two texts is made once, and found where both enclose a run that is long enough', () => {
    const index = new AffixIndex<string[]>();
    const affixes = { before: 'ab', after: 'c', weight: 3 };
    const kept = index.ensure(affixes, () => ['first']);
    expect(index.ensure({ ...affixes }, () => ['second'])).toBe(kept);
    expect(index.ensure({ before: 'a', after: 'bc', weight: 3 }, () => ['third'])).not.toBe(kept);
    const found = (text: string, shortestRun: number): readonly string[] => {
      const hits: { weight: number; value: string[] }[] = [];
      index.collect(text, shortestRun, hits);
      return hits.flatMap(({ value }) => value);
    };
    expect(found('abc', 0)).toEqual(['first', 'third']);
    expect(found('abc', 1)).toEqual([]);
    expect(found('ab-c', 1)).toEqual(['first']);
    expect(found('a-bc', 1)).toEqual(['third']);
    expect(found('a-c', 0)).toEqual([]);
  });
});
