import { setTimeout as pause } from 'node:timers/promises';
import { connect, kmsKeys, s3Heads, s3InstructionFiles, sha256 } from '../compose.ts';
import { printable } from '../objects/printable.ts';
import { PacedHeads } from '../reaudit/limiter-heads.ts';
import type { ObjectLister } from '../reaudit/ports.ts';
import { noProgress, type Progress } from '../reaudit/progress.ts';
import { auditPrefix, patienceOf } from '../reaudit/run.ts';
import type { RunTotals } from '../reaudit/run-totals.ts';
import { KeptKeys } from '../reaudit/state-keys.ts';
import { checkReportPlace, ending, publish, stoppedBy, totalsFor, writeReport } from './audit-end.ts';
import { type Keeping, openKeeping } from './audit-keeping.ts';
import { type Plan, planOf } from './audit-plan.ts';
import type { Audit } from './audit-target.ts';
import type { ExitStatus } from './exit-status.ts';
import { type CliIo, tell } from './io.ts';
import { showProgress } from './render-progress.ts';

export type { Audit } from './audit-target.ts';

/** What the edge gives beside the streams. */
export interface AuditEdge {
  readonly lister: (clients: ReturnType<typeof connect>) => ObjectLister;
  /** Aborted where the run is to end early; default: Ctrl-C and SIGTERM. */
  readonly signal?: AbortSignal;
}

/** HEADs at once, unless told otherwise: at 30 ms each they are some 2,000 a second. */
export const DEFAULT_CONCURRENCY = 64;

/** Audits what is under a prefix now: every object once. Goes on where `--resume` names the state of an earlier sitting. */
export async function audit(invocation: Audit, io: CliIo, edge: AuditEdge): Promise<ExitStatus> {
  const plan = await planOf(invocation, io);
  await checkReportPlace(invocation.report);
  const stop = new AbortController();
  const release = stopOnInterrupt(stop, edge.signal);
  try {
    return await new AuditRun(plan, io, edge, stop).toEnd();
  } finally {
    release();
  }
}

/** The first Ctrl-C ends the run cleanly; a second one finds no listener and ends the process, which the state survives. */
function stopOnInterrupt(stop: AbortController, signal: AbortSignal | undefined): () => void {
  const interrupt = (): void => stop.abort();
  if (signal !== undefined) {
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
    return () => signal.removeEventListener('abort', interrupt);
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  return () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
}

class AuditRun {
  readonly #plan: Plan;
  readonly #io: CliIo;
  readonly #edge: AuditEdge;
  readonly #stop: AbortController;
  readonly #totals: RunTotals;
  readonly #progress: Progress = noProgress();
  readonly #clients: ReturnType<typeof connect>;
  readonly #keys: KeptKeys;

  constructor(plan: Plan, io: CliIo, edge: AuditEdge, stop: AbortController) {
    this.#plan = plan;
    this.#io = io;
    this.#edge = edge;
    this.#stop = stop;
    this.#totals = totalsFor(plan, io);
    this.#clients = connect(plan.invocation.aws);
    this.#keys = new KeptKeys(kmsKeys(this.#clients, 'first'), plan.journal?.state.answers ?? []);
  }

  async toEnd(): Promise<ExitStatus> {
    const keeping = await openKeeping(this.#plan, this.#keys, this.#io);
    try {
      await keeping.replay(this.#totals, this.#progress);
      const endedAt = keeping.store.state.finishedAt;
      if (endedAt === undefined) await this.#auditAll(keeping);
      else
        tell(
          this.#io,
          printable(`the run of ${this.#plan.invocation.resume} had come to its end at ${endedAt}`),
        );
      this.#totals.finish(keeping.store.state);
      await writeReport(this.#plan, this.#totals, this.#io);
      if (endedAt === undefined) await publish(this.#plan, this.#totals, this.#patience());
      await keeping.finish(new Date(this.#io.now()).toISOString(), this.#totals);
    } catch (error) {
      await keeping.close().catch(() => {});
      throw stoppedBy(error, this.#plan, keeping.store.state);
    }
    await keeping.close();
    return ending(this.#plan, this.#totals, keeping.store.state, this.#io);
  }

  async #auditAll({ store }: Keeping): Promise<void> {
    const { invocation, target, policy } = this.#plan;
    const { concurrency = DEFAULT_CONCURRENCY, maxRate, versions, aws } = invocation;
    const { now } = this.#io;
    const rate = maxRate === undefined ? {} : { maxRate };
    const heads = new PacedHeads(s3Heads(this.#clients), { concurrency, ...rate, now, sleep: this.#sleep });
    const region = aws.region === undefined ? {} : { region: aws.region };
    const endProgress = showProgress(this.#progress, this.#io);
    try {
      await auditPrefix(
        { ...target, ...region, versions, concurrency },
        {
          lister: this.#edge.lister(this.#clients),
          heads,
          instructionFiles: s3InstructionFiles(this.#clients, heads, true),
          keys: this.#keys,
          policy,
          now,
          hash: sha256,
          store,
          progress: this.#progress,
          patience: this.#patience(),
          stop: this.#stop,
          onRecord: (record) => this.#totals.add(record),
        },
      );
    } finally {
      endProgress();
    }
  }

  readonly #sleep = (ms: number): Promise<void> => pause(ms, undefined, { signal: this.#stop.signal });

  #patience() {
    const onRetry = (): void => {
      this.#progress.retries += 1;
    };
    return patienceOf({ random: Math.random, sleep: this.#sleep, onRetry });
  }
}
