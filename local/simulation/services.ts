import type { Chance } from './chance.ts';
import type { State } from './kinds.ts';
import { KEYS, TENANTS } from './policies.ts';
import type { Step } from './world.ts';

/** How often something goes wrong, as shares of 1. */
export interface FaultRates {
  readonly s3Unavailable: number;
  readonly kmsThrottled: number;
  readonly snsFails: number;
  /** Of the failures of SNS, how many come after it has accepted the message. */
  readonly snsLost: number;
  readonly slow: number;
  readonly slowestMs: number;
  /** Reads of the policy that never end. */
  readonly policyHangs: number;
  /** Of the invocations: the process dies, or stands still until the function's time is over. */
  readonly crash: number;
  readonly freeze: number;
  /** Of the invocations: Lambda hands the batch over late. */
  readonly throttledInvoke: number;
  /** Of the deletes: SQS forgets it and hands the message out again. */
  readonly lostDelete: number;
}

export const FAULTS: FaultRates = {
  s3Unavailable: 0.2,
  kmsThrottled: 0.3,
  snsFails: 0.2,
  snsLost: 0.3,
  slow: 0.004,
  slowestMs: 90_000,
  policyHangs: 0.02,
  crash: 0.06,
  freeze: 0.01,
  throttledInvoke: 0.1,
  lostDelete: 0.01,
};

export const NO_FAULTS: FaultRates = {
  ...{ s3Unavailable: 0, kmsThrottled: 0, snsFails: 0, snsLost: 0, slow: 0, slowestMs: 0, policyHangs: 0 },
  ...{ crash: 0, freeze: 0, throttledInvoke: 0, lostDelete: 0 },
};

/** What happened, counted. */
export interface Tally {
  /** Requests of each service while it had faults, refused or not. */
  s3Asked: number;
  kmsAsked: number;
  snsAsked: number;
  s3Unavailable: number;
  kmsThrottled: number;
  snsFailed: number;
  snsLost: number;
  slow: number;
  crashes: number;
  /** Of the crashes, those after a HEAD was answered and before the alert of that invocation was accepted. */
  crashesBeforePublish: number;
  timeouts: number;
  invocations: number;
  /** Messages whose visibility timeout was over before their batch was. */
  expired: number;
  lostDeletes: number;
  /** How often the policy held was kept, and of these how often because another was broken or gone. */
  refusedPolicies: number;
  brokenPolicies: number;
  alerts: number;
}

export const emptyTally = (): Tally => ({
  ...{
    s3Asked: 0,
    kmsAsked: 0,
    snsAsked: 0,
    s3Unavailable: 0,
    kmsThrottled: 0,
    snsFailed: 0,
    snsLost: 0,
    slow: 0,
    crashes: 0,
    crashesBeforePublish: 0,
  },
  ...{
    timeouts: 0,
    invocations: 0,
    expired: 0,
    lostDeletes: 0,
    refusedPolicies: 0,
    brokenPolicies: 0,
    alerts: 0,
  },
});

/** A message that a topic has accepted. */
export interface Accepted {
  readonly topic: string;
  readonly body: string;
}

/** What stands outside the function and outlives it: objects, keys, topics and the policy. */
export class Outside {
  readonly chance: Chance;
  readonly tally = emptyTally();
  rates: FaultRates = FAULTS;
  policy: string | undefined;
  readonly managedKey: string;
  readonly #onAlert: (alert: Accepted) => void;
  readonly #objects = new Map<string, State>();

  constructor(chance: Chance, managedKey: string, onAlert: (alert: Accepted) => void) {
    this.chance = chance;
    this.managedKey = managedKey;
    this.#onAlert = onAlert;
  }

  /** Whether a service fails a request of which this share fails; a service without faults counts none. */
  fails(asked: 's3Asked' | 'kmsAsked' | 'snsAsked', share: number): boolean {
    if (share > 0) this.tally[asked] += 1;
    return this.chance.happens(share);
  }

  /** Does a step that changes what is there; answers the body of one that sends. */
  take(step: Step): string | undefined {
    switch (step.does) {
      case 'put': {
        const { bucket, key, versionId, state } = step;
        this.#objects.set(place(bucket, key), state);
        if (versionId !== undefined) this.#objects.set(place(bucket, key, versionId), state);
        return undefined;
      }
      case 'remove':
        this.#objects.delete(place(step.bucket, step.key));
        return undefined;
      case 'policy':
        this.policy = step.text;
        return undefined;
      case 'send':
        return step.body;
    }
  }

  object(bucket: string, key: string, versionId?: string): State | undefined {
    return this.#objects.get(place(bucket, key, versionId));
  }

  accept(alert: Accepted): void {
    this.tally.alerts += 1;
    this.#onAlert(alert);
  }

  aliasTarget(name: string): string | undefined {
    if (name === 'alias/plain') return KEYS.plain;
    const [, tenant] = /^alias\/tenant-(\d{1,3})$/.exec(name) ?? [];
    return tenant !== undefined && Number(tenant) < TENANTS ? KEYS.tenant(Number(tenant)) : undefined;
  }
}

const place = (bucket: string, key: string, versionId?: string): string =>
  `${bucket}/${key}${versionId === undefined ? '' : `?${versionId}`}`;
