import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jsonEquals,
  jsonText,
  MAX_JSON_DEPTH,
  MAX_JSON_LENGTH,
  parseJson,
} from '../../src/encryption/json.ts';
import type { Json } from '../../src/encryption/observation.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const LONG = { timeout: 900_000 };

const parsed = (text: string): Json => {
  const result = parseJson(text);
  if (!result.ok) throw new Error(`${result.why}: ${text}`);
  return result.value;
};

/** The same value out of the runtime's own parser, which knows neither duplicates nor Maps. */
const converted = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(converted);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([name, member]) => [name, converted(member)]));
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return Number(value);
};

describe('parseJson', () => {
  it('turns objects into Maps whose names are all ordinary', () => {
    const value = parsed('{"__proto__":{"a":1},"":2,"constructor":3,"toString":4}');
    expect(value).toEqual(
      new Map<string, Json>([
        ['__proto__', new Map([['a', 1]])],
        ['', 2],
        ['constructor', 3],
        ['toString', 4],
      ]),
    );
  });

  it.each([
    '{"a":1,"a":1}',
    '{"x":[{"k":1,"j":2,"k":3}]}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1,"__proto__":2}',
  ])('a name that stands twice is refused at any depth and in any spelling: %s', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, why: 'duplicate name' });
  });

  it('the same name in two objects is no duplicate', () => {
    expect(parseJson('[{"a":1},{"a":{"a":2}}]').ok).toBe(true);
  });

  it.each([
    '',
    ' ',
    '{',
    '}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '[1,]',
    '[,]',
    '[1 2]',
    "{'a':1}",
    '{a:1}',
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1e',
    'tru',
    'nulll',
    'NaN',
    'Infinity',
    '"a',
    '"\\x"',
    '"\\u12g4"',
    '"\\u12"',
    '"a\nb"',
    '"\t"',
    '1 2',
    '{}{}',
    '\ufeff{}',
    '\u00a01',
    '/**/1',
  ])('what RFC 8259 does not allow is no JSON: %j', (text) => {
    expect(parseJson(text)).toEqual({ ok: false, why: 'not JSON' });
  });

  it('nesting is taken to the bound and refused beyond it, however deep', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(MAX_JSON_DEPTH)).ok).toBe(true);
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).toEqual({ ok: false, why: 'too deep' });
    expect(parseJson('{"a":'.repeat(200_000))).toEqual({ ok: false, why: 'too deep' });
  });

  it('text beyond the bound is refused unread', () => {
    expect(parseJson(`"${'a'.repeat(MAX_JSON_LENGTH - 2)}"`).ok).toBe(true);
    expect(parseJson(`"${'a'.repeat(MAX_JSON_LENGTH - 1)}"`)).toEqual({ ok: false, why: 'too long' });
  });

  it.each(['1e999', '-1e999', '9007199254740993', '12345678901234567890'])(
    'a number that a double does not hold is refused, so that no two such numbers are equal: %s',
    (text) => {
      expect(parseJson(text)).toEqual({ ok: false, why: 'number out of range' });
    },
  );

  it('agrees with JSON.parse on every JSON text', LONG, () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), (text) => {
        const result = parseJson(text);
        if (result.ok) expect(result.value).toEqual(converted(JSON.parse(text)));
        else expect(result.why).toBe('number out of range');
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('accepts no text that JSON.parse refuses, and never throws', LONG, () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      'a',
      '0',
      '1',
      '-',
      '.',
      'e',
      ' ',
      'true',
      'null',
      '\\u00',
      '""',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          const result = parseJson(text);
          if (result.ok) expect(result.value).toEqual(converted(JSON.parse(text)));
          else if (result.why === 'not JSON') expect(() => JSON.parse(text)).toThrow(SyntaxError);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('jsonEquals', () => {
  it.each([
    ['{"a":1,"b":[true,null]}', '{"b":[true,null],"a":1}', true],
    ['1', '1.0', true],
    ['100', '1e2', true],
    ['"1"', '1', false],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,1]', false],
    ['{}', '[]', false],
    ['{}', 'null', false],
    ['{"a":1}', '{"a":1,"b":2}', false],
    ['{"a":1}', '{"b":1}', false],
    ['{"a":null}', '{"b":null}', false],
    ['"é"', '"e\u0301"', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(jsonEquals(parsed(a), parsed(b))).toBe(expected);
    expect(jsonEquals(parsed(b), parsed(a))).toBe(expected);
  });
});

describe('jsonText', () => {
  it('what it writes parses to an equal value', LONG, () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const result = parseJson(text);
        if (result.ok) expect(jsonEquals(parsed(jsonText(result.value)), result.value)).toBe(true);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
