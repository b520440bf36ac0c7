import { jsonFault } from '../objects/json-fault.ts';
import { bucketName, objectKey } from '../objects/object.ts';
import { encryptionOf } from './inventory-columns.ts';
import { readEtag, readFlag, readSize, readTime, readVersionId, type SourceRow } from './row.ts';

/** Columns without which a row says too little. */
export const NEEDED = [
  'bucket',
  'key',
  'size',
  'last_modified_date',
  'e_tag',
  'encryption_status',
  'is_bucket_key_enabled',
  'kms_key_arn',
] as const;

const OPTIONAL = [
  'version_id',
  'is_latest',
  'is_delete_marker',
  'storage_class',
  'record_type',
  'record_timestamp',
] as const;

export type TableColumn = (typeof NEEDED)[number] | (typeof OPTIONAL)[number];

/** What one row of a query result is, before it is asked whether the run wants it. */
export type TableReading =
  | { readonly kind: 'row'; readonly row: SourceRow }
  /** A delete marker, or a journal's word that the version is gone. */
  | { readonly kind: 'deleted'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** Gives a cell as text; `undefined` where it is null, empty or not there. */
export type Cells = (column: TableColumn) => string | undefined;

/** Reads one row of a query result over S3 Metadata tables. Keys are as they are: only inventories encode them. Never throws. */
export function readTableRow(cell: Cells): TableReading {
  const bucket = cell('bucket');
  const key = cell('key');
  if (bucket === undefined) return { kind: 'malformed', why: '"bucket" is empty' };
  if (key === undefined) return { kind: 'malformed', why: '"key" is empty' };
  const recordType = cell('record_type');
  if (readFlag(cell('is_delete_marker')) === true || recordType === 'DELETE') {
    return { kind: 'deleted', bucket, key };
  }
  const recordMs = readTime(cell('record_timestamp'));
  // A journal tells of annotations too, and of what else may come: such a row is not the object's own.
  const odd = recordType !== undefined && recordType !== 'CREATE' && recordType !== 'UPDATE_METADATA';
  const row: SourceRow = {
    bucket: bucketName(bucket),
    key: objectKey(key),
    versionId: readVersionId(cell('version_id')),
    isLatest: readFlag(cell('is_latest')),
    sizeBytes: readSize(cell('size')),
    etag: readEtag(cell('e_tag')),
    lastModifiedMs: readTime(cell('last_modified_date')),
    storageClass: cell('storage_class'),
    encryption: odd ? { type: 'other', raw: recordType } : encryptionOf(cell('encryption_status')),
    bucketKey: readFlag(cell('is_bucket_key_enabled')),
    kmsKeyArn: cell('kms_key_arn'),
    asOf: recordMs === undefined ? undefined : new Date(recordMs).toISOString(),
  };
  return { kind: 'row', row };
}

/** The cells of one JSON object of NDJSON, or why it is none. A column that is null may be left out, as Athena does. */
export function jsonCells(line: string): Cells | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `expected one JSON object a line: ${jsonFault(error)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected a JSON object';
  const members: object = value;
  return (column) => {
    // Own members alone: a name such as "constructor" is no cell.
    const member: unknown = Object.hasOwn(members, column) ? Reflect.get(members, column) : undefined;
    switch (typeof member) {
      case 'string':
        return member === '' ? undefined : member;
      case 'number':
      case 'boolean':
        return String(member);
      default:
        return undefined;
    }
  };
}

/** Which columns a CSV's first row names. A missing one that is needed is named. */
export function findTableColumns(
  header: readonly string[],
): { readonly at: ReadonlyMap<string, number>; readonly count: number } | { readonly why: string } {
  const names = header.map((name) => name.trim().toLowerCase());
  const at = new Map(names.map((name, index) => [name, index]));
  if (at.size !== names.length) return { why: 'its first row names a column twice' };
  const missing = NEEDED.filter((column) => !at.has(column));
  if (missing.length === 0) return { at, count: names.length };
  return {
    why:
      `it has no column ${missing.join(', ')}. The first row has to name the columns; ` +
      'docs/sources.md holds the query that makes such a file',
  };
}
