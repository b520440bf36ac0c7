import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeRequest, LOST, RESET } from '../../local/aws.ts';
import { type FaultRule, type Faults, faults, operationOf } from '../../local/faults.ts';
import type { DeliveryRates, FaultyDelivery } from '../../local/faulty-delivery.ts';
import { type FaultyFunction, faultyFunction } from '../../local/lambda/faulty-function.ts';
import type { LocalFunction } from '../../local/lambda/function.ts';
import type { DeliverToQueue } from '../../local/service.ts';
import { Chance } from '../../local/simulation/chance.ts';
import { type FaultyQueue, faultyQueue } from '../../local/sqs/faulty-queue.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { TIMEOUT_SECONDS, VISIBILITY_SECONDS } from './site.ts';

const CRASH_SHARE = 0.005;
const EXPIRY_SHARE = 0.1;

const RULES: readonly FaultRule[] = [
  {
    ...{ service: 's3', operation: 'HeadObject', throttle: 0.2, reset: 0.01, stall: 0.001 },
    ...{ slow: 0.005, slowMs: 400 },
  },
  { service: 's3', operation: 'HeadBucket', throttle: 0.2 },
  // The policy is all that is read so.
  { service: 's3', operation: 'GetObject', throttle: 0.2, stall: 0.03 },
  { service: 'kms', throttle: 0.3, slow: 0.02, slowMs: 200 },
  { service: 'sns', operation: 'Publish', fail: 0.12, reset: 0.02, lost: 0.06, slow: 0.005, slowMs: 400 },
];

// None is lost: AWS delivers at least once, and what no queue ever got nobody can audit.
const DELIVERIES: DeliveryRates = { twice: 0.05, late: 0.2, outOfOrder: 0.05, latestMs: 300 };

/** Faults on every service at once, by a seed, with a clock that can jump; they can be switched off. */
export class BadDay {
  faulty = false;
  crashes = 0;
  timeouts = 0;
  /** Messages whose visibility timeout was over while the function had their batch. */
  expired = 0;
  /** Messages that a second batch had while the function had the first. */
  shared = 0;
  /** Batches that the function has now. */
  out = 0;
  readonly injected: Faults;
  readonly #atPublish: Chance;
  readonly #atQueue: Chance;
  readonly #atFunction: Chance;
  readonly #batches = new Set<readonly string[]>();
  #auditor: LocalFunction | undefined;
  #delivery: FaultyDelivery | undefined;
  #aheadMs = 0;

  constructor(seed: number) {
    const chance = new Chance(seed);
    [this.#atPublish, this.#atQueue, this.#atFunction] = [chance.fork(), chance.fork(), chance.fork()];
    this.injected = faults({ seed, rules: RULES, deliveries: DELIVERIES });
  }

  readonly clock = (): number => Date.now() + this.#aheadMs;

  /** The clock passes every visibility timeout. */
  passVisibility(): void {
    this.#aheadMs += VISIBILITY_SECONDS * 1000 + 1;
  }

  readonly beforeRequest: BeforeRequest = (service, request) => {
    if (!this.faulty) return undefined;
    if (operationOf(service, request) !== 'Publish' || !this.#atPublish.happens(CRASH_SHARE)) {
      return this.injected.before(service, request);
    }
    // The process dies as it publishes: the message is accepted or it is not, and nobody acknowledges anything.
    this.crashes += 1;
    this.#auditor?.crash();
    return this.#atPublish.happens(0.5) ? LOST : RESET;
  };

  readonly aroundDelivery = (deliver: DeliverToQueue): DeliverToQueue => {
    const bad = this.injected.delivery(deliver);
    this.#delivery = bad;
    this.deliver = (...message) => (this.faulty ? bad.deliver(...message) : deliver(...message));
    return this.deliver;
  };

  deliver: DeliverToQueue = () => false;

  /** What went wrong between those who deliver and the queues. */
  get delivery(): FaultyDelivery {
    if (this.#delivery === undefined) throw new Error('nothing delivers yet');
    return this.#delivery;
  }

  /** How often the policy held was kept because another could not be taken in its place, answers that were 503 apart. */
  get refusedPolicies(): number {
    const lines = this.#auditor?.logs() ?? [];
    return lines.filter((line) => line.includes('"source":"policy"') && !line.includes('SlowDown')).length;
  }

  queue(queue: QueueView): FaultyQueue {
    const rates = () =>
      this.faulty ? { throttled: 0.02, lostDelete: 0.01 } : { throttled: 0, lostDelete: 0 };
    return faultyQueue(queue, rates, () => this.#atQueue.next());
  }

  function(auditor: LocalFunction): FaultyFunction {
    this.#auditor = auditor;
    const rates = () =>
      this.faulty ? { throttled: 0.03, lostAnswer: 0.02 } : { throttled: 0, lostAnswer: 0 };
    const invoke: LocalFunction['invoke'] = (event) => this.#invoke(auditor, event);
    return faultyFunction({ invoke, timeoutSeconds: TIMEOUT_SECONDS }, rates, () => this.#atFunction.next());
  }

  async #invoke(auditor: LocalFunction, event: unknown) {
    const ids = idsOf(event);
    const out = new Set([...this.#batches].flat());
    this.shared += ids.filter((id) => out.has(id)).length;
    this.#batches.add(ids);
    this.out += 1;
    const answer = auditor.invoke(event).finally(() => this.#batches.delete(ids));
    if (this.faulty && this.#atFunction.happens(EXPIRY_SHARE)) {
      await pause(20);
      this.passVisibility();
      this.expired += [...this.#batches].flat().length;
    }
    const result = await answer;
    const error = result.functionError === undefined ? '' : result.payload.errorType;
    if (error === 'Sandbox.Timedout') this.timeouts += 1;
    this.out -= 1;
    return result;
  }
}

const idsOf = (event: unknown): readonly string[] =>
  (event as { readonly Records: readonly { readonly messageId: string }[] }).Records.map(
    ({ messageId }) => messageId,
  );
