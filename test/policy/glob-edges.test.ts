import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileExemptions, findExemption } from '../../src/policy/exempt.ts';
import { globMatches, globMayOverlapRule, globPrefix, globSuffix } from '../../src/policy/glob.ts';
import { tryRule } from '../../src/policy/match.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Exemption } from '../../src/policy/types.ts';
import { TODAY } from '../support/policy.ts';
import { buildExemption, buildGlob, buildRule } from './build.ts';

describe('what a glob takes, at its edges', () => {
  test.each([
    ['the last ** takes the marker object and the empty segment', 'x/**', ['x/', 'x//'], ['x', '']],
    ['** at the start and at the end', '**/x/**', ['x/', 'a/x/', 'x/x/b'], ['x', 'a/x', 'xx/']],
    ['** before a marker object', '**/', ['a/', 'a/b/', '/', ''], ['a', 'a/b']],
    ['** in the middle takes back what it gave', 'a/**/b/c', ['a/b/b/c', 'a/b/c/b/c'], ['a/b/c/b', 'a/b/b']],
    ['a middle text ends before the last one begins', 'a*bc*c', ['abcc', 'abcbc'], ['abc', 'ac']],
    ['a middle text begins after the first one ends', 'ab*bc*d', ['abbcd'], ['abcd']],
    ['the same middle text twice is there twice', '*ab*ab*', ['abab', 'xabyabz'], ['ab', 'aab']],
    ['the empty glob is the empty key', '', [''], ['/', 'a']],
  ])('%s: %s', (_, glob, taken, left) => {
    const takes = (key: string): boolean => globMatches(buildGlob(glob), key);
    expect(taken.filter((key) => !takes(key))).toEqual([]);
    expect(left.filter(takes)).toEqual([]);
  });

  test('a last ** settles the matter: what lies below it is not looked at', () => {
    const looks = (key: string): number => {
      let count = 0;
      const counted = new Proxy(buildGlob('x/**'), {
        get: (segments, name, receiver) => {
          count++;
          return Reflect.get(segments, name, receiver);
        },
      });
      expect(globMatches(counted, key)).toBe(true);
      return count;
    };
    expect(looks(`x/${'a/'.repeat(500)}`)).toBe(looks('x/a'));
    expect(looks('x/')).toBe(looks('x/a'));
  });
});

describe('the literal text at the two ends of a glob', () => {
  test.each([
    ['a/b', 'a/b', 'b'],
    ['a/', 'a/', ''],
    ['a/b/*.tmp', 'a/b/', '.tmp'],
    ['a/b*c*d', 'a/b', 'd'],
    ['a/*b', 'a/', 'b'],
    ['ab*', 'ab', ''],
    ['*', '', ''],
    ['**', '', ''],
    ['a/**', 'a/', ''],
    ['a/**/b', 'a/', 'b'],
    ['a/b/**/c*d/e', 'a/b/', 'e'],
    ['*/a/b', '', 'b'],
  ])('every key of %s begins with %j and ends with %j', (glob, prefix, suffix) => {
    expect(globPrefix(buildGlob(glob))).toBe(prefix);
    expect(globSuffix(buildGlob(glob))).toBe(suffix);
  });
});

describe('whether a glob may exempt what a rule governs, by example', () => {
  test.each([
    ['an exact segment that the capture takes', 's3://lake/tenant=a/x', 's3://lake/tenant={t}/', true],
    ['an exact segment that leaves the capture empty', 's3://lake/tenant=/x', 's3://lake/tenant={t}/', false],
    ['an exact segment of another beginning', 's3://lake/user=a/x', 's3://lake/tenant={t}/', false],
    ['an exact segment of another end', 's3://lake/a.csv/x', 's3://lake/{f}.json/', false],
    ['an exact segment of that end', 's3://lake/a.json/x', 's3://lake/{f}.json/', true],
    ['an empty segment, which no capture takes', 's3://lake//x', 's3://lake/{t}/', false],
    ['* with another end', 's3://lake/*.csv/x', 's3://lake/{f}.json/', false],
    ['* with an end that the capture goes on with', 's3://lake/*n/x', 's3://lake/{f}.json/', true],
    ["* with an end that begins before the rule's", 's3://lake/*.json/x', 's3://lake/{f}n/', true],
    ["* with an end that the rule's only begins with", 's3://lake/*a/x', 's3://lake/{f}ab/', false],
    ["* with an end that only begins with the rule's", 's3://lake/*ab/x', 's3://lake/{f}a/', false],
    ["* with a beginning that goes on after the rule's", 's3://lake/tenant=a*/x', 's3://lake/t{t}/', true],
    ["* with a beginning that the rule's goes on after", 's3://lake/t*/x', 's3://lake/tenant={t}/', true],
    ["* with a beginning that only ends in the rule's", 's3://lake/xt*/x', 's3://lake/t{t}/', false],
    ['more than one *, whose ends agree', 's3://lake/a*b*c/x', 's3://lake/a{t}c/', true],
    ['more than one *, whose ends do not', 's3://lake/a*b*c/x', 's3://lake/a{t}b/', false],
    ['as many segments as the rule, none below', 's3://lake/a/b', 's3://lake/a/b/', false],
    ['fewer segments than the rule', 's3://lake/a', 's3://lake/a/b/c/', false],
    ['one empty segment more: the marker object', 's3://lake/a/b/', 's3://lake/a/b/', true],
    ['** before a segment that the rule lacks', 's3://lake/**/x/y', 's3://lake/a/b/', true],
    ['** after a segment of the rule', 's3://lake/a/**/x', 's3://lake/a/b/c/', true],
    ['** after a segment that the rule lacks', 's3://lake/x/**', 's3://lake/a/', false],
    ['** below a folder that the raw tail begins', 's3://lake/ab/**', 's3://lake/a', true],
    ['** below a folder that is shorter than the raw tail', 's3://lake/a/**', 's3://lake/ab', false],
    ['a beginning of the raw tail with *', 's3://lake/fi*', 's3://lake/finance', true],
    ['more than the raw tail with *', 's3://lake/finance10*', 's3://lake/finance', true],
    ['an exact key that the raw tail begins', 's3://lake/finance10', 's3://lake/finance', true],
    ['an exact key that is shorter than the raw tail', 's3://lake/fin', 's3://lake/finance', false],
    ['an exact key that only ends in the raw tail', 's3://lake/xfinance', 's3://lake/finance', false],
  ])('%s: %s for %s is %s', (_, glob, match, may) => {
    expect(globMayOverlapRule(buildExemption(glob), buildRule(match))).toBe(may);
  });

  test('it may exactly where some key is both governed and exempted, tried for every small glob and rule', () => {
    const keys = sequences(['', 'a', 'b', 'ab', 'bb'], 5).map((segments) => segments.join('/'));
    const globs = sequences(['**', '*', 'a', 'b*', ''], 3).slice(1);
    const prefixes = sequences(['a', '{x}', 'a{x}', '{x}b'], 2).flatMap((segments) =>
      ['', 'a', 'b'].map((tail) => [...segments, tail]),
    );
    const rules = prefixes.map((segments) => {
      const rule = buildRule(`s3://lake/${segments.join('/')}`);
      return { rule, governed: keys.filter((key) => governs(rule, key)) };
    });
    const wrong = globs.flatMap((segments) => {
      const exemption = buildExemption(`s3://lake/${segments.join('/')}`);
      const taken = new Set(keys.filter((key) => globMatches(exemption.segments, key)));
      return rules
        .filter(
          ({ rule, governed }) =>
            globMayOverlapRule(exemption, rule) !== governed.some((key) => taken.has(key)),
        )
        .map(({ rule }) => `${exemption.text} ${rule.id}`);
    });
    expect(wrong).toEqual([]);
  });

  const governs = (rule: ReturnType<typeof buildRule>, key: string): boolean =>
    tryRule(rule, bucketName('lake'), objectKey(key)).kind === 'governs';

  /** Every list of up to so many of the pieces, the empty one first. */
  function sequences(pieces: readonly string[], longest: number): readonly (readonly string[])[] {
    const lists: string[][] = [[]];
    for (const list of lists) {
      if (list.length < longest) lists.push(...pieces.map((piece) => [...list, piece]));
    }
    return lists;
  }

  test('the warning names the rule that an unbounded exemption takes objects from, or is not given', () => {
    const warnings = (glob: string): readonly string[] =>
      parsePolicy(
        `version: 1
rules:
  - { id: tenants, match: "s3://acme-lake/t={t}.d/", sse: { algorithm: ["aws:kms"] } }
exempt:
  - { match: "${glob}", reason: scratch }
`,
        { today: TODAY },
      ).problems.map(({ id, message }) => `${id}: ${message}`);
    const told = [
      'policy/unbounded-exemption: exemption 1 takes objects from rule "tenants" without bound: add "maxSize" or "until"',
    ];
    expect(warnings('s3://acme-lake/t=a.d/x')).toEqual(told);
    expect(warnings('s3://*-lake/*d/**')).toEqual(told);
    expect(warnings('s3://acme-lake/t=.d/x')).toEqual([]);
    expect(warnings('s3://acme-lake/*e/**')).toEqual([]);
    expect(warnings('s3://*-pond/t=a.d/x')).toEqual([]);
  });
});

describe('which exemption takes a key, at its edges', () => {
  const named = (exemptions: readonly Exemption[], key: string): string => {
    const query = { bucket: bucketName('lake'), key: objectKey(key), today: TODAY };
    const answer = findExemption(compileExemptions(exemptions), query);
    return answer.kind === 'none' ? 'none' : `${answer.kind}: ${answer.exemption.text}`;
  };
  const globs = (...texts: readonly string[]): readonly Exemption[] =>
    texts.map((text) => buildExemption(text));

  test.each([
    ['a/b/c.tmp', 's3://lake/a/b/*.tmp'],
    ['a/b/.tmp', 's3://lake/a/b/*.tmp'],
    ['a/b/c', 's3://lake/a/*/c'],
    ['a//c', 's3://lake/a/*/c'],
    ['a/b', 's3://lake/a/b'],
    ['a/b/', 's3://l*/**/'],
    ['z', 's3://*ke/**/z'],
    ['a/b/z', 's3://*ke/**/z'],
    ['ab', 'none'],
    ['a', 'none'],
  ])('of globs that begin and end alike %j is taken by %s', (key, glob) => {
    const all = globs(
      's3://lake/a/b/*.tmp',
      's3://lake/a/*/c',
      's3://lake/a/b',
      's3://l*/**/',
      's3://*ke/**/z',
    );
    expect(named(all, key)).toBe(glob === 'none' ? 'none' : `exempt: ${glob}`);
  });

  test.each(['undefined', 'a/undefined', 'null', 'NaN', '__proto__', 'toString', 'Infinity', '0'])(
    'the key %j is a key like any other: its own glob takes it and no other does',
    (key) => {
      expect(named(globs('s3://lake/b', 's3://*/c', `s3://lake/${key}`), key)).toBe(
        `exempt: s3://lake/${key}`,
      );
      expect(named(globs('s3://lake/b', 's3://lake/bc/*', 's3://*/c'), key)).toBe('none');
    },
  );

  test('the same glob twice is named as it stands first in the file', () => {
    const [first, second] = [
      buildExemption('s3://lake/a/**', { line: 5 }),
      buildExemption('s3://lake/a/**', { line: 9 }),
    ];
    const query = { bucket: bucketName('lake'), key: objectKey('a/b'), today: TODAY };
    expect(findExemption(compileExemptions([first, second]), query)).toEqual({
      kind: 'exempt',
      exemption: first,
    });
  });

  test('an exemption of another bucket, beginning or end is not looked at for a key', () => {
    const looked = (uri: string): boolean => {
      let count = 0;
      const exemption = buildExemption(uri);
      const counted: Exemption = {
        ...exemption,
        get segments() {
          count++;
          return exemption.segments;
        },
        get until() {
          count++;
          return '2999-12-31';
        },
      };
      const index = compileExemptions([counted]);
      count = 0;
      findExemption(index, { bucket: bucketName('lake'), key: objectKey('a/b/c.tmp'), today: TODAY });
      return count > 0;
    };
    expect(['s3://lake/a/**', 's3://lake/**/*.tmp', 's3://*/a/**/*c*'].filter(looked)).toHaveLength(3);
    expect(['s3://pond/a/**', 's3://lake/a/c/**', 's3://lake/**/*.log'].filter(looked)).toEqual([]);
  });
});
