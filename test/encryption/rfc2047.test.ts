import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetadataValue } from '../../src/encryption/rfc2047.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const LONG = { timeout: 900_000 };

/** What S3 makes of a value: its UTF-8 bytes taken for Latin-1 characters. */
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const wordB = (text: string): string => `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
const wordQ = (text: string): string =>
  `=?UTF-8?Q?${[...Buffer.from(text, 'utf8')].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')}?=`;

describe('decodeMetadataValue', () => {
  it.each([
    ['a word in base64', '=?UTF-8?B?eyJhIjoiw6kifQ==?=', '{"a":"é"}'],
    ['a word in Q, where _ is a blank', '=?UTF-8?Q?a_=C3=A5?=', 'a å'],
    ['the first and the last character that Q allows', '=?UTF-8?Q?!~?=', '!~'],
    ['a blank at the end', '=?UTF-8?Q?a?= ', 'a'],
    ['charset and encoding in any case', '=?utf-8?q?=c3=a5?=', 'å'],
    ['several words, the blanks between them dropped', '=?UTF-8?B?aGVs?= \t=?UTF-8?Q?lo?=', 'hello'],
    ['a character cut between two words', '=?UTF-8?Q?=C3?= =?UTF-8?Q?=A5?=', 'å'],
    ['double encoding within words', '=?UTF-8?B?w4PCpQ==?=', 'å'],
    ['UTF-8 that the SDK read as Latin-1', 'Ã¥', 'å'],
    ['four-byte characters', latin1('key 🔑'), 'key 🔑'],
    ['several runs with ASCII between', latin1('é-ü'), 'é-ü'],
  ])('undoes %s', (_what, raw, text) => {
    expect(decodeMetadataValue(raw)).toBe(text);
  });

  it.each([
    ['ASCII', '{"kms_cmk_id":"alias/a"}'],
    ['a single Latin-1 character', 'é'],
    ['bytes that are no UTF-8', 'Ã('],
    ['an overlong form', '\u00c0\u00af'],
    ['a surrogate in UTF-8', '\u00ed\u00a0\u0080'],
    ['text above Latin-1', '日本'],
    ['another charset', '=?ISO-8859-1?Q?=E9?='],
    ['another encoding', '=?UTF-8?X?YQ==?='],
    ['broken base64', '=?UTF-8?B?YQ=?='],
    ['a broken Q escape', '=?UTF-8?Q?=C?='],
    ['a character that Q does not allow', '=?UTF-8?Q?å?='],
    ['a word whose bytes are no UTF-8', '=?UTF-8?B?/w==?='],
    ['one good word and one bad', '=?UTF-8?B?YQ==?= =?UTF-8?B?Y?='],
    ['a word and plain text', '=?UTF-8?B?YQ==?= b'],
    ['the beginning of a word', '=?'],
    ['an overlapping frame', '=?='],
    ['a word that does not end', '=?UTF-8?Q?a?b'],
    ['a second word that does not begin', '=?UTF-8?Q?a?= xUTF-8?Q?b?='],
    ['a second word that does not end', '=?UTF-8?Q?a?= =?UTF-8?Q?b=='],
    ['a word without a text', '=?UTF-8?Q?='],
    ['a word with a part too many', '=?UTF-8?Q?a?b?='],
    ['a word without an encoding', '=?UTF-8?='],
    ['an empty frame', '=??='],
    ['an encoding that there is not', '=?UTF-8?X?YQ==?='],
    ['a control character in Q', '=?UTF-8?Q?a\u0001?='],
    ['a character above ~ in Q', '=?UTF-8?Q?a\u007f?='],
    ['nothing', ''],
  ])('leaves %s as it came', (_what, raw) => {
    expect(decodeMetadataValue(raw)).toBe(raw);
  });

  it('JSON that merely holds the text of a word keeps it: ASCII never came through the encoding', () => {
    const raw = '{"kms_cmk_id": " =?UTF-8?Q?alias/other?= "}';
    expect(decodeMetadataValue(raw)).toBe(raw);
  });

  it(
    'gives back any text that S3 encoded, in words of either kind, doubly encoded or read as Latin-1',
    LONG,
    () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
          const json = JSON.stringify({ text });
          const halves = [json.slice(0, 6), json.slice(6)];
          expect(decodeMetadataValue(latin1(json))).toBe(json);
          expect(decodeMetadataValue(wordB(latin1(json)))).toBe(json);
          expect(decodeMetadataValue(wordQ(latin1(json)))).toBe(json);
          expect(decodeMetadataValue(halves.map((half) => wordB(latin1(half))).join(' '))).toBe(json);
        }),
        { numRuns: fuzzRuns() },
      );
    },
  );

  it('never throws, and leaves every plain ASCII character of a value where it stood', LONG, () => {
    const unit = fc.oneof(
      fc.constantFrom('=?', '?=', '?', 'UTF-8', 'B', 'Q', '=', '=C3', ' ', 'Ã', '¥'),
      fc.string({ unit: 'binary' }),
    );
    const ascii = (text: string): string => [...text].filter((char) => char < '\u0080').join('');
    fc.assert(
      fc.property(
        fc.array(unit).map((all) => all.join('')),
        (raw) => {
          const text = decodeMetadataValue(raw);
          if (!raw.startsWith('=?')) expect(ascii(text)).toBe(ascii(raw));
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  // Quadratic work on so much would not end within the timeout of a test.
  it.each([
    ['question marks', `=?${'?'.repeat(1_000_000)}`],
    ['blanks', `=?UTF-8?B?YQ==?=${' '.repeat(1_000_000)}x`],
    ['bytes that end a run badly', `${'Ã¥'.repeat(500_000)}Ã`],
    ['words', '=?UTF-8?Q?=C3=A5?= '.repeat(50_000)],
  ])('a megabyte of %s takes no more than linear time', (_what, raw) => {
    expect(decodeMetadataValue(raw).length).toBeLessThanOrEqual(raw.length);
  });
});
