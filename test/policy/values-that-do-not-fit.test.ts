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
