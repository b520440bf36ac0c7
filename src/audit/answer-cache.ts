interface Entry<Answer> {
  readonly answer: Promise<Answer>;
  /** Set when the answer came; an unanswered entry is a shared look-up in flight. */
  answeredMs?: number;
  keptMs: number;
}

export interface AnswerCacheOptions<Answer> {
  /** How many answers are kept; the one used longest ago goes first. */
  readonly most: number;
  readonly now: () => number;
  /** Milliseconds for which an answer may be given again. */
  readonly keepMs: (answer: Answer) => number;
}

/** A bounded cache of look-ups: one in flight is shared, an answer is kept as long as `keepMs` says, a failure not at all. */
export class AnswerCache<Answer> {
  readonly #entries = new Map<string, Entry<Answer>>();
  readonly #options: AnswerCacheOptions<Answer>;

  constructor(options: AnswerCacheOptions<Answer>) {
    this.#options = options;
  }

  /** The kept answer, or a new one. `maxAgeMs` asks again where the kept answer is older than that. */
  get(key: string, lookUp: () => Promise<Answer>, maxAgeMs = Number.POSITIVE_INFINITY): Promise<Answer> {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#isGood(known, maxAgeMs)) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.answer;
    }
    return this.#start(key, lookUp);
  }

  #isGood(entry: Entry<Answer>, maxAgeMs: number): boolean {
    if (entry.answeredMs === undefined) return true;
    return this.#options.now() - entry.answeredMs < Math.min(entry.keptMs, maxAgeMs);
  }

  #start(key: string, lookUp: () => Promise<Answer>): Promise<Answer> {
    const entry: Entry<Answer> = { answer: lookUp(), keptMs: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#options.most && oldest.done !== true) this.#entries.delete(oldest.value);
    entry.answer.then(
      (answer) => {
        entry.answeredMs = this.#options.now();
        entry.keptMs = this.#options.keepMs(answer);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.answer;
  }
}
