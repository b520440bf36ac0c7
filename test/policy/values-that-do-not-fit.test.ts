import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

const told = (text: string): readonly string[] =>
  parsePolicy(text, { today: '2026-11-21' }).problems.map(({ id, message }) => `${id}: ${message}`);
const withRule = (rule: string): string => `version: 1\nrules: [{ id: a, match: s3://lake/, ${rule} }]`;

describe('a value with a tag of YAML that it does not fit', () => {
  const problem = (tag: string): string =>
    `policy/unsupported-yaml: the value does not fit its tag ${tag}: leave the tag out`;

  it.each([
    ['!!float', '!!float 1'],
    ['!!float', '!<tag:yaml.org,2002:float> one'],
    ['!!int', '!!int one'],
    ['!!int', '!!int 1.5'],
    ['!!bool', '!!bool 1'],
    ['!!map', '!!map one'],
    ['!!seq', '!!seq one'],
    ['!!null', '!!null one'],
  ])('is refused and read as nothing else: %s on %s', (tag, value) => {
    expect(told(`version: ${value}\n${withRule('cse: required').split('\n')[1]}`)).toEqual([problem(tag)]);
  });

  it.each(['cse: !!str required', 'cse: !!str "required"', 'cse: ! required'])('fits in %s', (rule) => {
    expect(told(withRule(rule))).toEqual([]);
  });

  it('fits a number, a boolean and nothing at all', () => {
    expect(told(withRule('cse: required').replace('1', '!!int 1'))).toEqual([]);
    expect(told(withRule('sse: { algorithm: [aws:kms], bucketKey: !!bool true }'))[0]).not.toContain('tag');
    expect(told(withRule('cse: !!null ~'))[0]).not.toContain('its tag');
  });
});

describe('what is too long', () => {
  it('a bound on the size is told cut', () => {
    const digits = '9'.repeat(300);
    const [problem] = told(
      `version: 1\nrules: [{ id: a, match: s3://lake/, cse: required }]\nexempt: [{ match: 's3://lake/**', reason: x, maxSize: ${digits} }]`,
    );
    expect(problem).toContain('policy/not-allowed: "maxSize" in exemption 1 may not be 999');
    expect(problem).toContain('…. expected a whole number of bytes, 0 or more');
    expect(problem?.length).toBeLessThan(250);
  });

  it('an alias is refused where no value of its captures could make one that KMS takes', () => {
    const rule = (text: string): string =>
      `version: 1\nrules: [{ id: a, match: 's3://lake/{t}/{u}/', sse: { key: '${text}' } }]`;
    const name = `alias/${'x'.repeat(248)}`;
    expect(told(rule(`${name}{t}{u}`))).toEqual([]);
    const [problem] = told(rule(`${name}x{t}{u}`));
    expect(problem).toContain('policy/bad-key-reference: "key" in rule "a" is "alias/xxx');
    expect(problem).toContain(
      'of which no value makes an alias: with "alias/" it has at most 256 characters',
    );
  });
});

describe('a number that no envelope can hold for the auditor, which reads those alone that a double tells apart', () => {
  const entries = (value: string): string => withRule(`cse: { context: { a: ${value} } }`);

  it.each([
    '9007199254740992',
    '-9007199254740992',
    '12345678901234567890',
    '1e20',
    '0x20000000000000',
    '[1, { b: 9007199254740992 }]',
  ])('%s is unmeetable', (value) => {
    const [problem, ...others] = told(entries(value));
    expect(problem).toMatch(
      /^policy\/unmeetable: .*"a" of "context" in rule "a" is the number \S+, which no envelope can hold/,
    );
    expect(problem).toContain('expected one from -9007199254740991 to 9007199254740991, or text in quotes');
    expect(others).toEqual([]);
  });

  it.each([
    '9007199254740991',
    '-9007199254740991',
    '0',
    '0.1',
    '1e-400',
    '12345678.901234567890',
    '"12345678901234567890"',
  ])('%s is none', (value) => {
    expect(told(entries(value))).toEqual([]);
  });

  it('stands in a description as in a context, in JSON as in YAML', () => {
    const json =
      '{"version":1,"rules":[{"id":"a","match":"s3://lake/","cse":{"description":{"a":9007199254740992}}}]}';
    expect(told(json)).toEqual([
      expect.stringMatching(/^policy\/unmeetable: "a" of "description" in rule "a"/),
    ]);
  });

  it('is told cut', () => {
    const [problem] = told(entries('9'.repeat(300)));
    expect(problem?.length).toBeLessThan(330);
  });
});

describe('an ARN that names no key is told what is wrong with it', () => {
  const advice = (arn: string): string | undefined =>
    told(withRule(`sse: { key: "${arn}" }`))[0]?.split('which names no key. ')[1];
  const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';

  it.each([
    `arn:aws:kms:eu-west-1:111122223333:key/${ID.toUpperCase()}`,
    `ARN:AWS:KMS:EU-WEST-1:111122223333:KEY/${ID}`,
    `arn:aws:kms:eu-west-1:111122223333:key/MRK-${ID.replaceAll('-', '')}`,
  ])('%s is to be written in lower case', (arn) => {
    expect(advice(arn)).toBe('a key ARN and the key id in it are written in lower case');
  });

  it.each([
    `arn:aws:kms:eu-west:111122223333:key/${ID}`,
    `arn:aws:kms:eu-west-1:1111:key/${ID.toUpperCase()}`,
    'arn:aws:kms:eu-west-1:111122223333:key/FINANCE',
    'arn:aws:kms:eu-west-1:111122223333:alias/a.b',
  ])('%s is to be what a KMS ARN is', (arn) => {
    expect(advice(arn)).toBe(
      'a KMS ARN is arn:aws:kms:REGION:ACCOUNT:key/ID or arn:aws:kms:REGION:ACCOUNT:alias/NAME, with a Region such as eu-west-1 and an account of 12 digits',
    );
  });
});
