import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFlag, readSize, readTime, readVersionId } from '../../src/reaudit/row.ts';
import { readCsvRow } from '../../src/reaudit/row-csv.ts';
import { type Line, LineCutter, MOST_ROW_BYTES } from '../../src/reaudit/row-lines.ts';
import { fuzzRuns } from '../support/fuzz.ts';

function cut(pieces: readonly Uint8Array[], quotes: boolean): readonly Line[] {
  const cutter = new LineCutter({ quotes });
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.end()];
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

test('rows of any fields come back as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), { minLength: 1 }), (rows) => {
      const text = rows.map((row) => row.map(quoted).join(',')).join('\n');
      const lines = cut([Buffer.from(text)], true);
      const read = lines.map((line) => (line.kind === 'line' ? readCsvRow(line.bytes.toString()) : line));
      expect(read).toEqual(
        rows.map((fields) => ({ kind: 'fields', fields: fields.map((f) => Buffer.from(f).toString()) })),
      );
    }),
    { numRuns: fuzzRuns() },
  );
});

test('how bytes are cut into pieces changes no row', () => {
  const bytes = fc
    .array(fc.constantFrom('"', 'a', ',', '\n', '\r', 'é'))
    .map((parts) => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(bytes, fc.nat({ max: 9 }), fc.boolean(), (all, size, quotes) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < all.length; at += size + 1) pieces.push(all.subarray(at, at + size + 1));
      expect(cut(pieces, quotes)).toEqual(cut([all], quotes));
    }),
    { numRuns: fuzzRuns() },
  );
});

describe('a row is bounded', () => {
  test('a line without quotes that is too long is skipped, and the next one is read', () => {
    const pieces = [
      ...Array.from({ length: 6 }, () => Buffer.alloc(MOST_ROW_BYTES / 4, 0x61)),
      Buffer.from('\nnext'),
    ];
    const lines = cut(pieces, false);
    expect(lines).toMatchObject([
      { kind: 'too-long', number: 1 },
      { kind: 'line', number: 2 },
    ]);
  });

  test('a quote that never ends is told once', () => {
    expect(cut([Buffer.from('a\n"b\nc\n')], true)).toMatchObject([
      { kind: 'line', number: 1 },
      { kind: 'broken', number: 2 },
    ]);
  });
});

test.each([
  ['a"b', 'a field that holds a quote has to stand between quotes'],
  ['"a"b', 'after the quotes of field 1 a comma is expected'],
  ['"a', 'a quoted field does not end'],
])('%s is no row of CSV, and it is said why', (text, why) => {
  expect(readCsvRow(text)).toEqual({ kind: 'malformed', why });
});

describe('cells are read only as what they are', () => {
  test.each([
    ['2026-11-01T10:11:12.000Z', '2026-11-01T10:11:12.000Z'],
    ['2026-11-01 10:11:12.345 UTC', '2026-11-01T10:11:12.345Z'],
    ['2026-11-01 10:11:12.345678', '2026-11-01T10:11:12.345Z'],
  ])('%s is a time', (text, at) => {
    expect(new Date(readTime(text) ?? 0).toISOString()).toBe(at);
  });

  test.each([
    undefined,
    '',
    'yesterday',
    '2026-02-30 10:00:00',
    '2026-11-01 10:11:12+02:00',
    '2026-11-01 25:00:00',
  ])('%s is no time in UTC', (text) => {
    expect(readTime(text)).toBeUndefined();
  });

  test('sizes, flags and version ids have one reading each', () => {
    expect([readSize('0'), readSize('-1'), readSize('1e3'), readSize('9'.repeat(17))]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
    expect([readFlag('ENABLED'), readFlag('False'), readFlag(''), readFlag('yes')]).toEqual([
      true,
      false,
      undefined,
      undefined,
    ]);
    expect([readVersionId('null'), readVersionId(''), readVersionId('v')]).toEqual([
      undefined,
      undefined,
      'v',
    ]);
  });
});
