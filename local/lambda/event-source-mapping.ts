import { setTimeout as pause } from 'node:timers/promises';
import type { QueueView } from '../sqs/sqs.ts';
import { failedMessageIds } from './batch-response.ts';
import type { LocalFunction } from './function.ts';
import { type SqsRecord, sqsRecord } from './sqs-event.ts';

export interface EventSourceMappingOptions {
  readonly queue: QueueView;
  /** A function, or anything that can be invoked like one. */
  readonly function: Pick<LocalFunction, 'invoke' | 'timeoutSeconds'>;
  /** 1 to 10,000; above 10 a batching window is needed. Default 10. */
  readonly batchSize?: number;
  /** Lambda takes whole seconds; milliseconds keep tests short. Default 0. */
  readonly maximumBatchingWindowMs?: number;
  readonly reportBatchItemFailures?: boolean;
  /** How many batches may be out at once. Default 2, the least that AWS takes as MaximumConcurrency. */
  readonly maximumConcurrency?: number;
}

/** What became of one batch. */
export interface BatchOutcome {
  readonly received: number;
  readonly failed: number;
}

export interface EventSourceMapping {
  /** Every batch so far. */
  outcomes(): readonly BatchOutcome[];
  /** Resolves when the queue holds nothing, hidden messages included, and no batch is out; rejects when that takes too long. */
  untilDrained(limitMs?: number): Promise<void>;
  /** Ends polling after the batches that are out. */
  stop(): Promise<void>;
}

const maximumBatchBytes = 6 * 1024 * 1024;
// The frame around the records: {"Records":[]}.
const frameBytes = 14;
const receiveLimit = 10;
const pollSeconds = 20;

/** Polls a queue for a function, as Lambda's event source mapping for SQS does. */
export function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const settings = checked(options);
  const outcomes: BatchOutcome[] = [];
  const stopping = new AbortController();
  let out = 0;
  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted && !settings.queue.closed) {
      const records = await gather(settings, stopping.signal, () => {
        out += 1;
      });
      if (records.length === 0) continue;
      try {
        for (const batch of byBytes(records)) outcomes.push(await handBatch(settings, batch));
      } finally {
        out -= 1;
      }
    }
  };
  const pollers = Promise.all(Array.from({ length: settings.maximumConcurrency }, poll));
  // A poller that breaks is reported by stop and untilDrained, not as an unhandled rejection.
  pollers.catch(() => stopping.abort());
  return {
    outcomes: () => [...outcomes],
    untilDrained: (limitMs = 30_000) =>
      Promise.race([drained(settings.queue, () => out, limitMs), never(pollers)]),
    stop: async () => {
      stopping.abort();
      await pollers;
    },
  };
}

type Settings = Required<EventSourceMappingOptions>;

function checked(options: EventSourceMappingOptions): Settings {
  const settings: Settings = {
    batchSize: 10,
    maximumBatchingWindowMs: 0,
    reportBatchItemFailures: false,
    maximumConcurrency: 2,
    ...options,
  };
  const { batchSize, maximumBatchingWindowMs, queue } = settings;
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > 10_000) {
    throw new RangeError('InvalidParameterValueException: BatchSize must be between 1 and 10000.');
  }
  if (batchSize > receiveLimit && maximumBatchingWindowMs <= 0) {
    throw new RangeError('InvalidParameterValueException: a BatchSize above 10 needs a batching window.');
  }
  if (maximumBatchingWindowMs < 0 || maximumBatchingWindowMs > 300_000) {
    throw new RangeError('InvalidParameterValueException: the batching window is 0 to 300 seconds.');
  }
  if (queue.visibilityTimeoutSeconds < settings.function.timeoutSeconds) {
    throw new RangeError(
      `InvalidParameterValueException: Queue visibility timeout: ${queue.visibilityTimeoutSeconds} seconds is less than Function timeout: ${settings.function.timeoutSeconds} seconds`,
    );
  }
  return settings;
}

/** Collects one batch: until it is full, its bytes are used up, or the window since the first message is over. */
async function gather(settings: Settings, signal: AbortSignal, onFirst: () => void): Promise<SqsRecord[]> {
  const { queue, batchSize, maximumBatchingWindowMs } = settings;
  const records: SqsRecord[] = [];
  let bytes = frameBytes;
  let windowEnd = Number.POSITIVE_INFINITY;
  for (;;) {
    const waitSeconds = records.length === 0 ? pollSeconds : (windowEnd - performance.now()) / 1000;
    const limit = Math.min(receiveLimit, batchSize - records.length);
    const messages = await queue.receive(limit, Math.max(0, waitSeconds), signal);
    if (records.length === 0 && messages.length > 0) {
      onFirst();
      windowEnd = performance.now() + maximumBatchingWindowMs;
    }
    for (const message of messages) {
      const record = sqsRecord(message, queue.arn);
      bytes += bytesOf(record);
      records.push(record);
    }
    const full = records.length >= batchSize || bytes > maximumBatchBytes;
    if (full || signal.aborted || performance.now() >= windowEnd || messages.length === 0) return records;
  }
}

function bytesOf(record: SqsRecord): number {
  return Buffer.byteLength(JSON.stringify(record)) + 1;
}

/** Cuts what one receive brought beyond the limit of an invocation into batches of their own. */
function byBytes(records: readonly SqsRecord[]): SqsRecord[][] {
  const batches: SqsRecord[][] = [];
  let left = 0;
  for (const record of records) {
    const bytes = bytesOf(record);
    if (bytes > left) {
      batches.push([]);
      left = maximumBatchBytes - frameBytes;
    }
    batches.at(-1)?.push(record);
    left -= bytes;
  }
  return batches;
}

async function handBatch(settings: Settings, records: readonly SqsRecord[]): Promise<BatchOutcome> {
  const failed = await failedOf(settings, records);
  const succeeded = failed === 'all' ? [] : records.filter((record) => !failed.has(record.messageId));
  // The failed ones come back by their visibility timeout: the mapping does not touch them.
  for (const record of succeeded) settings.queue.delete(record.receiptHandle);
  return { received: records.length, failed: records.length - succeeded.length };
}

async function failedOf(
  settings: Settings,
  records: readonly SqsRecord[],
): Promise<ReadonlySet<string> | 'all'> {
  const result = await settings.function.invoke({ Records: records }).catch(() => undefined);
  if (result === undefined || result.functionError !== undefined) return 'all';
  if (!settings.reportBatchItemFailures) return new Set();
  return failedMessageIds(result.payload, new Set(records.map((record) => record.messageId)));
}

async function drained(queue: QueueView, out: () => number, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  while (out() > 0 || queue.visible + queue.inFlight + queue.delayed > 0) {
    if (performance.now() > until) {
      throw new Error(
        `${queue.arn} was not drained within ${limitMs} ms: ${queue.visible} visible, ${queue.inFlight} in flight, ${queue.delayed} delayed`,
      );
    }
    await pause(5);
  }
}

/** Never resolves, but rejects when the other promise does. */
function never(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject);
  });
}
