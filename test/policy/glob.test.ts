import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { bucketMatches } from '../../src/policy/bucket-pattern.ts';
import { globMatches, globMayOverlapRule } from '../../src/policy/glob.ts';
import { tryRule } from '../../src/policy/match.ts';
import type { GlobSegment } from '../../src/policy/types.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import {
  arbitraryExemption,
  arbitraryKey,
  arbitraryRules,
  BUCKET_NAMES,
  buildExemption,
  buildGlob,
  buildRule,
  shortTexts,
} from './build.ts';

const takes = (glob: string, key: string): boolean => globMatches(buildGlob(glob), key);

describe('globs of exemptions', () => {
  test.each([
    ['a glob without * is one exact key', 'a/b', ['a/b'], ['a/b/', 'a/bc', 'a', '/a/b']],
    ['a glob that ends in / is the marker object alone', 'a/', ['a/'], ['a', 'a/b', 'a//']],
    ['* stays within a segment', 'a/*.tmp', ['a/b.tmp'], ['a/b/c.tmp', 'b.tmp', 'a/b.tmp/']],
    ['* may be empty', 'a/*.tmp', ['a/.tmp'], ['a/tmp']],
    ['a segment that is * alone may be empty', 'a/*/b', ['a//b', 'a/x/b'], ['a/b', 'a/x/y/b']],
    ['* may stand more than once in a segment', '*a*b*', ['ab', 'xaxbx'], ['ba', 'a/b']],
    ['the text around one * may not overlap', 'aa*aa', ['aaaa', 'aa-aa'], ['aaa', 'aa']],
    ['** is any number of segments', 'a/**/b', ['a/x/b', 'a/x/y/b', 'a//b'], ['a/x/c', 'x/a/b', 'a/xb']],
    ['** may be no segment', 'a/**/b', ['a/b'], ['ab', 'a/']],
    ['** at the start may be no segment', '**/b', ['b', 'a/b', '/b'], ['ab', 'b/']],
    ['x/** takes x/ and all below', 'x/**', ['x/', 'x/a', 'x/a/b', 'x//'], ['x', 'xy/a', 'y/x/']],
    ['** alone takes every key', '**', ['a', '/', 'a/b/', ''], []],
    ['** twice is as good as once', '**/**', ['a', 'a/b'], []],
    ['x/**/* asks for what x/** asks for', 'x/**/*', ['x/', 'x/a', 'x/a/b'], ['x']],
    [
      'the name of a folder at any depth',
      'events/**/_temporary/**',
      ['events/_temporary/0', 'events/a/b/_temporary/x/y'],
      ['events/a/_temporary', 'events/_temporary_/0'],
    ],
    [
      '$ is nothing special',
      '**/*_$folder$',
      ['a_$folder$', 'x/y_$folder$', '_$folder$'],
      ['a_folder', 'a_$folder$x'],
    ],
    [
      'nothing else is special: ? [ { . \\ are themselves',
      'a?[b]{c}.\\d',
      ['a?[b]{c}.\\d'],
      ['aXbc.d', 'a?b'],
    ],
    ['case counts', 'A/*', ['A/b'], ['a/b']],
  ])('%s', (_, glob, taken, left) => {
    expect(taken.filter((key) => !takes(glob, key))).toEqual([]);
    expect(left.filter((key) => takes(glob, key))).toEqual([]);
  });

  test('a glob takes what the same glob as a regular expression takes', () => {
    fc.assert(
      fc.property(arbitraryExemption, arbitraryKey, ({ segments }, key) => {
        expect(globMatches(segments, key)).toBe(asRegExp(segments).test(key));
      }),
      { numRuns: fuzzRuns({ atLeast: 20_000 }) },
    );
  });

  function asRegExp(segments: readonly GlobSegment[]): RegExp {
    const pieces = segments.map((segment, i) => {
      const last = i === segments.length - 1;
      if (segment.kind === 'any-segments') {
        return last ? '[^]*' : '(?:[^/]*/)*';
      }
      return segment.parts.join('[^/]*') + (last ? '' : '/');
    });
    return new RegExp(`^${pieces.join('')}$`);
  }
});

describe('the work of a glob', () => {
  test.each([
    ['a*a*a*a*b', (length: number) => 'a'.repeat(length)],
    ['**/a/**/a/**/b', (length: number) => 'a/'.repeat(length / 2)],
    ['**/a/a/a/a/b', (length: number) => 'a/'.repeat(length / 2)],
    ['**/*a*a*/**/*a*b', (length: number) => 'aaa/'.repeat(length / 4)],
    ['**/a*a*b/**/b', (length: number) => 'aaaaaaa/'.repeat(length / 8)],
  ])('%s looks at its parts no more than in proportion to the key', (glob, keyOf) => {
    const short = looks(glob, keyOf(512));
    const long = looks(glob, keyOf(1024));
    expect(long).toBeLessThanOrEqual(2 * short + 8 * glob.length);
    expect(long).toBeLessThan(1024 * glob.length * 4);
  });

  /** How often the matcher reads a part of the glob; what it does with one is at most a walk over one segment. */
  function looks(glob: string, key: string): number {
    let count = 0;
    const counting = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (from, name, receiver) => {
          count++;
          return Reflect.get(from, name, receiver);
        },
      });
    const segments = buildGlob(glob).map((segment) =>
      segment.kind === 'segment' ? { ...segment, parts: counting(segment.parts) } : segment,
    );
    expect(globMatches(counting(segments), key)).toBe(false);
    return count;
  }
});

describe('whether a glob may exempt what a rule governs', () => {
  const mayOverlap = (glob: string, match: string): boolean =>
    globMayOverlapRule(buildExemption(glob), buildRule(match));

  test.each([
    ['s3://lake/a/**', 's3://lake/a/b/'],
    ['s3://lake/a/b/c/d', 's3://lake/a/'],
    ['s3://lake/a/', 's3://lake/a/'],
    ['s3://lake/**/x', 's3://lake/a/'],
    ['s3://lake/*.tmp', 's3://lake/a'],
    ['s3://lake/tenant=*/x', 's3://lake/{any}/'],
    ['s3://lake/*-x/y', 's3://lake/tenant={t}/'],
    ['s3://*-lake/a/**', 's3://acme-*/a/'],
  ])('%s may overlap %s', (glob, match) => {
    expect(mayOverlap(glob, match)).toBe(true);
  });

  test.each([
    ['s3://lake/a/**', 's3://lake/b/'],
    ['s3://lake/a', 's3://lake/a/'],
    ['s3://lake/*', 's3://lake/a/'],
    ['s3://lake/a/*.tmp', 's3://lake/a/c/'],
    ['s3://lake/x*', 's3://lake/a'],
    ['s3://lake/x*/y', 's3://lake/tenant={t}/'],
    ['s3://lake/*/y', 's3://lake/a/yz'],
    ['s3://pond/**', 's3://lake/'],
    ['s3://pond-*/**', 's3://lake-*/'],
  ])('%s never overlaps %s', (glob, match) => {
    expect(mayOverlap(glob, match)).toBe(false);
  });

  test('it may wherever one key is both governed and exempted', () => {
    const keys = shortTexts('ab/', 5);
    let overlaps = 0;
    fc.assert(
      fc.property(arbitraryExemption, arbitraryRules, (exemption, [rule]) => {
        const bucket = BUCKET_NAMES.find(
          (name) => rule && [rule.match, exemption].every((one) => bucketMatches(one.bucket, name)),
        );
        if (rule === undefined || bucket === undefined) {
          return;
        }
        const both = keys.find(
          (key) =>
            globMatches(exemption.segments, key) &&
            tryRule(rule, bucketName(bucket), objectKey(key)).kind === 'governs',
        );
        if (both !== undefined) {
          overlaps++;
          expect(globMayOverlapRule(exemption, rule), `${exemption.text} ${rule.id} ${both}`).toBe(true);
        }
      }),
      { numRuns: fuzzRuns({ atLeast: 5_000 }) },
    );
    expect(overlaps).toBeGreaterThan(200);
  });
});
