import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RowItem, SourceRow } from '../../src/reaudit/row.ts';
import type { RowSource } from '../../src/reaudit/source.ts';
import { type ByteReader, placeText, type S3Place } from '../../src/reaudit/source-bytes.ts';
import { SourceUnusable } from '../../src/reaudit/source-failures.ts';

/** A fixture of test/fixtures/inventory. */
export const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../fixtures/inventory', name));

/** Objects in memory, given in pieces of a few bytes. Remembers what was asked for. */
export class MemoryBytes implements ByteReader {
  readonly #objects = new Map<string, Uint8Array>();
  readonly asked: string[] = [];
  given = 0;
  readonly #piece: number;

  constructor(piece = 7) {
    this.#piece = piece;
  }

  put(place: string, bytes: Uint8Array | string): this {
    this.#objects.set(place, Buffer.from(bytes));
    return this;
  }

  async *read(place: S3Place): AsyncGenerator<Uint8Array> {
    const text = placeText(place);
    this.asked.push(text);
    const bytes = this.#objects.get(text);
    if (bytes === undefined) throw new SourceUnusable(`${text} could not be read: there is none`);
    for await (const piece of pieces(bytes, this.#piece)) {
      this.given += piece.byteLength;
      yield piece;
    }
  }
}

export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export const MANIFEST: S3Place = { bucket: 'acme-inventory', key: 'lake/2026/manifest.json' };

export interface Delivery {
  readonly csv?: Uint8Array | string;
  readonly schema?: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly file?: Readonly<Record<string, unknown>>;
}

/** The fixture's inventory as S3 would deliver it, with what a test changes. */
export function delivered({
  csv = fixture('all-versions.csv'),
  schema,
  manifest,
  file,
}: Delivery = {}): MemoryBytes {
  const base: Record<string, unknown> = JSON.parse(fixture('manifest.json').toString());
  const packed = gzipSync(csv);
  const md5 = createHash('md5').update(packed).digest('hex');
  const files = [{ key: 'lake/data/one.csv.gz', size: packed.length, MD5checksum: md5, ...file }];
  const whole = { ...base, ...(schema === undefined ? {} : { fileSchema: schema }), files, ...manifest };
  return new MemoryBytes()
    .put(placeText(MANIFEST), JSON.stringify(whole))
    .put('s3://acme-inventory/lake/data/one.csv.gz', packed);
}

export async function itemsOf(source: RowSource, behind?: RowItem['at']): Promise<readonly RowItem[]> {
  const all: RowItem[] = [];
  for await (const items of source.rows(behind)) all.push(...items);
  return all;
}

/** A row that settles under most rules, with what a test changes. */
export const rowOf = (more: Partial<SourceRow> & Pick<SourceRow, 'bucket' | 'key'>): SourceRow => ({
  versionId: undefined,
  isLatest: undefined,
  sizeBytes: 3,
  etag: 'aa',
  lastModifiedMs: Date.parse('2026-11-01T10:11:12Z'),
  storageClass: 'STANDARD',
  encryption: { type: 'sse-s3' },
  bucketKey: undefined,
  kmsKeyArn: undefined,
  asOf: undefined,
  ...more,
});
