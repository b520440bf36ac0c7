import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { parseWith } from '../../src/policy/parse-document.ts';
import { ProblemLog } from '../../src/policy/problem-log.ts';

const TODAY = { today: '2026-11-21' };
const RULES = 'rules: [{ id: a, match: s3://abc, cse: required }]';
const [ONE, TWO, THREE] = ['111111111111', '222222222222', '333333333333'];
const arn = (account: string): string =>
  `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const parse = (text: string) => parsePolicy(text, TODAY);
/** Every problem as a reader meets it: `line:column+length id: message`. */
const told = (text: string): string[] =>
  parse(text).problems.map(
    ({ id, place: { line, column, length }, message }) => `${line}:${column}+${length} ${id}: ${message}`,
  );

describe('the head of a policy', () => {
  it.each([
    ['true', '1:10+4 policy/wrong-type: "version" in the policy is the boolean true, expected the number 1'],
    [
      '"1"',
      '1:10+3 policy/wrong-type: "version" in the policy is text, expected the number 1: write it without quotes',
    ],
    [
      '1.1',
      '1:10+3 policy/not-allowed: "version" in the policy may not be "1.1". expected 1, the one version there is',
    ],
  ])('version %s is refused', (version, problem) => {
    expect(told(`version: ${version}\n${RULES}`)).toEqual([problem]);
  });

  it.each([
    ['{}', { severity: 'high', uncovered: 'alert' }],
    ['{ severity: low }', { severity: 'low', uncovered: 'alert' }],
    ['{ uncovered: ignore }', { severity: 'high', uncovered: 'ignore' }],
    ['{ severity: critical, uncovered: report }', { severity: 'critical', uncovered: 'report' }],
  ])('defaults %s leave what they do not say as it is', (defaults, expected) => {
    expect(parse(`version: 1\ndefaults: ${defaults}\n${RULES}`).policy?.defaults).toEqual(expected);
  });
  it('defaults that are no map are refused', () => {
    expect(told(`version: 1\ndefaults: high\n${RULES}`)).toEqual([
      '2:11+4 policy/wrong-type: "defaults" in the policy is text, expected a map',
    ]);
  });

  it.each([
    ['', 'is empty'],
    [' \r\n\t', 'is empty'],
    ['\uFEFF\n', 'is empty'],
    ['# nothing yet', 'holds no value besides comments'],
    ['---\n~', 'holds no value besides comments'],
  ])('a policy of %j alone says what it lacks', (text, what) => {
    expect(told(text)).toEqual([
      `1:1+0 policy/empty: the policy ${what}: expected a map with "version" and "rules"`,
    ]);
  });

  it('today that is no date is refused by what it was', () => {
    expect(() => parsePolicy('', { today: '21.11.2026' })).toThrow(
      new RangeError('today is no date: "21.11.2026"'),
    );
  });
  it('a reader that gives nothing gives no policy, not even one that is undefined', () => {
    expect(parseWith(() => undefined, RULES, TODAY)).toStrictEqual({ problems: [] });
  });
});

describe('trusted accounts', () => {
  /** What is told of ARNs in the accounts ONE to THREE, and of the list itself. */
  const trusting = (accounts: string): string[] =>
    told(
      `version: 1\ntrustedAccounts: ${accounts}\nkeys:\n  one: ${arn(ONE)}\n  two: ${arn(TWO)}\n  three: ${arn(THREE)}\n${RULES}`,
    );
  const untrusted = (line: number, name: string, account: string): string =>
    `${line}:${5 + name.length}+75 policy/untrusted-account: "${name}" in "keys" names the account "${account}", which is not in "trustedAccounts"`;

  it('are part of the policy, and every other account is reported', () => {
    const { policy } = parse(`version: 1\ntrustedAccounts: ["${TWO}", "${ONE}"]\n${RULES}`);
    expect(policy?.trustedAccounts).toEqual([TWO, ONE]);
    expect(trusting(`["${TWO}", "${ONE}"]`)).toEqual([untrusted(6, 'three', THREE)]);
  });
  it('with a bad member still mean what they plainly say, in quotes or without', () => {
    expect(trusting(`[${ONE}, "${TWO}", true]`)).toEqual([
      `2:19+12 policy/wrong-type: a member of "trustedAccounts" in the policy is the number ${ONE}, expected text: quote it as "${ONE}"`,
      '2:49+4 policy/wrong-type: a member of "trustedAccounts" in the policy is the boolean true, expected text: quote it as "true"',
      untrusted(6, 'three', THREE),
    ]);
  });
  it.each([
    [
      `"${ONE}"`,
      `2:18+14 policy/wrong-type: "trustedAccounts" in the policy is text, expected a list: write [${ONE}]`,
    ],
    [
      '[]',
      '2:18+2 policy/empty: "trustedAccounts" in the policy is an empty list, expected at least one member',
    ],
    [
      '[true]',
      '2:19+4 policy/wrong-type: a member of "trustedAccounts" in the policy is the boolean true, expected text: quote it as "true"',
    ],
  ])('that name no account, as %s, are one problem, not one with every key', (accounts, problem) => {
    expect(trusting(accounts)).toEqual([problem]);
  });
});

it('exemptions are part of the policy, in the order of the file', () => {
  const text = `version: 1\n${RULES}\nexempt:\n  - { match: "s3://abc/b/*", reason: moved, maxSize: 0 }\n  - { match: s3://abd/c, reason: old, owner: ana }\n`;
  expect(parse(text).policy?.exemptions).toEqual([
    {
      text: 's3://abc/b/*',
      line: 4,
      bucket: { kind: 'literal', name: 'abc' },
      segments: [
        { kind: 'segment', parts: ['b'] },
        { kind: 'segment', parts: ['', ''] },
      ],
      reason: 'moved',
      maxSizeBytes: 0,
    },
    {
      text: 's3://abd/c',
      line: 5,
      bucket: { kind: 'literal', name: 'abd' },
      segments: [{ kind: 'segment', parts: ['c'] }],
      reason: 'old',
      owner: 'ana',
    },
  ]);
});

describe('the place of a problem', () => {
  const placeOf = (text: string, start: number, end: number) => {
    const log = new ProblemLog(text);
    log.add('policy/syntax', { start, end }, 'x');
    const [problem] = log.inSourceOrder();
    return [problem?.place.line, problem?.place.column, problem?.place.length];
  };

  it.each([
    ['is what is meant', 'abc\ndef', [5, 6], [2, 2, 1]],
    ['reaches to the end of a text without a line break', 'abc\ndef', [5, 7], [2, 2, 2]],
    ['ends with its first line', 'abc\ndef', [1, 6], [1, 2, 2]],
    ['leaves out the carriage return before the line feed', 'abc\r\ndef', [1, 8], [1, 2, 2]],
    ['leaves it out where it is all that is meant', 'abc\r\ndef', [3, 5], [1, 4, 0]],
    ['leaves it out at the end of the text', 'abc\r', [1, 4], [1, 2, 2]],
    [
      'is nothing at the line feed itself, and has no column after the carriage return',
      'abc\r\ndef',
      [4, 5],
      [1, 4, 0],
    ],
    ['is nothing at a line feed that no carriage return precedes', 'abc\ndef', [3, 4], [1, 4, 0]],
    ['is nothing at a line feed that the text begins with', '\nabc', [0, 1], [1, 1, 0]],
    ['keeps a carriage return within a line', 'a\rbc\n', [0, 2], [1, 1, 2]],
    ['keeps the last character of a line', 'abc\n\rdef', [0, 3], [1, 1, 3]],
    ['is nothing where nothing is meant', 'abc', [2, 2], [1, 3, 0]],
    ['is nothing where the end lies before the beginning', 'abc', [2, 1], [1, 3, 0]],
    ['lies within the text, where what is meant does not', 'abc\n', [9, 10], [2, 1, 0]],
    ['begins with the text at the earliest', 'abc', [-2, 2], [1, 1, 2]],
  ])('%s', (_, text, [start = 0, end = 0], place) => {
    expect(placeOf(text, start, end)).toEqual(place);
  });

  it('decides the order, and what is said twice of one place is told once', () => {
    const log = new ProblemLog('abc');
    log.add('policy/syntax', { start: 1, end: 2 }, 'x');
    log.add('policy/syntax', { start: 0, end: 2 }, 'x');
    log.add('policy/syntax', { start: 1, end: 3 }, 'x');
    log.add('policy/syntax', { start: 1, end: 2 }, 'y');
    log.add('policy/empty', { start: 1, end: 2 }, 'x');
    expect(log.inSourceOrder().map(({ id, place, message }) => [place.column, id, message])).toEqual([
      [1, 'policy/syntax', 'x'],
      [2, 'policy/syntax', 'x'],
      [2, 'policy/syntax', 'y'],
      [2, 'policy/empty', 'x'],
    ]);
  });
  it('is told once for a YAML alias that brings a mistake in twice', () => {
    const key = '{ key: [&k alias/, *k] }';
    expect(told(`version: 1\nrules:\n  - { id: a, match: s3://abc, sse: ${key} }\n`)).toEqual([
      '3:47+6 policy/bad-key-reference: a member of "key" in rule "a" is "alias/", which names no key. an alias name is alias/ and 1 to 250 of A-Z, a-z, 0-9, "/", "_" and "-"',
    ]);
  });
});

describe('a problem within a text', () => {
  const bad = (match: string): string[] =>
    told(`version: 1\nrules:\n  - { id: a, cse: required, match: ${match} }\n`);
  const message =
    '"match" in rule "a" has a brace in its bucket, where no capture may stand: use "*" for any characters';

  it('is marked character for character, where the file writes the text so', () => {
    expect(bad('"s3://a{b}/c/"')).toEqual([`3:42+4 policy/bad-capture: ${message}`]);
  });
  it('marks the whole text, where the file writes it by escapes', () => {
    expect(bad('"\\u00733://a{b}/c/"')).toEqual([`3:36+19 policy/bad-capture: ${message}`]);
  });
});
