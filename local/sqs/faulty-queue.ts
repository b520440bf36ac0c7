import type { QueueView } from './sqs.ts';

export interface QueueFaults {
  /** Of the receives: refused, so nothing is handed out. */
  readonly throttled: number;
  /** Of the deletes: taken and forgotten, so the message comes back, as SQS may do. */
  readonly lostDelete: number;
}

export interface FaultyQueue {
  readonly queue: QueueView;
  readonly counts: Readonly<Record<keyof QueueFaults, number>>;
}

/** A queue as an event source mapping sees it on a bad day. `draw` gives numbers from 0 up to 1, by a seed. */
export function faultyQueue(queue: QueueView, rates: () => QueueFaults, draw: () => number): FaultyQueue {
  const counts = { throttled: 0, lostDelete: 0 };
  const receive: QueueView['receive'] = async (...asked) => {
    if (draw() >= rates().throttled) return queue.receive(...asked);
    counts.throttled += 1;
    return [];
  };
  const remove: QueueView['delete'] = (receiptHandle) => {
    if (draw() >= rates().lostDelete) return queue.delete(receiptHandle);
    counts.lostDelete += 1;
  };
  // Everything else, getters too, is the queue's own.
  const view: QueueView = Object.create(queue, { receive: { value: receive }, delete: { value: remove } });
  return { queue: view, counts };
}
