import { RetryableFailure } from '../audit/failures.ts';
import { backoffMs } from './limiter.ts';

export interface Patience {
  /** How often something is tried, the first time included. */
  readonly attempts: number;
  readonly random: () => number;
  /** Waits; rejects where the run stops meanwhile. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly onRetry: () => void;
}

/** Tries again what may pass, after a while that grows. Throws the last `RetryableFailure` when patience ends, and anything else at once. */
export async function withPatience<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RetryableFailure) || attempt >= patience.attempts) throw error;
      patience.onRetry();
      await patience.sleep(backoffMs(attempt - 1, patience.random));
    }
  }
}
