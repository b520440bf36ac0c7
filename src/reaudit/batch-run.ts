import { cutText } from '../alerts/json-form.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { type AttemptDeps, auditAll } from './batch-attempts.ts';
import { batchId } from './batch-id.ts';
import {
  type BatchReading,
  type ReauditBatch,
  ReportBucketAudited,
  type ReportStore,
  recordsKey,
  UnreadableInput,
} from './batch-ports.ts';
import type { BatchResult } from './batch-result.ts';
import { Tally } from './tally.ts';
import { compactTally } from './tally-compact.ts';

export interface BatchDeps extends AttemptDeps {
  readonly store: ReportStore;
}

/** Step Functions takes 256 KiB of a state's output; the issue asks for less than 200 KiB. */
export const MOST_RESULT_BYTES = 200 * 1024;
const TALLY_BYTES = 180 * 1024;
const MOST_EXAMPLES = 5;
const EXAMPLE_BYTES = 512;
/** Left over for writing the records and answering. */
const ANSWER_MS = 5_000;

/**
 * Audits one batch of a Distributed Map: writes its records as one part to the report bucket and answers with their
 * tally. A second try of the same batch writes the same key. Throws `UnreadableInput`, `ReportBucketAudited`,
 * `BatchUnfinished` and what says nothing of single objects; then Step Functions tries the batch again.
 */
export async function runBatch(
  reading: BatchReading,
  deps: BatchDeps,
  remainingMs: number,
): Promise<BatchResult> {
  if (reading.kind === 'malformed') throw new UnreadableInput(reading.why);
  const { batch } = reading;
  if (batch.objects.some(({ bucket }) => bucket === deps.store.bucket))
    throw new ReportBucketAudited(deps.store.bucket);
  const policy = await deps.policy(batch.policy);
  const deadline = deps.abortAfter(Math.max(0, remainingMs - ANSWER_MS));
  const records = await auditAll(batch.objects, policy, deps, deadline);
  const kept = keptRecords(records, policy);
  const id = batchId(batch);
  const key = recordsKey(batch.runId, id);
  await deps.store.put(key, linesOf(kept), 'application/x-ndjson');
  return resultOf(batch, { id, key, records, kept, policy });
}

interface Done {
  readonly id: string;
  readonly key: string;
  readonly records: readonly AuditRecord[];
  readonly kept: readonly AuditRecord[];
  readonly policy: PreparedPolicy;
}

function resultOf(batch: ReauditBatch, { id, key, records, kept, policy }: Done): BatchResult {
  const tally = compactTally(tallyOf(batch, records.length - kept.length, kept), TALLY_BYTES);
  return {
    version: 1,
    runId: batch.runId,
    batch: id,
    records: key,
    items: batch.items,
    skipped: batch.skipped,
    unreadable: {
      count: batch.unreadable.length,
      examples: batch.unreadable.slice(0, MOST_EXAMPLES).map((why) => cutText(why, EXAMPLE_BYTES)),
    },
    policy: policy.hash,
    omitted: tally.total.count('violation', 'unknown', 'uncovered') - samplesOf(tally),
    tally,
  };
}

function tallyOf(batch: ReauditBatch, ignored: number, kept: readonly AuditRecord[]): Tally {
  const tally = new Tally();
  // What could not be read was listed too, and so shows as an object without a verdict.
  tally.addListed(batch.items - batch.skipped);
  tally.addIgnored(ignored);
  for (const record of kept) tally.add(record);
  return tally;
}

const samplesOf = (tally: Tally): number =>
  tally.causes.entries().reduce((sum, [, cause]) => sum + cause.samples.values.length, 0);

/** `uncovered: ignore` asks for a count alone. */
export const keptRecords = (
  records: readonly AuditRecord[],
  { policy }: PreparedPolicy,
): readonly AuditRecord[] =>
  policy.defaults.uncovered === 'ignore' ? records.filter(({ outcome }) => outcome !== 'uncovered') : records;

/** Records as NDJSON. */
export const linesOf = (records: readonly AuditRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');
