// Holds one handler, whose file is the argument, as a warm function does; runs events of the size asked for and tells what they took.
import { pathToFileURL } from 'node:url';
import { collectGarbage } from './lib.ts';
import { queueEvents } from './queue-events.ts';

export interface Asked {
  readonly records: number;
  readonly batch: number;
  /** Every so many-th record violates; 0 for none. */
  readonly badEvery: number;
}

export interface Took {
  /** User and system, of the whole process, while its handler was called. */
  readonly cpuMicros: number;
  /** Milliseconds of each invocation. */
  readonly milliseconds: readonly number[];
}

type Handler = (event: unknown, context: unknown) => Promise<{ batchItemFailures: readonly unknown[] }>;

const context = { getRemainingTimeInMillis: () => 60_000, awsRequestId: 'bench' };
const { handler }: { readonly handler: Handler } = await import(pathToFileURL(process.argv[2] ?? '').href);

process.on('message', async ({ records, batch, badEvery }: Asked) => {
  const events = queueEvents(records, batch, badEvery);
  const milliseconds: number[] = [];
  collectGarbage();
  const before = process.cpuUsage();
  for (const event of events) {
    const started = performance.now();
    const { batchItemFailures } = await handler(event, context);
    milliseconds.push(performance.now() - started);
    if (batchItemFailures.length > 0) throw new Error('expected that every message is done');
  }
  const { user, system } = process.cpuUsage(before);
  process.send?.({ cpuMicros: user + system, milliseconds } satisfies Took);
});
process.on('disconnect', () => process.exit(0));
