export interface AimdOptions {
  /** Never more at once than this. */
  readonly ceiling: number;
  readonly start: number;
}

/** How one request ended, for the limiter: an answer of any kind, or a refusal that asks for less. */
export interface Ended {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly throttled: boolean;
}

/** What throttling leaves of the limit. */
const CUT = 0.5;
/** What a rise of the latency leaves: gentler, since nothing has failed. */
const EASE = 0.9;
/** Latency is risen at twice the least seen, and by so much that it is no noise. */
const RISE_FACTOR = 2;
const RISE_MS = 50;
/** How fast the mean follows: about the last ten answers. */
const SMOOTHING = 0.1;
/** For how long the least latency is remembered: a network that became slower is the new normal. */
const LEAST_KEPT_MS = 30_000;

/**
 * How many requests may be under way: additive increase, multiplicative decrease. It doubles for every limit's worth of
 * answers until something first asks for less, then grows by one for as many; it is cut on throttling, at most once
 * for what was under way together, and eased where latency rises. Pure: times are given.
 */
export class Aimd {
  readonly #ceiling: number;
  #limit: number;
  #growing = true;
  #cutMs = Number.NEGATIVE_INFINITY;
  #mean: number | undefined;
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #leastSinceMs = Number.NEGATIVE_INFINITY;

  constructor({ ceiling, start }: AimdOptions) {
    this.#ceiling = Math.max(1, ceiling);
    this.#limit = Math.min(this.#ceiling, Math.max(1, start));
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Learns from an answer. `busy` is how many were under way with it: a limit that is not used up is not raised. */
  ended({ startedMs, endedMs, throttled }: Ended, busy: number): void {
    // What started before the last cut says nothing of what the cut has brought.
    const news = startedMs >= this.#cutMs;
    if (throttled) {
      if (news) this.#reduce(CUT, endedMs);
      return;
    }
    const latency = endedMs - startedMs;
    this.#learn(latency, endedMs);
    if (this.#isRisen()) {
      if (news) this.#reduce(EASE, endedMs);
      return;
    }
    // Twice, because it is being raised while a limit's worth of answers comes in.
    if (busy * 2 <= this.limit) return;
    this.#limit = Math.min(this.#ceiling, this.#limit + (this.#growing ? 1 : 1 / this.#limit));
  }

  #learn(latency: number, nowMs: number): void {
    this.#mean = this.#mean === undefined ? latency : this.#mean + (latency - this.#mean) * SMOOTHING;
    if (nowMs - this.#leastSinceMs > LEAST_KEPT_MS) {
      this.#leastBefore = this.#least;
      this.#least = latency;
      this.#leastSinceMs = nowMs;
    }
    this.#least = Math.min(this.#least, latency);
  }

  #isRisen(): boolean {
    const least = Math.min(this.#least, this.#leastBefore);
    return this.#mean !== undefined && this.#mean > Math.max(least * RISE_FACTOR, least + RISE_MS);
  }

  #reduce(share: number, nowMs: number): void {
    this.#growing = false;
    this.#cutMs = nowMs;
    this.#limit = Math.max(1, this.#limit * share);
  }
}

/** So many a second, evenly: each caller is told how long to wait for its turn. Pure: times are given. */
export class Rate {
  readonly #spacingMs: number;
  readonly #burstMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  /** A tenth of a second's worth may go at once, at least one. */
  constructor(perSecond: number) {
    this.#spacingMs = 1_000 / perSecond;
    this.#burstMs = Math.max(0, 100 - this.#spacingMs);
  }

  /** Takes a turn and gives the milliseconds until it comes. */
  take(nowMs: number): number {
    const turnMs = Math.max(this.#nextMs, nowMs - this.#burstMs);
    this.#nextMs = turnMs + this.#spacingMs;
    return Math.max(0, turnMs - nowMs);
  }
}

/** How long to wait before trying again: any time up to a bound that doubles, so that callers do not come back together. */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
}

const FIRST_BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 20_000;
