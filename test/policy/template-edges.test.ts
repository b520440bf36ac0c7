import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { ProblemLog } from '../../src/policy/problem-log.ts';
import { readJsonTemplate, readRequiredEntries, readTemplateText } from '../../src/policy/read-template.ts';
import { readYaml } from '../../src/policy/read-yaml.ts';
import { matchTemplate, renderTemplate } from '../../src/policy/template.ts';
import { readTemplate } from '../../src/policy/template-text.ts';
import { policyOf, TODAY } from '../support/policy.ts';
import { buildTemplate } from './build.ts';

const ruleWith = (line: string, match = 's3://acme-lake/{tenant}/') =>
  `version: 1\nrules:\n  - id: a\n    match: "${match}"\n    ${line}\n    cse: required\n`;
const ruleOf = (yaml: string) => policyOf(yaml).rules[0];
/** Each problem as line:column+length, id and message. */
const told = (text: string): readonly string[] =>
  parsePolicy(text, { today: TODAY }).problems.map(
    ({ id, place, message }) => `${place.line}:${place.column}+${place.length} ${id} ${message}`,
  );

/** What one of the readers gives for a value of the policy, and how many problems it tells. */
function reading(
  yaml: string,
  read: typeof readJsonTemplate | typeof readRequiredEntries | typeof readTemplateText,
) {
  const log = new ProblemLog(yaml);
  const node = readYaml(yaml, log);
  const value = node && read(node, { name: 'the value', log }, new Set(['tenant']));
  return { value, problems: log.inSourceOrder().map(({ message }) => message) };
}

describe('the parts of a text with captures', () => {
  test.each([
    ['{tenant}', [{ kind: 'capture', name: 'tenant' }]],
    [
      '{tenant}{tenant}',
      [
        { kind: 'capture', name: 'tenant' },
        { kind: 'capture', name: 'tenant' },
      ],
    ],
    [
      'team-{tenant}',
      [
        { kind: 'literal', text: 'team-' },
        { kind: 'capture', name: 'tenant' },
      ],
    ],
    [
      '{tenant}-team',
      [
        { kind: 'capture', name: 'tenant' },
        { kind: 'literal', text: '-team' },
      ],
    ],
    ['{{x}} and }}', [{ kind: 'literal', text: '{x} and }' }]],
  ])('of %s hold no empty text', (owner, template) => {
    expect(ruleOf(ruleWith(`owner: "${owner}"`))?.owner).toEqual(template);
  });

  test('come with the place of each capture', () => {
    expect(readTemplate('{{{a}-{a}')).toEqual({
      kind: 'template',
      template: [
        { kind: 'literal', text: '{' },
        { kind: 'capture', name: 'a' },
        { kind: 'literal', text: '-' },
        { kind: 'capture', name: 'a' },
      ],
      uses: [
        { name: 'a', offset: 2, length: 3 },
        { name: 'a', offset: 6, length: 3 },
      ],
    });
  });

  test('of no text at all are none', () => {
    expect(readTemplate('')).toEqual({ kind: 'template', template: [], uses: [] });
  });
});

describe('a brace that is no capture', () => {
  test.each([
    [
      '"a{tenant", severity: low',
      '3:41+7 policy/bad-capture "owner" in rule "a": a "{" is not closed: write "{{" for a literal brace',
    ],
    [
      '"a}b", severity: low',
      '3:41+1 policy/bad-capture "owner" in rule "a": a "}" closes nothing: write "}}" for a literal brace',
    ],
    [
      '"a{1}b", severity: low',
      '3:41+3 policy/bad-capture "owner" in rule "a": a capture name is a letter, then letters, digits and "_"',
    ],
  ])('is marked by itself in owner: %s', (owner, problem) => {
    expect(
      told(`version: 1\nrules:\n  - { id: a, match: s3://abc/, owner: ${owner}, cse: required }\n`),
    ).toEqual([problem]);
  });
});

describe('a capture that the match lacks', () => {
  test('is called unknown where it stands, each time that it does', () => {
    expect(told(ruleWith('owner: "{tenat}, {region} and {tenant}"'))).toEqual([
      '5:13+7 policy/bad-capture "owner" in rule "a" uses the unknown capture "{tenat}". did you mean "{tenant}"?',
      '5:22+8 policy/bad-capture "owner" in rule "a" uses the unknown capture "{region}". expected "tenant"',
    ]);
  });

  test('is not called unknown where the match is bad: the match is the one mistake', () => {
    expect(told(ruleWith('owner: "{tenant}"', 's3://acme-lake/{tenant}/*/'))).toEqual([
      '4:37+1 policy/bad-match "match" in rule "a" has "*" in its prefix. a prefix has no wildcards: use a capture like {name} for one segment',
    ]);
  });

  test('is the one mistake of a key that also begins with it', () => {
    expect(told(ruleWith('sse: { key: "{nobody}" }'))).toEqual([
      '5:18+8 policy/bad-capture "key" in rule "a" uses the unknown capture "{nobody}". expected "tenant"',
    ]);
  });

  test('makes the text unusable, as a brace that is wrong does', () => {
    for (const text of ['"{nobody}"', '"{"', '" "', '7']) {
      const { value, problems } = reading(text, readTemplateText);
      expect(value).toBeUndefined();
      expect(problems).toHaveLength(1);
    }
  });
});

describe('the JSON values of a description', () => {
  const literal = (text: string) => ({ kind: 'text', template: [{ kind: 'literal', text }] });

  test('are kept as they are written, with captures in their texts at any depth', () => {
    const description = [
      'description:',
      '        nothing: null',
      '        size: 1.5',
      '        yes: true',
      '        no: false',
      '        empty: ""',
      '        list: [a, 1, [], "{tenant}"]',
      '        map: { inner: { "{tenant}": x }, none: {} }',
    ].join('\n');
    const { cse } = ruleOf(ruleWith(`cse:\n      ${description}`).replace('\n    cse: required', '')) ?? {};
    expect(cse).toMatchObject({
      description: new Map<string, unknown>([
        ['nothing', { kind: 'scalar', value: null }],
        ['size', { kind: 'scalar', value: 1.5 }],
        ['yes', { kind: 'scalar', value: true }],
        ['no', { kind: 'scalar', value: false }],
        ['empty', { kind: 'text', template: [] }],
        [
          'list',
          {
            kind: 'array',
            items: [
              literal('a'),
              { kind: 'scalar', value: 1 },
              { kind: 'array', items: [] },
              { kind: 'text', template: [{ kind: 'capture', name: 'tenant' }] },
            ],
          },
        ],
        [
          'map',
          {
            kind: 'object',
            entries: new Map<string, unknown>([
              ['inner', { kind: 'object', entries: new Map([['{tenant}', literal('x')]]) }],
              ['none', { kind: 'object', entries: new Map() }],
            ]),
          },
        ],
      ]),
    });
  });

  test.each([
    ['a number that JSON lacks', '.inf', ['the value is the number .inf, expected a JSON value']],
    [
      'an unknown capture',
      '"{nobody}"',
      ['the value uses the unknown capture "{nobody}". expected "tenant"'],
    ],
    ['a bad member of a list', '[a, .nan, b]', ['the value is the number .nan, expected a JSON value']],
    [
      'a bad entry of a map, which is named',
      '{ a: { b: .inf, c: 1 }, d: 2 }',
      ['"b" of "a" of the value is the number .inf, expected a JSON value'],
    ],
    ['a key that is no text', '{ 7: a, b: c }', ['the key 7 is no text: quote it']],
    [
      'what has been refused already',
      '[*nobody]',
      ['the alias *nobody has no anchor before it: quote text that begins with "*"'],
    ],
  ])('are unusable as a whole for %s, which is told once', (_, yaml, problems) => {
    expect(reading(yaml, readJsonTemplate)).toEqual({ value: undefined, problems });
  });
});

describe('a context or description', () => {
  test.each([
    ['7', 'the value is the number 7, expected a map'],
    ['[a]', 'the value is a list, expected a map'],
    ['"{tenant}"', 'the value is text, expected a map'],
    ['null', 'the value has no value, expected a map'],
    ['{}', 'the value is an empty map: leave it out, or name at least one entry'],
    ['{ 7: a }', 'the key 7 is no text: quote it'],
    ['{ a: .inf, b: c }', '"a" of the value is the number .inf, expected a JSON value'],
  ])('%s is refused in one sentence', (yaml, problem) => {
    expect(reading(yaml, readRequiredEntries)).toEqual({ value: undefined, problems: [problem] });
  });

  test('is told with its place in the rule', () => {
    const rule = (cse: string) => `version: 1\nrules:\n  - { id: a, match: s3://abc/, cse: ${cse} }\n`;
    expect(told(rule('{ context: 5 }'))).toEqual([
      '3:48+1 policy/wrong-type "context" in rule "a" is the number 5, expected a map',
    ]);
    expect(told(rule('{ description: {} }'))).toEqual([
      '3:52+2 policy/empty "description" in rule "a" is an empty map: leave it out, or name at least one entry',
    ]);
  });
});

describe('rendering', () => {
  test('names the capture that has no value', () => {
    expect(() => renderTemplate(buildTemplate('alias/{a}-{tenant}'), { a: 'x' })).toThrow(
      new RangeError('the capture {tenant} has no value'),
    );
  });
});

describe('reading a rendered text back', () => {
  test.each([
    ['{a}', 'a', { a: 'a' }],
    ['{a}', 'A0_-', { a: 'A0_-' }],
    ['{a}/{b}{a}', 'x/yx', { a: 'x', b: 'y' }],
    ['{a}/{b}{a}', 'x/x', undefined],
    ['{a}', '', undefined],
    ['', '', {}],
    ['', 'a', undefined],
  ])('the template "%s" and "%s"', (template, text, captures) => {
    expect(matchTemplate(buildTemplate(template), text)).toEqual(captures);
  });
});
