// One seed in a thread of its own: answers its result, or why there is none.
import { parentPort, workerData } from 'node:worker_threads';
import { BrokenInvariant } from './invariants.ts';
import { type RunOptions, type RunResult, runSeed } from './run.ts';

export type SeedAnswer =
  | { readonly kind: 'held'; readonly result: RunResult }
  | { readonly kind: 'broken'; readonly why: string };

async function answer(options: RunOptions): Promise<SeedAnswer> {
  try {
    return { kind: 'held', result: await runSeed(options) };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'broken', why: error instanceof BrokenInvariant ? error.message : stack };
  }
}

parentPort?.postMessage(await answer(workerData as RunOptions));
