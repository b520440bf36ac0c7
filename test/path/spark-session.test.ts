import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ACCOUNT, BUCKET, type DemoWorld, REGION, startDemoWorld } from '../../local/demo-world.ts';
import { SparkSession } from '../../local/spark-session.ts';
import { ENVIRONMENT } from '../cli/local-lake.ts';
import { fileWith, recordsOf, run } from '../cli/run.ts';

const ROOT = join(import.meta.dirname, '../..');
const POLICY = join(ROOT, 'examples/data-lake-policy.yaml');
const arn = (id: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
const KEYS = {
  'alias/tenant-a': arn('aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa'),
  'alias/tenant-b': arn('bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb'),
};
const KEY_A = KEYS['alias/tenant-a'];
const KEY_B = KEYS['alias/tenant-b'];

/** One column of the three: what serves the scheme, and how its key is set. */
const COLUMNS = [
  {
    column: 's3:// on EMRFS',
    scheme: 's3',
    connector: 'emrfs',
    on: { 'fs.s3.enableServerSideEncryption': 'true' },
    key: 'fs.s3.serverSideEncryption.kms.keyId',
  },
  {
    column: 's3:// on S3A',
    scheme: 's3',
    connector: 's3a',
    on: { 'fs.s3a.encryption.algorithm': 'SSE-KMS' },
    key: 'fs.s3a.encryption.key',
  },
  {
    column: 's3a:// on S3A',
    scheme: 's3a',
    connector: 's3a',
    on: { 'fs.s3a.encryption.algorithm': 'SSE-KMS' },
    key: 'fs.s3a.encryption.key',
  },
] as const;

let world: DemoWorld;

beforeAll(async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  world = await startDemoWorld(ROOT);
}, 60_000);
afterAll(() => world.close());

const keysFile = (): string => fileWith('keys.json', JSON.stringify(KEYS));

/** Lets the events reach the function, and gives the mails that came of them. */
async function mailsSince(before: number): Promise<readonly string[]> {
  await world.mapping.untilDrained();
  return world
    .mails()
    .slice(before)
    .map(({ subject, body }) => `${subject}\n${body}`);
}

interface ExportedSettings {
  readonly applications: readonly {
    readonly prefixes: readonly string[];
    readonly settings: Readonly<Record<string, string>>;
  }[];
  readonly singleSession?: {
    readonly base: Readonly<Record<string, string>>;
    readonly steps: readonly {
      readonly prefix: string;
      readonly set: Readonly<Record<string, string>>;
      readonly unset: readonly string[];
    }[];
  };
}

describe.each(COLUMNS)('a session that writes two tenants: $column', ({ scheme, connector, on, key }) => {
  // Each column writes to tenants' folders of its own, so that no event is of another column's object.
  const folder = (tenant: string): string => `tenants/${tenant}/${scheme}-${connector}/`;
  const writes = (['a', 'b'] as const).map((tenant) => `${scheme}://${BUCKET}/${folder(tenant)}`);
  const cluster = () => ({ s3: world.s3, kms: world.kms, s3Connector: connector });
  const firstKey = Object.entries({ ...on, [key]: KEY_A });

  const exported = async (...options: readonly string[]): Promise<ExportedSettings> => {
    const targets = writes.flatMap((uri) => ['--write', uri.replace(/^s3a:/, 's3:')]);
    const which = ['--connector', connector, '--scheme', scheme, '--keys', keysFile()];
    const { stdout, status } = await run([
      'emr',
      'export',
      '--policy',
      POLICY,
      ...targets,
      ...which,
      '--json',
      ...options,
    ]);
    expect(status).toBe(0);
    return JSON.parse(stdout);
  };

  it('preflight predicts that the second folder gets the first key, and names why', async () => {
    const config = fileWith(
      'cluster.conf',
      firstKey.map(([name, value]) => `spark.hadoop.${name} ${value}\n`).join(''),
    );
    const planned = fileWith(
      'writes.json',
      JSON.stringify([writes[0], { write: writes[1], conf: { [`spark.hadoop.${key}`]: KEY_B } }]),
    );
    const { status, stdout } = await run([
      ...['emr', 'preflight', '--policy', POLICY, '--config', config, '--writes', planned],
      ...['--connector', connector, '--keys', keysFile(), '--format', 'json'],
    ]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      writes: [
        { write: writes[0], outcome: 'compliant' },
        {
          write: writes[1],
          outcome: 'violation',
          violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { actual: KEY_A, allowed: [KEY_B] } }],
          cachedFrom: expect.anything(),
        },
      ],
    });
  });

  it('the event path finds it, and the alert names the cached client and its properties', async () => {
    const before = world.mails().length;
    const session = new SparkSession(cluster(), new Map(firstKey));
    await session.write(writes[0] ?? '', ['1', '2']);
    session.hadoopConfiguration.set(key, KEY_B);
    await session.write(writes[1] ?? '', ['1', '2']);
    const mails = await mailsSince(before);
    // The queue hands over what is there: one job's objects may come in several batches, each with its own digest.
    const counts = mails.map((mail) => Number(/^Objects +(\d+)$/m.exec(mail)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
    for (const mail of mails) {
      expect(mail).toContain('under the wrong key');
      expect(mail).toContain(`First key  ${folder('b')}`);
      expect(mail.replaceAll(/\s+/g, ' ')).toContain(
        'probably one client with cached settings wrote for both',
      );
      expect(mail).toContain(`fs.${scheme}.impl.disable.cache=true`);
      expect(mail).toContain(`${key}=${KEY_B}`);
    }
  });

  it('one application for each key, as exported, writes nothing that is wrong', async () => {
    const before = world.mails().length;
    const { applications } = await exported();
    expect(applications).toHaveLength(2);
    for (const { prefixes, settings } of applications) {
      const session = new SparkSession(cluster(), new Map(Object.entries(settings)));
      for (const prefix of prefixes) await session.write(prefix.replace(/^s3:/, `${scheme}:`), ['1', '2']);
    }
    expect(await mailsSince(before)).toEqual([]);
    await expectClean(['a', 'b'].map(folder));
  });

  it('one session with its cache disabled, as exported, writes nothing that is wrong', async () => {
    const before = world.mails().length;
    const { singleSession } = await exported('--single-session');
    const session = new SparkSession(cluster(), new Map(Object.entries(singleSession?.base ?? {})));
    for (const { prefix, set, unset } of singleSession?.steps ?? []) {
      for (const name of unset) session.hadoopConfiguration.delete(name);
      for (const [name, value] of Object.entries(set)) session.hadoopConfiguration.set(name, value);
      await session.write(prefix.replace(/^s3:/, `${scheme}:`), ['3']);
    }
    expect(singleSession?.steps).toHaveLength(2);
    expect(await mailsSince(before)).toEqual([]);
  });
});

/** Audits the folders on demand: every object is there and compliant. */
async function expectClean(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const { stdout, status } = await run([
      ...['audit', `s3://${BUCKET}/${folder}`, '--policy', POLICY],
      ...['--endpoint-url', world.aws.endpoint, '--region', REGION],
    ]);
    expect(recordsOf(stdout).map(({ outcome }) => outcome)).toEqual(Array(3).fill('compliant'));
    expect(status).toBe(0);
  }
}

it('the policy of the example is the one that the world audits by', () => {
  expect(readFileSync(POLICY, 'utf8')).toContain('alias/tenant-{tenant}');
});
