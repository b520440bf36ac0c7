import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../src/objects/printable.ts';
import { fuzzRuns } from '../support/fuzz.ts';

test.each([
  ['a terminal escape', '\u001B[31mred', '\\u{1B}[31mred'],
  ['a line feed, a tab and NUL', 'a\n\t\u0000b', 'a\\u{A}\\u{9}\\u{0}b'],
  ['DEL and C1 controls', '\u007F\u009B', '\\u{7F}\\u{9B}'],
  ['bidi overrides and isolates', '\u202Egnp\u2069', '\\u{202E}gnp\\u{2069}'],
  ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['a byte order mark and a zero-width space', '\uFEFFa\u200B', '\\u{FEFF}a\\u{200B}'],
  ['tag characters', '\u{E0041}', '\\u{E0041}'],
  ['lone surrogates', '\uD800a\uDC00', '\\u{D800}a\\u{DC00}'],
])('%s shows as escapes', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('text that shows by itself is left alone', () => {
  for (const text of ['plain "text" \\u{41}', 'é', 'e\u0301', '日本語', '🔑', ''])
    expect(printable(text)).toBe(text);
});

test('nothing of any text is left unseen, and a second call changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(printable(shown)).toBe(shown);
    }),
    { numRuns: fuzzRuns() },
  );
});
