import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openMetadataTable, type TableTime } from '../../src/reaudit/metadata-table.ts';
import { SourceUnusable } from '../../src/reaudit/source-failures.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { fixture, itemsOf, pieces } from './inventory-bytes.ts';

const FILE_TIME: TableTime = { at: '2026-11-21T00:00:00.000Z', by: 'file-time' };
const WANTED = { bucket: 'acme-lake', prefix: 'finance/', versions: false };

const open = (bytes: Uint8Array, name = 'rows', time = FILE_TIME, wanted = WANTED) =>
  openMetadataTable({ name, open: () => pieces(bytes, 11), time }, wanted);

describe('a query result is read as Athena writes it', () => {
  test('CSV: keys are as they stand, quoted quotes and line feeds included; nulls are not told', async () => {
    const items = await itemsOf(await open(fixture('table.csv'), 'table.csv'));
    expect(items).toMatchObject([
      {
        kind: 'row',
        row: { key: 'finance/a+b%20.parquet', encryption: { type: 'sse-kms' }, bucketKey: true },
      },
      { kind: 'row', row: { key: 'finance/"quoted",\ntwo lines', kmsKeyArn: undefined, bucketKey: false } },
      { kind: 'skipped', why: 'delete-marker' },
      { kind: 'skipped', why: 'not-current' },
    ]);
  });

  test('NDJSON: members that are left out are not told, rows of other buckets are skipped, and a line that is none is named', async () => {
    const items = await itemsOf(await open(fixture('table.ndjson')));
    expect(items).toMatchObject([
      { kind: 'row', row: { kmsKeyArn: expect.stringContaining('aaaa'), asOf: '2026-11-20T11:00:00.000Z' } },
      { kind: 'row', row: { encryption: { type: 'not-told' }, asOf: undefined } },
      { kind: 'skipped', why: 'elsewhere' },
      { kind: 'malformed', where: 'rows:4' },
      { kind: 'skipped', why: 'delete-marker' },
    ]);
  });

  test.each(['table.csv', 'table.ndjson'])('%s in gzip is the same rows', async (name) => {
    const plain = await itemsOf(await open(fixture(name), name));
    expect(await itemsOf(await open(gzipSync(fixture(name)), `${name}.gz`))).toEqual(
      plain.map((item) =>
        item.kind === 'malformed' ? { ...item, where: item.where.replace(name, `${name}.gz`) } : item,
      ),
    );
  });

  test('rows behind a place are those of the whole without what comes before', async () => {
    const source = await open(fixture('table.csv'), 'table.csv');
    const all = await itemsOf(source);
    for (const [index, { at }] of all.entries())
      expect(await itemsOf(source, at)).toEqual(all.slice(index + 1));
  });
});

describe('of when a row is', () => {
  test('--as-of outweighs what rows say', async () => {
    const source = await open(fixture('table.ndjson'), 'rows', {
      at: '2026-11-20T12:00:00.000Z',
      by: 'asked',
    });
    const [first] = await itemsOf(source);
    expect([source.asOf, first?.kind === 'row' && first.row.asOf]).toEqual([
      '2026-11-20T12:00:00.000Z',
      undefined,
    ]);
    expect(source.notes.join(' ')).toContain('--as-of');
  });

  test('the time of the file is told as what it is', async () => {
    expect((await open(fixture('table.csv'), 'table.csv')).notes.join(' ')).toContain("the file's own time");
  });
});

test.each([
  ['an empty file', '', 'it is empty'],
  ['a CSV without needed columns', 'bucket,key,size\nb,k,1\n', 'no column last_modified_date, e_tag'],
  ['a CSV that names a column twice', 'bucket,bucket\n', 'twice'],
  ['gzip that is none', '\u001f\u008b nothing', 'gzip'],
])('%s is refused with what is wrong', async (_what, text, expected) => {
  const refused = await open(Buffer.from(text, 'latin1'), 'q.csv').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SourceUnusable);
  expect(String(refused)).toContain(expected);
});

test('whatever bytes a file holds, it is refused or each row names its line', async () => {
  const header = fixture('table.csv').toString().split('\n')[0];
  const fragments = [
    '"',
    ',',
    '\n',
    '{',
    '}',
    '"bucket":"acme-lake"',
    '"key":"finance/k"',
    'null',
    '\u0000',
    `${header}\n`,
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.array(fc.constantFrom(...fragments)).map((parts) => Buffer.from(parts.join(''))),
    fc.array(fc.constantFrom(...fragments)).map((parts) => Buffer.from(`${header}\n${parts.join('')}`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom('x', 'x.csv', 'x.ndjson'), async (content, name) => {
      const source = await open(content, name).catch((error: unknown) => error);
      if (source instanceof SourceUnusable) return;
      if (source instanceof Error) throw source;
      const items = await itemsOf(await open(content, name));
      for (const item of items) {
        if (item.kind === 'malformed') expect(item.where).toBe(`${name}:${item.at.line}`);
      }
    }),
    { numRuns: fuzzRuns() },
  );
});
