import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Length } from '../../src/objects/utf8.ts';
import { fuzzRuns } from '../support/fuzz.ts';

describe('utf8Length', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['\u007f', 1],
    ['é', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['€', 3],
    ['\uffff', 3],
    ['😀', 4],
    ['\u{10ffff}', 4],
  ])('of %j is %i', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  it('counts a lone surrogate as the replacement character that encoders write', () => {
    expect(utf8Length('\ud800')).toBe(3);
    expect(utf8Length('\ude00\ud83d')).toBe(6);
    expect(utf8Length('a\ud83d')).toBe(4);
  });

  it.each([
    '\ud7ff\udc00',
    '\ud800\udbff',
    '\ud800\udc00',
    '\ud800\udfff',
    '\ud800\ue000',
    '\udbff\udc00',
    '\udbff\udfff',
    '\udc00\udc00',
    '\u0800\udc00',
    '\ud800a',
  ])('agrees with the encoder at the edges of the surrogates: %j', (text) => {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
  });

  it('agrees with the encoder for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)), (text, units) => {
        const mixed = text + String.fromCharCode(...units);
        expect(utf8Length(mixed)).toBe(Buffer.byteLength(mixed, 'utf8'));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
