import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { literalText, matchTemplate, renderJson, renderTemplate } from '../../src/policy/template.ts';
import type { JsonTemplate } from '../../src/policy/types.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { buildTemplate } from './build.ts';

const match = (template: string, text: string) => matchTemplate(buildTemplate(template), text);

describe('rendering', () => {
  test('captures are replaced by what they captured', () => {
    const template = buildTemplate('alias/{a}-{{x}}-{b}{a}');
    expect(renderTemplate(template, { a: '1', b: '2' })).toBe('alias/1-{x}-21');
  });

  test('a captured value is never read as a template again', () => {
    expect(renderTemplate(buildTemplate('{a}{b}'), { a: '{b}', b: '$&' })).toBe('{b}$&');
  });

  test('a capture without a value throws and never renders as nothing', () => {
    expect(() => renderTemplate(buildTemplate('{tenant}'), {})).toThrow(RangeError);
    expect(() => renderTemplate(buildTemplate('{constructor}'), {})).toThrow(RangeError);
  });

  test('text without captures is literal, also no text at all', () => {
    expect(literalText(buildTemplate('alias/finance'))).toBe('alias/finance');
    expect(literalText([])).toBe('');
    expect(literalText(buildTemplate('alias/{x}'))).toBeUndefined();
  });

  test('JSON is rendered in its strings at every depth, never in its names', () => {
    const text = (source: string): JsonTemplate => ({ kind: 'text', template: buildTemplate(source) });
    const scalar = (value: number | boolean | null): JsonTemplate => ({ kind: 'scalar', value });
    const template: JsonTemplate = {
      kind: 'object',
      entries: new Map<string, JsonTemplate>([
        ['{t}', text('{t}-2026')],
        ['__proto__', { kind: 'array', items: [scalar(1), scalar(false), scalar(null), text('{t}')] }],
      ]),
    };
    expect(renderJson(template, { t: 'b' })).toEqual(
      new Map<string, unknown>([
        ['{t}', 'b-2026'],
        ['__proto__', [1, false, null, 'b']],
      ]),
    );
  });
});

describe('reading a rendered text back', () => {
  test('tells which tenant an alias belongs to', () => {
    expect(match('alias/tenant-{tenant}', 'alias/tenant-b_2-C')).toEqual({ tenant: 'b_2-C' });
  });

  test.each([
    ['the text before the capture differs', 'alias/tenant-{t}', 'alias/other-b'],
    ['the text after the capture differs', 'alias/{t}-key', 'alias/b-kex'],
    ['the value would be empty', 'alias/tenant-{t}', 'alias/tenant-'],
    ['the value holds a character that is not looked up', 'alias/tenant-{t}', 'alias/tenant-a/b'],
    ['the value holds a letter outside ASCII', 'alias/tenant-{t}', 'alias/tenant-\u00e9'],
    ['something is left over', 'alias/finance', 'alias/finance2'],
  ])('nothing where %s', (_, template, text) => {
    expect(match(template, text)).toBeUndefined();
  });

  test('the leftmost value is as short as can be', () => {
    expect(match('alias/{a}{b}', 'alias/xyz')).toEqual({ a: 'x', b: 'yz' });
    expect(match('alias/{a}-{b}', 'alias/x-y-z')).toEqual({ a: 'x', b: 'y-z' });
    expect(match('alias/{a}-{b}/', 'alias/x-y-z/')).toEqual({ a: 'x', b: 'y-z' });
  });

  test('a value grows where the shortest leads nowhere', () => {
    expect(match('alias/{a}-key', 'alias/x-key-key')).toEqual({ a: 'x-key' });
  });

  test('a capture that stands twice must have one value', () => {
    expect(match('alias/{a}/{a}', 'alias/x/x')).toEqual({ a: 'x' });
    expect(match('alias/{a}/{a}', 'alias/x/y')).toBeUndefined();
    expect(match('alias/{a}{b}{a}', 'alias/xxyxx')).toEqual({ a: 'x', b: 'xyx' });
    expect(match('alias/{a}{b}{a}q{b}', 'alias/xxyxxqy')).toEqual({ a: 'xx', b: 'y' });
  });

  test('a template without captures is matched by its very text', () => {
    expect(match('alias/finance', 'alias/finance')).toEqual({});
  });

  test('many captures in a row on a long text that ends wrong are given up in good time', () => {
    expect(match('alias/{a}{b}{c}{d}{e}{f}{g}{h}!', `alias/${'x'.repeat(250)}`)).toBeUndefined();
  });

  test('what was rendered is read back to values that render the same', () => {
    const value = fc.stringMatching(/^[ab_-]{1,4}$/);
    const part = fc.constantFrom('{x}', '{y}', 'a', '-', 'b/', '{z}');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), value, value, value, (parts, x, y, z) => {
        const template = buildTemplate(parts.join(''));
        const text = renderTemplate(template, { x, y, z });
        const read = matchTemplate(template, text);
        expect(read).toBeDefined();
        expect(renderTemplate(template, read ?? {})).toBe(text);
      }),
      { numRuns: fuzzRuns({ atLeast: 3_000 }) },
    );
  });
});
