import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Bytes, utf8Text } from '../../src/encryption/envelope-bytes.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const LONG = { timeout: 900_000 };

const strictText = (bytes: readonly number[]): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
};

describe('the decoders that stand in for the runtime’s own', () => {
  it('base64 decodes as the runtime decodes it', LONG, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(base64Bytes(Buffer.from(bytes).toString('base64'))).toEqual([...bytes]);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('UTF-8 is text exactly where a strict decoder takes it', LONG, () => {
    // Bytes at the edges of what is allowed, which any byte at random hardly ever hits in a row.
    const edges = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
      0xf5, 0xff,
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...edges), fc.nat({ max: 255 })), { maxLength: 6 }),
        (bytes) => {
          expect(utf8Text(bytes)).toBe(strictText(bytes));
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it.each([
    ['three bytes for what needs two', [0xe0, 0x80, 0x80]],
    ['four bytes for what needs three', [0xf0, 0x80, 0x80, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character cut short', [0xe2, 0x82]],
  ])('%s is no UTF-8', (_what, bytes) => {
    expect(utf8Text(bytes)).toBeUndefined();
  });

  it.each([
    ['a continuation without a beginning', [0x80]],
    ['the highest continuation without a beginning', [0xbf]],
    ['two bytes for what needs one', [0xc0, 0x80]],
    ['the last two bytes for what needs one', [0xc1, 0xbf]],
    ['a beginning of five bytes', [0xf5, 0x80, 0x80, 0x80]],
    ['a continuation below its range', [0xc3, 0x7f]],
    ['a continuation above its range', [0xc3, 0xc0]],
    ['the last surrogate', [0xed, 0xbf, 0xbf]],
  ])('%s is no UTF-8 either', (_what, bytes) => {
    expect(utf8Text(bytes)).toBeUndefined();
  });

  it.each(['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'])(
    'the edge %j is read as it was written',
    (text) => {
      expect(utf8Text([...Buffer.from(text)])).toBe(text);
    },
  );
});
