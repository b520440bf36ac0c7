import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

const RULES = 'rules: [{ id: a, match: s3://abc, cse: required }]';
const LONGEST = 16 * 1024 * 1024;

/** Every problem as a reader meets it: `line:column+length id: message`. */
const told = (text: string): string[] =>
  parsePolicy(text, { today: '2026-11-21' }).problems.map(
    ({ id, place: { line, column, length }, message }) => `${line}:${column}+${length} ${id}: ${message}`,
  );

describe('text that is no YAML', () => {
  it.each([
    [
      'after a quoted text',
      'version: "1" x',
      '1:14+1 policy/syntax: not readable as YAML: unexpected scalar at node end',
    ],
    [
      'after an unquoted capture, which YAML takes for a map',
      'version: 1\nrules: [{ match: {tenant}/a }]',
      '2:26+2 policy/syntax: not readable as YAML: unexpected scalar at node end. quote text that begins with "{"',
    ],
    [
      'that begins with a character YAML keeps for itself',
      'version: @x',
      '1:10+1 policy/syntax: not readable as YAML: plain value cannot start with reserved character @. quote it',
    ],
    [
      'of a directive without the line that should end it',
      '%YAML 1.2\n',
      '2:1+0 policy/syntax: not readable as YAML: missing directives-end indicator line',
    ],
  ])('%s', (_, text, problem) => {
    expect(told(text)).toEqual([problem]);
  });
});

describe('YAML that a policy may not use', () => {
  it.each([
    [
      'every document after the first',
      `version: 1\n${RULES}\n---\nx\n--- y\n`,
      [
        '3:1+1 policy/unsupported-yaml: a second document begins here: a policy is one YAML document',
        '5:1+1 policy/unsupported-yaml: a second document begins here: a policy is one YAML document',
      ],
    ],
    [
      'another version of YAML',
      `%YAML 1.1\n---\nversion: 1\n${RULES}`,
      [
        '1:1+1 policy/unsupported-yaml: YAML 1.1 is asked for: a policy is read as YAML 1.2, so leave the line out',
      ],
    ],
    [
      'a tag of YAML 1.1, whose value is then read as it is written',
      `version: !!binary MQ==\n${RULES}`,
      [
        '1:19+4 policy/unsupported-yaml: the tag "tag:yaml.org,2002:binary" is not supported: leave it out',
        '1:19+4 policy/wrong-type: "version" in the policy is text, expected the number 1: write it without quotes',
      ],
    ],
    [
      'the merge key, whose map may then hold what is missing',
      '<<: { version: 1 }\n',
      ['1:1+2 policy/unsupported-yaml: the merge key << is not supported: write the entries out'],
    ],
    [
      'an alias before its anchor as a key, which is told once',
      '{ *a : 1 }',
      ['1:3+2 policy/syntax: the alias *a has no anchor before it: quote text that begins with "*"'],
    ],
    [
      'an alias within its own anchor',
      `version: &a [*a]\n${RULES}`,
      [
        '1:13+4 policy/wrong-type: "version" in the policy is a list, expected the number 1',
        '1:14+2 policy/unsupported-yaml: the alias *a stands within its own anchor',
      ],
    ],
  ])('%s', (_, text, problems) => {
    expect(told(text)).toEqual(problems);
  });

  it('YAML 1.2 may be asked for', () => {
    expect(told(`%YAML 1.2\n---\nversion: 1\n${RULES}`)).toEqual([]);
  });
});

describe('a key', () => {
  it.each([
    ['that is missing', '? \n: 1', '1:3+0 policy/wrong-type: a key is missing'],
    ['that is missing in a flow map', '{ : 1 }', '1:2+0 policy/wrong-type: a key is missing'],
    ['that is a number', '7: x', '1:1+1 policy/wrong-type: the key 7 is no text: quote it'],
    ['that is a list', '? [a]\n: 1', '1:3+3 policy/wrong-type: the key [a] is no text: quote it'],
  ])('%s is reported, and nothing is called missing', (_, text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  it('<< in quotes is a key like any other', () => {
    expect(told(`version: 1\n"<<": 1\n${RULES}`)).toEqual([
      '2:1+4 policy/unknown-key: unknown key "<<" in the policy. expected "version", "defaults", "trustedAccounts", "keys", "rules" or "exempt"',
    ]);
  });

  it.each([
    ['is told where its null stands', 'version: ~', '1:10+1'],
    ['is told behind its colon, where nothing stands', 'version:', '1:9+0'],
    ['is told at its name, where it has no colon either', '{ version }', '1:3+7'],
  ])('without a value %s', (_, text, place) => {
    expect(told(text)).toContain(
      `${place} policy/empty: "version" in the policy has no value, expected the number 1`,
    );
  });
});

describe('the length of a policy', () => {
  const text = `{"version": 1, ${RULES.replace('rules', '"rules"').replaceAll(/([a-z]+): ([a-z0-9:/]+)/g, '"$1": "$2"')}}`;

  it('may be 16 Mi characters, and not one more', () => {
    const longest = text.padEnd(LONGEST);
    expect(told(longest)).toEqual([]);
    expect(told(`${longest} `)).toEqual([
      '1:1+1 policy/too-large: the policy is longer than 16 Mi characters',
    ]);
  });
  it('counts characters, whatever they say: YAML is refused as JSON is', () => {
    expect(told(`#${'x'.repeat(LONGEST)}`)).toEqual([
      '1:1+1 policy/too-large: the policy is longer than 16 Mi characters',
    ]);
  });
});

it('JSON is read as JSON, also where it breaks its lines as YAML may not', () => {
  const json = { version: 1, rules: [{ id: 'a', match: 's3://abc', cse: 'required' }] };
  expect(told(JSON.stringify(json, null, 1).replaceAll('\n', '\r'))).toEqual([]);
});

describe('nesting', () => {
  const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const maps = (levels: number): string =>
    Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
  const LIST = '"version" in the policy is a list, expected the number 1';

  it('of lists may be 64 levels deep, that of the policy among them', () => {
    expect(told(`version: ${lists(63)}\n${RULES}`)).toEqual([`1:10+126 policy/wrong-type: ${LIST}`]);
    expect(told(`version: ${lists(64)}\n${RULES}`)).toEqual([
      `1:10+128 policy/wrong-type: ${LIST}`,
      '1:73+2 policy/too-large: maps and lists are nested deeper than 64',
    ]);
  });
  it('of maps may be 64 levels deep', () => {
    const tooDeep = expect.stringContaining('nested deeper');
    expect(told(maps(64))).not.toContainEqual(tooDeep);
    expect(told(maps(65))).toContain('65:65+2 policy/too-large: maps and lists are nested deeper than 64');
  });
  it('is told once where it goes on, and nothing else is where it goes on for long', () => {
    expect(told(`version: ${lists(66)}`).filter((problem) => problem.includes('too-large'))).toEqual([
      '1:73+6 policy/too-large: maps and lists are nested deeper than 64',
    ]);
    expect(told(lists(1000))).toEqual([
      '1:69+1 policy/too-large: maps and lists are nested deeper than 64, which is as deep as a policy may go',
    ]);
  });
});

describe('what YAML aliases bring in', () => {
  const list = (members: number, member = 'x'): string => `[${Array(members).fill(member).join(',')}]`;
  const wrapped = (text: string, levels: number): string => '['.repeat(levels) + text + ']'.repeat(levels);
  /** The problems that aliases make, of lines below keys that no policy has. */
  const excess = (...lines: string[]): string[] =>
    told(lines.map((line, index) => `k${index}: ${line}`).join('\n')).filter(
      (problem) => !/missing-key|unknown-key/.test(problem),
    );
  const TOO_MANY = 'policy/too-large: more than 100 YAML aliases are used';
  const TOO_MUCH = 'policy/too-large: the YAML aliases bring in more than 100,000 values';
  const TOO_DEEP = 'policy/too-large: with this alias the policy is nested deeper than 64';

  it('is anything, up to 100 aliases; of more the first alone is told', () => {
    expect(excess('&a x', list(100, '*a'))).toEqual([]);
    expect(excess('&a x', list(103, '*a'))).toEqual([`2:${6 + 300}+2 ${TOO_MANY}`]);
  });
  it('is nothing more, where a value has been refused', () => {
    const accounts = `trustedAccounts: ${list(104, '*a')}`;
    expect(told(`version: &a "111122223333"\n${accounts}\n${RULES}`)).toEqual([
      '1:13+14 policy/wrong-type: "version" in the policy is text, expected the number 1: write it without quotes',
      `2:${19 + 300}+2 ${TOO_MANY}`,
    ]);
  });
  it('is 100,000 values at most, counted with the list or map that holds them', () => {
    expect(excess(`&a ${list(999)}`, list(100, '*a'))).toEqual([]);
    expect(excess(`&a ${list(1000)}`, list(100, '*a'))).toEqual([`2:${6 + 297}+2 ${TOO_MUCH}`]);
  });
  it('counts what stands between anchor and end of the value, and nothing before it', () => {
    expect(excess(list(5000), `&a ${list(999)}`, list(100, '*a'))).toEqual([]);
    expect(excess(list(5000), `&a ${list(1000)}`, list(100, '*a'))).toEqual([`3:${6 + 297}+2 ${TOO_MUCH}`]);
  });
  it('counts an alias within an anchor as all that it brings in', () => {
    const inner = `&a ${list(9)}`;
    const outer = (members: number): string => `&b [*a,${list(members).slice(1)}`;
    expect(excess(inner, outer(999), list(99, '*b'))).toEqual([]);
    expect(excess(inner, outer(1000), list(99, '*b'))).toEqual([`3:${6 + 294}+2 ${TOO_MUCH}`]);
  });

  it('may be a text in the deepest list there may be', () => {
    expect(excess('&t x', wrapped('*t', 63))).toEqual([]);
  });

  // The policy's map is level 1, so what stands in `levels` lists has 1 + `levels` above it.
  it.each([
    ['a flat list', ['&t [x]'], '*t', 62],
    ['a map in a list', ['&t [{ a: b }]'], '*t', 61],
    ['lists within each other', [`&t ${wrapped('x', 10)}`], '*t', 53],
    ['a deep list before a shallow one', ['&t [[[x]], [x]]'], '*t', 60],
    ['a deep list before an anchored text', ['&t [[[x]], &u x]'], '*t', 60],
    ['a list from far down', [wrapped('&t [x]', 20)], '*t', 62],
    ['a list that holds an alias of a list', ['&s [[x]]', '&t [*s]'], '*t', 60],
    ['a list that holds such an alias before an anchored text', ['&s [[x]]', '&t [*s, &u x]'], '*t', 60],
    ['a list that holds a deep list before an alias', ['&s [x]', '&t [[[[x]]], *s]'], '*t', 59],
  ])('may be as deep as all else: %s', (_, anchors, alias, most) => {
    expect(excess(...anchors, wrapped(alias, most))).toEqual([]);
    expect(excess(...anchors, wrapped(alias, most + 1))).toEqual([
      `${anchors.length + 1}:${6 + most}+2 ${TOO_DEEP}`,
    ]);
  });
});
