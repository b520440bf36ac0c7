import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BundleFolder } from './bundles.ts';
import type { Asked, Took } from './event-child.ts';
import { interleaved, ratios, spread, startServer } from './lib.ts';
import type { Budget, Cell, Finding, PartInput } from './results.ts';
import { lambdaEnvironment, POLICY } from './world.ts';

const BATCHES = [1, 10, 100, 1_000];
const SHARES = [
  { name: '0%', badEvery: 0 },
  { name: '1%', badEvery: 100 },
  { name: '100%', badEvery: 1 },
];
const LATENCY_MS = 30;

/** A handler in a process of its own, with the environment of a Lambda function. */
class Warm {
  readonly #child: ChildProcess;
  #waiting: Pick<PromiseWithResolvers<Took>, 'resolve' | 'reject'> | undefined;

  constructor(file: string, env: Readonly<Record<string, string>>) {
    // Standard output is thrown away, as what it costs belongs to CloudWatch; writing to it is counted.
    this.#child = fork(join(import.meta.dirname, 'event-child.ts'), [file], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (took: Took) => this.#waiting?.resolve(took));
    this.#child.on('exit', () => this.#waiting?.reject(new Error('the process of a handler ended')));
  }

  run(asked: Asked): Promise<Took> {
    const { promise, resolve, reject } = Promise.withResolvers<Took>();
    this.#waiting = { resolve, reject };
    this.#child.send(asked);
    return promise;
  }

  stop(): void {
    this.#child.disconnect();
  }
}

interface Case extends Asked {
  readonly handler: 'auditor' | 'SDK';
  readonly share: string;
}

const cases = (records: number): readonly Case[] =>
  BATCHES.flatMap((batch): readonly Case[] => [
    { handler: 'SDK', share: '', records, batch, badEvery: 0 },
    ...SHARES.map(({ name, badEvery }) => ({
      handler: 'auditor' as const,
      share: name,
      records: Math.max(records, batch),
      batch,
      badEvery,
    })),
  ]);

interface Handlers {
  readonly auditor: Warm;
  readonly SDK: Warm;
}

async function handlersAt(latencyMs: number): Promise<Handlers & { stop(): void }> {
  const folder = new BundleFolder();
  const [own, sdk] = await Promise.all([folder.handler('audit-queue'), folder.own('head-only')]);
  const server = await startServer(latencyMs, 0);
  const policy = join(dirname(own.file), 'policy.yaml');
  writeFileSync(policy, POLICY);
  const env = lambdaEnvironment(server.port, policy);
  const handlers = { auditor: new Warm(own.file, env), SDK: new Warm(sdk.file, env) };
  const stop = (): void => {
    handlers.auditor.stop();
    handlers.SDK.stop();
    server.child.disconnect();
  };
  return { ...handlers, stop };
}

interface Comparison {
  readonly rows: readonly (readonly Cell[])[];
  readonly budgets: readonly Budget[];
  readonly facts: Readonly<Record<string, number>>;
}

async function compareCpu(records: number, rounds: number): Promise<Comparison> {
  const handlers = await handlersAt(0);
  const all = cases(records);
  for (const one of all) await handlers[one.handler].run(one);
  const taken = await interleaved(all, rounds, async (one) => {
    const { cpuMicros } = await handlers[one.handler].run(one);
    return cpuMicros / one.records;
  });
  handlers.stop();
  const of = (batch: number, share: string): readonly number[] =>
    taken.get(all.find((one) => one.batch === batch && one.share === share) ?? (cases(0)[0] as Case)) ?? [];
  const rows: Cell[][] = [];
  const budgets: Budget[] = [];
  const facts: Record<string, number> = {};
  for (const batch of BATCHES) {
    const sdk = of(batch, '');
    rows.push([String(batch), 'SDK HEADs only', spread(sdk), '']);
    for (const { name } of SHARES) {
      const auditor = of(batch, name);
      const compared = ratios(auditor, sdk);
      rows.push([String(batch), `audit-queue, ${name} violating`, spread(auditor), compared]);
      facts[`cpuMicros ${batch} ${name}`] = spread(auditor).median;
      if (name !== '0%' || batch < 10) continue;
      const budget = `audit-queue / SDK HEADs only, CPU, batch of ${batch}, none violating`;
      budgets.push({ name: budget, wanted: 'below 1', measured: compared, met: compared.median < 1 });
    }
  }
  return { rows, budgets, facts };
}

/** How long invocations take where every answer takes a while: what Lambda charges for. */
async function durations(rounds: number): Promise<Omit<Comparison, 'budgets'>> {
  const handlers = await handlersAt(LATENCY_MS);
  const all = BATCHES.flatMap((batch) =>
    SHARES.slice(0, 2).map(({ name, badEvery }) => ({ records: batch, batch, badEvery, name })),
  );
  for (const one of all) await handlers.auditor.run(one);
  const taken = await interleaved(
    all,
    rounds,
    async (one) => (await handlers.auditor.run(one)).milliseconds[0] ?? 0,
  );
  handlers.stop();
  const facts: Record<string, number> = {};
  const rows = all.map((one) => {
    const found = spread(taken.get(one) ?? []);
    facts[`milliseconds ${one.batch} ${one.name}`] = found.median;
    return [String(one.batch), one.badEvery === 0 ? 'none' : '1 in 100, one at least', found];
  });
  return { rows, facts };
}

/** The CPU of auditing an event, beside a handler that HEADs the same objects with the SDK and does nothing else. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const [records, rounds] = quick ? [1_000, 3] : [2_000, 9];
  const cpu = await compareCpu(records, rounds);
  const time = await durations(quick ? 3 : 9);
  return {
    title: 'Event path: CPU of one record',
    settings: `${records} records a round, ${rounds} rounds, 32 HEADs at once, bundled handlers, warm, each in a process of its own, the server in another.`,
    tables: [
      {
        title: 'CPU of the function for each record; every record names another object',
        columns: [
          { name: 'messages a batch' },
          { name: 'handler' },
          { name: 'CPU µs a record' },
          { name: 'times the SDK', digits: 2 },
        ],
        rows: cpu.rows,
      },
      {
        title: `Time of one invocation of audit-queue where every answer takes ${LATENCY_MS} ms`,
        columns: [{ name: 'messages a batch' }, { name: 'violating' }, { name: 'milliseconds' }],
        rows: time.rows,
      },
    ],
    budgets: cpu.budgets,
    notes: [],
    facts: { ...cpu.facts, ...time.facts },
  };
}
