import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openInventory } from '../../src/reaudit/inventory.ts';
import { decodeKey } from '../../src/reaudit/inventory-columns.ts';
import type { RowItem } from '../../src/reaudit/row.ts';
import type { RowWanted } from '../../src/reaudit/source.ts';
import { SourceDamaged, SourceUnusable } from '../../src/reaudit/source-failures.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { type Delivery, delivered, itemsOf, MANIFEST } from './inventory-bytes.ts';

const ALL: RowWanted = { bucket: 'acme-lake', prefix: '', versions: false };

const open = (delivery: Delivery = {}, wanted: Partial<RowWanted> = {}) =>
  openInventory(MANIFEST, { ...ALL, ...wanted }, delivered(delivery));

const keysOf = (items: readonly RowItem[]) =>
  items.flatMap((item) => (item.kind === 'row' ? [item.row.key] : []));

const refusal = (delivery: Delivery, wanted: Partial<RowWanted> = {}): Promise<string> =>
  open(delivery, wanted).then(
    () => 'opened',
    (error: unknown) => {
      expect(error).toBeInstanceOf(SourceUnusable);
      return error instanceof Error ? error.message : '';
    },
  );

describe('an inventory is read as its manifest describes it', () => {
  test('current versions are rows; older ones and delete markers are skipped, and told apart', async () => {
    const items = await itemsOf(await open());
    expect(keysOf(items)).toEqual(['plain/a b+c%.txt', 'finance/k.parquet', 'plain/c",\n.txt']);
    expect(items.flatMap((item) => (item.kind === 'skipped' ? [item.why] : []))).toEqual([
      'not-current',
      'delete-marker',
    ]);
  });

  test('with --versions every version is a row, and the version id null is none', async () => {
    const items = await itemsOf(await open({}, { versions: true }));
    const ids = items.flatMap((item) => (item.kind === 'row' ? [item.row.versionId] : []));
    expect(ids).toEqual(['v1', 'v2', 'v4', undefined]);
  });

  test('only keys below the prefix asked for are rows', async () => {
    expect(keysOf(await itemsOf(await open({}, { prefix: 'finance/' })))).toEqual(['finance/k.parquet']);
  });

  test('its time is when the listing began', async () => {
    expect((await open()).asOf).toBe('2026-11-20T00:00:00.000Z');
  });

  test('columns are found by name, wherever they stand', async () => {
    const schema =
      'EncryptionStatus, BucketKeyStatus, Key, Bucket, ETag, Size, LastModifiedDate, StorageClass, ObjectOwner';
    const csv = '"SSE-S3","","k","acme-lake","ee","5","2026-11-01T10:11:12.000Z","STANDARD","o"\n';
    const [item] = await itemsOf(await open({ schema, csv }));
    expect(item).toMatchObject({
      kind: 'row',
      row: { key: 'k', etag: 'ee', sizeBytes: 5, isLatest: undefined, encryption: { type: 'sse-s3' } },
    });
  });

  test('rows behind a place are those of the whole without what comes before', async () => {
    const source = await open();
    const all = await itemsOf(source);
    for (const [index, { at }] of all.entries()) {
      expect(await itemsOf(source, at)).toEqual(all.slice(index + 1));
    }
  });
});

describe('what cannot be used says what would mend it', () => {
  test('missing columns are all named, with how to add them', async () => {
    const text = await refusal({ schema: 'Bucket, Key, Size, LastModifiedDate, ETag' });
    expect(text).toContain('no column StorageClass, EncryptionStatus, BucketKeyStatus');
    expect(text).toContain('put-bucket-inventory-configuration');
  });

  test('ORC and Parquet are refused by name', async () => {
    expect(await refusal({ manifest: { fileFormat: 'Parquet' } })).toContain('Parquet: only CSV is read');
  });

  test('an inventory of another bucket is refused', async () => {
    expect(await refusal({ manifest: { sourceBucket: 'arn:aws:s3:::other' } })).toContain('of other');
  });

  test('--versions needs an inventory of all versions', async () => {
    const schema =
      'Bucket, Key, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus, BucketKeyStatus';
    expect(await refusal({ schema }, { versions: true })).toContain('IncludedObjectVersions to All');
  });

  test('a manifest that is none says all that is wrong with it', async () => {
    const text = await refusal({
      manifest: { files: undefined, creationTimestamp: 'yesterday', sourceBucket: 7 },
    });
    for (const name of ['files', 'creationTimestamp', 'sourceBucket']) expect(text).toContain(`"${name}"`);
  });
});

describe('a file that is not the one its manifest describes', () => {
  const damage = async (delivery: Delivery): Promise<string> => {
    const source = await open(delivery);
    return itemsOf(source).then(
      () => 'read',
      (error: unknown) => {
        expect(error).toBeInstanceOf(SourceDamaged);
        return error instanceof Error ? error.message : '';
      },
    );
  };

  test('a wrong MD5 is told with the file', async () => {
    const text = await damage({ file: { MD5checksum: '0'.repeat(32) } });
    expect(text).toContain('s3://acme-inventory/lake/data/one.csv.gz');
    expect(text).toContain('MD5');
  });

  test('a file that is larger than the manifest says is not read on', async () => {
    const bytes = delivered({ csv: randomBytes(100_000), file: { size: 20 } });
    const source = await openInventory(MANIFEST, ALL, bytes);
    const before = bytes.given;
    await expect(itemsOf(source)).rejects.toThrow(SourceDamaged);
    expect(bytes.given - before).toBeLessThan(10_000);
  });

  test('a row that is too long is no row, and where the next begins is not guessed', async () => {
    const csv = `"acme-lake","${'k'.repeat(300_000)}\n"acme-lake"\n`;
    const items = await itemsOf(await open({ csv }));
    expect(items).toMatchObject([{ kind: 'malformed', where: 's3://acme-inventory/lake/data/one.csv.gz:1' }]);
  });

  test('a small file that unpacks to 64 MB of one row is held no longer than the longest row', async () => {
    const csv = Buffer.alloc(64 * 1024 * 1024, 0x22);
    const items = await itemsOf(await open({ csv }));
    expect(items.filter(({ kind }) => kind === 'row')).toEqual([]);
    expect(items.length).toBeLessThan(3);
  });
});

test('a key decodes to what S3 encoded, once', () => {
  const encode = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
      expect(decodeKey(encode(key))).toBe(key);
    }),
    { numRuns: fuzzRuns() },
  );
});

test('whatever bytes a file holds, each row is an item that names its line, and nothing is thrown', async () => {
  const fragments = [
    '"',
    ',',
    '\n',
    '\r\n',
    '"acme-lake"',
    '"k"',
    '""',
    '%zz',
    '+',
    '\u0000',
    '\uFEFF',
    'true',
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(...fragments)).map((parts) => Buffer.from(parts.join(''))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (csv, versions) => {
      const items = await itemsOf(await open({ csv }, { versions }));
      for (const item of items) {
        expect(item.at.line).toBeGreaterThan(0);
        if (item.kind === 'malformed')
          expect(item.where).toBe(`s3://acme-inventory/lake/data/one.csv.gz:${item.at.line}`);
      }
      const lines = items.map(({ at }) => at.line);
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
    }),
    { numRuns: fuzzRuns() },
  );
});

test('whatever JSON a manifest holds, it is an inventory or unusable', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('fileFormat', 'files', 'fileSchema', 'sourceBucket'), fc.jsonValue()),
      async (manifest) => {
        await refusal({ manifest });
      },
    ),
    { numRuns: fuzzRuns() },
  );
});
