import { RetryableFailure } from '../audit/failures.ts';
import type { BucketAnswer, ErrorDocument, HeadAnswer, ObjectHeads } from '../audit/ports.ts';
import type { BucketName, ObjectRef } from '../objects/object.ts';
import { Aimd, Rate } from './limiter.ts';

export interface PaceOptions {
  /** The most requests at once. */
  readonly concurrency: number;
  /** The most requests a second; absent is no bound. */
  readonly maxRate?: number;
  readonly now: () => number;
  /** Waits; rejects where the run stops meanwhile. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Fewer are enough to learn how S3 answers; it doubles at once where it answers well. */
const START = 8;

/** Asks another `ObjectHeads`, with as many requests under way as S3 takes well, and no more a second than is allowed. */
export class PacedHeads implements ObjectHeads {
  readonly #inner: ObjectHeads;
  readonly #options: PaceOptions;
  readonly #aimd: Aimd;
  readonly #rate: Rate | undefined;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];
  #nextWaiting = 0;

  constructor(inner: ObjectHeads, options: PaceOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#aimd = new Aimd({ ceiling: options.concurrency, start: START });
    this.#rate = options.maxRate === undefined ? undefined : new Rate(options.maxRate);
  }

  /** How many may be under way now. */
  get limit(): number {
    return this.#aimd.limit;
  }

  head(object: ObjectRef): Promise<HeadAnswer> {
    return this.#paced(() => this.#inner.head(object));
  }

  errorDocument(object: ObjectRef): Promise<ErrorDocument> {
    return this.#paced(() => this.#inner.errorDocument(object));
  }

  bucket(bucket: BucketName): Promise<BucketAnswer> {
    return this.#paced(() => this.#inner.bucket(bucket));
  }

  async #paced<T>(ask: () => Promise<T>): Promise<T> {
    const { now, sleep } = this.#options;
    await this.#turn();
    try {
      const waitMs = this.#rate?.take(now()) ?? 0;
      if (waitMs > 0) await sleep(waitMs);
      return await this.#measured(ask);
    } finally {
      this.#busy -= 1;
      this.#wake();
    }
  }

  async #measured<T>(ask: () => Promise<T>): Promise<T> {
    const { now } = this.#options;
    const startedMs = now();
    let throttled = false;
    try {
      return await ask();
    } catch (error) {
      throttled = error instanceof RetryableFailure;
      throw error;
    } finally {
      this.#aimd.ended({ startedMs, endedMs: now(), throttled }, this.#busy);
    }
  }

  #turn(): Promise<void> | undefined {
    if (this.#busy < this.#aimd.limit) {
      this.#busy += 1;
      return undefined;
    }
    return new Promise((turn) => this.#waiting.push(turn));
  }

  #wake(): void {
    while (this.#busy < this.#aimd.limit) {
      const turn = this.#waiting[this.#nextWaiting];
      if (turn === undefined) break;
      this.#nextWaiting += 1;
      this.#busy += 1;
      turn();
    }
    // Callers are few, so the list is cut back when it has emptied or grown: never a shift for each.
    if (this.#nextWaiting === this.#waiting.length || this.#nextWaiting > 1_000) {
      this.#waiting.splice(0, this.#nextWaiting);
      this.#nextWaiting = 0;
    }
  }
}
