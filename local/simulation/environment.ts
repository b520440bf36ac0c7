import { auditWritten } from '../../src/audit/audit-written.ts';
import { CachingKeyDirectory } from '../../src/audit/caching-key-directory.ts';
import { PolicyUnusable, RetryableFailure } from '../../src/audit/failures.ts';
import { PolicyHolder } from '../../src/audit/policy-holder.ts';
import { loadPolicyText, sha256, snsAlert } from '../../src/compose.ts';
import type { QueueDeps } from '../../src/queue/deps.ts';
import type { VirtualClock } from './clock.ts';
import { ACCOUNT, REGION } from './messages.ts';
import { heads, instructionFiles, keyDirectory, snsClients } from './ports.ts';
import type { Outside } from './services.ts';

export const TOPICS = {
  topicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`,
  mailTopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:mail`,
  alertFormat: 'two-topics',
} as const;

/** How one invocation is to end, if not by itself. */
export type Fate =
  | { readonly kind: 'fine' }
  /** Stands still from the n-th answer on, until its time is over. */
  | { readonly kind: 'freeze'; readonly atAnswer: number }
  | { readonly kind: 'crash'; readonly when: 'at an answer'; readonly atAnswer: number }
  | { readonly kind: 'crash'; readonly when: 'before a publish' | 'after a publish' };

const POLICY_TTL_MS = 60_000;
const CONCURRENCY = 32;

/**
 * One execution environment: the shipped code over doubles of its ports. Once it is gone no answer reaches it any more,
 * but what it had asked for before still happens.
 */
export class Environment {
  readonly deps: QueueDeps;
  readonly #clock: VirtualClock;
  readonly #outside: Outside;
  #gone = false;
  #frozen = false;
  #fate: Fate = { kind: 'fine' };
  #answers = 0;
  #headed = false;
  #published = false;
  #onCrash: () => void = () => {};

  constructor(clock: VirtualClock, outside: Outside, maxReceives: number) {
    this.#clock = clock;
    this.#outside = outside;
    const { now } = clock;
    const call = this.call;
    const keys = new CachingKeyDirectory(keyDirectory(outside, call), { now, keep: 'minutes' });
    const parts = {
      heads: heads(outside, call, this.headAnswered),
      instructionFiles: instructionFiles(outside, call),
      keys,
    };
    const holder = new PolicyHolder({
      load: () => this.#loadPolicy(),
      ttlMs: POLICY_TTL_MS,
      now,
      onRefused: ({ cause }) => {
        outside.tally.refusedPolicies += 1;
        if (!(cause instanceof RetryableFailure)) outside.tally.brokenPolicies += 1;
      },
    });
    this.deps = {
      policy: () => holder.current(),
      audit: (object, policy) => auditWritten(object, { ...parts, policy, now, hash: sha256 }),
      alert: snsAlert(TOPICS, snsClients(outside, this)),
      policySource: 's3://sim-policy/policy.yaml',
      maxReceives,
      concurrency: CONCURRENCY,
      now,
      abortAfter: (ms) => this.#abortAfter(ms),
      report: { record: () => {}, failure: () => {}, metrics: () => {} },
    };
  }

  get gone(): boolean {
    return this.#gone;
  }

  begin(fate: Fate, onCrash: () => void): void {
    this.#fate = fate;
    this.#onCrash = onCrash;
    this.#answers = 0;
    this.#headed = false;
    this.#published = false;
  }

  /** As Lambda does with an environment whose invocation ran out of time. */
  discard(): void {
    this.#gone = true;
  }

  /** Asks something of a service: it is done on arrival, and answered later to whoever is still there. */
  readonly call = <Answer>(act: () => Answer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { chance, rates, tally } = this.#outside;
      const slow = chance.happens(rates.slow);
      if (slow) tally.slow += 1;
      const latencyMs = chance.between(4, 40) + (slow ? chance.between(1_000, rates.slowestMs) : 0);
      this.#clock.after(latencyMs / 2, () => {
        let settle: () => void;
        try {
          const answer = act();
          settle = () => resolve(answer);
        } catch (error) {
          settle = () => reject(error);
        }
        this.#clock.after(latencyMs / 2, () => {
          if (this.#reaches()) settle();
        });
      });
    });

  readonly headAnswered = (): void => {
    this.#headed = true;
  };

  /** False where the process dies before the request is sent. */
  readonly mayPublish = (): boolean => {
    if (this.#gone || this.#frozen) return false;
    if (this.#fate.kind === 'crash' && this.#fate.when === 'before a publish') this.#crash();
    return !this.#gone;
  };

  readonly publishAccepted = (): void => {
    this.#published = true;
    if (!this.#gone && this.#fate.kind === 'crash' && this.#fate.when === 'after a publish') this.#crash();
  };

  #reaches(): boolean {
    if (this.#gone || this.#frozen) return false;
    this.#answers += 1;
    const fate = this.#fate;
    if (!('atAnswer' in fate) || this.#answers < fate.atAnswer) return true;
    if (fate.kind === 'freeze') this.#frozen = true;
    else this.#crash();
    return false;
  }

  #crash(): void {
    this.#gone = true;
    if (this.#headed && !this.#published) this.#outside.tally.crashesBeforePublish += 1;
    this.#onCrash();
  }

  #abortAfter(ms: number): AbortSignal {
    const controller = new AbortController();
    this.#clock.after(ms, () => {
      if (!this.#gone && !this.#frozen) controller.abort();
    });
    return controller.signal;
  }

  async #loadPolicy() {
    const { chance, rates, tally } = this.#outside;
    if (chance.happens(rates.policyHangs)) await new Promise<never>(() => {});
    const text = await this.call(() => {
      if (!this.#outside.fails('s3Asked', rates.s3Unavailable)) return this.#outside.policy;
      tally.s3Unavailable += 1;
      throw new PolicyUnusable('the policy could not be read: HTTP 503', {
        cause: new RetryableFailure('s3:GetObject', 'HTTP 503'),
      });
    });
    if (text === undefined) throw new PolicyUnusable('the policy could not be read: NoSuchKey');
    return loadPolicyText(text, 's3://sim-policy/policy.yaml');
  }
}
