import { resolve } from 'node:path';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { loadPolicyText, sha256 } from '../compose.ts';
import { printable } from '../objects/printable.ts';
import { StateUnusable } from '../reaudit/run-errors.ts';
import type { RunHeader } from '../reaudit/state.ts';
import { diskFiles } from '../reaudit/state-files.ts';
import type { Journal } from '../reaudit/state-journal.ts';
import { findJournal } from '../reaudit/state-store.ts';
import { type Audit, checkGoverned, checkSameRun, type Target, targetOf } from './audit-target.ts';
import { BadInput, type CliIo, placeName, tell } from './io.ts';
import { policyText } from './load-policy.ts';

/** What a run is to do, all of it checked. */
export interface Plan {
  readonly invocation: Audit;
  readonly target: Target;
  readonly policy: PreparedPolicy;
  readonly header: RunHeader;
  /** What an earlier sitting left. */
  readonly journal?: Journal;
}

/** Reads the policy and the state, and refuses what could not be run. Throws `BadInput` and `PolicyUnusable`. */
export async function planOf(invocation: Audit, io: CliIo): Promise<Plan> {
  const target = targetOf(invocation);
  const { resume } = invocation;
  const journal =
    resume === undefined ? undefined : await findJournal(diskFiles, resume).catch(refuseAsInput);
  if (journal !== undefined) checkSameRun(journal.header, invocation, target);
  const plan =
    journal === undefined ? await begun(invocation, target, io) : await goneOn(invocation, journal, io);
  checkGoverned(plan.policy.policy, target);
  return { ...plan, invocation, target };
}

type Parts = Pick<Plan, 'policy' | 'header' | 'journal'>;

async function begun(invocation: Audit, target: Target, io: CliIo): Promise<Parts> {
  const { policy: path, output = '', versions, aws } = invocation;
  const text = await policyText(path, aws, io);
  const policy = await loadPolicyText(text, placeName(path));
  const header = {
    ...target,
    versions,
    policySource: path,
    policyText: text,
    policyHash: policy.hash,
    output: resolve(output),
    startedAt: new Date(io.now()).toISOString(),
  };
  return { policy, header };
}

/** The policy is the one that the run was begun with, whatever its file says now. */
async function goneOn(invocation: Audit, journal: Journal, io: CliIo): Promise<Parts> {
  const { header } = journal;
  const now = await policyText(invocation.policy, invocation.aws, io).catch(() => undefined);
  if (now === undefined || sha256(now) !== header.policyHash) {
    tell(
      io,
      printable(
        `${placeName(invocation.policy)} is not the policy that this run was begun with at ${header.startedAt}: it goes on under that one`,
      ),
    );
  }
  return { policy: await loadPolicyText(header.policyText, header.policySource), header, journal };
}

/** A file that the command line names and that cannot be used is bad input. Throws always. */
export function refuseAsInput(error: unknown): never {
  if (error instanceof StateUnusable || (error instanceof Error && 'syscall' in error)) {
    throw new BadInput(error.message, { cause: error });
  }
  throw error;
}
