// The event path under faults, on a virtual clock: `node local/simulation/main.ts`, or `SEED=7 node local/simulation/main.ts` to replay one.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { machineText } from './machine.ts';
import type { RunResult } from './run.ts';
import { besideText, headerText, rowText, totalOf } from './table.ts';
import type { SeedAnswer } from './worker.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    events: { type: 'string', default: '50000' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    out: { type: 'string' },
  },
});

function whole(name: string, text: string | undefined): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${name} is ${JSON.stringify(text)}: expected a whole number above 0`);
}

async function answerOf(seed: number, events: number): Promise<SeedAnswer> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: { seed, events } });
  const [answer] = (await once(worker, 'message')) as [SeedAnswer];
  return answer;
}

/** The answers in the order of the seeds, each worked out ahead as far as there are jobs. */
async function* answers(seeds: readonly number[], events: number, jobs: number) {
  const ahead: Promise<SeedAnswer>[] = [];
  for (const [index, seed] of seeds.entries()) {
    while (ahead.length < Math.min(seeds.length, index + jobs)) {
      ahead.push(answerOf(seeds[ahead.length] ?? seed, events));
    }
    const answer = await ahead[index];
    if (answer !== undefined) yield { seed, answer };
  }
}

const lines: string[] = [];
const told = (text: string): void => {
  lines.push(text);
  process.stdout.write(`${text}\n`);
};

const events = whole('--events', values.events);
const replayed = process.env.SEED;
const seeds =
  replayed === undefined
    ? Array.from({ length: whole('--seeds', values.seeds) }, (_, index) => index + 1)
    : [whole('SEED', replayed)];
const start = performance.now();
const results: RunResult[] = [];
told(headerText);
for await (const { seed, answer } of answers(seeds, events, whole('--jobs', values.jobs))) {
  if (answer.kind === 'broken') {
    const again = `SEED=${seed} npm run simulate -- --events ${events}`;
    process.stderr.write(`seed ${seed}: ${answer.why}\nreplay it with: ${again}\n`);
    process.exit(1);
  }
  results.push(answer.result);
  told(rowText(String(seed), answer.result));
}
const total = totalOf(results);
told(rowText('total', total));
told('');
told(besideText(total));
told(machineText(start));
if (values.out !== undefined) writeFileSync(resolve(values.out), `${lines.join('\n')}\n`);
