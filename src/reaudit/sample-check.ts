import { runBounded } from '../audit/run-bounded.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { SourceRow } from './row.ts';
import { RunInterrupted } from './run-errors.ts';
import type { Held } from './sample-check-draw.ts';
import { objectOf, type RowContext, type RowSettlement } from './settle.ts';
import { secondsOf } from './tally-timeline.ts';

/** What a verdict was, as far as two of them are compared. */
export interface Said {
  readonly outcome: AuditRecord['outcome'];
  readonly codes: readonly string[];
  readonly sse?: string;
  readonly key?: string;
}

/** An object of which table and HEAD differ although ETag and Last-Modified are the row's: re-keyed in place, or the table is wrong. */
export interface Disagreement {
  readonly object: AuditRecord['object'];
  readonly rule?: string;
  readonly row: Said;
  readonly head: Said;
  readonly asOf: string;
}

/** What HEADs of rows drawn at random say of a source. */
export interface SourceCheck {
  readonly source: RowContext['source'];
  /** Rows whose verdict rests on what the row tells. */
  readonly settled: number;
  readonly sampled: number;
  readonly agreed: number;
  /** Written again since, by ETag or Last-Modified; the HEAD's verdict stands. */
  readonly replaced: number;
  readonly gone: number;
  /** The HEAD could not be had; its `unknown` stands. */
  readonly unanswered: number;
  readonly disagreements: number;
  /** The first few of them. */
  readonly named: readonly Disagreement[];
}

export const MOST_NAMED = 20;

export interface CheckDeps {
  /** Audits by HEAD, as every other object of the run, retries and giving up included. */
  readonly audit: (object: WrittenObject) => Promise<AuditRecord>;
  /** Settles a row once more, so that only the table is compared, not what time has changed since. */
  readonly settle: (row: SourceRow) => Promise<RowSettlement>;
  readonly context: RowContext;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

export interface CheckResult {
  readonly check: SourceCheck;
  /** One for each row of the sample, by HEAD: they stand in place of the records that were held back. */
  readonly records: readonly AuditRecord[];
}

type Comparison =
  | { readonly kind: 'agreed' | 'replaced' | 'gone' | 'unanswered' }
  | { readonly kind: 'disagrees'; readonly disagreement: Disagreement };

/** HEADs the rows of a sample and compares. Throws what `audit` throws, and `RunInterrupted`. */
export async function checkSample(
  held: readonly Held[],
  settled: number,
  deps: CheckDeps,
): Promise<CheckResult> {
  const results = await runBounded(held, (one) => checkOne(one, deps), {
    concurrency: deps.concurrency,
    deadline: deps.signal,
  });
  const counts = { agreed: 0, replaced: 0, gone: 0, unanswered: 0, disagrees: 0 };
  const named: Disagreement[] = [];
  const records: AuditRecord[] = [];
  for (const result of results) {
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'unfinished' || deps.signal.aborted) throw new RunInterrupted();
    const { comparison, record } = result.result;
    counts[comparison.kind] += 1;
    records.push(record);
    if (comparison.kind === 'disagrees' && named.length < MOST_NAMED) named.push(comparison.disagreement);
  }
  const { disagrees, ...others } = counts;
  const { source } = deps.context;
  return {
    check: { source, settled, sampled: records.length, ...others, disagreements: disagrees, named },
    records,
  };
}

async function checkOne(
  { row }: Held,
  deps: CheckDeps,
): Promise<{ readonly comparison: Comparison; readonly record: AuditRecord }> {
  const [record, settled] = await Promise.all([deps.audit(objectOf(row, deps.context)), deps.settle(row)]);
  return { comparison: compare(row, settled, record), record };
}

/** What a HEAD's record says of a row that had been settled. */
export function compare(row: SourceRow, settled: RowSettlement, head: AuditRecord): Comparison {
  if (settled.kind === 'head') return { kind: 'replaced' };
  switch (head.outcome) {
    case 'gone':
      return { kind: 'gone' };
    case 'exempt':
    case 'uncovered':
    case 'compliant':
    case 'violation':
    case 'unknown':
      break;
    default:
      return assertNever(head.outcome);
  }
  const said = saidBy(settled.record);
  const shown = saidBy(head);
  if (JSON.stringify(said) === JSON.stringify(shown)) return { kind: 'agreed' };
  if (head.outcome === 'unknown' && head.observed === undefined) return { kind: 'unanswered' };
  if (!isSameWrite(row, head)) return { kind: 'replaced' };
  const { object, rule, asOf = '' } = settled.record;
  const ofRule = rule === undefined ? {} : { rule };
  return { kind: 'disagrees', disagreement: { object, ...ofRule, row: said, head: shown, asOf } };
}

function saidBy({ outcome, violations = [], reasons = [], observed }: AuditRecord): Said {
  return {
    outcome,
    codes: [...violations, ...reasons].map(({ code }) => code).sort(),
    ...(observed === undefined ? {} : { sse: observed.sse.type }),
    ...(observed?.sse.key === undefined ? {} : { key: observed.sse.key }),
  };
}

/** A HEAD tells whole seconds; a table that tells more may have been cut or rounded to them. */
function isSameWrite(row: SourceRow, { etag, lastModified }: AuditRecord): boolean {
  if (etag === undefined || lastModified === undefined) return false;
  const shown = secondsOf(lastModified);
  if (shown === undefined || row.lastModifiedMs === undefined) return false;
  const seconds = row.lastModifiedMs / 1_000;
  return etag === row.etag && (shown === Math.floor(seconds) || shown === Math.ceil(seconds));
}

/** Whether what the table settled may be relied on. Where not, no row without a HEAD is called compliant and the run ends with status 3. */
export const holds = (check: SourceCheck): boolean => check.disagreements === 0;
