import type { BucketName, ObjectKey } from '../objects/object.ts';

/**
 * What a table says of an object's outer layer. `not-told`: the cell is empty where an empty cell may mean several
 * things; `other`: a word that was not there when this was written.
 */
export type RowEncryption =
  | { readonly type: 'none' | 'sse-s3' | 'sse-kms' | 'dsse-kms' | 'sse-c' | 'not-told' }
  | { readonly type: 'other'; readonly raw: string };

/** One object, or version, as an inventory or a metadata table shows it. What a cell does not tell is `undefined`. */
export interface SourceRow {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** `undefined` for `null` too, and where the table lists current versions alone. */
  readonly versionId: string | undefined;
  readonly isLatest: boolean | undefined;
  readonly sizeBytes: number | undefined;
  /** Without quotes. */
  readonly etag: string | undefined;
  /** As the table tells it, which may be more exact than a HEAD. */
  readonly lastModifiedMs: number | undefined;
  readonly storageClass: string | undefined;
  readonly encryption: RowEncryption;
  readonly bucketKey: boolean | undefined;
  readonly kmsKeyArn: string | undefined;
  /** Where the row says itself of when it is; else the table's. */
  readonly asOf: string | undefined;
}

/** Where a row stands, so that a run can go on behind it: file and line, both counted from 0 and 1. */
export interface RowPlace {
  readonly file: number;
  readonly line: number;
}

export type SkippedWhy = 'delete-marker' | 'not-current' | 'elsewhere';

/** One row of a table, or what stands in its place. `where` is `file:line`, for people; it is not yet printable. */
export type RowItem =
  | { readonly kind: 'row'; readonly at: RowPlace; readonly row: SourceRow }
  | { readonly kind: 'skipped'; readonly at: RowPlace; readonly why: SkippedWhy }
  | { readonly kind: 'malformed'; readonly at: RowPlace; readonly where: string; readonly why: string };

const COUNT = /^\d{1,16}$/;

/** A whole number of bytes; `undefined` where the text is none. */
export function readSize(text: string | undefined): number | undefined {
  const size = text !== undefined && COUNT.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** An ETag without quotes; `undefined` where the cell is empty. */
export function readEtag(text: string | undefined): string | undefined {
  const etag = text?.replace(/^"(.*)"$/s, '$1');
  return etag === '' ? undefined : etag;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['enabled', true],
  ['disabled', false],
]);

/** `true`/`false` or `ENABLED`/`DISABLED`, however written; `undefined` for anything else. */
export const readFlag = (text: string | undefined): boolean | undefined =>
  FLAGS.get(text?.toLowerCase() ?? '');

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?(?: ?(?:Z|UTC|\+00:?00))?$/;

/** A time in UTC as S3 and Athena write it, in milliseconds; a time in another zone is not taken. */
export function readTime(text: string | undefined): number | undefined {
  const [, day, clock, fraction = ''] = TIME.exec(text ?? '') ?? [];
  if (day === undefined || clock === undefined) return undefined;
  const ms = Date.parse(`${day}T${clock}${fraction.slice(0, 4)}Z`);
  // Date.parse takes 2026-02-30 for a day in March.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? undefined : ms;
}

const NO_VERSION: ReadonlySet<string | undefined> = new Set([undefined, '', 'null']);

/** A version id; none where the cell is empty or says `null`. */
export const readVersionId = (text: string | undefined): string | undefined =>
  NO_VERSION.has(text) ? undefined : text;
