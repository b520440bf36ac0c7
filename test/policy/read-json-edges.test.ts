import { describe, expect, it } from 'vitest';
import { parseJsonPolicy } from '../../src/policy/parse-json.ts';
import { ProblemLog } from '../../src/policy/problem-log.ts';
import { type OnRepeated, readJson, readPlainJson } from '../../src/policy/read-json.ts';
import { LONGEST_POLICY, type Node } from '../../src/policy/read-node.ts';

const never: OnRepeated = (_, { key }) => {
  throw new Error(`${key} is not there twice`);
};
const read = (text: string) => readPlainJson(text, never);
const nested = (levels: number, open: string, close: string, innermost = ''): string =>
  open.repeat(levels) + innermost + close.repeat(levels);
const span = (start: number, end: number) => ({ start, end });

describe('a value of JSON is read with its place', () => {
  it.each<[string, string, Node]>([
    ['true', 'true', { kind: 'boolean', value: true, ...span(0, 4) }],
    ['false', 'false', { kind: 'boolean', value: false, ...span(0, 5) }],
    ['null', 'null', { kind: 'null', ...span(0, 4) }],
    ['zero', '0', { kind: 'number', value: 0, source: '0', ...span(0, 1) }],
    [
      'a number of every part, as it is written',
      '-10.50E+2',
      { kind: 'number', value: -1050, source: '-10.50E+2', ...span(0, 9) },
    ],
    ['the empty text', '""', { kind: 'text', value: '', verbatim: 1, ...span(0, 2) }],
    [
      'text, and where its first character stands',
      ' "a/b"',
      { kind: 'text', value: 'a/b', verbatim: 2, ...span(1, 6) },
    ],
    [
      'escaped text, whose characters have no places of their own',
      '"a\\"\\u0062\\n"',
      { kind: 'text', value: 'a"b\n', ...span(0, 13) },
    ],
    ['text that ends in a backslash', '"\\\\"', { kind: 'text', value: '\\', ...span(0, 4) }],
    ['an empty list', '[]', { kind: 'list', items: [], ...span(0, 2) }],
    ['an empty list with space in it', '[ \n]', { kind: 'list', items: [], ...span(0, 4) }],
    ['an empty map', '{}', { kind: 'map', entries: new Map(), complete: true, ...span(0, 2) }],
    [
      'an empty map with space in it',
      '{\t}',
      { kind: 'map', entries: new Map(), complete: true, ...span(0, 3) },
    ],
    [
      'a list with space of every kind around its members',
      '[ true\t,\r\n null ]',
      {
        kind: 'list',
        items: [
          { kind: 'boolean', value: true, ...span(2, 6) },
          { kind: 'null', ...span(11, 15) },
        ],
        ...span(0, 17),
      },
    ],
  ])('%s', (_, text, node) => {
    expect(read(text)).toStrictEqual(node);
  });

  it('a map, with space before and after its colons, and after all of it', () => {
    const key = { kind: 'text', value: 'a', verbatim: 3, ...span(2, 5) };
    const value = { kind: 'null', ...span(8, 12) };
    expect(read('{ "a" : null } \n')).toStrictEqual({
      kind: 'map',
      entries: new Map([['a', { key: 'a', keySpan: key, value }]]),
      complete: true,
      ...span(0, 14),
    });
  });
});

describe('text that is no JSON says where it stops to be, and what was expected there', () => {
  it.each([
    ['nothing', '', 0, 'a value'],
    ['a value without quotes', '[abc]', 1, 'a value'],
    ['half a word', '[tru]', 1, 'a value'],
    ['a comma before the closing bracket', '[1,]', 3, 'a value'],
    ['a key without quotes', '{a: 1}', 1, 'a text in double quotes'],
    ['a comma before the closing brace', '{"a": 1,}', 8, 'a text in double quotes'],
    ['a key without a colon', '{"a" 1}', 5, '":"'],
    ['two members without a comma', '[1 2]', 3, '"," or "]"'],
    ['two entries without a comma', '{"a": 1 "b": 2}', 8, '"," or "}"'],
    ['a list that does not end', '[1', 2, '"," or "]"'],
    ['a comment after the value', '{} # why', 3, 'the end of the text'],
    ['a second value', '1 2', 2, 'the end of the text'],
    ['a leading zero', '007', 1, 'the end of the text'],
    ['text that does not end', '["a', 1, 'a text that ends in a double quote'],
    ['text whose last quote is escaped', '["a\\"', 1, 'a text that ends in a double quote'],
    ['a line break within text', '["ab\nc"]', 4, 'no control character within a text'],
    ['an escape that JSON has not', '["\\q"]', 1, 'a text with JSON escapes alone'],
    ['an escape that is cut short', '["\\u12"]', 1, 'a text with JSON escapes alone'],
  ])('%s', (_, text, at, expected) => {
    expect(read(text)).toStrictEqual({ at, expected });
  });
});

describe('nesting', () => {
  it.each([
    ['lists', '[', ']', ''],
    ['maps', '{"a":', '}', '1'],
  ])('of %s is read down to 64 levels, and refused where the 65th begins', (_, open, close, innermost) => {
    expect(read(nested(64, open, close, innermost))).toHaveProperty('kind');
    expect(read(nested(65, open, close, innermost))).toStrictEqual({
      at: 64 * open.length,
      expected: 'no deeper nesting than 64',
    });
  });
  it('counts levels, not values: a hundred lists beside each other are two', () => {
    expect(read(`[${Array(100).fill('[]').join(',')}]`)).toHaveProperty('kind', 'list');
  });
});

describe('a key that stands twice', () => {
  const text = '{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}';

  it('is left to the caller, in file order, with the first still in its map', () => {
    const told: unknown[] = [];
    readPlainJson(text, (entries, { key, value }) => told.push([key, entries.get(key)?.value, value]));
    expect(told).toEqual([
      ['c', expect.objectContaining({ value: 1 }), expect.objectContaining({ value: 2 })],
      ['a', expect.objectContaining({ value: 1 }), expect.objectContaining({ value: 3 })],
    ]);
  });
  it('is told only where all of the text is JSON', () => {
    expect(readPlainJson(`${text} x`, never)).toStrictEqual({ at: 40, expected: 'the end of the text' });
  });
  it("whose caller fails is the caller's error, not a fault of the text", () => {
    expect(() => readPlainJson(text, never)).toThrow('c is not there twice');
  });
  it('is a problem of a policy, which keeps the first', () => {
    const log = new ProblemLog(text);
    const node = readJson(text, log);
    expect(node?.kind === 'map' && node.entries.get('a')?.value).toMatchObject({ value: 1 });
    expect(log.inSourceOrder()).toEqual([
      {
        id: 'policy/duplicate-key',
        level: 'error',
        place: { line: 1, column: 24, length: 3 },
        message: 'the key "c" stands here a second time (the first is in line 1)',
      },
      {
        id: 'policy/duplicate-key',
        level: 'error',
        place: { line: 1, column: 33, length: 3 },
        message: 'the key "a" stands here a second time (the first is in line 1)',
      },
    ]);
  });
});

describe('of policy files, the JSON reader', () => {
  it.each([
    ['a map', '{}'],
    ['a map after white space', ' \r\n\t{}\n'],
  ])('takes %s', (_, text) => {
    expect(readJson(text, new ProblemLog(text))).toHaveProperty('kind', 'map');
  });
  it.each([
    ['a list', '[1]'],
    ['a text', '"{"'],
    ['null', 'null'],
    ['a map with a space that JSON does not know before it', '\u00A0{}'],
    ['a map that YAML alone can read', '{a: 1}'],
    ['a map that is cut short', '{"a": 1, "a": 2'],
  ])('leaves %s to the YAML reader, and says nothing', (_, text) => {
    const log = new ProblemLog(text);
    expect(readJson(text, log)).toBeUndefined();
    expect(log.inSourceOrder()).toEqual([]);
  });
  it('takes a file of 16 Mi characters, and leaves a longer one', () => {
    const longest = '{"version":1}'.padEnd(LONGEST_POLICY);
    expect(longest).toHaveLength(16 * 1024 * 1024);
    expect(parseJsonPolicy(longest, { today: '2026-11-21' })?.problems).toMatchObject([
      { message: 'missing key "rules" in the policy' },
    ]);
    expect(parseJsonPolicy(`${longest} `, { today: '2026-11-21' })).toBeUndefined();
  });
});
