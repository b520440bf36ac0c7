import type { Digest, DigestContext } from '../alerts/digest.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { runBounded } from '../audit/run-bounded.ts';
import {
  type ObjectAudits,
  type PolicyInS3,
  ReportBucketAudited,
  type ReportStore,
  runFolder,
  UnreadableInput,
} from './batch-ports.ts';
import type { ReportMeta } from './report-meta.ts';
import { gaps } from './report-meta.ts';
import { findResults } from './summary-run-files.ts';
import { foldResults } from './summary-run-fold.ts';
import type { LostDeps } from './summary-run-lost.ts';
import type { Tally } from './tally.ts';
import { digestsOf } from './tally-digests.ts';

interface Request {
  readonly runId: string;
  readonly bucket?: string;
  readonly prefix: string;
  readonly policy?: PolicyInS3;
  readonly manifestKey?: string;
}

export type RequestReading =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'malformed'; readonly why: string };

export interface SummaryDeps extends LostDeps, Pick<ObjectAudits, 'policy' | 'abortAfter'> {
  readonly store: ReportStore;
  /** The report of a tally, as one HTML file. */
  readonly report: (tally: Tally, meta: ReportMeta) => string;
  /** Its figures as one JSON document. */
  readonly summary: (tally: Tally, meta: ReportMeta) => string;
  readonly alert: (digest: Digest) => Promise<void>;
  readonly policySource: (named?: PolicyInS3) => string;
  readonly version: string;
  readonly now: () => number;
}

/** What the state machine answers with: where the report lies, and whether it covers everything. */
export interface RunSummary {
  readonly runId: string;
  readonly complete: boolean;
  /** Why it is not complete, a sentence each. */
  readonly incomplete: readonly string[];
  readonly batches: number;
  readonly objects: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly digests: number;
  readonly report: string;
  readonly tally: string;
  readonly records: string;
}

const ALERTS_AT_ONCE = 8;
/** A state's output is bounded, and so are these. */
const MOST_SENTENCES = 20;

/**
 * Folds the results of a Distributed Map, streaming, into one report and one tally in the report bucket, and one digest
 * for each cause. What failed or never began makes the run incomplete, which the report, the digests and the answer say.
 * Throws `UnreadableInput`, `ReportBucketAudited` and what may pass; asked again it writes and tells the same again.
 */
export async function summariseRun(
  reading: RequestReading,
  deps: SummaryDeps,
  remainingMs: number,
): Promise<RunSummary> {
  if (reading.kind === 'malformed') throw new UnreadableInput(reading.why);
  const { request } = reading;
  const { store } = deps;
  if (request.bucket === store.bucket) throw new ReportBucketAudited(store.bucket);
  const policy = await deps.policy(request.policy);
  const found = await findResults(store, request.runId);
  const folded = await foldResults(request.runId, found, policy, deps);
  const named = request.manifestKey;
  const unnamed = named !== undefined && !found.manifests.includes(named) ? [`${named} is not there.`] : [];
  const meta = metaOf(request, [...unnamed, ...folded.incomplete], deps);
  const context = contextOf(policy, meta.generatedAt, request, deps);
  await writeReport(request.runId, folded.tally, meta, deps);
  const digests = digestsOf(folded.tally, context);
  await alertAll(digests, deps, remainingMs);
  return summaryOf(request.runId, folded, meta, digests.length, store);
}

function metaOf(request: Request, incomplete: readonly string[], deps: SummaryDeps): ReportMeta {
  const { bucket, prefix, runId, policy } = request;
  return {
    generatedAt: new Date(deps.now()).toISOString(),
    version: deps.version,
    ...(bucket === undefined ? {} : { scope: `s3://${bucket}/${prefix}` }),
    policySource: deps.policySource(policy),
    records: `s3://${deps.store.bucket}/${runFolder(runId)}records/`,
    ...(incomplete.length === 0 ? {} : { incomplete: incomplete.slice(0, MOST_SENTENCES) }),
  };
}

const contextOf = (
  { policy }: PreparedPolicy,
  at: string,
  request: Request,
  deps: SummaryDeps,
): DigestContext => ({
  trigger: 'run',
  at,
  defaultSeverity: policy.defaults.severity,
  uncovered: policy.defaults.uncovered,
  policySource: deps.policySource(request.policy),
});

async function writeReport(
  runId: string,
  tally: Tally,
  meta: ReportMeta,
  { store, report, summary }: SummaryDeps,
): Promise<void> {
  await store.put(`${runFolder(runId)}tally.json`, JSON.stringify(tally), 'application/json');
  await store.put(`${runFolder(runId)}summary.json`, summary(tally, meta), 'application/json');
  await store.put(`${runFolder(runId)}report.html`, report(tally, meta), 'text/html; charset=utf-8');
}

async function alertAll(
  digests: readonly Digest[],
  { alert, abortAfter }: SummaryDeps,
  remainingMs: number,
): Promise<void> {
  const bounds = { concurrency: ALERTS_AT_ONCE, deadline: abortAfter(remainingMs) };
  for (const settled of await runBounded(digests, alert, bounds)) {
    if (settled.kind === 'failed') throw settled.error;
    if (settled.kind === 'unfinished') throw new Error('not every digest was accepted in time');
  }
}

function summaryOf(
  runId: string,
  { tally, batches }: { readonly tally: Tally; readonly batches: number },
  meta: ReportMeta,
  digests: number,
  store: ReportStore,
): RunSummary {
  const incomplete = gaps(tally, meta);
  const place = `s3://${store.bucket}/${runFolder(runId)}`;
  const outcomes = ['violation', 'unknown', 'uncovered', 'compliant', 'exempt', 'gone'] as const;
  return {
    runId,
    complete: incomplete.length === 0,
    incomplete,
    batches,
    objects: tally.listed,
    outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, tally.total.count(outcome)])),
    digests,
    report: `${place}report.html`,
    tally: `${place}tally.json`,
    records: `${place}records/`,
  };
}
