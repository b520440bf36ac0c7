import { formDecoded } from '../objects/form-encoding.ts';
import { bucketName, type ObjectKey, objectKey } from '../objects/object.ts';
import { printable } from '../objects/printable.ts';
import {
  type RowEncryption,
  readEtag,
  readFlag,
  readSize,
  readTime,
  readVersionId,
  type SourceRow,
} from './row.ts';
import { readCsvRow } from './row-csv.ts';
import { SourceUnusable } from './source-failures.ts';

/** Always there, and those that are chosen in the inventory's configuration. */
const ALWAYS = ['Bucket', 'Key'] as const;
const OPTIONAL = [
  'Size',
  'LastModifiedDate',
  'ETag',
  'StorageClass',
  'EncryptionStatus',
  'BucketKeyStatus',
] as const;
const OF_VERSIONS = ['VersionId', 'IsLatest', 'IsDeleteMarker'] as const;

type Column = (typeof ALWAYS)[number] | (typeof OPTIONAL)[number] | (typeof OF_VERSIONS)[number];

export interface InventoryColumns {
  readonly count: number;
  readonly at: ReadonlyMap<string, number>;
  /** All versions are listed, not the current ones alone. */
  readonly versions: boolean;
}

/** Finds the columns that are needed. Throws `SourceUnusable` that names those that are missing and how to add them. */
export function findColumns(
  columns: readonly string[],
  { name, versions }: { readonly name: string; readonly versions: boolean },
): InventoryColumns {
  const at = new Map(columns.map((column, index) => [column, index]));
  if (at.size !== columns.length) throw unusable(name, 'its "fileSchema" names a column twice');
  const ofVersions = OF_VERSIONS.filter((column) => at.has(column));
  if (versions && ofVersions.length === 0) {
    throw unusable(
      name,
      'the inventory lists current versions alone, and --versions asks for all: ' +
        'set IncludedObjectVersions to All in its configuration and wait for the next delivery',
    );
  }
  const needed: readonly Column[] = [...ALWAYS, ...OPTIONAL, ...(ofVersions.length > 0 ? OF_VERSIONS : [])];
  const missing = needed.filter((column) => !at.has(column));
  if (missing.length > 0) throw unusable(name, missingText(missing));
  return { count: columns.length, at, versions: ofVersions.length > 0 };
}

function missingText(missing: readonly Column[]): string {
  const optional: readonly string[] = OPTIONAL;
  const fields = missing.filter((column) => optional.includes(column));
  const others = missing.filter((column) => !optional.includes(column));
  const ways = [
    ...(fields.length > 0
      ? [
          `add ${fields.join(', ')} to OptionalFields in the inventory configuration (aws s3api put-bucket-inventory-configuration, ` +
            'or "Additional metadata fields" in the console) and wait for the next delivery, a day or a week',
        ]
      : []),
    ...(others.length > 0 ? [`S3 itself writes ${others.join(', ')}: the manifest was changed`] : []),
  ];
  return `the inventory has no column ${missing.join(', ')}: ${ways.join('; ')}`;
}

const unusable = (name: string, why: string): SourceUnusable =>
  new SourceUnusable(printable(`${name}: ${why}`));

/** What one row of an inventory is, before it is asked whether the run wants it. */
export type InventoryReading =
  | { readonly kind: 'row'; readonly row: SourceRow }
  | { readonly kind: 'delete-marker'; readonly key: ObjectKey }
  | { readonly kind: 'malformed'; readonly why: string };

/** Reads one row of an inventory's CSV. Never throws. */
export function readInventoryRow(text: string, columns: InventoryColumns): InventoryReading {
  const read = readCsvRow(text);
  if (read.kind === 'malformed') return read;
  const { fields } = read;
  if (fields.length !== columns.count) {
    return malformed(`expected ${columns.count} fields, found ${fields.length}`);
  }
  // An empty cell tells nothing.
  const cell = (column: Column): string | undefined => fields[columns.at.get(column) ?? -1] || undefined;
  const bucket = cell('Bucket');
  const key = decodeKey(cell('Key') ?? '');
  if (bucket === undefined) return malformed('"Bucket" is empty');
  if (key === undefined) return malformed('"Key": expected a key, URL-encoded UTF-8');
  const isLatest = columns.versions ? readFlag(cell('IsLatest')) : undefined;
  if (columns.versions) {
    if (isLatest === undefined) return malformed('"IsLatest": expected true or false');
    const marker = readFlag(cell('IsDeleteMarker'));
    if (marker === undefined) return malformed('"IsDeleteMarker": expected true or false');
    if (marker) return { kind: 'delete-marker', key };
  }
  const row: SourceRow = {
    bucket: bucketName(bucket),
    key,
    versionId: readVersionId(cell('VersionId')),
    isLatest,
    sizeBytes: readSize(cell('Size')),
    etag: readEtag(cell('ETag')),
    lastModifiedMs: readTime(cell('LastModifiedDate')),
    storageClass: cell('StorageClass'),
    encryption: encryptionOf(cell('EncryptionStatus')),
    bucketKey: readFlag(cell('BucketKeyStatus')),
    kmsKeyArn: undefined,
    asOf: undefined,
  };
  return { kind: 'row', row };
}

const malformed = (why: string): InventoryReading => ({ kind: 'malformed', why });

/**
 * Decodes a key as S3 Inventory writes it into CSV, once: a space is `+`, all else is percent-encoded UTF-8.
 * `undefined` where it is empty or no such thing: replaced characters would make it another key.
 */
export function decodeKey(raw: string): ObjectKey | undefined {
  const key = formDecoded(raw);
  return key === undefined || key === '' ? undefined : objectKey(key);
}

const STATUSES: ReadonlyMap<string, RowEncryption> = new Map([
  ['SSE-S3', { type: 'sse-s3' }],
  ['SSE-KMS', { type: 'sse-kms' }],
  ['DSSE-KMS', { type: 'dsse-kms' }],
  ['SSE-C', { type: 'sse-c' }],
  ['NOT-SSE', { type: 'none' }],
]);

/** What the word means; words that come later are kept as they are. */
export const encryptionOf = (status: string | undefined): RowEncryption =>
  status === undefined ? { type: 'not-told' } : (STATUSES.get(status) ?? { type: 'other', raw: status });
