// The walk of docs/emr.md on the local AWS: a session of Spark writes two tenants' folders, and the audit tells what came of it.
//   node local/emr-walk.ts shared   one session, the key changed between its writes
//   node local/emr-walk.ts apart    one application for each key, as `emr export` has it
//   node local/emr-walk.ts bucket   what `bucket check` says of a new bucket
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalAws } from './aws.ts';
import { type Cluster, SparkSession } from './spark-session.ts';

const ROOT = join(import.meta.dirname, '..');
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const POLICY = 'examples/emr/policy.yaml';
const KEYS = {
  a: 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa',
  b: 'bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb',
};
const KEY_PROPERTY = 'fs.s3.serverSideEncryption.kms.keyId';
const arnOf = (keyId: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${keyId}`;

interface Exported {
  readonly applications: readonly {
    readonly prefixes: readonly string[];
    readonly settings: Readonly<Record<string, string>>;
  }[];
}
interface Audited {
  readonly object: { readonly bucket: string; readonly key: string };
  readonly outcome: string;
  readonly violations?: readonly { readonly code: string }[];
  readonly diagnosis?: readonly { readonly code: string }[];
}

/** Runs the command line in a process of its own; gives what it printed and its exit status. */
async function auditor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly status: number }> {
  const program = [join(ROOT, 'src/cli/main.ts'), ...args];
  const options = { cwd: ROOT, env: { ...process.env, ...env } };
  return promisify(execFile)(process.execPath, program, options).then(
    ({ stdout }) => ({ stdout, status: 0 }),
    (failure: { readonly stdout: string; readonly code: number }) => ({
      stdout: failure.stdout,
      status: failure.code,
    }),
  );
}

async function sharedSession(cluster: Cluster): Promise<void> {
  const configuration = { 'fs.s3.enableServerSideEncryption': 'true', [KEY_PROPERTY]: arnOf(KEYS.a) };
  const session = new SparkSession(cluster, new Map(Object.entries(configuration)));
  await session.write('s3://acme-lake/tenants/a/', ['1', '2']);
  session.hadoopConfiguration.set(KEY_PROPERTY, arnOf(KEYS.b));
  await session.write('s3://acme-lake/tenants/b/', ['1', '2']);
}

async function applicationsApart(cluster: Cluster): Promise<void> {
  const { stdout } = await auditor([
    'emr',
    'export',
    '--policy',
    POLICY,
    '--release',
    'emr-6.15.0',
    '--json',
  ]);
  const { applications }: Exported = JSON.parse(stdout);
  for (const { prefixes, settings } of applications) {
    const session = new SparkSession(cluster, new Map(Object.entries(settings)));
    for (const prefix of prefixes) await session.write(prefix, ['1', '2']);
  }
}

const credentials = { AWS_ACCESS_KEY_ID: `LOCAL${ACCOUNT}`, AWS_SECRET_ACCESS_KEY: 'local' };

async function checkedBucket(endpoint: string): Promise<readonly string[]> {
  const { stdout, status } = await auditor(
    ['bucket', 'check', 's3://acme-lake', '--policy', POLICY, '--endpoint-url', endpoint, '--region', REGION],
    credentials,
  );
  return [stdout.trimEnd(), `exit status ${status}`];
}

async function auditedLines(endpoint: string): Promise<readonly string[]> {
  const { stdout, status } = await auditor(
    ['audit', 's3://acme-lake/tenants/', '--policy', POLICY, '--endpoint-url', endpoint, '--region', REGION],
    credentials,
  );
  const records = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Audited => JSON.parse(line))
    .toSorted((a, b) => (a.object.key < b.object.key ? -1 : 1));
  const lines = records.map(({ object, outcome, violations = [], diagnosis = [] }) => {
    const codes = [...violations, ...diagnosis].map(({ code }) => code).join(', ');
    return `${outcome.padEnd(9)}  s3://${object.bucket}/${object.key}  ${codes}`.trimEnd();
  });
  return [...lines, `exit status ${status}`];
}

async function walk(way: string): Promise<void> {
  const aws = await startLocalAws();
  const config = aws.clientConfig(ACCOUNT, REGION);
  const [s3, kms] = [new S3Client(config), new KMSClient(config)];
  try {
    for (const keyId of Object.values(KEYS)) {
      aws.kms.control.createKey({ account: ACCOUNT, region: REGION, keyId });
    }
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'acme-lake', CreateBucketConfiguration }));
    const cluster: Cluster = { s3, kms, s3Connector: 'emrfs' };
    if (way === 'apart') await applicationsApart(cluster);
    if (way === 'shared') await sharedSession(cluster);
    const lines = way === 'bucket' ? checkedBucket(aws.endpoint) : auditedLines(aws.endpoint);
    for (const line of await lines) process.stdout.write(`${line}\n`);
  } finally {
    for (const client of [s3, kms]) client.destroy();
    await aws.close();
  }
}

const [way = ''] = parseArgs({ allowPositionals: true }).positionals;
if (!['shared', 'apart', 'bucket'].includes(way)) throw new Error('expected "shared", "apart" or "bucket"');
await walk(way);
