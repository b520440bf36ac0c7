import type { AuditDeps } from '../audit/audit-object.ts';
import { runBounded } from '../audit/run-bounded.ts';
import type { WrittenObject } from '../objects/object.ts';
import { printable } from '../objects/printable.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { RowPlace, SkippedWhy } from './row.ts';
import { RunInterrupted } from './run-errors.ts';
import { type CheckResult, checkSample, type SourceCheck } from './sample-check.ts';
import type { RowSample } from './sample-check-draw.ts';
import { settleRow } from './settle.ts';
import { type RowSource, type SettleOptions, type SourceItem, settleRows } from './source.ts';

/** What one stretch of rows came to. What is kept of it must be kept together: records, place and sample belong to each other. */
export interface SourceStep {
  readonly records: readonly AuditRecord[];
  /** The last row of the stretch: a run that is taken up again goes on behind it. */
  readonly behind: RowPlace;
  readonly counts: SourceCounts;
}

/** Rows by what became of them. Sums of these are exact over any cut into stretches. */
export interface SourceCounts {
  readonly settled: number;
  readonly headed: number;
  readonly malformed: number;
  readonly skipped: Readonly<Record<SkippedWhy, number>>;
}

export interface SourceRunDeps {
  readonly audit: AuditDeps;
  /** The record of an object by HEAD, patient with what may pass. Throws `CallerRefused`. */
  readonly look: (object: WrittenObject) => Promise<AuditRecord>;
  readonly keep: (step: SourceStep) => Promise<void>;
  /** One row that cannot be read: `file:line: why`, printable. */
  readonly onMalformed: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface SourceRunOptions extends SettleOptions {
  readonly concurrency: number;
  readonly sample: RowSample;
  /** Rows in one stretch, at the most; default 10,000. */
  readonly mostItems?: number;
}

/** So many objects are HEADed in one stretch, at the least: enough to keep all connections busy. */
const STRETCH = 2_000;
/** And a stretch of rows that are settled ends after so many, so that little is done twice after an interruption. */
const MOST_ITEMS = 10_000;

/**
 * Audits by the rows of a source: settles what they settle, HEADs the others, and at the end the sample, whose records
 * are held back until then. Every row of an object has one record. Throws what reading and HEADs throw, and
 * `RunInterrupted`; what was kept by then stays kept.
 */
export async function auditSource(
  source: RowSource,
  options: SourceRunOptions,
  deps: SourceRunDeps,
): Promise<SourceCheck> {
  let items: SourceItem[] = [];
  let heads = 0;
  const { mostItems = MOST_ITEMS } = options;
  for await (const more of settleRows(source, deps.audit, options)) {
    for (const item of more) {
      items.push(item);
      if (item.kind === 'head') heads += 1;
    }
    if (heads < STRETCH && items.length < mostItems) continue;
    await finishStretch(items, options, deps);
    [items, heads] = [[], 0];
  }
  await finishStretch(items, options, deps);
  return checkAtEnd(source, options, deps);
}

async function finishStretch(
  items: readonly SourceItem[],
  { concurrency, sample }: SourceRunOptions,
  deps: SourceRunDeps,
): Promise<void> {
  const last = items.at(-1);
  if (last === undefined) return;
  const heads = items.filter((item) => item.kind === 'head');
  const looked = await runBounded(heads, ({ object }) => deps.look(object), {
    concurrency,
    deadline: deps.signal,
  });
  const records: AuditRecord[] = [];
  for (const one of looked) {
    if (deps.signal.aborted || one.kind === 'unfinished') throw new RunInterrupted();
    if (one.kind === 'failed') throw one.error;
    records.push(one.result);
  }
  if (deps.signal.aborted) throw new RunInterrupted();
  // Only now: a stretch that is given up must leave the sample as it was.
  for (const item of items) {
    if (item.kind !== 'settled') continue;
    const record = item.rests === 'row' ? sample.offer(item.row, item.record) : item.record;
    if (record !== undefined) records.push(record);
  }
  for (const item of items) {
    if (item.kind === 'malformed') deps.onMalformed(printable(`${item.where}: ${item.why}`));
  }
  await deps.keep({ records, behind: last.at, counts: countsOf(items) });
}

function countsOf(items: readonly SourceItem[]): SourceCounts {
  const counts = { settled: 0, head: 0, malformed: 0 };
  const skipped: Record<SkippedWhy, number> = { 'delete-marker': 0, 'not-current': 0, elsewhere: 0 };
  for (const item of items) {
    if (item.kind === 'skipped') skipped[item.why] += 1;
    else counts[item.kind] += 1;
  }
  return { settled: counts.settled, headed: counts.head, malformed: counts.malformed, skipped };
}

/**
 * Draws the sample and HEADs it, and nothing else: told before anything is written down, a table that cannot be relied on
 * never calls an object compliant. Throws as `auditSource` does.
 */
export async function checkSource(
  source: RowSource,
  options: SourceRunOptions,
  deps: Omit<SourceRunDeps, 'keep'>,
): Promise<SourceCheck> {
  for await (const items of settleRows(source, deps.audit, options)) {
    for (const item of items) {
      if (item.kind === 'settled' && item.rests === 'row') options.sample.offer(item.row, item.record);
    }
    if (deps.signal.aborted) throw new RunInterrupted();
  }
  return (await lookAtSample(source, options, deps)).check;
}

async function checkAtEnd(
  source: RowSource,
  options: SourceRunOptions,
  deps: SourceRunDeps,
): Promise<SourceCheck> {
  const { check, records } = await lookAtSample(source, options, deps);
  const last = { file: Number.MAX_SAFE_INTEGER, line: 0 };
  const none = { settled: 0, headed: 0, malformed: 0 };
  const skipped = { 'delete-marker': 0, 'not-current': 0, elsewhere: 0 };
  await deps.keep({ records, behind: last, counts: { ...none, skipped } });
  return check;
}

function lookAtSample(
  { source, asOf }: RowSource,
  { versions, region, concurrency, sample }: SourceRunOptions,
  deps: Omit<SourceRunDeps, 'keep'>,
): Promise<CheckResult> {
  const context = { source, asOf, versions, ...(region === undefined ? {} : { region }) };
  return checkSample(sample.held, sample.offered, {
    audit: deps.look,
    settle: (row) => settleRow(row, context, deps.audit),
    context,
    concurrency,
    signal: deps.signal,
  });
}
