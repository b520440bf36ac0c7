import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openInventory } from '../../src/reaudit/inventory.ts';
import { openMetadataTable } from '../../src/reaudit/metadata-table.ts';
import type { RowItem } from '../../src/reaudit/row.ts';
import { type ByteReader, placeText } from '../../src/reaudit/source-bytes.ts';
import { SourceDamaged, SourceUnusable } from '../../src/reaudit/source-failures.ts';
import { fixture, itemsOf, MANIFEST } from '../reaudit/inventory-bytes.ts';
import { damaged, someDamage } from '../support/damage.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const WANTED = { bucket: 'acme-lake', prefix: '', versions: false };
const SCHEMA = 'Bucket, Key, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus, BucketKeyStatus';
/** As S3 writes a key into an inventory. */
const encoded = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const rowOf = (key: string): string =>
  ['acme-lake', encoded(key), '5', '2026-11-01T10:11:12.000Z', 'ee', 'STANDARD', 'SSE-S3', '']
    .map(cell)
    .join(',');

const keys = fc
  .uniqueArray(fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom(...NASTY_KEYS)), {
    minLength: 1,
    maxLength: 6,
    selector: (key) => key.toWellFormed(),
  })
  .map((all) => all.map((key) => key.toWellFormed()));
const keysOf = (items: readonly RowItem[]): readonly string[] =>
  items.map((item) => (item.kind === 'row' ? item.row.key : item.kind));

const BASE: Record<string, unknown> = JSON.parse(fixture('manifest.json').toString());

/** A delivery of one file, whole at once; the file that is there may be another than the manifest describes. */
function delivery(packed: Buffer, there = packed): ByteReader {
  const md5 = createHash('md5').update(packed).digest('hex');
  const files = [{ key: 'one.csv.gz', size: packed.length, MD5checksum: md5 }];
  const manifest = Buffer.from(JSON.stringify({ ...BASE, fileSchema: SCHEMA, files }));
  return {
    read: async function* (place) {
      yield placeText(place) === placeText(MANIFEST) ? manifest : there;
    },
  };
}

const itemsIn = (bytes: ByteReader) => openInventory(MANIFEST, WANTED, bytes).then(itemsOf);
const read = (csv: string) => itemsIn(delivery(gzipSync(csv)));

describe('an inventory', () => {
  it(
    'gives every key as it is',
    async () => {
      await fc.assert(
        fc.asyncProperty(keys, async (all) => {
          expect(keysOf(await read(all.map((key) => `${rowOf(key)}\n`).join('')))).toEqual(all);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'whose file is damaged anywhere is told to be, before the run can come to its end',
    async () => {
      const csv = Buffer.from(['a', 'b/c', 'd e'].map((key) => `${rowOf(key)}\n`).join(''));
      const packed = gzipSync(csv);
      expect(keysOf(await itemsIn(delivery(packed)))).toHaveLength(3);
      await fc.assert(
        fc.asyncProperty(someDamage, async (harm) => {
          const file = damaged(packed, { ...harm, length: 1 + (harm.length % 40) });
          const items = itemsIn(delivery(packed, file));
          if (file.equals(packed)) await items;
          else await expect(items).rejects.toThrow(SourceDamaged);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'with a row that has lost or gained a part counts that row as unreadable, and reads the others',
    async () => {
      const harm = fc.constantFrom<(row: string) => string>(
        (row) => row.slice(0, row.lastIndexOf(',')),
        (row) => `${row},""`,
        (row) => row.replace(/^"/, ''),
        (row) => row.replace('","', '"x","'),
        (row) => row.replace('"acme-lake"', '"other"'),
        (row) => row.replace(/^"acme-lake","[^"]*"/, '"acme-lake",""'),
        (row) => row.replace(/^"acme-lake","[^"]*"/, '"acme-lake","%zz"'),
        (row) => row.replace(/^"acme-lake","[^"]*"/, '"acme-lake","%ff"'),
        () => '"',
        () => '\u0000',
        () => ',,,,,,,',
      );
      await fc.assert(
        fc.asyncProperty(keys, fc.nat(), harm, async (all, nth, change) => {
          const index = nth % all.length;
          const rows = all.map((key, i) => (i === index ? change(rowOf(key)) : rowOf(key)));
          const items = keysOf(await read(rows.map((row) => `${row}\n`).join('')));
          // A quote that is open takes in what follows, and that is told.
          const open = (rows[index]?.split('"').length ?? 1) % 2 === 0;
          const expected = all.map((key, i) => (i === index ? 'malformed' : key));
          expect(items).toEqual(
            open ? [...all.slice(0, index), 'malformed', ...items.slice(index + 1)] : expected,
          );
          if (open) expect(items.slice(index + 1).every((item) => item === 'malformed')).toBe(true);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});

describe('a metadata table', () => {
  it(
    'that is damaged under gzip is told to be: no row is lost without a word',
    async () => {
      const [header = '', ...rows] = fixture('table.csv')
        .toString()
        .split(/(?<=\n)/);
      // As `cat` makes one file of several.
      const packed = Buffer.concat([gzipSync(header), ...rows.map((row) => gzipSync(row))]);
      const items = (file: Buffer) =>
        openMetadataTable(
          {
            name: 't.csv.gz',
            open: async function* () {
              yield file;
            },
            time: { at: '2026-11-20T00:00:00Z', by: 'file-time' },
          },
          WANTED,
        ).then(itemsOf);
      const whole = await items(packed);
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: packed.length - 1 }),
          fc.integer({ min: 1, max: 255 }),
          async (at, flip) => {
            const file = Buffer.from(packed);
            file[at] = (file[at] ?? 0) ^ flip;
            const read = await items(file).catch((error: unknown) => error);
            // Of a gzip header, time and system say nothing of what is in it.
            if (read instanceof SourceDamaged || read instanceof SourceUnusable) return;
            expect(read).toEqual(whole);
          },
        ),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});
