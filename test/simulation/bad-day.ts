import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeRequest, LOST, RESET } from '../../local/aws.ts';
import { type FaultRule, type Faults, faults, operationOf } from '../../local/faults.ts';
import { type FaultyFunction, faultyFunction } from '../../local/lambda/faulty-function.ts';
import type { LocalFunction } from '../../local/lambda/function.ts';
import { Chance } from '../../local/simulation/chance.ts';
import { type FaultyQueue, faultyQueue } from '../../local/sqs/faulty-queue.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { TIMEOUT_SECONDS, VISIBILITY_SECONDS } from './site.ts';

const CRASH_SHARE = 0.005;
const EXPIRY_SHARE = 0.1;

const RULES: readonly FaultRule[] = [
  {
    ...{ service: 's3', operation: 'HeadObject', throttle: 0.2, reset: 0.01, stall: 0.0006 },
    ...{ slow: 0.005, slowMs: 400 },
  },
  { service: 's3', operation: 'GetObject', throttle: 0.2, stall: 0.03 },
  { service: 'kms', throttle: 0.3, slow: 0.02, slowMs: 200 },
  { service: 'sns', operation: 'Publish', fail: 0.12, reset: 0.02, lost: 0.06, slow: 0.005, slowMs: 400 },
];

/** Faults on every service at once, by a seed, with a clock that can jump; they can be switched off. */
export class BadDay {
  faulty = false;
  crashes = 0;
  timeouts = 0;
  /** How often the visibility timeout of all that was out was over before its batch was. */
  expiries = 0;
  /** Batches that the function has now. */
  out = 0;
  readonly injected: Faults;
  readonly #atPublish: Chance;
  readonly #atQueue: Chance;
  readonly #atFunction: Chance;
  #auditor: LocalFunction | undefined;
  #aheadMs = 0;

  constructor(seed: number) {
    const chance = new Chance(seed);
    [this.#atPublish, this.#atQueue, this.#atFunction] = [chance.fork(), chance.fork(), chance.fork()];
    this.injected = faults({ seed, rules: RULES });
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
    this.out += 1;
    const answer = auditor.invoke(event);
    if (this.faulty && this.#atFunction.happens(EXPIRY_SHARE)) {
      await pause(20);
      this.expiries += 1;
      this.passVisibility();
    }
    const result = await answer;
    const error = result.functionError === undefined ? '' : result.payload.errorType;
    if (error === 'Sandbox.Timedout') this.timeouts += 1;
    this.out -= 1;
    return result;
  }
}
