import { setTimeout as pause } from 'node:timers/promises';
import { auditObject, giveUp } from '../audit/audit-object.ts';
import { RetryableFailure } from '../audit/failures.ts';
import { connect, kmsKeys, s3Bytes, s3Heads, s3InstructionFiles, sha256 } from '../compose.ts';
import type { WrittenObject } from '../objects/object.ts';
import { printable } from '../objects/printable.ts';
import { PacedHeads } from '../reaudit/limiter-heads.ts';
import { patienceOf } from '../reaudit/run.ts';
import { withPatience } from '../reaudit/run-retry.ts';
import type { RunTotals } from '../reaudit/run-totals.ts';
import { holds, type SourceCheck } from '../reaudit/sample-check.ts';
import { RowSample } from '../reaudit/sample-check-draw.ts';
import { checkSentences } from '../reaudit/sample-check-text.ts';
import type { RowSource } from '../reaudit/source.ts';
import { auditSource, checkSource, type SourceRunDeps } from '../reaudit/source-run.ts';
import { DEFAULT_CONCURRENCY } from './audit.ts';
import { checkReportPlace, publish, totalsFor, writeReport } from './audit-end.ts';
import { type Plan, planOf } from './audit-plan.ts';
import { openSource } from './audit-sources.ts';
import type { Audit } from './audit-target.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { BadInput, type CliIo, tell } from './io.ts';
import { RecordOutput } from './record-output.ts';
import { openSink } from './sink.ts';

/** Any number will do: the draw only has to be one that nobody who writes objects can foretell. */
const seed = (): number => Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);

/**
 * Audits by the rows of an inventory or of a metadata table. A sample of what they settle is HEADed first, so that where
 * one disagrees no row without a HEAD is ever written down as compliant.
 */
export async function auditBySource(invocation: Audit, io: CliIo): Promise<ExitStatus> {
  if (invocation.resume !== undefined) {
    throw new BadInput(
      '--resume goes with listing alone: a run by --inventory or --metadata is begun anew, which costs few HEADs',
    );
  }
  const plan = await planOf(invocation, io);
  await checkReportPlace(invocation.report);
  const clients = connect(invocation.aws);
  const wanted = { ...plan.target, versions: invocation.versions };
  const source = await openSource(invocation, wanted, { bytes: s3Bytes(clients), now: io.now });
  if (source === undefined) throw new BadInput('--inventory or --metadata is missing');
  return new SourceRun(plan, source, io).toEnd();
}

class SourceRun {
  readonly #plan: Plan;
  readonly #source: RowSource;
  readonly #io: CliIo;
  readonly #totals: RunTotals;
  readonly #deps: Omit<SourceRunDeps, 'keep'>;
  readonly #patience = patienceOf({ random: Math.random, sleep: (ms) => pause(ms), onRetry: () => {} });
  #malformed = 0;
  #withheld = 0;
  #rows = 0;

  constructor(plan: Plan, source: RowSource, io: CliIo) {
    this.#plan = plan;
    this.#source = source;
    this.#io = io;
    this.#totals = totalsFor(plan, io);
    this.#deps = this.#depsOf(plan, io);
  }

  async toEnd(): Promise<ExitStatus> {
    const options = this.#options();
    for (const note of this.#source.notes) tell(this.#io, note);
    const drawn = await checkSource(this.#source, options, this.#deps);
    const checked = await this.#writeAll(holds(drawn));
    const check = holds(drawn) ? checked : drawn;
    for (const sentence of checkSentences(check)) tell(this.#io, sentence);
    this.#totals.finish({ listed: this.#rows, ignored: 0 });
    await writeReport(this.#plan, this.#totals, this.#io, this.#gaps(check));
    await publish(this.#plan, this.#totals, this.#patience);
    return this.#status(holds(drawn) && holds(checked));
  }

  /** Where the sample disagreed, a compliant verdict that rests on a row alone is withheld and counted as none. */
  async #writeAll(trusted: boolean): Promise<SourceCheck> {
    const { invocation, policy } = this.#plan;
    const { uncovered } = policy.policy.defaults;
    const sink = await openSink(invocation.output, this.#io);
    const output = new RecordOutput(
      { sink, toStandardOutput: invocation.output === undefined, uncovered },
      this.#io,
    );
    const check = await auditSource(this.#source, this.#options(), {
      ...this.#deps,
      keep: async ({ records, counts }) => {
        this.#malformed += counts.malformed;
        for (const record of records) {
          this.#rows += 1;
          if (!trusted && record.outcome === 'compliant' && record.source !== 'head') {
            this.#withheld += 1;
            continue;
          }
          this.#totals.add(record);
          await output.write(record);
        }
      },
    });
    await output.close();
    return check;
  }

  #gaps(check: SourceCheck): readonly string[] {
    if (holds(check)) return [];
    return [
      `${this.#withheld} objects have no verdict, for the ${this.#source.name} cannot be relied on.`,
      ...checkSentences(check),
    ];
  }

  #status(trusted: boolean): ExitStatus {
    if (!trusted) return EXIT.incomplete;
    if (this.#rows === 0) tell(this.#io, printable(`${this.#source.name} names no object under that prefix`));
    const { uncovered } = this.#plan.policy.policy.defaults;
    return exitStatus({
      counts: this.#totals.counts,
      uncovered,
      unreadable: this.#malformed,
      read: this.#rows,
    });
  }

  #options() {
    const { versions, aws, concurrency = DEFAULT_CONCURRENCY } = this.#plan.invocation;
    const region = aws.region === undefined ? {} : { region: aws.region };
    return { versions, ...region, concurrency, sample: new RowSample(this.#seed) };
  }

  readonly #seed = seed();

  #depsOf({ invocation, policy }: Plan, io: CliIo): Omit<SourceRunDeps, 'keep'> {
    const { aws, maxRate, concurrency = DEFAULT_CONCURRENCY } = invocation;
    const clients = connect(aws);
    const rate = maxRate === undefined ? {} : { maxRate };
    const paced = { concurrency, ...rate, now: io.now, sleep: (ms: number) => pause(ms) };
    const heads = new PacedHeads(s3Heads(clients), paced);
    const instructionFiles = s3InstructionFiles(clients, heads, true);
    const audit = {
      heads,
      instructionFiles,
      keys: kmsKeys(clients, 'first'),
      policy,
      now: io.now,
      hash: sha256,
    };
    const look = (object: WrittenObject) =>
      withPatience(() => auditObject(object, audit), this.#patience).catch((error: unknown) => {
        if (error instanceof RetryableFailure) return giveUp(object, error, audit);
        throw error;
      });
    const onMalformed = (text: string): void => tell(io, text);
    return { audit, look, onMalformed, signal: new AbortController().signal };
  }
}
