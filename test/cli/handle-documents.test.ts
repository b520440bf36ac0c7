import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENVIRONMENT, type LocalLake, localLake } from './local-lake.ts';
import { EVENTS, fileWith, POLICY, type Run, recordsOf, run } from './run.ts';

const A = 'tenants/a/part-0.parquet';
const B = 'tenants/b/part-0.parquet';
const TOTALS = 'tenants/a/totals 2026+11.csv';
const INSTRUCTION_FILE = JSON.stringify({
  'x-amz-key-v2': 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==',
  'x-amz-iv': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
  'x-amz-matdesc': '{"kms_cmk_id":"alias/any"}',
});

let lake: LocalLake;

beforeAll(async () => {
  lake = await localLake();
  for (const key of [A, TOTALS, 'tenants/a/100%25+done.csv']) await lake.put(key, lake.keys.a);
  await lake.put(B, lake.keys.a);
});
afterAll(async () => lake.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const handle = (path: string, args: readonly string[] = []): Promise<Run> =>
  run(['handle', path, '--policy', POLICY, '--endpoint-url', lake.aws.endpoint, ...args]);
const handled = (event: unknown, args: readonly string[] = []): Promise<Run> =>
  handle(fileWith('event.json', JSON.stringify(event)), args);
const sample = (name: string) => JSON.parse(readFileSync(join(EVENTS, name), 'utf8'));
const outcomes = ({ stdout }: Run): readonly string[] =>
  recordsOf(stdout).map(({ object, outcome }) => `${outcome} ${object.key}`);

interface Outcome {
  readonly status: 0 | 1 | 2 | 3;
  readonly records?: readonly string[];
  readonly told?: string;
}

const compliant = (...keys: readonly string[]): Outcome => ({
  status: 0,
  records: keys.map((key) => `compliant ${key}`),
});
const gone = (key: string): Outcome => ({ status: 0, records: [`gone ${key}`] });
/** The local S3 has version ids of another form, and answers 400. */
const versionNotThere: Outcome = { status: 3, records: [`unknown ${A}`] };
const nothing: Outcome = { status: 0, told: 'names no object to audit' };
const unreadable = (told: string): Outcome => ({ status: 2, told: `the event could not be read: ${told}` });

const EXPECTED: Readonly<Record<string, Outcome>> = {
  'batch-operations-1.0.json': { status: 3, records: [`unknown ${TOTALS}`] },
  'batch-operations-2.0.json': {
    status: 3,
    records: [`compliant ${A}`],
    told: 'batch-operations-2.0.json: tasks[1].s3Key: found "tenants/a/100%ZZ.csv", expected form-urlencoded UTF-8\n',
  },
  'ceph-unencoded-key.json': gone('tenants/a/a b+ü.txt'),
  'cloudtrail-update-object-encryption-denied.json': nothing,
  'cloudtrail-update-object-encryption.json': versionNotThere,
  'eventbridge-key-with-percent.json': compliant('tenants/a/100%25+done.csv'),
  'eventbridge-object-created.json': versionNotThere,
  'eventbridge-object-deleted-ignored.json': nothing,
  'map-batch.json': { status: 0, records: ['gone tenants/a/', `compliant ${A}`, `compliant ${TOTALS}`] },
  's3-copy.json': gone('tenants/a/copies/part-0.parquet'),
  's3-delete-ignored.json': nothing,
  's3-event-name-unknown.json': unreadable('Records[0].eventName: '),
  's3-event-version-3.json': unreadable('Records[0].eventVersion: '),
  's3-multipart-complete.json': gone('tenants/a/part-1.parquet'),
  's3-put-fewest-fields.json': gone('tenants/a/daily totals.csv'),
  's3-put-from-ipv6.json': compliant(A),
  's3-put-key-non-ascii.json': gone('tenants/a/café/日本-🔑.csv'),
  's3-put-key-undecodable.json': unreadable('Records[0].s3.object.key: '),
  's3-put-key-with-plus-and-space.json': compliant(TOTALS),
  's3-put.json': compliant(A),
  's3-test-event.json': nothing,
  's3-two-records.json': { status: 1, records: [`compliant ${A}`, `violation ${B}`] },
  's3-versioned-put.json': versionNotThere,
  'sns-s3-put.json': compliant(A),
  'sns-test-event.json': nothing,
  'sqs-cloudtrail.json': versionNotThere,
  'sqs-duplicate-delivery.json': compliant(A),
  'sqs-eventbridge.json': compliant(A),
  'sqs-message-without-id.json': unreadable('Records[0].messageId: '),
  'sqs-overwrite-later-sequencer.json': compliant(A),
  'sqs-raw-delivery.json': compliant(A),
  'sqs-s3-put.json': compliant(A),
  'sqs-sns-wrapped.json': compliant(A),
  'sqs-test-event.json': nothing,
  'sqs-three-messages-middle-malformed.json': {
    status: 3,
    records: [`compliant ${A}`, `violation ${B}`],
    told: '2e1424d4-f796-459a-8184-9c92662be6da: body: ',
  },
};

describe('every sample event', () => {
  const names = readdirSync(EVENTS).filter((name) => name.endsWith('.json'));

  it('is expected to come to something', () => {
    expect(Object.keys(EXPECTED).toSorted()).toEqual(names.toSorted());
  });

  it.each(names)('%s comes to that', async (name) => {
    const { status, records = [], told = '' } = EXPECTED[name] ?? { status: 2 };
    const result = await handle(join(EVENTS, name));
    expect({ status: result.status, records: outcomes(result) }).toEqual({ status, records });
    expect(result.stderr).toContain(told);
  });
});

describe('an event that came straight', () => {
  const bad = (record: { s3: object }) => ({
    ...record,
    s3: { ...record.s3, object: { key: '' } },
  });

  it('with bad records among good ones is status 3: the good ones are audited, the bad ones told with their place', async () => {
    const [first, second] = sample('s3-two-records.json').Records;
    const result = await handled({ Records: [bad(first), first, bad(second), second] });
    expect(result.status).toBe(3);
    expect(outcomes(result)).toEqual([`compliant ${A}`, `violation ${B}`]);
    const told = result.stderr.split('\n').filter((line) => line.includes('event.json: '));
    const why = 's3.object.key: found an empty string, expected a non-empty string';
    expect(told.map((line) => line.replace(/^.*event\.json: /, ''))).toEqual([
      `Records[0].${why}`,
      `Records[2].${why}`,
    ]);
  });

  it('by way of SNS is read record by record as well', async () => {
    const [first] = sample('s3-two-records.json').Records;
    const Message = JSON.stringify({ Records: [first, bad(first)] });
    const result = await handled({ Records: [{ EventSource: 'aws:sns', Sns: { Message } }] });
    expect({ status: result.status, records: outcomes(result) }).toEqual({
      status: 3,
      records: [`compliant ${A}`],
    });
    expect(result.stderr).toContain('event.json: Records[0].Sns.Message.Records[1].s3.object.key: found');
  });

  it('with a bad record beside one that tells of no write is status 3: not nothing could be read', async () => {
    const [first] = sample('s3-two-records.json').Records;
    const [deletion] = sample('s3-delete-ignored.json').Records;
    const { status, stdout, stderr } = await handled({ Records: [deletion, bad(first)] });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /event\.json: Records\[1\]\.s3\.object\.key: found an empty string, expected .*\n$/,
    );
  });

  it('of which no record can be read is status 2, with the reasons', async () => {
    const [first] = sample('s3-two-records.json').Records;
    const { status, stdout, stderr } = await handled({ Records: [bad(first), bad(first)] });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/: the event could not be read: Records\[0\]\..*; Records\[1\]\..*\n$/);
  });
});

describe('what S3 Batch Operations and a Distributed Map hand over', () => {
  const job = (...keys: readonly unknown[]) => ({
    ...{ invocationSchemaVersion: '2.0', invocationId: 'i' },
    tasks: keys.map((s3Key, index) => ({ taskId: `t${index}`, s3Key, s3Bucket: 'acme-lake' })),
  });
  const batch = (policy: string, ...Items: readonly object[]) => ({
    BatchInput: { runId: 'weekly', bucket: 'acme-lake', keyEncoding: 'raw', policy },
    Items,
  });

  it('a violation is status 1 and no alert, which is said where a topic was given', async () => {
    const { arn, received } = await lake.topic('of-a-job');
    for (const [event, answer] of [
      [job(A, B), 'a result for each task'],
      [batch('', { Key: A }, { Key: B }), 'a tally'],
    ] as const) {
      const shown = await handled(event);
      expect({ status: shown.status, stderr: shown.stderr }).toEqual({ status: 1, stderr: '' });
      expect(outcomes(shown)).toEqual([`compliant ${A}`, `violation ${B}`]);
      const { status, stderr } = await handled(event, ['--topic-arn', arn]);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `event\\.json: its function answers with ${answer}: nothing is published to --topic-arn\n$`,
        ),
      );
    }
    expect(await received()).toEqual([]);
  });

  it('one of which nothing can be read is status 2', async () => {
    for (const event of [
      job('', 7),
      batch('', { Key: '' }),
      { ...job(A), invocationSchemaVersion: '3.0' },
      { ...batch(''), BatchInput: {} },
    ]) {
      const { status, stdout, stderr } = await handled(event);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/: found .*, expected .*\n$/);
    }
  });

  it('an item that cannot be read is status 3, and one that is a delete marker is passed over', async () => {
    const result = await handled(batch('', { Key: A }, { Key: '' }, { Key: B, IsDeleteMarker: 'true' }));
    expect({ status: result.status, records: outcomes(result) }).toEqual({
      status: 3,
      records: [`compliant ${A}`],
    });
    expect(result.stderr).toMatch(/event\.json: Items\[1\]\.Key: found an empty string, expected .*\n$/);
  });

  it('nothing goes back to wait for an instruction file, and an object beside one is told once', async () => {
    const rule = '{ id: c, match: "s3://acme-lake/client/", cse: required }';
    const policy = ['--policy', fileWith('policy.yaml', `version: 1\nrules:\n  - ${rule}\n`)];
    const files = ['client/lone', 'client/pair', 'client/pair.instruction'];
    for (const key of files) await lake.putText('acme-lake', key, INSTRUCTION_FILE);
    const straight = (key: string) => {
      const [record] = sample('s3-put.json').Records;
      return handled({ Records: [{ ...record, s3: { ...record.s3, object: { key } } }] }, policy);
    };
    const lone = await straight('client/lone');
    expect({ status: lone.status, stdout: lone.stdout }).toEqual({ status: 3, stdout: '' });
    expect(lone.stderr).toContain('it waits for the other of an object and its instruction file');
    const pair = ['compliant client/pair.instruction', 'compliant client/pair'];
    expect(outcomes(await straight('client/pair.instruction'))).toEqual(pair);
    for (const event of [job(...files), batch('', ...files.map((Key) => ({ Key })))]) {
      const result = await handled(event, policy);
      expect(result.status).toBe(1);
      expect(outcomes(result)).toEqual(['violation client/lone', ...pair.toReversed()]);
    }
  });

  it('with nothing but delete markers beside an item that cannot be read is status 3', async () => {
    const { status } = await handled(batch('', { Key: B, IsDeleteMarker: true }, { Key: '' }));
    expect(status).toBe(3);
  });

  it('a policy that a batch names is not taken, which is said', async () => {
    const { status, stderr } = await handled(batch('s3://policies/strict.yaml', { Key: A }));
    expect(status).toBe(0);
    const name = basename(POLICY);
    expect(stderr).toMatch(
      new RegExp(`: names the policy s3://policies/strict\\.yaml, but is judged by --policy \\S+${name}\n$`),
    );
  });
});
