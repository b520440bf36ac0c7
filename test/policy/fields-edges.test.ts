import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { ProblemLog } from '../../src/policy/problem-log.ts';
import { readMembers, readText } from '../../src/policy/read-fields.ts';
import { readYaml } from '../../src/policy/read-yaml.ts';
import { TODAY } from '../support/policy.ts';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const RULES = 'rules: [{ id: a, match: s3://abc/, cse: required }]\n';

/** Each problem as line:column+length, id and message. */
const told = (text: string): readonly string[] =>
  parsePolicy(text, { today: TODAY }).problems.map(
    ({ id, place, message }) => `${place.line}:${place.column}+${place.length} ${id} ${message}`,
  );
const withId = (id: string) => `version: 1\nrules:\n  - { id: ${id}, match: s3://abc/, cse: required }\n`;

describe('a value that should be text', () => {
  test.each([
    ['7', '11+1 policy/wrong-type', 'is the number 7, expected text: quote it as "7"'],
    ['007', '11+3 policy/wrong-type', 'is the number 007, expected text: quote it as "007"'],
    ['1e3', '11+3 policy/wrong-type', 'is the number 1e3, expected text: quote it as "1e3"'],
    ['true', '11+4 policy/wrong-type', 'is the boolean true, expected text: quote it as "true"'],
    ['False', '11+5 policy/wrong-type', 'is the boolean false, expected text: quote it as "false"'],
    ['[a]', '11+3 policy/wrong-type', 'is a list, expected text'],
    ['[null]', '11+6 policy/wrong-type', 'is a list, expected text'],
    ['{}', '11+2 policy/wrong-type', 'is a map, expected text'],
    ['{team: 1}', '11+9 policy/wrong-type', 'is a map, expected text'],
    ['{team}', '11+6 policy/wrong-type', 'is a map, expected text: quote text that begins with "{"'],
    ['{team, region}', '11+14 policy/wrong-type', 'is a map, expected text'],
    ['{team, region: x}', '11+17 policy/wrong-type', 'is a map, expected text'],
    ['null', '11+4 policy/empty', 'has no value, expected text'],
    ['" \\t"', '11+5 policy/empty', 'is an empty text'],
  ])('is not %s, and the message says what to write', (id, where, problem) => {
    expect(told(withId(id))).toEqual([`3:${where} "id" in rule 1 ${problem}`]);
  });

  test('is not told a second time where it could not be read at all', () => {
    expect(told(withId('*team'))).toEqual([
      '3:11+5 policy/syntax the alias *team has no anchor before it: quote text that begins with "*"',
    ]);
  });

  test('is hinted at with quotes also where a map would be fine as well', () => {
    expect(told(`version: 1\nkeys: { fin: 7, pay: [true, {team}, []] }\n${RULES}`)).toEqual([
      '2:14+1 policy/wrong-type "fin" in "keys" is the number 7, expected text, or a map with "key": quote it as "7"',
      '2:23+4 policy/wrong-type a key of "pay" in "keys" is the boolean true, expected text, or a map with "key": quote it as "true"',
      '2:30+4 policy/unknown-key unknown key "team" in a key of "pay" in "keys". expected "key", "until" or "aliases"',
      '2:30+4 policy/missing-key missing key "key" in a key of "pay" in "keys"',
      '2:37+2 policy/wrong-type a key of "pay" in "keys" is a list, expected text, or a map with "key"',
    ]);
  });
});

describe('a value that should be a list', () => {
  test.each([
    ['tmp', '9+3 policy/wrong-type', 'is text, expected a list: write [tmp]'],
    ['07', '9+2 policy/wrong-type', 'is the number 07, expected a list: write ["07"]'],
    ['true', '9+4 policy/wrong-type', 'is the boolean true, expected a list'],
    ['{}', '9+2 policy/wrong-type', 'is a map, expected a list'],
    ['{tmp}', '9+5 policy/wrong-type', 'is a map, expected a list'],
    ['', '9+0 policy/empty', 'has no value, expected a list'],
    ['[]', '9+2 policy/empty', 'is an empty list, expected at least one member'],
  ])('is not "%s", and the message says what to write', (exempt, where, problem) => {
    expect(told(`version: 1\n${RULES}exempt: ${exempt}\n`)).toEqual([
      `3:${where} "exempt" in the policy ${problem}`,
    ]);
  });

  test('shows an account that stands alone as it is to be written', () => {
    expect(told(`version: 1\ntrustedAccounts: 111122223333\n${RULES}`)).toEqual([
      '2:18+12 policy/wrong-type "trustedAccounts" in the policy is the number 111122223333, expected a list: write ["111122223333"]',
    ]);
  });

  test('trusts an account that lacks its quotes beside one that has them, and tells one mistake', () => {
    const accounts = 'trustedAccounts: [111122223333, "444455556666"]';
    expect(told(`version: 1\n${accounts}\nkeys: { fin: "${ARN}" }\n${RULES}`)).toEqual([
      '2:19+12 policy/wrong-type a member of "trustedAccounts" in the policy is the number 111122223333, expected text: quote it as "111122223333"',
    ]);
  });

  test.each([
    ['[a, b]', ['a', 'b'], []],
    ['[a, 7, b]', undefined, ['a member of the list is the number 7, expected text: quote it as "7"']],
    [
      '[7, " "]',
      undefined,
      [
        'a member of the list is the number 7, expected text: quote it as "7"',
        'a member of the list is an empty text',
      ],
    ],
    ['[]', undefined, ['the list is an empty list, expected at least one member']],
    ['a', undefined, ['the list is text, expected a list: write [a]']],
  ])('is usable as a whole or not at all, and %s tells every bad member', (yaml, members, problems) => {
    const log = new ProblemLog(yaml);
    const node = readYaml(yaml, log);
    const read =
      node && readMembers(node, { name: 'the list', log }, (item, field) => readText(item, field)?.value);
    expect(read).toEqual(members);
    expect(log.inSourceOrder().map(({ message }) => message)).toEqual(problems);
  });
});

describe('a map that lacks keys', () => {
  test('is marked at its first key, or as a whole where it is empty', () => {
    expect(told('{}')).toEqual([
      '1:1+2 policy/missing-key missing key "version" in the policy',
      '1:1+2 policy/missing-key missing key "rules" in the policy',
    ]);
    expect(told('version: 1\nrules: [{}]')).toEqual([
      '2:9+2 policy/missing-key missing key "id" in rule 1',
      '2:9+2 policy/missing-key missing key "match" in rule 1',
      '2:9+2 policy/missing-key rule 1 has neither "sse" nor "cse", so it requires nothing',
    ]);
  });

  test('is not said to lack what it holds misspelt, and is for another word', () => {
    expect(told('version: 1\nrules: [{ iid: a, mtch: s3://abc/, cse: required }]')).toEqual([
      '2:11+3 policy/unknown-key unknown key "iid" in rule 1. did you mean "id"?',
      '2:19+4 policy/unknown-key unknown key "mtch" in rule 1. did you mean "match"?',
    ]);
    expect(told('version: 1\nrules: [{ id: a, prefix: s3://abc/, cse: required }]')).toEqual([
      '2:11+2 policy/missing-key missing key "match" in rule "a"',
      '2:18+6 policy/unknown-key unknown key "prefix" in rule "a". expected "id", "match", "severity", "owner", "sse" or "cse"',
    ]);
  });

  test('is not said to lack what a key that could not be read may have been', () => {
    expect(told('version: 1\nrules: [{ 7: a, match: s3://abc/, cse: required }]')).toEqual([
      '2:11+1 policy/wrong-type the key 7 is no text: quote it',
    ]);
  });
});
