import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENVIRONMENT, type LocalLake, localLake } from './local-lake.ts';
import {
  EVENTS,
  fileWith,
  POLICY,
  type Run,
  type RunOptions,
  recordsOf,
  run,
  scratch,
  unprintableIn,
} from './run.ts';

let lake: LocalLake;
let aliases = 0;

beforeAll(async () => {
  lake = await localLake();
});
afterAll(async () => lake.close());
beforeEach(async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  await lake.put('tenants/a/part-0.parquet', lake.keys.a);
  await lake.put('tenants/b/part-0.parquet', lake.keys.b);
});
afterEach(() => {
  vi.unstubAllEnvs();
  lake.aws.s3.control.setDenied('acme-lake', undefined);
});

const handle = (event: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Run> => {
  const path = event === '-' || event.startsWith('/') ? event : join(EVENTS, event);
  const argv = ['handle', path, '--policy', POLICY, '--endpoint-url', lake.aws.endpoint, ...args];
  return run(argv, options);
};
const outcomes = ({ stdout }: Run): readonly string[] => recordsOf(stdout).map(({ outcome }) => outcome);
const newTopic = () => {
  aliases += 1;
  return lake.topic(`alerts-${aliases}`);
};

describe('every kind of event that the functions take', () => {
  for (const event of [
    's3-put.json',
    's3-put-fewest-fields.json',
    'sns-s3-put.json',
    'sqs-s3-put.json',
    'sqs-sns-wrapped.json',
    'sqs-eventbridge.json',
    'sqs-raw-delivery.json',
  ]) {
    it(`${event} is audited: an object under its tenant's key is compliant, status 0`, async () => {
      const result = await handle(event);
      const compliant = outcomes(result).every((outcome) => outcome === 'compliant' || outcome === 'gone');
      expect({ status: result.status, compliant, stderr: result.stderr }).toEqual({
        status: 0,
        compliant: true,
        stderr: '',
      });
      expect(outcomes(result).length).toBeGreaterThan(0);
    });
  }

  it('an EventBridge event is audited, and the version that it names is the one', async () => {
    const event = JSON.parse(readFileSync(join(EVENTS, 'eventbridge-object-created.json'), 'utf8'));
    // The local S3 has version ids of another form.
    const withVersion = (id: string | undefined) =>
      handle('-', [], {
        stdin: JSON.stringify({
          ...event,
          detail: { ...event.detail, object: { ...event.detail.object, 'version-id': id } },
        }),
      });
    expect(outcomes(await withVersion(undefined))).toEqual(['compliant']);
    expect(outcomes(await withVersion('A'.repeat(32)))).toEqual(['gone']);
  });

  for (const event of [
    's3-test-event.json',
    'sns-test-event.json',
    'sqs-test-event.json',
    's3-delete-ignored.json',
  ]) {
    it(`${event} names no object, which is said, with status 0`, async () => {
      const { status, stdout, stderr } = await handle(event);
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
      expect(stderr).toContain('names no object to audit');
    });
  }

  it('standard input is an event as well, with or without a byte order mark', async () => {
    const text = readFileSync(join(EVENTS, 's3-put.json'), 'utf8');
    for (const stdin of [text, `\uFEFF${text}`]) {
      expect(outcomes(await handle('-', [], { stdin }))).toEqual(['compliant']);
    }
  });

  it('two records in one event are two records, each audited', async () => {
    await lake.put('tenants/b/part-0.parquet', lake.keys.a);
    const result = await handle('s3-two-records.json');
    expect(outcomes(result)).toEqual(['compliant', 'violation']);
    expect(result.status).toBe(1);
  });
});

describe('the alert', () => {
  it('without a topic is shown in full to people, and nothing is sent', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const { status, stdout, stderr } = await handle('s3-put.json');
    expect(status).toBe(1);
    expect(recordsOf(stdout)).toHaveLength(1);
    expect(stderr).toMatch(
      /^\nWould have published, had --topic-arn been given:\n\n {2}Subject: \S.*\n\n {2}\S/,
    );
    expect(stderr).toContain(lake.keys.b);
    expect(stderr).toContain(`audit s3://acme-lake/tenants/a/ --policy ${POLICY}\n`);
  });

  it('names no command that would read a standard input which has been read', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const argv = [
      'handle',
      join(EVENTS, 's3-put.json'),
      '--policy',
      '-',
      '--endpoint-url',
      lake.aws.endpoint,
    ];
    const { status, stderr } = await run(argv, { stdin: readFileSync(POLICY) });
    expect(status).toBe(1);
    expect(stderr).toContain('audit s3://acme-lake/tenants/a/ --policy POLICY\n');
  });

  it('goes to --topic-arn as JSON and to --mail-topic-arn as text, with attributes', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const [programs, people] = [await newTopic(), await newTopic()];
    const args = ['--topic-arn', programs.arn, '--mail-topic-arn', people.arn];
    const { status, stderr } = await handle('s3-put.json', args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const [alert] = await programs.received();
    expect(JSON.parse(alert?.Message ?? '')).toMatchObject({
      rule: 'tenants',
      outcome: 'violation',
      count: 1,
    });
    expect(alert?.MessageAttributes.codes?.Value).toBe('["KMS_KEY_NOT_ALLOWED"]');
    const [mail] = await people.received();
    expect(mail?.Subject).toBe(alert?.Subject);
    expect(mail?.Message).toContain('tenants/a/part-0.parquet');
  });

  it('that is shown cannot steer the terminal by a key', async () => {
    const key = 'tenants/a/\u001b[2J\u202e\n';
    await lake.put(key, lake.keys.b);
    const event = JSON.parse(readFileSync(join(EVENTS, 's3-put.json'), 'utf8'));
    event.Records[0].s3.object.key = encodeURIComponent(key);
    const { stdout, stderr } = await handle('-', [], { stdin: JSON.stringify(event) });
    expect(recordsOf(stdout)[0]?.object.key).toBe(key);
    expect(unprintableIn(stderr)).toEqual([]);
  });

  it('of a compliant object is none', async () => {
    const topic = await newTopic();
    expect((await handle('s3-put.json', ['--topic-arn', topic.arn])).status).toBe(0);
    expect(await topic.received()).toEqual([]);
  });

  it('that is not accepted is status 3, and the record is written all the same', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const { arn } = await newTopic();
    const { status, stdout, stderr } = await handle('s3-put.json', ['--topic-arn', `${arn}-gone`]);
    expect(status).toBe(3);
    expect(recordsOf(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/^object 1: sns:Publish to arn:\S+-gone: HTTP 404, .*\n$/);
  });
});

describe('what cannot be audited', () => {
  it('a denied object is unknown, alerted, and status 3', async () => {
    lake.aws.s3.control.setDenied('acme-lake', 'tenants/');
    const result = await handle('s3-put.json');
    expect(outcomes(result)).toEqual(['unknown']);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('s3:GetObject');
  });

  it('one malformed message among good ones is status 3: the others have their records, it has its id', async () => {
    const result = await handle('sqs-three-messages-middle-malformed.json');
    expect(outcomes(result)).toEqual(['compliant', 'compliant']);
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/^2e1424d4-f796-459a-8184-9c92662be6da: body: .*\n$/);
  });

  it('a malformed message wins over a violation: 3, not 1', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    expect((await handle('sqs-three-messages-middle-malformed.json')).status).toBe(3);
  });

  it('a message id cannot steer the terminal', async () => {
    const event = { Records: [{ eventSource: 'aws:sqs', messageId: 'a\u001b[2J\nb', body: 'x' }] };
    const { stderr } = await handle('-', [], { stdin: JSON.stringify(event) });
    expect(stderr).toMatch(/^a\\u\{1B\}\[2J\\u\{A\}b: body/);
  });

  for (const event of [
    's3-event-name-unknown.json',
    's3-event-version-3.json',
    's3-put-key-undecodable.json',
  ]) {
    it(`${event} cannot be read: status 2, and one line says where`, async () => {
      const { status, stdout, stderr } = await handle(event);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^s3-encryption-auditor: the event could not be read: .+\n$/);
    });
  }

  for (const [title, text] of [
    ['no JSON', '{"Records":['],
    ['nothing', ''],
    ['a JSON text that is no event', '"x"'],
    ['an empty object', '{}'],
    ['an empty list of records', '{"Records":[]}'],
  ] as const) {
    it(`a file that holds ${title} is status 2`, async () => {
      const { status, stdout, stderr } = await handle(fileWith('event.json', text));
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^s3-encryption-auditor: .*\n$/);
    });
  }

  it('a file that is not there is status 2', async () => {
    expect((await handle('nowhere.json')).stderr).toContain('there is no such file or directory');
  });
});

describe('output and policy', () => {
  it('--output takes the records, and is opened before anything is audited or alerted', async () => {
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const path = join(scratch(), 'records.ndjson');
    expect(await handle('s3-put.json', ['--output', path])).toMatchObject({ status: 1, stdout: '' });
    expect(recordsOf(readFileSync(path, 'utf8'))).toHaveLength(1);
    const topic = await newTopic();
    const bad = await handle('s3-put.json', ['--output', '/nowhere/x', '--topic-arn', topic.arn]);
    expect(bad.status).toBe(2);
    expect(await topic.received()).toEqual([]);
  });

  it('on a terminal there is a table and a summary', async () => {
    const { stdout, stderr } = await handle('s3-put.json', [], { terminal: true });
    expect(stdout).toContain('compliant  tenants  s3://acme-lake/tenants/a/part-0.parquet');
    expect(stderr).toBe('1 object: 1 compliant\n');
  });

  it('the policy may lie in S3, and its address is what an alert names', async () => {
    await lake.putText('policies', 'p.yaml', readFileSync(POLICY, 'utf8'));
    await lake.put('tenants/a/part-0.parquet', lake.keys.b);
    const result = await run([
      ...['handle', join(EVENTS, 's3-put.json'), '--policy', 's3://policies/p.yaml'],
      ...['--endpoint-url', lake.aws.endpoint],
    ]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('s3://policies/p.yaml');
  });
});
