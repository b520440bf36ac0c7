import { PolicyUnusable } from './failures.ts';
import type { PreparedPolicy } from './prepared-policy.ts';

/** Where a policy comes from: reads, parses and prepares it. Throws `PolicyUnusable` where it cannot be read or has errors. */
export type LoadPolicy = () => Promise<PreparedPolicy>;

export interface PolicyHolderOptions {
  readonly load: LoadPolicy;
  readonly ttlMs: number;
  readonly now: () => number;
  /** Told when a refresh fails and the policy held is kept. */
  readonly onRefused: (error: PolicyUnusable) => void;
}

/**
 * Holds a policy and refreshes it when it is older than the time to live. The first load must succeed; a refresh that
 * fails for any reason keeps the policy held, says so, and is tried again after another time to live.
 */
export class PolicyHolder {
  readonly #options: PolicyHolderOptions;
  #held: PreparedPolicy | undefined;
  #checkedMs = 0;
  #loading: Promise<PreparedPolicy> | undefined;

  constructor(options: PolicyHolderOptions) {
    this.#options = options;
  }

  /** The policy to judge by now. Throws `PolicyUnusable` while none has ever been loaded. */
  current(): Promise<PreparedPolicy> {
    const { now, ttlMs } = this.#options;
    if (this.#held !== undefined && now() - this.#checkedMs < ttlMs) return Promise.resolve(this.#held);
    this.#loading ??= this.#refresh().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #refresh(): Promise<PreparedPolicy> {
    const { load, now, onRefused } = this.#options;
    try {
      this.#held = await load();
    } catch (error) {
      const refusal =
        error instanceof PolicyUnusable
          ? error
          : new PolicyUnusable(`the policy could not be loaded: ${String(error)}`, { cause: error });
      if (this.#held === undefined) throw refusal;
      onRefused(refusal);
    }
    this.#checkedMs = now();
    return this.#held;
  }
}
