import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { type ReportStore, recordsKey } from './batch-ports.ts';
import { type BatchResult, readBatchResult } from './batch-result.ts';
import { LineFold } from './fold.ts';
import { counted } from './report-format.ts';
import type { FileKind, ResultFiles } from './summary-run-files.ts';
import { LostBatches, type LostDeps } from './summary-run-lost.ts';
import { jsonLines, jsonValues, NotResults } from './summary-run-values.ts';
import { Tally } from './tally.ts';

export interface FoldedRun {
  readonly tally: Tally;
  /** Batches with a result, each counted once. */
  readonly batches: number;
  /** Why the run does not cover what it should, a sentence each. */
  readonly incomplete: readonly string[];
}

const MOST_EXAMPLES = 5;

/** Folds all results into one tally; holds nothing but that and the ids of the batches, by which each counts once. */
export async function foldResults(
  runId: string,
  { files, problems }: ResultFiles,
  policy: PreparedPolicy,
  deps: LostDeps,
): Promise<FoldedRun> {
  const fold = new ResultFold(runId, deps.store);
  const lost = new LostBatches(runId, policy, deps);
  const broken: string[] = [];
  const each = async (kind: FileKind, take: (value: unknown) => Promise<void>): Promise<void> => {
    for (const { key } of files[kind]) {
      try {
        for await (const value of jsonValues(deps.store.read(key))) await take(value);
      } catch (error) {
        if (!(error instanceof NotResults)) throw error;
        broken.push(`${key}: ${error.message}`);
      }
    }
  };
  await each('SUCCEEDED', (value) => fold.add(value));
  // Only now is it known which of the others a redrive has done since.
  for (const kind of ['FAILED', 'PENDING'] as const)
    await each(kind, (value) => lost.add(kind, value, (id) => fold.has(id), fold.tally));
  await lost.finish();
  const incomplete = [...lost.sentences, ...fold.sentences, ...problems, ...broken];
  return { tally: fold.tally, batches: fold.batches, incomplete };
}

class ResultFold {
  readonly tally = new Tally();
  readonly #runId: string;
  readonly #store: ReportStore;
  readonly #done = new Set<string>();
  readonly #policies = new Set<string>();
  readonly #examples: string[] = [];
  #strangers = 0;
  #unreadable = 0;

  constructor(runId: string, store: ReportStore) {
    this.#runId = runId;
    this.#store = store;
  }

  get batches(): number {
    return this.#done.size;
  }

  has(batch: string): boolean {
    return this.#done.has(batch);
  }

  async add(value: unknown): Promise<void> {
    const result = readBatchResult(value);
    if (result === undefined || result.runId !== this.#runId) {
      this.#strangers += 1;
      return;
    }
    if (this.#done.has(result.batch)) return;
    this.#done.add(result.batch);
    this.#policies.add(result.policy);
    this.#unreadable += result.unreadable.count;
    const room = MOST_EXAMPLES - this.#examples.length;
    this.#examples.push(...result.unreadable.examples.slice(0, room));
    this.tally.merge(await this.#whole(result));
  }

  /** A tally that had to drop causes or keys to fit is made again, of the records that the batch wrote. */
  async #whole(result: BatchResult): Promise<Tally> {
    const { tally } = result;
    const { causes, keys, pairs, rules, reasons, exemptions } = tally;
    if (![causes, keys, pairs, rules, reasons, exemptions].some(({ isCut }) => isCut)) return tally;
    const again = new Tally();
    again.addListed(tally.listed);
    again.addIgnored(tally.ignored);
    const fold = new LineFold(again);
    for await (const line of jsonLines(this.#store.read(recordsKey(this.#runId, result.batch))))
      fold.add(line);
    return again;
  }

  get sentences(): readonly string[] {
    const examples = this.#examples.join('; ');
    return [
      ...(this.#strangers === 0
        ? []
        : [`${counted(this.#strangers, 'result')} could not be read, or came of another run.`]),
      ...(this.#unreadable === 0
        ? []
        : [`${counted(this.#unreadable, 'item')} could not be read as objects: ${examples}.`]),
      ...(this.#policies.size < 2
        ? []
        : [
            `The policy changed while the run went on: its batches were judged by ${this.#policies.size} of them.`,
          ]),
    ];
  }
}
