import { hash as digest } from 'node:crypto';
import { Agent, request } from 'node:http';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { headsFor, listerFor } from '../src/aws/heads-for.ts';
import { bucketName, objectKey } from '../src/objects/object.ts';
import { hasBoto3, startBoto3 } from './boto3.ts';
import { bounded, cpuRatio, type Measured, type Subject, sideBySide, spread, startServer } from './lib.ts';
import type { Budget, Finding, PartInput } from './results.ts';
import { auditCommand, wholePath } from './whole-path.ts';
import { BUCKET, CREDENTIALS, keyOf, REGION } from './world.ts';

const CONCURRENCY = 64;
const LATENCY_MS = 30;
const LATENCY_CONCURRENCIES = [16, 64];

const agent = (): Agent => new Agent({ keepAlive: true, maxSockets: 256 });
const hash = (text: string): string => `sha256:${digest('sha256', text, 'hex')}`;

function sdkClient(port: number): S3Client {
  return new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    forcePathStyle: true,
    credentials: CREDENTIALS,
    requestHandler: { httpAgent: agent() },
  });
}

function bareHead(port: number): (index: number) => Promise<void> {
  const bareAgent = agent();
  return (index) =>
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
}

interface Subjects {
  readonly bare: Subject;
  readonly sdk: Subject;
  readonly fast: Subject;
  readonly whole: Subject;
  readonly command: Subject;
}

function subjects(port: number, concurrency: number, fewer: number): Subjects {
  const client = sdkClient(port);
  const clients = { s3: async () => client };
  const heads = headsFor(clients);
  const each = (name: string, work: (index: number) => Promise<unknown>): Subject => ({
    name,
    run: (count) => bounded(count, concurrency, work),
  });
  const bucket = bucketName(BUCKET);
  const sdk = (i: number) => client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: keyOf(i) }));
  const path = { heads, lister: listerFor(clients), bucket, prefix: 'data/', concurrency, hash };
  return {
    bare: each('bare node:http HEAD, unsigned', bareHead(port)),
    sdk: { ...each('SDK HeadObject', sdk), count: fewer },
    fast: each('HEAD as the auditor sends it', (i) => heads.head({ bucket, key: objectKey(keyOf(i)) })),
    whole: wholePath(path),
    command: auditCommand(path),
  };
}

/** The share of concurrency divided by latency that the whole path reaches. */
async function underLatency(concurrency: number, { quick }: PartInput): Promise<Budget> {
  const most = concurrency / (LATENCY_MS / 1000);
  const count = Math.ceil((most * (quick ? 1 : 2)) / 1000) * 1000;
  const server = await startServer(LATENCY_MS, count);
  const { whole } = subjects(server.port, concurrency, count);
  const [measured] = await sideBySide([whole], { rounds: quick ? 3 : 7, count });
  server.child.disconnect();
  const share = spread((measured?.rounds ?? []).map(({ perSecond }) => perSecond / most));
  return {
    name: `whole path at ${LATENCY_MS} ms, ${concurrency} at once: share of ${Math.round(most)} objects a second`,
    wanted: 'at least 0.8',
    measured: share,
    met: share.median >= 0.8,
  };
}

/** The CPU of auditing an object, beside HEADs that audit nothing. */
export async function find(input: PartInput): Promise<Finding> {
  const { quick } = input;
  const [count, fewer, rounds] = quick ? [2_000, 1_000, 3] : [10_000, 4_000, 9];
  const server = await startServer(0, count);
  const { bare, sdk, fast, whole, command } = subjects(server.port, CONCURRENCY, fewer);
  const boto3 = hasBoto3() ? await startBoto3(server.port, CONCURRENCY, quick ? 500 : 2_000) : undefined;
  const all = [bare, ...(boto3 ? [boto3.subject] : []), sdk, fast, whole, command];
  const measured = await sideBySide(all, { rounds, count });
  boto3?.stop();
  server.child.disconnect();
  const of = (subject: Subject): Measured => {
    const found = measured.find(({ name }) => name === subject.name);
    if (found === undefined) throw new Error(`${subject.name} was not measured`);
    return found;
  };
  const less = cpuRatio(of(sdk), of(whole));
  const most = cpuRatio(of(whole), of(bare));
  const budgets: Budget[] = [
    {
      name: 'SDK HeadObject / whole path, CPU',
      wanted: 'at least 4',
      measured: less,
      met: less.median >= 4,
    },
    { name: 'whole path / bare HEAD, CPU', wanted: 'at most 3', measured: most, met: most.median <= 3 },
  ];
  for (const concurrency of LATENCY_CONCURRENCIES) budgets.push(await underLatency(concurrency, input));
  return {
    title: 'Re-audit: CPU of one object',
    settings: `${count} objects a round (${fewer} for the SDK), ${rounds} rounds, ${CONCURRENCY} at once, the server in another process.`,
    tables: [
      {
        title: 'CPU of the client process for each object',
        columns: [
          { name: 'subject' },
          { name: 'CPU µs an object' },
          { name: 'times a bare HEAD', digits: 2 },
          { name: 'objects a second', digits: 0 },
        ],
        rows: measured.map((one) => [one.name, one.cpuMicros, cpuRatio(one, of(bare)), one.perSecond]),
      },
    ],
    budgets,
    notes: boto3 === undefined ? ['boto3 is left out: `python3 -c "import boto3"` failed here.'] : [],
    facts: { wholePathMicros: of(whole).cpuMicros.median, commandMicros: of(command).cpuMicros.median },
  };
}
