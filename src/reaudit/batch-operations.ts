import { jsonForm } from '../alerts/json-form.ts';
import type { WrittenAudit } from '../audit/audit-written.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { runBounded, type Settled } from '../audit/run-bounded.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { type ObjectAudits, UnreadableInput } from './batch-ports.ts';

/** What S3 Batch Operations handed over, as the intake reads it. */
export type JobReading =
  | {
      readonly kind: 'job';
      readonly job: {
        readonly schemaVersion: string;
        readonly invocationId: string;
        readonly tasks: readonly JobTask[];
      };
    }
  | { readonly kind: 'malformed'; readonly why: string };

interface JobTask {
  readonly taskId: string;
  readonly reading:
    | { readonly kind: 'object'; readonly object: WrittenObject }
    | { readonly kind: 'unreadable'; readonly why: string };
}

export interface TaskResult {
  readonly taskId: string;
  readonly resultCode: 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';
  readonly resultString: string;
}

export interface JobResult {
  readonly invocationSchemaVersion: string;
  readonly treatMissingKeysAs: 'TemporaryFailure';
  readonly invocationId: string;
  readonly results: readonly TaskResult[];
}

export interface JobDeps extends Omit<ObjectAudits, 'giveUp'> {
  /** A verdict that somebody may want to look up later. */
  readonly record: (record: AuditRecord) => void;
}

/** A cell of the job's report; AWS states no limit, and a spreadsheet has one. */
export const MOST_RESULT_CHARACTERS = 1_000;
/** Left over for answering. */
const ANSWER_MS = 2_000;

/**
 * Audits the objects of one invocation of S3 Batch Operations and answers every task once. A violation is a task that
 * succeeded; what may pass is a temporary failure, what could not be told a permanent one. Throws `UnreadableInput` and
 * `PolicyUnusable`, for which there is no answer by task.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export async function runBatchOperations(
  reading: JobReading,
  deps: JobDeps,
  remainingMs: number,
): Promise<JobResult> {
  if (reading.kind === 'malformed') throw new UnreadableInput(reading.why);
  const { schemaVersion, invocationId, tasks } = reading.job;
  const policy = await deps.policy();
  const deadline = deps.abortAfter(Math.max(0, remainingMs - ANSWER_MS));
  const settled = await auditTasks(tasks, policy, deps, deadline);
  return {
    invocationSchemaVersion: schemaVersion,
    treatMissingKeysAs: 'TemporaryFailure',
    invocationId,
    results: tasks.map((task) => answer(task, settled.get(task), deps)),
  };
}

async function auditTasks(
  tasks: readonly JobTask[],
  policy: PreparedPolicy,
  deps: JobDeps,
  deadline: AbortSignal,
): Promise<ReadonlyMap<JobTask, Settled<WrittenAudit>>> {
  const readable = tasks.flatMap((task) =>
    task.reading.kind === 'object' ? [{ task, object: task.reading.object }] : [],
  );
  const bounds = { concurrency: deps.concurrency, deadline };
  const audit = ({ object }: { readonly object: WrittenObject }) => deps.audit(object, policy);
  const first = await runBounded(readable, audit, bounds);
  // What may only have been waiting for the other of two files is looked at once more, at the end.
  const waiting = readable.filter((_, index) => waits(first[index]));
  const second = await runBounded(waiting, audit, bounds);
  return new Map([
    ...readable.map(({ task }, index) => [task, first[index] ?? UNFINISHED] as const),
    ...waiting.map(({ task }, index) => [task, second[index] ?? UNFINISHED] as const),
  ]);
}

const UNFINISHED: Settled<WrittenAudit> = { kind: 'unfinished' };

const waits = (settled: Settled<WrittenAudit> | undefined): boolean =>
  settled?.kind === 'done' && settled.result.waitsUntilMs !== undefined;

function answer(
  { taskId, reading }: JobTask,
  settled: Settled<WrittenAudit> = UNFINISHED,
  deps: JobDeps,
): TaskResult {
  if (reading.kind === 'unreadable')
    return { taskId, resultCode: 'PermanentFailure', resultString: cell({ error: reading.why }) };
  switch (settled.kind) {
    case 'unfinished':
      return { taskId, resultCode: 'TemporaryFailure', resultString: cell({ error: 'the time was over' }) };
    case 'failed':
      // Throttling, refused credentials or a fault of ours: another time it may work, and S3 ends the job if it never does.
      return {
        taskId,
        resultCode: 'TemporaryFailure',
        resultString: cell({ error: messageOf(settled.error) }),
      };
    case 'done': {
      const [record] = settled.result.records;
      if (record === undefined) throw new Error('an audit gave no record');
      const resultCode = record.outcome === 'unknown' ? 'PermanentFailure' : 'Succeeded';
      if (record.outcome === 'unknown' || record.outcome === 'violation') deps.record(record);
      return { taskId, resultCode, resultString: verdictText(record) };
    }
    default:
      return assertNever(settled);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The verdict with all that speaks of it, or, where that is too long, by its codes alone. */
function verdictText(record: AuditRecord): string {
  const { outcome, rule, severity, violations, reasons, exemption, diagnosis, observed, owner } = record;
  const whole = form({ outcome, rule, severity, violations, reasons, exemption, diagnosis, observed, owner });
  if (whole.length <= MOST_RESULT_CHARACTERS) return whole;
  const codes = (list: readonly { readonly code: string }[] | undefined) => list?.map(({ code }) => code);
  const short = { outcome, rule, severity, violations: codes(violations), reasons: codes(reasons) };
  return cell({ ...short, ...(exemption === undefined ? {} : { exemption }), cut: true });
}

/** Compact JSON within the limit: where it would not fit, its longest text is cut, so that it stays JSON. */
function cell(value: Readonly<Record<string, unknown>>): string {
  const text = form(value);
  if (text.length <= MOST_RESULT_CHARACTERS) return text;
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    typeof one === 'string' ? one.slice(0, 140) : one,
  ]);
  const cut = form(Object.fromEntries(entries));
  return cut.length <= MOST_RESULT_CHARACTERS ? cut : form({ outcome: value.outcome, cut: true });
}

/** ASCII alone: nobody says how the report writes anything else. */
const form = (value: unknown): string =>
  jsonForm(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
