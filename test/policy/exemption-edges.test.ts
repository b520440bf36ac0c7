import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileExemptions, findExemption } from '../../src/policy/exempt.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const withExemption = (exemption: string) =>
  `version: 1\nrules: [{ id: a, match: s3://lake/, cse: required }]\nexempt:\n  - ${exemption}\n`;
const exemptionOf = (exemption: string) => policyOf(withExemption(exemption)).exemptions[0];
/** Each problem as line:column+length, id and message. */
const told = (exemption: string): readonly string[] =>
  parsePolicy(withExemption(exemption), { today: TODAY }).problems.map(
    ({ id, place, message }) => `${place.line}:${place.column}+${place.length} ${id} ${message}`,
  );
const withMatch = (match: string) => `{ match: '${match}', reason: scratch, maxSize: 16 }`;

/** The answer for an object of this key and size under one exemption, which takes up to 16 bytes. */
function answer(match: string, key: string, sizeBytes = 16): string {
  const { exemptions } = policyOf(withExemption(withMatch(match)));
  const query = { bucket: bucketName('lake'), key: objectKey(key), sizeBytes, today: TODAY };
  return findExemption(compileExemptions(exemptions), query).kind;
}

describe('an exemption', () => {
  test('is read with all that it says', () => {
    expect(
      exemptionOf(
        "{ match: 's3://lake/**/tmp/*_$folder$', reason: markers, owner: platform, maxSize: 16, until: 2027-01-31 }",
      ),
    ).toStrictEqual({
      text: 's3://lake/**/tmp/*_$folder$',
      line: 4,
      bucket: { kind: 'literal', name: 'lake' },
      segments: [
        { kind: 'any-segments' },
        { kind: 'segment', parts: ['tmp'] },
        { kind: 'segment', parts: ['', '_$folder$'] },
      ],
      reason: 'markers',
      owner: 'platform',
      maxSizeBytes: 16,
      until: '2027-01-31',
    });
  });

  test('has neither owner, bound nor end unless it says so', () => {
    expect(exemptionOf("{ match: 's3://lake/a', reason: scratch }")).toStrictEqual({
      text: 's3://lake/a',
      line: 4,
      bucket: { kind: 'literal', name: 'lake' },
      segments: [{ kind: 'segment', parts: ['a'] }],
      reason: 'scratch',
    });
  });

  test.each([
    ['s3://lake/**', 'a/b/c', 'exempt'],
    ['s3://lake/**/x', 'a/b/x', 'exempt'],
    ['s3://lake/**/x', 'x', 'exempt'],
    ['s3://lake/*/x', 'a/x', 'exempt'],
    ['s3://lake/*/x', 'a/b/x', 'none'],
    ['s3://lake/*', 'a', 'exempt'],
    ['s3://lake/*', 'a/b', 'none'],
    ['s3://lake/a*c/d', 'abc/d', 'exempt'],
    ['s3://lake/a*c/d', 'abd/d', 'none'],
    ['s3://lake/tmp/', 'tmp/', 'exempt'],
    ['s3://lake/tmp/', 'tmp/a', 'none'],
  ])('of %s answers for the key %s: %s', (match, key, kind) => {
    expect(answer(match, key)).toBe(kind);
  });

  test('takes objects up to its size, and a size of 0 is a bound too', () => {
    expect(answer('s3://lake/**', 'a', 17)).toBe('none');
    expect(exemptionOf("{ match: 's3://lake/**', reason: markers, maxSize: 0 }")?.maxSizeBytes).toBe(0);
    expect(told("{ match: 's3://lake/**', reason: markers, maxSize: 0 }")).toEqual([]);
  });
});

describe('a glob that is none', () => {
  const beside = (segment: string) =>
    `has "**" beside other text in "${segment}": it stands alone between "/", and "*" is any text within a segment`;

  test.each([
    ['s3://lake/tmp**', `4:25+5 policy/bad-glob "match" in exemption 1 ${beside('tmp**')}`],
    ['s3://lake/tmp/a/***/b', `4:31+3 policy/bad-glob "match" in exemption 1 ${beside('***')}`],
    [
      's3://lake/x**/**/tmp/**y',
      `4:25+3 policy/bad-glob "match" in exemption 1 ${beside('x**')}`,
      `4:36+3 policy/bad-glob "match" in exemption 1 ${beside('**y')}`,
    ],
    [
      's3://lake',
      '4:14+11 policy/bad-glob "match" in exemption 1 names no key: write "s3://lake/**" for the whole bucket',
    ],
    [
      'lake/tmp/**',
      '4:14+13 policy/bad-glob "match" in exemption 1 is "lake/tmp/**". expected an address like s3://bucket/prefix/',
    ],
    [
      's3://Lake/tmp/**',
      '4:20+4 policy/bad-glob "match" in exemption 1 has the bucket "Lake", whose name may hold lower-case letters, digits, ".", "-" and "*" alone',
    ],
    [
      's3://Lake/tmp**',
      '4:20+4 policy/bad-glob "match" in exemption 1 has the bucket "Lake", whose name may hold lower-case letters, digits, ".", "-" and "*" alone',
      `4:25+5 policy/bad-glob "match" in exemption 1 ${beside('tmp**')}`,
    ],
  ])('%s is told at the part that is wrong, and nothing else of the exemption is', (match, ...problems) => {
    const unbounded = `{ match: '${match}', reason: scratch }`;
    const lapsed = `{ match: '${match}', reason: scratch, until: 2026-11-20 }`;
    expect(told(unbounded)).toEqual(problems);
    expect(told(lapsed)).toEqual(problems);
  });
});

describe('a glob that ends in a slash', () => {
  test('exempts one key alone, which is a warning unless a star stands in it', () => {
    expect(told(withMatch('s3://lake/tmp/'))).toEqual([
      '4:14+16 policy/exact-glob-ends-in-slash "match" in exemption 1 exempts one key alone, which ends in "/": write "s3://lake/tmp/**" for all below it too',
    ]);
    expect(told(withMatch('s3://lake/*/'))).toEqual([]);
    expect(told(withMatch('s3://lake/tmp'))).toEqual([]);
  });
});

describe('a mistake in an exemption', () => {
  const match = "match: 's3://lake/tmp/**'";

  test.each([
    ['7', '4:5+1 policy/wrong-type exemption 1 is the number 7, expected a map'],
    ['[a]', '4:5+3 policy/wrong-type exemption 1 is a list, expected a map'],
    [
      '{}',
      '4:5+2 policy/missing-key missing key "match" in exemption 1',
      '4:5+2 policy/missing-key missing key "reason" in exemption 1',
    ],
    [
      '{ match: 7, reason: x }',
      '4:14+1 policy/wrong-type "match" in exemption 1 is the number 7, expected text: quote it as "7"',
    ],
    [
      "{ match: ' ', reason: '' }",
      '4:14+3 policy/empty "match" in exemption 1 is an empty text',
      '4:27+2 policy/empty "reason" in exemption 1 is an empty text',
    ],
    [
      `{ reason: 7, maxSize: 1, ${match} }`,
      '4:15+1 policy/wrong-type "reason" in exemption 1 is the number 7, expected text: quote it as "7"',
    ],
    [
      `{ owner: 7, reason: x, maxSize: 1, ${match} }`,
      '4:14+1 policy/wrong-type "owner" in exemption 1 is the number 7, expected text: quote it as "7"',
    ],
    [
      `{ owner: ' ', reason: x, maxSize: 1, ${match} }`,
      '4:14+3 policy/empty "owner" in exemption 1 is an empty text',
    ],
    [
      `{ owmer: x, reason: x, maxSize: 1, ${match} }`,
      '4:7+5 policy/unknown-key unknown key "owmer" in exemption 1. did you mean "owner"?',
    ],
    [
      `{ maxSize: 16 B, reason: x, ${match} }`,
      '4:16+4 policy/wrong-type "maxSize" in exemption 1 is text, expected a number of bytes',
    ],
    [
      `{ maxSize: 1.5, reason: x, ${match} }`,
      '4:16+3 policy/not-allowed "maxSize" in exemption 1 may not be 1.5. expected a whole number of bytes, 0 or more',
    ],
    [
      `{ maxSize: -1, reason: x, ${match} }`,
      '4:16+2 policy/not-allowed "maxSize" in exemption 1 may not be -1. expected a whole number of bytes, 0 or more',
    ],
    [
      `{ until: soon, reason: x, ${match} }`,
      '4:14+4 policy/bad-date "until" in exemption 1: "soon" is no date, expected a date like 2027-01-31',
    ],
  ])('is told at its place and draws nothing else: %s', (exemption, ...problems) => {
    expect(told(exemption)).toEqual(problems);
  });

  test('is told of each by its number', () => {
    expect(told("{ match: 's3://lake/a', reason: x, maxSize: 1 }\n  - 7\n  - {}")).toEqual([
      '5:5+1 policy/wrong-type exemption 2 is the number 7, expected a map',
      '6:5+2 policy/missing-key missing key "match" in exemption 3',
      '6:5+2 policy/missing-key missing key "reason" in exemption 3',
    ]);
  });
});
