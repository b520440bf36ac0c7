import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../src/objects/byte-order.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const wellFormed = fc.string({ unit: 'binary' });
const signs = (a: string, b: string): readonly [number, number] => [
  Math.sign(compareKeys(a, b)),
  Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
];

describe('the order of keys', () => {
  it.each([
    ['a', 'b'],
    ['a', 'ab'],
    ['', 'a'],
    // The edges of the surrogates, which stand for characters above U+FFFF.
    ['\ud7ff', '\u{10000}'],
    ['\ue000', '\u{10000}'],
    ['\uffff', '\u{10000}'],
    ['\ue000', '\u{10ffff}'],
    ['\u{10000}', '\u{10ffff}'],
    ['\u{103ff}', '\u{10400}'],
    ['\ud7ff', '\ue000'],
    ['z', '\u{10000}'],
  ])('%j comes before %j, as in their UTF-8 form', (a, b) => {
    expect(signs(a, b)).toEqual([-1, -1]);
    expect(signs(b, a)).toEqual([1, 1]);
  });

  it.each([
    ['\udfff', '\ue000'],
    ['\ud800', '\uffff'],
  ])('a lone surrogate %j comes after %j, as a pair that began with it would', (a, b) => {
    expect(compareKeys(a, b)).toBeGreaterThan(0);
    expect(compareKeys(b, a)).toBeLessThan(0);
  });

  it('is the order of the bytes for every two texts', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (common, a, b) => {
        const [ours, theirs] = signs(common + a, common + b);
        expect(ours).toBe(theirs);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
