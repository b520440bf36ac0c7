import { cutText } from '../alerts/json-form.ts';
import { RetryableFailure } from '../audit/failures.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { batchId } from './batch-id.ts';
import type { BatchReading, ObjectAudits, ReauditBatch, ReportStore } from './batch-ports.ts';
import { recordsKey } from './batch-ports.ts';
import { keptRecords, linesOf } from './batch-run.ts';
import { counted } from './report-format.ts';
import type { Tally } from './tally.ts';

export interface LostDeps extends Pick<ObjectAudits, 'giveUp'> {
  readonly store: ReportStore;
  /** Reads the input of a child. */
  readonly readBatch: (input: unknown) => BatchReading;
}

const MOST_CAUSES = 5;
/** Parts written at once. */
const WRITES_AT_ONCE = 16;

/** Gathers the batches that have no result: failed or never begun, and not done by a redrive since. */
export class LostBatches {
  readonly #runId: string;
  readonly #policy: PreparedPolicy;
  readonly #deps: LostDeps;
  readonly #ids = new Set<string>();
  readonly #causes = new Map<string, number>();
  #writes: Promise<void>[] = [];
  #failed = 0;
  #pending = 0;
  #objects = 0;
  #unreadable = 0;

  constructor(runId: string, policy: PreparedPolicy, deps: LostDeps) {
    this.#runId = runId;
    this.#policy = policy;
    this.#deps = deps;
  }

  /**
   * Takes an entry of a FAILED or PENDING file. Each of its objects becomes `unknown: UNAVAILABLE`, in the tally and as
   * a record where the batch would have written its own.
   */
  async add(
    kind: 'FAILED' | 'PENDING',
    entry: unknown,
    isDone: (batch: string) => boolean,
    tally: Tally,
  ): Promise<void> {
    const batch = this.#batchOf(entry);
    const id = batch === undefined ? undefined : batchId(batch);
    if (id !== undefined && (isDone(id) || this.#ids.has(id))) return;
    if (kind === 'FAILED') this.#failed += 1;
    else this.#pending += 1;
    if (kind === 'FAILED') this.#addCause(entry);
    if (batch === undefined || id === undefined) {
      this.#unreadable += 1;
      return;
    }
    this.#ids.add(id);
    this.#objects += batch.items - batch.skipped;
    await this.#record(batch, id, kind, tally);
  }

  async #record(batch: ReauditBatch, id: string, kind: 'FAILED' | 'PENDING', tally: Tally): Promise<void> {
    const why = kind === 'FAILED' ? 'its batch failed' : 'its batch was never begun';
    const failure = new RetryableFailure('reaudit-batch', why);
    const all = batch.objects.map((object) => this.#deps.giveUp(object, failure, this.#policy));
    const kept = keptRecords(all, this.#policy);
    tally.addListed(batch.items - batch.skipped);
    tally.addIgnored(all.length - kept.length);
    for (const record of kept) tally.add(record);
    const key = recordsKey(this.#runId, id);
    const write = this.#deps.store.put(key, linesOf(kept), 'application/x-ndjson');
    // `finish` tells of a write that fails; until then nobody listens, which Node would take for nobody caring.
    write.catch(() => {});
    this.#writes.push(write);
    if (this.#writes.length >= WRITES_AT_ONCE) await this.finish();
  }

  /** Resolves when every record so far is written. */
  async finish(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    await Promise.all(writes);
  }

  /** Why the run is incomplete, a sentence each; none where nothing was lost. */
  get sentences(): readonly string[] {
    if (this.#failed + this.#pending === 0) return [];
    const parts = [
      ...(this.#failed === 0 ? [] : [`${counted(this.#failed, 'batch', 'batches')} failed`]),
      ...(this.#pending === 0 ? [] : [`${counted(this.#pending, 'batch', 'batches')} never began`]),
    ];
    const causes = [...this.#causes].slice(0, MOST_CAUSES).map(([why, times]) => `${times} × ${why}`);
    return [
      `${parts.join(' and ')}: ${counted(this.#objects, 'object')} of them have no verdict and are told as unknown.`,
      ...(causes.length === 0 ? [] : [`Why batches failed: ${causes.join('; ')}.`]),
      ...(this.#unreadable === 0
        ? []
        : [
            `Of ${counted(this.#unreadable, 'batch', 'batches')} not even the objects are known, so they are in no figure below.`,
          ]),
    ];
  }

  #batchOf(entry: unknown): ReauditBatch | undefined {
    const input = memberOf(entry, 'Input');
    const reading = this.#deps.readBatch(typeof input === 'string' ? parse(input) : input);
    return reading.kind === 'batch' ? reading.batch : undefined;
  }

  #addCause(entry: unknown): void {
    const texts = ['Error', 'Cause', 'Status'].flatMap((name) => {
      const text = memberOf(entry, name);
      return typeof text === 'string' && text !== '' ? [text] : [];
    });
    const why = cutText(texts.slice(0, 2).join(': ') || 'nobody says why', 300);
    if (this.#causes.has(why) || this.#causes.size < MOST_CAUSES)
      this.#causes.set(why, (this.#causes.get(why) ?? 0) + 1);
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
