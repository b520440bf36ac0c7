import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUT_MARK, cutStrings, cutText, jsonForm } from '../../src/alerts/json-form.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { hostileText } from './records.ts';

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

describe('the JSON form', () => {
  it(
    'reads back as the same value and holds nothing that a terminal obeys',
    () => {
      fc.assert(
        fc.property(fc.dictionary(hostileText(20), hostileText(200)), (value) => {
          const form = jsonForm(value);
          expect(JSON.stringify(JSON.parse(form))).toBe(JSON.stringify(value));
          expect(form).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b\u2028\ufeff]/u);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});

describe('cutting', () => {
  it('leaves a text of exactly the limit and cuts one byte more', () => {
    expect(cutText('a'.repeat(1022))).toBe('a'.repeat(1022));
    expect(cutText('a'.repeat(1023))).toBe('a'.repeat(1022 - 8) + CUT_MARK);
  });

  it('counts a quote as two bytes and a control as six', () => {
    expect(cutText('"'.repeat(511))).toBe('"'.repeat(511));
    expect(cutText('"'.repeat(512))).toMatch(/…\[cut\]$/);
    expect(cutText('\u009b'.repeat(170))).toBe('\u009b'.repeat(170));
    expect(cutText('\u009b'.repeat(171))).toMatch(/…\[cut\]$/);
  });

  it('never parts a surrogate pair', () => {
    const cut = cutText('😀'.repeat(300));
    expect(cut.endsWith(CUT_MARK)).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
  });

  it(
    'keeps every text to 1,024 bytes of its JSON form, and a cut text begins as the whole one does',
    () => {
      fc.assert(
        fc.property(hostileText(60), fc.integer({ min: 1, max: 60 }), (part, times) => {
          const text = part.repeat(times);
          const cut = cutText(text);
          expect(bytes(jsonForm(cut))).toBeLessThanOrEqual(1024);
          if (bytes(jsonForm(text)) <= 1024) expect(cut).toBe(text);
          else expect(text.startsWith(cut.slice(0, -CUT_MARK.length))).toBe(true);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it('reaches names, lists, Maps and what lies deep, and ends', () => {
    const long = 'x'.repeat(2000);
    const cut = cutText(long);
    expect(cutStrings({ [long]: [long, 1, null, true], map: new Map([['k', long]]) })).toEqual({
      [cut]: [cut, 1, null, true],
      map: { k: cut },
    });
    let deep: unknown = long;
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(JSON.stringify(cutStrings(deep))).toContain(CUT_MARK);
    expect(Object.keys(cutStrings(JSON.parse('{"__proto__":"x"}')) as object)).toEqual(['__proto__']);
  });
});
