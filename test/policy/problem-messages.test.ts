import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { expectedOneOf, quoted, shown } from '../../src/policy/problem-text.ts';
import { daysBetween } from '../../src/policy/read-date.ts';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** Every problem as `line:column "the text that is marked" message [id]`. */
function told(text: string): readonly string[] {
  const lines = text.split('\n');
  return parsePolicy(text, { today: '2026-11-21' }).problems.map(({ id, message, place }) => {
    const start = place.column - 1;
    const marked = lines[place.line - 1]?.slice(start, start + place.length);
    return `${place.line}:${place.column} "${marked}" ${message} [${id}]`;
  });
}
const ruleOf = (requirement: string, match = 's3://acme-lake/{day}/'): string =>
  `version: 1\nrules:\n  - id: a\n    match: "${match}"\n    ${requirement}\n`;
const toldOfRule = (requirement: string): readonly string[] => told(ruleOf(requirement));
const toldOfMatch = (match: string): readonly string[] => told(ruleOf('cse: required', match));

describe('what no envelope can meet is told at its format, else its wrap, else its suite, with all the others', () => {
  test.each([
    ['{ context: { a: b }, format: [V1] }', '5:31 "format"', '"format"', '"context"'],
    ['{ wrap: [unnamed], suite: ["115"] }', '5:12 "wrap"', '"wrap"', '"suite"'],
    ['{ suite: [unnamed], wrap: [AES/GCM] }', '5:30 "wrap"', '"wrap"', '"suite"'],
    ['{ format: [V2], wrap: [AES/GCM], suite: [unnamed] }', '5:12 "format"', '"format"', '"wrap", "suite"'],
    ['{ context: { a: b }, suite: [unnamed] }', '5:31 "suite"', '"suite"', '"context"'],
    [
      `{ key: "${ARN}", wrap: [kms, AES/GCM], format: [V3], proof: decrypt-dry-run }`,
      '5:118 "format"',
      '"format"',
      '"wrap", "key"',
    ],
  ])('cse: %s', (cse, place, word, others) => {
    expect(toldOfRule(`cse: ${cse}`)).toEqual([
      `${place} ${word} in rule "a": no envelope can meet it together with ${others} [policy/unmeetable]`,
    ]);
  });
});

describe('what could not be read contradicts nothing, and is told once', () => {
  test.each([
    [`cse: { wrap: 7, key: "${ARN}", format: [V3] }`, '5:18 "7" "wrap"', 'the number 7', '["7"]'],
    [`cse: { format: V3, key: "${ARN}" }`, '5:20 "V3" "format"', 'text', '[V3]'],
    [`cse: { suite: 115, key: "${ARN}" }`, '5:19 "115" "suite"', 'the number 115', '["115"]'],
  ])('%s', (requirement, what, found, list) => {
    expect(toldOfRule(requirement)).toEqual([
      `${what} in rule "a" is ${found}, expected a list: write ${list} [policy/wrong-type]`,
    ]);
  });
  test('a bucketKey that is no word, beside an algorithm that has no bucket key', () => {
    expect(toldOfRule('sse: { algorithm: [AES256], bucketKey: sometimes }')).toEqual([
      '5:44 "sometimes" "bucketKey" in rule "a" may not be "sometimes". expected "required", "forbidden" or "any" [policy/not-allowed]',
    ]);
  });
  test('an algorithm that is none, beside a key that it could not use', () => {
    expect(toldOfRule(`sse: { algorithm: [SSE-C], key: "${ARN}" }`)).toEqual([
      '5:24 "SSE-C" a member of "algorithm" in rule "a" may not be "SSE-C". expected "AES256", "aws:kms", "aws:kms:dsse", "aws:fsx" or "aws:backup" [policy/not-allowed]',
    ]);
  });
  test('a match that has a capture twice, beside an owner that uses an unknown one', () => {
    expect(told(ruleOf('owner: "{team}"\n    cse: required', 's3://acme-lake/{day}/{day}/'))).toEqual([
      '4:34 "{day}" "match" in rule "a" has the capture "{day}" twice: give each its own name [policy/bad-capture]',
    ]);
  });
  test('a match that is a number, beside an owner that uses a capture', () => {
    const text = 'version: 1\nrules:\n  - { id: a, match: 7, owner: "{day}", cse: required }\n';
    expect(told(text)).toEqual([
      '3:21 "7" "match" in rule "a" is the number 7, expected text: quote it as "7" [policy/wrong-type]',
    ]);
  });
  test('a requirement that is misspelt is not missing as well', () => {
    expect(toldOfRule('ces: required')).toEqual([
      '5:5 "ces" unknown key "ces" in rule "a". did you mean "cse"? [policy/unknown-key]',
    ]);
    expect(toldOfRule('ssse: {}')).toEqual([
      '5:5 "ssse" unknown key "ssse" in rule "a". did you mean "sse"? [policy/unknown-key]',
    ]);
  });
});

describe('what no object can meet on the server side names every algorithm', () => {
  test('that uses no key', () => {
    expect(toldOfRule(`sse: { algorithm: [AES256, aws:fsx], key: "${ARN}" }`)).toEqual([
      '5:42 "key" "key" in rule "a" would never be judged: no algorithm of [AES256, aws:fsx] uses a key of yours [policy/unmeetable]',
    ]);
  });
  test('that has no bucket key', () => {
    expect(toldOfRule('sse: { algorithm: [AES256, aws:kms:dsse], bucketKey: required }')).toEqual([
      '5:47 "bucketKey" "bucketKey" in rule "a" would never be judged under [AES256, aws:kms:dsse]: it is judged on "aws:kms" alone [policy/unmeetable]',
    ]);
  });
});

describe('an entry of rules is called', () => {
  test('by its place in the list, where it is no map', () => {
    expect(
      told('version: 1\nrules:\n  - { id: a, match: s3://abc, cse: required }\n  - 7\n  - []\n'),
    ).toEqual([
      '4:5 "7" rule 2 is the number 7, expected a map [policy/wrong-type]',
      '5:5 "[]" rule 3 is a list, expected a map [policy/wrong-type]',
    ]);
  });
  test('by its place in the list, where its id is none', () => {
    expect(told('version: 1\nrules: [{ id: a/b, match: s3://abc, cse: 1 }]')).toEqual([
      '2:15 "a/b" "id" in rule 1 may not be "a/b". expected 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-" [policy/not-allowed]',
      '2:42 "1" "cse" in rule 1 is the number 1, expected "required", "forbidden" or a map [policy/wrong-type]',
    ]);
  });
  test('by its id, in what is wrong with its severity', () => {
    expect(toldOfRule('severity: hihg\n    cse: required')).toEqual([
      '5:15 "hihg" "severity" in rule "a" may not be "hihg". expected "low", "medium", "high" or "critical". did you mean "high"? [policy/not-allowed]',
    ]);
  });
});

describe('an address that is none', () => {
  const address = 'expected an address like s3://bucket/prefix/';

  test.each([
    ['S3://acme-lake/a/', 'write the scheme as "s3://"'],
    ['s3n://acme-lake/a/', 'write the scheme as "s3://"'],
    ['S3A://acme-lake/a/', 'write the scheme as "s3://"'],
    ['s3x://acme-lake/a/', address],
    ['see s3a://acme-lake/a/', address],
    ['s3:/acme-lake/a/', address],
  ])('%s is told with advice: %s', (match, advice) => {
    expect(toldOfMatch(match)).toEqual([
      `4:12 ""${match}"" "match" in rule "a" is "${match}". ${advice} [policy/bad-match]`,
    ]);
  });
});

describe('a bucket in an address', () => {
  const alone = 'whose name may hold lower-case letters, digits, ".", "-" and "*" alone';
  const long = 'whose name must have 3 to 63 characters';
  const letters = (count: number): string => 'b'.repeat(count);

  test.each([
    ['acme_lake', alone],
    ['acme lake', alone],
    ['acme-lakE', alone],
    ['ab', long],
    [letters(64), long],
    [`${letters(32)}*${letters(32)}`, long],
  ])('%s is refused: %s', (bucket, why) => {
    expect(toldOfMatch(`s3://${bucket}/a/`)).toEqual([
      `4:18 "${bucket}" "match" in rule "a" has the bucket "${bucket}", ${why} [policy/bad-match]`,
    ]);
  });
  test.each([
    ['abc'],
    [letters(63)],
    ['a.b-3'],
    ['*'],
    ['a*'],
    ['a*b*c*d*e*f'],
    [`${letters(31)}*${letters(32)}`],
  ])('%s is taken', (bucket) => {
    expect(toldOfMatch(`s3://${bucket}/a/`)).toEqual([]);
  });
});

describe('text of the file in a message', () => {
  const eighty = 'x'.repeat(80);

  test('is whole up to 80 characters, and cut after them', () => {
    expect(shown(eighty)).toBe(eighty);
    expect(shown(`${eighty}y`)).toBe(`${eighty}…`);
    expect(quoted(`${eighty}${'y'.repeat(1000)}`)).toBe(`"${eighty}…"`);
  });
  test('is cut between characters, never within a surrogate pair', () => {
    expect(shown(`${'x'.repeat(78)}🔑yy`)).toBe(`${'x'.repeat(78)}🔑…`);
    expect(shown(`${'x'.repeat(79)}🔑yy`)).toBe(`${'x'.repeat(79)}…`);
    expect(shown(`${eighty}🔑yy`)).toBe(`${eighty}…`);
  });
  test('is escaped after it was cut', () => {
    expect(shown(`\u001B[2J${eighty}`)).toBe(`\\u{1B}[2J${'x'.repeat(76)}…`);
  });
  test('is cut in the message of a problem', () => {
    expect(toldOfRule(`cse: ${eighty}yy`)).toEqual([
      `5:10 "${eighty}yy" "cse" in rule "a" may not be "${eighty}…". expected "required" or "forbidden" [policy/not-allowed]`,
    ]);
  });
});

describe('what would have been fine', () => {
  test('is listed whole where there are eight of it', () => {
    expect(toldOfRule('cse: { banana: 1 }')).toEqual([
      '5:12 "banana" unknown key "banana" in rule "a". expected "key", "wrap", "format", "suite", "context", "description", "instructionSuffix" or "proof" [policy/unknown-key]',
    ]);
  });
  test('is the nearest three where there are more than eight', () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    expect(expectedOneOf('fife', names, 'docs/policy.md')).toBe(
      'the nearest of 9 are "five", "nine" and "one", see docs/policy.md',
    );
  });
  test('is one word, or nothing', () => {
    expect(expectedOneOf('x', ['tenant'], 'docs/policy.md')).toBe('expected "tenant"');
    expect(expectedOneOf('x', [], 'docs/policy.md')).toBe('expected nothing');
  });
});

test('the days between two texts of which one is no date are refused with that text', () => {
  const why = (from: string, to: string) => () => daysBetween(from, to);
  expect(why('yesterday', '2026-11-21')).toThrow(new RangeError('not a date: "yesterday"'));
  expect(why('2026-11-21', '2026-02-30')).toThrow(new RangeError('not a date: "2026-02-30"'));
  expect(why('2026-11-31', 'tomorrow')).toThrow(new RangeError('not a date: "2026-11-31"'));
});
