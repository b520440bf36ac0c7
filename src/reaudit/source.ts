import type { AuditDeps } from '../audit/audit-object.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { RowItem, RowPlace, SkippedWhy, SourceRow } from './row.ts';
import { type HeadWhy, settleRow } from './settle.ts';

/** Rows of a table that say of objects what a HEAD would, as of some moment. */
export interface RowSource {
  readonly source: 'inventory' | 'metadata-table';
  /** How people are told of it. */
  readonly name: string;
  /** When what it says was so, ISO 8601; a row may say so better itself. */
  readonly asOf: string;
  /** What a reader of the report has to know of it. */
  readonly notes: readonly string[];
  /** Rows in the order of the files, some at a time; from behind a place, where one is given. May be called again. */
  rows(behind?: RowPlace): AsyncGenerator<readonly RowItem[]>;
}

export interface RowWanted {
  readonly bucket: string;
  readonly prefix: string;
  /** All versions, not the current ones alone. */
  readonly versions: boolean;
}

/** Why a run does not want a row, or `undefined` where it does. Only keys below the prefix asked for are wanted. */
export function unwanted(row: SourceRow, wanted: RowWanted): SkippedWhy | undefined {
  if (row.bucket !== wanted.bucket || !row.key.startsWith(wanted.prefix)) return 'elsewhere';
  return !wanted.versions && row.isLatest === false ? 'not-current' : undefined;
}

/** What becomes of one row. `rests`: on what the settled verdict rests, the name of the key alone or what the row tells. */
export type SourceItem =
  | {
      readonly kind: 'settled';
      readonly at: RowPlace;
      readonly row: SourceRow;
      readonly record: AuditRecord;
      readonly rests: 'name' | 'row';
    }
  | {
      readonly kind: 'head';
      readonly at: RowPlace;
      readonly row: SourceRow;
      readonly object: WrittenObject;
      readonly why: HeadWhy;
    }
  | Exclude<RowItem, { kind: 'row' }>;

export interface SettleOptions {
  readonly versions: boolean;
  /** The bucket's Region, in which bare alias names are resolved. */
  readonly region?: string;
  /** Go on behind this row. */
  readonly behind?: RowPlace;
}

/**
 * Settles every row of a source that can be settled without a HEAD, and names the objects that need one, in the order
 * of the rows. Throws `RetryableFailure` and `CallerRefused` from KMS and from reading, `SourceDamaged` where a file is
 * not the one that its manifest describes.
 */
export async function* settleRows(
  source: RowSource,
  deps: AuditDeps,
  options: SettleOptions,
): AsyncGenerator<readonly SourceItem[]> {
  for await (const items of source.rows(options.behind)) {
    const settled: SourceItem[] = [];
    for (const item of items) {
      settled.push(item.kind === 'row' ? await settleItem(item, source, deps, options) : item);
    }
    yield settled;
  }
}

async function settleItem(
  { at, row }: Extract<RowItem, { kind: 'row' }>,
  { source, asOf }: RowSource,
  deps: AuditDeps,
  { versions, region }: SettleOptions,
): Promise<SourceItem> {
  const context = { source, asOf, versions, ...(region === undefined ? {} : { region }) };
  const settled = await settleRow(row, context, deps);
  return { ...settled, at, row };
}
