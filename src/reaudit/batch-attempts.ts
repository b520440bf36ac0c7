import type { WrittenAudit } from '../audit/audit-written.ts';
import { RetryableFailure } from '../audit/failures.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { runBounded } from '../audit/run-bounded.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { ObjectAudits } from './batch-ports.ts';

/** How often one object is tried, over what the SDK tries by itself. */
export const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;

export interface AttemptDeps extends ObjectAudits {
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 up to 1, so that what failed together does not come again together. */
  readonly random: () => number;
}

/** Not every object of a batch could be audited in time: Step Functions gives the whole batch once more. */
export class BatchUnfinished extends Error {
  override readonly name = 'BatchUnfinished';

  constructor(unfinished: number, of: number) {
    super(`${unfinished} of ${of} objects were not audited in time`);
  }
}

/**
 * Audits each object and gives its record, in the order of the objects. What may pass is tried again, and in the end
 * given up as `UNAVAILABLE`. Throws `BatchUnfinished` at the deadline, and whatever says nothing of one object.
 */
export async function auditAll(
  objects: readonly WrittenObject[],
  policy: PreparedPolicy,
  deps: AttemptDeps,
  deadline: AbortSignal,
): Promise<readonly AuditRecord[]> {
  const first = await auditEach(objects, policy, deps, deadline);
  // What may only have been waiting for the other of two files is looked at once more, at the end.
  const waiting = objects.filter((_, index) => first[index]?.waits === true);
  const again = await auditEach(waiting, policy, deps, deadline);
  const second = new Map(waiting.map((object, index) => [object, again[index]]));
  return objects.flatMap((object, index) => {
    const settled = second.get(object) ?? first[index];
    return settled === undefined ? [] : [settled.record];
  });
}

interface Attempted {
  readonly record: AuditRecord;
  readonly waits: boolean;
}

async function auditEach(
  objects: readonly WrittenObject[],
  policy: PreparedPolicy,
  deps: AttemptDeps,
  deadline: AbortSignal,
): Promise<readonly Attempted[]> {
  const bounds = { concurrency: deps.concurrency, deadline };
  const work = (object: WrittenObject) => auditPatiently(object, policy, deps);
  const settled = await runBounded(objects, work, bounds);
  for (const one of settled) if (one.kind === 'failed') throw one.error;
  const done = settled.flatMap((one) => (one.kind === 'done' ? [one.result] : []));
  if (done.length < objects.length) throw new BatchUnfinished(objects.length - done.length, objects.length);
  return done;
}

async function auditPatiently(
  object: WrittenObject,
  policy: PreparedPolicy,
  deps: AttemptDeps,
): Promise<Attempted> {
  for (let attempt = 1; ; attempt++) {
    try {
      return ownRecord(await deps.audit(object, policy));
    } catch (error) {
      if (!(error instanceof RetryableFailure)) throw error;
      if (attempt === MOST_ATTEMPTS) return { record: deps.giveUp(object, error, policy), waits: false };
      await deps.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + deps.random() / 2));
    }
  }
}

/** The record of an instruction file's companion is left out: the companion is listed too, and has one of its own. */
function ownRecord({ records, waitsUntilMs }: WrittenAudit): Attempted {
  const [record] = records;
  if (record === undefined) throw new Error('an audit gave no record');
  return { record, waits: waitsUntilMs !== undefined };
}
