import { readFileSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { BeforeRequest, LocalAwsOptions } from '../../local/aws.ts';
import { BadInput } from '../../src/cli/io.ts';
import { RunStopped } from '../../src/reaudit/run-errors.ts';
import { BUCKET, fill, POLICY, runAudit, type World, world } from './audit-world.ts';
import { ACCOUNT, ENVIRONMENT, REGION } from './local-lake.ts';
import { Collector, fileWith, recordsOf, scratch } from './run.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

async function lake(objects: number, options: LocalAwsOptions = {}): Promise<World> {
  const made = await world(options);
  onTestFinished(() => made.aws.close());
  fill(made, objects);
  return made;
}

const policyFile = (text = POLICY): string => fileWith('policy.yaml', text);

describe('the audit of a prefix', () => {
  it('gives every object one record, as NDJSON in a pipe and nothing else', async () => {
    const made = await lake(1_500);
    const { status, stdout, stderr } = await runAudit(made, { policy: policyFile() });
    const records = recordsOf(stdout);
    expect(new Set(records.map(({ object }) => object.key)).size).toBe(1_502);
    expect(records).toHaveLength(1_502);
    expect(records.filter(({ outcome }) => outcome === 'violation')).toHaveLength(150);
    expect(records.filter(({ outcome }) => outcome === 'exempt').map(({ size }) => size)).toEqual([0, 0]);
    expect(records.every(({ outcome, source }) => outcome === 'exempt' || source === 'head')).toBe(true);
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  it('shows a table and a summary on a terminal, with a live line that is cleared before them', async () => {
    const made = await lake(20);
    const { stdout, stderr } = await runAudit(made, { policy: policyFile() }, { io: { terminal: true } });
    expect(stdout.split('\n')[0]).toMatch(/^outcome +rule +object$/);
    const cleared = stderr.split('\r\u001b[2K');
    expect(cleared[1]).toMatch(/^0 audited of 0 listed so far/);
    expect(cleared.at(-1)).toBe('22 objects: 18 compliant, 2 violation, 2 exempt\n');
  });

  it('draws no live line into a file of standard error, though standard output is a terminal', async () => {
    const made = await lake(20);
    const stderr = new Collector({ isTTY: false });
    await runAudit(made, { policy: policyFile() }, { io: { terminal: true, stderr } });
    expect(stderr.text).toBe('22 objects: 18 compliant, 2 violation, 2 exempt\n');
  });

  it('draws it where standard error alone is a terminal, but not beside a pipe that shows the records there', async () => {
    const made = await lake(1);
    const file = new Collector({ isTTY: true });
    await runAudit(made, { policy: policyFile() }, { io: { stderr: file } });
    expect(file.text).toContain('0 audited of 0 listed so far');
    const pipe = new Collector({ isTTY: true });
    const stdout = new Socket();
    stdout._write = (_chunk, _encoding, done) => done();
    stdout._writev = (_chunks, done) => done();
    await runAudit(made, { policy: policyFile() }, { io: { stderr: pipe, stdout } });
    expect(pipe.text).toBe('');
  });

  it.each([
    [30, '0 audited of 0 listed so far ·'.slice(0, 29)],
    [0, '0 audited of 0 listed so far · 0/s · 0 violations'],
  ])('cuts the live line to a terminal of %i columns, where it knows them', async (columns, line) => {
    const made = await lake(1);
    const { stderr } = await runAudit(made, { policy: policyFile() }, { io: { terminal: true, columns } });
    expect(stderr.split('\r\u001b[2K')[1]).toBe(line);
  });

  it('audits a whole bucket, and of each object what the most specific rule says', async () => {
    const made = await lake(10);
    made.put('other/x');
    const { stdout, status } = await runAudit(made, { policy: policyFile(), target: `s3://${BUCKET}` });
    expect(recordsOf(stdout).filter(({ outcome }) => outcome === 'uncovered')).toMatchObject([
      { object: { key: 'other/x' }, size: 1, storageClass: 'STANDARD' },
    ]);
    expect(status).toBe(1);
  });

  it('writes records to a file and the report, and counts what by policy has no record', async () => {
    const made = await lake(10);
    made.put('other/x');
    const [output, report] = ['records.ndjson', 'report.html'].map((name) => join(scratch(), name));
    const policy = policyFile(POLICY.replace('uncovered: report', 'uncovered: ignore'));
    const options = { policy, target: `s3://${BUCKET}/`, output: output ?? '', report: report ?? '' };
    const { stdout, stderr } = await runAudit(made, options, { io: { terminal: true } });
    expect(stdout).toBe('');
    expect(recordsOf(readFileSync(output ?? '', 'utf8'))).toHaveLength(12);
    expect(stderr).toContain('13 objects: 9 compliant, 1 violation, 1 uncovered, 2 exempt');
    const html = readFileSync(report ?? '', 'utf8');
    expect(html).toContain('<!doctype html>');
    expect(html).toContain(`s3://${BUCKET}/`);
  });

  it('of a prefix that holds nothing says so, and is no failure', async () => {
    const made = await lake(1);
    const { status, stdout, stderr } = await runAudit(made, {
      policy: policyFile(),
      target: `s3://${BUCKET}/tenants/z/`,
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '',
      stderr: `there are no objects under s3://${BUCKET}/tenants/z/\n`,
    });
  });

  it('with --versions audits the versions that are not current too, and no delete marker', async () => {
    const made = await lake(1);
    await made.versioned();
    made.put('tenants/b/k', made.keys.a);
    made.put('tenants/b/k', made.keys.b);
    const s3 = new S3Client(made.aws.clientConfig(ACCOUNT, REGION));
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'tenants/b/k' }));
    s3.destroy();
    const target = `s3://${BUCKET}/tenants/b/k`;
    const { stdout } = await runAudit(made, { policy: policyFile(), target, versions: true });
    const records = recordsOf(stdout);
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(['compliant', 'violation']);
    expect(new Set(records.map(({ object }) => object.versionId)).size).toBe(2);
    const current = await runAudit(made, { policy: policyFile(), target });
    expect(current.stderr).toContain('there are no objects');
  });

  it('publishes one digest for each cause at its end, with the exact count', async () => {
    const made = await lake(40);
    const config = made.aws.clientConfig(ACCOUNT, REGION);
    const [sns, sqs] = [new SNSClient(config), new SQSClient(config)];
    onTestFinished(() =>
      [sns, sqs].forEach((client) => {
        client.destroy();
      }),
    );
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alerts' }));
    const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:alerts`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await runAudit(made, { policy: policyFile(), topicArn: TopicArn });
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    const digests = Messages.map(({ Body = '' }) => JSON.parse(JSON.parse(Body).Message));
    expect(digests).toMatchObject([
      { trigger: 'run', count: 4, codes: ['KMS_KEY_NOT_ALLOWED'], rule: 'tenants' },
    ]);
  });
});

describe('what is refused before anything is asked of AWS', () => {
  const requests: string[] = [];
  const note: BeforeRequest = (service) => {
    requests.push(service);
    return undefined;
  };
  const table: readonly (readonly [string, object, RegExp])[] = [
    [
      'a prefix that no rule can govern',
      { target: `s3://${BUCKET}/finance/` },
      /no rule of the policy can govern an object under s3:\/\/acme-lake\/finance\/, so nothing was listed\. Its rules: tenants \(s3/,
    ],
    ['a place that is none in S3', { target: '/tmp/x' }, /expected s3:\/\/BUCKET\[\/PREFIX\]/],
    ['an ARN', { target: 's3://arn:aws:s3:eu-west-1:111122223333:accesspoint/a' }, /by its alias/],
    ['--resume without --output', { resume: 'run.state' }, /--resume needs --output FILE/],
    [
      '--output that is the state',
      { resume: 'x', output: 'x' },
      /--output x is the file that --resume names/,
    ],
    [
      '--report that is the output',
      { report: 'x', output: './x' },
      /--report x is the file that --output names/,
    ],
    [
      'a report in no folder',
      { report: '/no/such/r.html' },
      /--report \/no\/such\/r\.html could not be written/,
    ],
    ['a topic that is none', { topicArn: 'alerts' }, /expected arn:aws:sns/],
    ['a mail topic alone', { mailTopicArn: 'arn:aws:sns:eu-west-1:111122223333:m' }, /needs --topic-arn/],
    ['versions of a directory bucket', { target: 's3://a--x-s3', versions: true }, /which has no versions/],
    [
      'to go on with a directory bucket',
      { target: 's3://a--x-s3', resume: 'r', output: 'o' },
      /lists in no order, so that a run of it cannot be gone on with/,
    ],
    ['a state file that is a folder', { resume: '/tmp', output: 'o' }, /--resume \/tmp is no file/],
    ['a state file of something else', { resume: someFile(), output: 'o' }, /is no state file of this tool/],
  ];

  it.each(table)('is %s', async (_, options, message) => {
    const made = await lake(1, { beforeRequest: [note] });
    requests.length = 0;
    const refused = runAudit(made, { policy: policyFile(), ...options });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(BadInput);
    expect(requests).toEqual([]);
  });
});

/** A file that is no state. */
function someFile(): string {
  return join(import.meta.dirname, 'audit-world.ts');
}

describe('what stops a run', () => {
  const refuse =
    (
      status: number,
      code: string,
      when: (method: string, path: string, query: URLSearchParams) => boolean,
    ): BeforeRequest =>
    (service, { method, rawPath, query }) =>
      service === 's3' && when(method, rawPath, query)
        ? { status, body: `<Error><Code>${code}</Code><Message>so it is</Message></Error>` }
        : undefined;
  const listing = (method: string, _: string, query: URLSearchParams) =>
    method === 'GET' && query.has('list-type');

  it('is no such bucket, told with what to check', async () => {
    const made = await lake(1);
    const policy = policyFile(POLICY.replaceAll(BUCKET, 'acme-none'));
    const stopped = runAudit(made, { policy, target: 's3://acme-none/tenants/' });
    await expect(stopped).rejects.toThrow(
      /s3:\/\/acme-none cannot be listed: there is no such bucket\. Check its name/,
    );
    await expect(stopped).rejects.toThrow(RunStopped);
  });

  it('is another Region, told by name', async () => {
    const made = await lake(1);
    const aws = { endpointUrl: made.aws.endpoint, region: 'us-east-1' };
    await expect(runAudit(made, { policy: policyFile(), aws })).rejects.toThrow(/Add --region eu-west-1/);
  });

  it('is a listing that is denied, told with the permission', async () => {
    const made = await lake(1, { beforeRequest: [refuse(403, 'AccessDenied', listing)] });
    await expect(runAudit(made, { policy: policyFile() })).rejects.toThrow(
      /s3:\/\/acme-lake cannot be listed: .* needs s3:ListBucket on the bucket/,
    );
  });

  it('is credentials that expire in its midst: what is kept stays, and the same command goes on', async () => {
    let heads = 0;
    let expired = true;
    const expire = refuse(400, 'ExpiredToken', (method, path) => {
      if (method === 'HEAD') heads += 1;
      return expired && heads > 1_500 && path.includes('/tenants/');
    });
    const made = await lake(2_200, { beforeRequest: [expire] });
    const folder = scratch();
    const [output, resume] = [join(folder, 'o.ndjson'), join(folder, 'run.state')];
    const options = { policy: policyFile(), output, resume };
    await expect(runAudit(made, options)).rejects.toThrow(
      /ExpiredToken[\s\S]*\n.*objects are done, their records in .*; the same command goes on from there/,
    );
    expect(statSync(output).size).toBeGreaterThan(0);
    expired = false;
    const { status } = await runAudit(made, options);
    expect(status).toBe(1);
    expect(new Set(recordsOf(readFileSync(output, 'utf8')).map(({ object }) => object.key)).size).toBe(2_202);
  });

  it('is Ctrl-C, after which it says how to go on, or how it could have been', async () => {
    const made = await lake(1_500);
    const stop = new AbortController();
    stop.abort();
    const edge = { signal: stop.signal };
    await expect(runAudit(made, { policy: policyFile() }, { edge })).rejects.toThrow(
      /interrupted before the end\nThe run did not finish.*--output FILE and --resume FILE/,
    );
    const folder = scratch();
    const options = { policy: policyFile(), output: join(folder, 'o'), resume: join(folder, 's') };
    await expect(runAudit(made, options, { edge })).rejects.toThrow(/0 objects are done.*\(--resume .*\/s\)/);
    expect((await runAudit(made, options)).status).toBe(1);
    expect(recordsOf(readFileSync(options.output, 'utf8'))).toHaveLength(1_502);
  });
});

describe('--resume', () => {
  async function ended(objects = 20) {
    const made = await lake(objects);
    const folder = scratch();
    const options = {
      policy: policyFile(),
      output: join(folder, 'records.ndjson'),
      resume: join(folder, 'run.state'),
      report: join(folder, 'report.html'),
    };
    await runAudit(made, options);
    return { made, options };
  }

  it('of a run that has ended says so, audits nothing, and writes the report again', async () => {
    const { made, options } = await ended();
    const records = readFileSync(options.output, 'utf8');
    const report = readFileSync(options.report, 'utf8');
    made.put('tenants/a/new', made.keys.b);
    const again = await runAudit(made, { ...options, report: `${options.report}.2` });
    expect(again.stderr).toMatch(/the run of .*run\.state had come to its end at 2026-11-21T02:00:00\.000Z/);
    expect(again.status).toBe(1);
    expect(readFileSync(options.output, 'utf8')).toBe(records);
    expect(readFileSync(`${options.report}.2`, 'utf8')).toBe(report);
  });

  it('goes on under the policy that the run was begun with, and says so where its file has changed', async () => {
    const { made, options } = await ended();
    const again = await runAudit(made, { ...options, policy: policyFile('version: 2\n') });
    expect(again.stderr).toMatch(
      /is not the policy that this run was begun with at 2026.*: it goes on under that one/,
    );
    expect(again.status).toBe(1);
  });

  it.each([
    ['another prefix', { target: `s3://${BUCKET}/tenants/a/` }, /it audits s3:\/\/acme-lake\/tenants\//],
    ['other options', { versions: true }, /it is without --versions/],
    ['another file of records', { output: '/tmp/elsewhere' }, /its records are in .*records\.ndjson/],
  ])('is refused for %s', async (_, options, message) => {
    const run = await ended(2);
    const other = runAudit(run.made, { ...run.options, ...options });
    await expect(other).rejects.toThrow(message);
    await expect(other).rejects.toThrow(
      /is the state of another run.*Give the options that it was begun with/,
    );
    await expect(other).rejects.toThrow(BadInput);
  });
});
