import { access, constants, open, stat, writeFile } from 'node:fs/promises';
import { connect, snsAlert } from '../compose.ts';
import { printable } from '../objects/printable.ts';
import { renderReport } from '../reaudit/report.ts';
import { RunStopped, StateUnusable } from '../reaudit/run-errors.ts';
import { type Patience, withPatience } from '../reaudit/run-retry.ts';
import { RunTotals } from '../reaudit/run-totals.ts';
import type { RunState } from '../reaudit/state.ts';
import { replaceFile } from '../reaudit/whole-file.ts';
import type { Plan } from './audit-plan.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { BadInput, type CliIo, codeOf, reasonOf, tell } from './io.ts';
import { policyWord } from './load-policy.ts';
import { OutputFailed } from './sink.ts';
import { VERSION } from './version.ts';

/** Checks that the report can be written at the end of what may be hours. Throws `BadInput`. */
export async function checkReportPlace(report: string | undefined): Promise<void> {
  if (report === undefined) return;
  await tryToWrite(report).catch((error: unknown) => {
    throw new BadInput(`--report ${report} could not be written: ${reasonOf(error)}`, { cause: error });
  });
}

async function tryToWrite(report: string): Promise<void> {
  const there = await stat(report).catch(() => undefined);
  // What reads a pipe would take its first closing for the end.
  if (there?.isFIFO() === true) return access(report, constants.W_OK);
  // For appending, so that an older report stays until there is a new one.
  const file = await open(report, 'a');
  await file.close();
}

/** Writes the report where one is wanted, whole or not at all. Throws `OutputFailed`. */
export async function writeReport(
  { invocation, target }: Plan,
  totals: RunTotals,
  io: CliIo,
  incomplete: readonly string[] = [],
): Promise<void> {
  const { report, output, policy } = invocation;
  if (report === undefined || totals.tally === undefined) return;
  const html = renderReport(totals.tally, {
    generatedAt: new Date(io.now()).toISOString(),
    version: VERSION,
    scope: `s3://${target.bucket}/${target.prefix}`,
    policySource: policyWord(policy),
    ...(output === undefined ? {} : { records: output }),
    ...(incomplete.length === 0 ? {} : { incomplete }),
  });
  await replaceFile(report, html)
    .catch((error: unknown) => {
      // The folder takes no other file, and the place itself was found to be writable.
      if (NO_FILE_BESIDE.has(codeOf(error))) return writeFile(report, html);
      throw error;
    })
    .catch((error: unknown) => {
      throw new OutputFailed(report, error);
    });
}

const NO_FILE_BESIDE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);

/** Publishes one digest for each cause; patient with what may pass. */
export async function publish({ invocation }: Plan, totals: RunTotals, patience: Patience): Promise<void> {
  const { topicArn, mailTopicArn, aws } = invocation;
  if (topicArn === undefined || totals.digests === undefined) return;
  const mail = mailTopicArn === undefined ? {} : { mailTopicArn };
  const alert = snsAlert({ topicArn, ...mail, alertFormat: 'two-topics' }, connect(aws));
  for (const digest of totals.digests.finish()) await withPatience(() => alert(digest), patience);
}

/** The error that says what stopped the run, what is kept of it, and how to go on. */
export function stoppedBy(error: unknown, { invocation }: Plan, { listed }: RunState): unknown {
  if (error instanceof OutputFailed || error instanceof BadInput) return error;
  if (error instanceof StateUnusable) return new BadInput(error.message, { cause: error });
  const why = error instanceof Error ? error.message : String(error);
  const { resume, output } = invocation;
  const next =
    resume === undefined
      ? 'The run did not finish, and what it has written is not all. A run with --output FILE and --resume FILE can be gone on with.'
      : `The run did not finish. ${counted(listed)} done, their records in ${output}; the same command goes on from there (--resume ${resume}).`;
  return new RunStopped(`${why}\n${next}`, { cause: error });
}

const counted = (objects: number): string => (objects === 1 ? '1 object is' : `${objects} objects are`);

/** Says what a person would otherwise miss, and gives the exit status. */
export function ending({ target, policy }: Plan, totals: RunTotals, state: RunState, io: CliIo): ExitStatus {
  if (state.listed === 0) {
    const markers = state.deleteMarkers === 0 ? '' : `, only ${state.deleteMarkers} delete markers`;
    tell(io, printable(`there are no objects under s3://${target.bucket}/${target.prefix}${markers}`));
    return EXIT.nothing;
  }
  return exitStatus({
    counts: totals.counts,
    uncovered: policy.policy.defaults.uncovered,
    unreadable: 0,
    read: state.listed,
  });
}

/** What a run adds up: what its report and its digests need, and no more. */
export function totalsFor({ invocation, policy }: Plan, io: CliIo): RunTotals {
  const report = invocation.report !== undefined;
  if (invocation.topicArn === undefined) return new RunTotals({ report });
  const { severity, uncovered } = policy.policy.defaults;
  const digests = {
    trigger: 'run',
    defaultSeverity: severity,
    at: new Date(io.now()).toISOString(),
    uncovered,
    policySource: policyWord(invocation.policy),
  } as const;
  return new RunTotals({ report, digests });
}
