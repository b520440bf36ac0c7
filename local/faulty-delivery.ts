import type { DeliverToQueue } from './service.ts';
import type { Sqs } from './sqs/sqs.ts';

/** What goes wrong between a service that delivers and the queue. Rates are shares of 1, each drawn apart from the others. */
export interface DeliveryRates {
  /** Taken, and never delivered. AWS promises at least once; this is for finding out who relies on it. */
  readonly lost?: number;
  readonly twice?: number;
  /** Comes up to `latestMs` after its time, and so after others. */
  readonly late?: number;
  /** Changes places with the next message to any queue; where none follows it comes after `latestMs`. */
  readonly outOfOrder?: number;
  readonly latestMs: number;
}

export type DeliveryFault = 'lost' | 'twice' | 'late' | 'outOfOrder';

export interface FaultyDelivery {
  readonly deliver: DeliverToQueue;
  /** How often each has happened. */
  readonly counts: Readonly<Record<DeliveryFault, number>>;
  /** The bodies of what was delivered twice. */
  readonly repeated: readonly string[];
  /** Messages that are still to come. */
  readonly pending: number;
}

export interface FaultyDeliveryOptions {
  readonly rates: DeliveryRates;
  /** Numbers from 0 up to 1, by a seed. */
  readonly draw: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/**
 * Delivery to queues on a bad day. Whoever delivers is told that the message was taken: what becomes of one that is late
 * nobody learns.
 */
export function faultyDelivery(
  deliver: DeliverToQueue,
  { rates, draw, sleep }: FaultyDeliveryOptions,
): FaultyDelivery {
  const counts = { lost: 0, twice: 0, late: 0, outOfOrder: 0 };
  const repeated: string[] = [];
  let waiting = 0;
  let held: (() => void)[] = [];
  const happens = (fault: DeliveryFault): boolean => {
    const drawn = draw() < (rates[fault] ?? 0);
    if (drawn) counts[fault] += 1;
    return drawn;
  };
  const wait = async (ms: number, then: () => unknown): Promise<void> => {
    waiting += 1;
    await sleep(ms);
    waiting -= 1;
    then();
  };
  const hand = (...message: Parameters<DeliverToQueue>): boolean => {
    const before = held;
    held = [];
    const taken = deliver(...message);
    for (const release of before) release();
    return taken;
  };
  const send = (...message: Parameters<DeliverToQueue>): boolean => {
    if (happens('late')) {
      void wait(draw() * rates.latestMs, () => hand(...message));
    } else if (happens('outOfOrder')) {
      const release = once(() => deliver(...message));
      held.push(release);
      void wait(rates.latestMs, release);
    } else return hand(...message);
    return true;
  };
  return {
    counts,
    repeated,
    get pending() {
      return waiting;
    },
    deliver: (...message) => {
      if (happens('lost')) return true;
      if (!happens('twice')) return send(...message);
      repeated.push(message[1]);
      send(...message);
      return send(...message);
    },
  };
}

function once(act: () => unknown): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

/** Delivery to the queues that there are; whoever delivers to another learns it at once, as without anything in between. */
export function deliveryAround(
  { deliver, queue }: Pick<Sqs, 'deliver' | 'queue'>,
  around: (deliver: DeliverToQueue) => DeliverToQueue,
): DeliverToQueue {
  const delivered = around(deliver);
  return (arn, ...message) => queue(arn) !== undefined && delivered(arn, ...message);
}
