// CPU and speed of auditing objects, beside the SDK's HEAD and a bare one. `node bench/reaudit-head.ts [objects] [rounds]`
import { hash as digest } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { headsFor, listerFor } from '../src/aws/heads-for.ts';
import { bucketName, objectKey } from '../src/objects/object.ts';
import {
  bounded,
  interleave,
  type Measured,
  machine,
  ratio,
  type Spread,
  type Subject,
  spread,
  startServer,
} from './lib.ts';
import { wholePath } from './whole-path.ts';

const COUNT = Number(process.argv[2] ?? 20_000);
const ROUNDS = Number(process.argv[3] ?? 9);
const CONCURRENCY = 64;
const LATENCY_MS = 30;
const LATENCY_CONCURRENCIES = [16, 64];
const BUCKET = 'bench-bucket';

const keyOf = (index: number): string => `data/2026/11/part-${String(index).padStart(9, '0')}.parquet`;
const agent = (): Agent => new Agent({ keepAlive: true, maxSockets: 256 });

function subjects(
  port: number,
  concurrency: number,
): Readonly<Record<'bare' | 'sdk' | 'fast' | 'whole', Subject>> {
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    forcePathStyle: true,
    // As long as a role's session has them.
    credentials: {
      accessKeyId: 'LOCAL111122223333',
      secretAccessKey: 'local',
      sessionToken: 'x'.repeat(400),
    },
    requestHandler: { httpAgent: agent() },
  });
  const clients = { s3: async () => client };
  const heads = headsFor(clients);
  const bareAgent = agent();
  const bare = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const path = `/${BUCKET}/${keyOf(index)}`;
      const sent = request(
        { agent: bareAgent, method: 'HEAD', host: '127.0.0.1', port, path },
        (response) => {
          response.resume();
          resolve();
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  const each = (name: string, work: (index: number) => Promise<unknown>): Subject => ({
    name,
    run: (count) => bounded(count, concurrency, work),
  });
  const bucket = bucketName(BUCKET);
  return {
    bare: each('bare node:http HEAD', bare),
    sdk: each('SDK HeadObject', (i) => client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: keyOf(i) }))),
    fast: each('fast HEAD', (i) => heads.head({ bucket, key: objectKey(keyOf(i)) })),
    whole: wholePath({ heads, lister: listerFor(clients), bucket, prefix: 'data/', concurrency, hash }),
  };
}

const hash = (text: string): string => `sha256:${digest('sha256', text, 'hex')}`;

interface Budget {
  readonly name: string;
  readonly wanted: string;
  readonly measured: Spread;
  readonly met: boolean;
}

async function cpu(): Promise<{ measured: readonly Measured[]; budgets: readonly Budget[] }> {
  const server = await startServer(0, COUNT);
  const { bare, sdk, fast, whole } = subjects(server.port, CONCURRENCY);
  const measured = await interleave([bare, sdk, fast, whole], {
    rounds: ROUNDS,
    count: COUNT,
    warmUp: COUNT,
  });
  server.child.disconnect();
  const [ofBare, ofSdk, , ofWhole] = measured;
  if (ofBare === undefined || ofSdk === undefined || ofWhole === undefined)
    throw new Error('nothing measured');
  const less = ratio(ofSdk, ofWhole);
  const most = ratio(ofWhole, ofBare);
  return {
    measured,
    budgets: [
      {
        name: 'SDK HeadObject / whole path, CPU',
        wanted: 'at least 4',
        measured: less,
        met: less.median >= 4,
      },
      { name: 'whole path / bare HEAD, CPU', wanted: 'at most 3', measured: most, met: most.median <= 3 },
    ],
  };
}

/** The share of concurrency divided by latency that the whole path reaches. */
async function underLatency(concurrency: number): Promise<Budget> {
  const most = concurrency / (LATENCY_MS / 1000);
  const count = Math.min(COUNT, Math.ceil((most * 2) / 1000) * 1000);
  const server = await startServer(LATENCY_MS, count);
  const { whole } = subjects(server.port, concurrency);
  const [measured] = await interleave([whole], { rounds: 7, count, warmUp: Math.min(count, 1000) });
  server.child.disconnect();
  const share = spread((measured?.rounds ?? []).map(({ perSecond }) => perSecond / most));
  return {
    name: `speed at ${LATENCY_MS} ms, ${concurrency} at once, of ${Math.round(most)} a second`,
    wanted: 'at least 0.8',
    measured: share,
    met: share.median >= 0.8,
  };
}

const shown = ({ median, iqr }: Spread, digits: number): string =>
  `${median.toFixed(digits)} ± ${iqr.toFixed(digits)}`;

const { measured, budgets } = await cpu();
for (const concurrency of LATENCY_CONCURRENCIES) (budgets as Budget[]).push(await underLatency(concurrency));
console.table(
  measured.map(({ name, cpuMicros, perSecond }) => ({
    name,
    'CPU µs/object (median ± IQR)': shown(cpuMicros, 1),
    'objects/s (median ± IQR)': shown(perSecond, 0),
  })),
);
console.table(budgets.map((budget) => ({ ...budget, measured: shown(budget.measured, 2) })));
const results = {
  at: new Date().toISOString(),
  machine: machine(),
  count: COUNT,
  rounds: ROUNDS,
  concurrency: CONCURRENCY,
  measured,
  budgets,
};
writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = budgets.every(({ met }) => met) ? 0 : 1;
