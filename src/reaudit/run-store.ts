import type { AuditRecord } from '../verdict/record.ts';
import { afterCommit, FRESH, type RunState } from './state.ts';
import type { AppendFile } from './state-files.ts';
import { appendWaiting, type RunStore, type Step, type Waiting, waitingOf } from './state-store.ts';

export interface StreamStoreOptions {
  readonly write: (record: AuditRecord) => Promise<void>;
  /** Opened with the first object that waits: most runs have none. */
  readonly openWaiting: () => Promise<AppendFile>;
}

/** A run that cannot be gone on with: records are written as they come, and only those that wait are put down somewhere. */
export class StreamStore implements RunStore {
  readonly #options: StreamStoreOptions;
  #waiting: AppendFile | undefined;
  state: RunState = FRESH;

  constructor(options: StreamStoreOptions) {
    this.#options = options;
  }

  async keep(step: Step): Promise<void> {
    for (const record of step.records) await this.#options.write(record);
    if (step.waits.length > 0) {
      this.#waiting ??= await this.#options.openWaiting();
      await appendWaiting(this.#waiting, step.waits);
    }
    this.state = afterCommit(this.state, {
      ...step,
      outputBytes: 0,
      waitingBytes: this.#waiting?.bytes ?? 0,
      waitedBytes: step.waitedBytes ?? this.state.waitedBytes,
      answers: [],
    });
  }

  async *waiting(): AsyncGenerator<Waiting> {
    if (this.#waiting !== undefined) yield* waitingOf(this.#waiting, this.state);
  }

  async close(): Promise<void> {
    await this.#waiting?.close();
  }
}
