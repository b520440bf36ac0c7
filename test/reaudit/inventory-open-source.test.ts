import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSource, type SourceOptions } from '../../src/cli/audit-sources.ts';
import { BadInput } from '../../src/cli/io.ts';
import { placeText } from '../../src/reaudit/source-bytes.ts';
import { delivered, fixture, itemsOf, MANIFEST } from './inventory-bytes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const table = join(scratch, 'rows.csv');
writeFileSync(table, fixture('table.csv'));

const NOW_MS = Date.parse('2026-11-21T02:00:00Z');
const WANTED = { bucket: 'acme-lake', prefix: '', versions: false };
const open = (options: SourceOptions) =>
  openSource(options, WANTED, { bytes: delivered(), now: () => NOW_MS });

test('neither option is no other source', async () => {
  expect(await open({})).toBeUndefined();
});

test('an inventory is opened by its manifest alone', async () => {
  const source = await open({ inventory: placeText(MANIFEST) });
  expect(source?.source).toBe('inventory');
});

test('a metadata file is as of what --as-of says', async () => {
  const source = await open({ metadata: table, asOf: '2026-11-20T12:00:00Z' });
  expect(source?.asOf).toBe('2026-11-20T12:00:00.000Z');
  expect(source === undefined ? [] : await itemsOf(source)).toHaveLength(4);
});

test('a metadata file is as of now where its own time is later: no query has run later', async () => {
  utimesSync(table, NOW_MS / 1000 + 60, NOW_MS / 1000 + 60);
  expect((await open({ metadata: table }))?.asOf).toBe('2026-11-21T02:00:00.000Z');
  expect((await open({ metadata: table, asOf: '2026-11-21T02:00:00Z' }))?.asOf).toBe(
    '2026-11-21T02:00:00.000Z',
  );
});

test.each<[string, SourceOptions, string]>([
  ['both', { inventory: 's3://b/manifest.json', metadata: table }, 'name one of them'],
  ['--as-of without --metadata', { asOf: '2026-11-20T12:00:00Z' }, '--metadata'],
  ['an --as-of that is no time', { metadata: table, asOf: 'yesterday' }, '2026-11-21T02:00:00Z'],
  [
    'an --as-of on a day that there is not',
    { metadata: table, asOf: '2026-02-30T02:00:00Z' },
    'expected a time in UTC',
  ],
  ['an --as-of in the future', { metadata: table, asOf: '2026-11-21T02:00:01Z' }, 'is in the future'],
  ['a manifest that is no place', { inventory: 'manifest.json' }, 's3://BUCKET'],
  ['an inventory that is not there', { inventory: 's3://b/manifest.json' }, 'there is none'],
  ['a file that is not there', { metadata: join(scratch, 'none.csv') }, 'could not be read'],
  ['standard input', { metadata: '-' }, 'takes a file'],
])('%s is bad usage', async (_what, options, expected) => {
  const refused = await open(options).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInput);
  expect(String(refused)).toContain(expected);
});
