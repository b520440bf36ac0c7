/**
 * The retries of the SDK's standard mode, with its numbers of 2026: few attempts, a wait drawn from zero to a bound
 * that doubles, and a store of tokens that runs out where nearly everything fails, so that an outage is not made worse.
 */
export interface RetryOptions {
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Why another attempt is wanted: what S3 asked to slow down for, or anything else that may pass. */
export type RetryReason = 'throttled' | 'transient';

const BASE_MS = { throttled: 1000, transient: 50 } as const;
const COST = { throttled: 5, transient: 14 } as const;
const LONGEST_MS = 20_000;
/** How much longer than the drawn wait S3 may ask for. */
const LONGEST_EXTRA_MS = 5000;
const TOKENS = 500;

export class StandardRetries {
  readonly #options: RetryOptions;
  #tokens = TOKENS;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Waits before attempt `attempt` (the second is 2); false, at once, where there must be none. */
  async again(attempt: number, reason: RetryReason, askedMs = 0): Promise<boolean> {
    const cost = COST[reason];
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    const bound = Math.min(BASE_MS[reason] * 2 ** (attempt - 2), LONGEST_MS);
    const drawn = Math.floor(this.#options.random() * bound);
    await this.#options.sleep(Math.max(drawn, Math.min(askedMs, drawn + LONGEST_EXTRA_MS)));
    return true;
  }

  /** Gives back what the last wait cost, or a little where there was none. */
  succeeded(last?: RetryReason): void {
    this.#tokens = Math.min(TOKENS, this.#tokens + (last === undefined ? 1 : COST[last]));
  }
}

/** The reason to try again that a status gives; `undefined` for an answer that stays. */
export function reasonOf(status: number): RetryReason | undefined {
  if (status === 429) return 'throttled';
  return status === 500 || status === 502 || status === 503 || status === 504 ? 'transient' : undefined;
}

/** The milliseconds that `x-amz-retry-after` (milliseconds) or `retry-after` (seconds or a date) asks to wait. */
export function askedWaitMs(header: (name: string) => string | undefined, nowMs: number): number {
  const amazon = Number(header('x-amz-retry-after') ?? 'none');
  if (!Number.isNaN(amazon)) return amazon;
  const text = header('retry-after') ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
