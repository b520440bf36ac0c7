import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENTS, evaluate, FIXTURES, fileWith, NOW_MS, POLICY, recordsOf, run, scratch } from './run.ts';

const AES = { ServerSideEncryption: 'AES256', Metadata: {} };
const KEY_A = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
const KEY_B = 'arn:aws:kms:eu-west-1:111122223333:key/bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb';
const under = (SSEKMSKeyId: string) => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId });
const plain = (key: string, more: object) => ({ bucket: 'acme-lake', key: `plain/${key}`, ...more });

const codesOf = (stdout: string): readonly string[] =>
  recordsOf(stdout).flatMap(({ violations = [], reasons = [] }) =>
    [...violations, ...reasons].map(({ code }) => code),
  );

describe('evaluate', () => {
  it('gives one record for each line, in the order of the lines, and nothing for people in a pipe', async () => {
    const heads = join(FIXTURES, 'heads.ndjson');
    const { status, stdout, stderr } = await run(['evaluate', '--policy', POLICY, '--heads', heads]);
    expect(recordsOf(stdout).map(({ object, outcome }) => [object.key, outcome])).toEqual([
      ['plain/a', 'compliant'],
      ['plain/b', 'violation'],
      ['elsewhere', 'uncovered'],
      ['plain/_temporary/0', 'exempt'],
      ['plain/c', 'unknown'],
      ['plain/d', 'gone'],
      ['finance/e', 'violation'],
    ]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  });

  it('keeps the order of a thousand lines', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => plain(String(index), { head: AES }));
    const { stdout } = await evaluate(lines);
    expect(recordsOf(stdout).map(({ object }) => object.key)).toEqual(lines.map(({ key }) => key));
  });

  it('writes what HEAD showed into the record', async () => {
    const head = {
      ...AES,
      ETag: '"9b2c"',
      ContentLength: 3,
      LastModified: '2026-11-20T01:02:03+00:00',
      VersionId: '3sL4',
      StorageClass: 'GLACIER',
    };
    const { stdout } = await evaluate([plain('a', { head })]);
    expect(recordsOf(stdout)[0]).toMatchObject({
      object: { bucket: 'acme-lake', key: 'plain/a', versionId: '3sL4' },
      etag: '9b2c',
      size: 3,
      lastModified: '2026-11-20T01:02:03Z',
      storageClass: 'GLACIER',
      source: 'head',
      auditedAt: new Date(NOW_MS).toISOString(),
    });
  });

  it('takes what is null as absent: some serialisers write it so', async () => {
    const head = { ...AES, SSEKMSKeyId: null, VersionId: null, Metadata: null, LastModified: null };
    const { status, stdout } = await evaluate([plain('a', { head })]);
    expect(status).toBe(0);
    expect(recordsOf(stdout)[0]?.outcome).toBe('compliant');
  });

  it('a head without any encryption field is a violation, and a metadata value that is no text is incomplete metadata', async () => {
    const required = fileWith(
      'p.yaml',
      'version: 1\nrules: [{ id: c, match: "s3://acme-lake/", cse: required }]',
    );
    const { stdout } = await evaluate([plain('a', { head: { ...AES, Metadata: { 'x-amz-key': 7 } } })], {
      policy: required,
    });
    expect(codesOf(stdout)).toEqual(['METADATA_TRUNCATED']);
  });
});

describe('an object that no rule governs', () => {
  const uncovered = { bucket: 'acme-lake', key: 'elsewhere', head: AES };
  const under = (action: string) =>
    evaluate([uncovered, plain('a', { head: AES })], {
      terminal: true,
      args: ['--output', join(scratch(), 'records')],
      policy: fileWith(
        'p.yaml',
        readFileSync(POLICY, 'utf8').replace('uncovered: report', `uncovered: ${action}`),
      ),
    });

  it('is status 1 under "alert", and nothing to report under "report" and "ignore"', async () => {
    expect((await under('alert')).status).toBe(1);
    expect((await under('report')).status).toBe(0);
    expect((await under('ignore')).status).toBe(0);
  });

  it('is counted in each case', async () => {
    for (const action of ['alert', 'report', 'ignore']) {
      expect((await under(action)).stderr).toBe('2 objects: 1 compliant, 1 uncovered\n');
    }
  });

  it('has no record under "ignore"', async () => {
    const records = async (action: string) => {
      const text = readFileSync(POLICY, 'utf8').replace('uncovered: report', `uncovered: ${action}`);
      const { stdout } = await evaluate([uncovered], { policy: fileWith('p.yaml', text) });
      return recordsOf(stdout);
    };
    expect(await records('alert')).toHaveLength(1);
    expect(await records('report')).toHaveLength(1);
    expect(await records('ignore')).toEqual([]);
  });
});

describe('a status in place of a head', () => {
  for (const [status, outcome, code] of [
    [301, 'unknown', 'BUCKET_UNREACHABLE'],
    [304, 'unknown', 'BAD_REQUEST'],
    [307, 'unknown', 'BUCKET_UNREACHABLE'],
    [400, 'unknown', 'BAD_REQUEST'],
    [403, 'unknown', 'ACCESS_DENIED'],
    [404, 'gone', undefined],
    [405, 'unknown', 'BAD_REQUEST'],
    [412, 'unknown', 'BAD_REQUEST'],
    [429, 'unknown', 'UNAVAILABLE'],
    [500, 'unknown', 'UNAVAILABLE'],
    [503, 'unknown', 'UNAVAILABLE'],
  ] as const) {
    it(`${status} is ${outcome}${code === undefined ? '' : ` ${code}`}`, async () => {
      const { stdout } = await evaluate([plain('a', { status })]);
      expect(recordsOf(stdout)[0]?.outcome).toBe(outcome);
      expect(codesOf(stdout)).toEqual(code === undefined ? [] : [code]);
    });
  }

  it('400 whose error document speaks of server-side encryption is SSE-C', async () => {
    const error = { code: 'InvalidRequest', message: 'stored using a form of Server Side Encryption' };
    const { status, stdout } = await evaluate([plain('a', { status: 400, error })]);
    expect(codesOf(stdout)).toEqual(['SSE_C_NOT_ALLOWED']);
    expect(status).toBe(1);
  });

  it('400 because the token had expired is no verdict: its line is told, status 3, and the next ones are judged', async () => {
    const error = { code: 'ExpiredToken', message: 'The provided token has expired.' };
    const expired = plain('a', { status: 400, error });
    const why = '"error": ExpiredToken speaks of the caller and not of the object: ask for the HEAD again';
    const alone = { status: 3, stdout: '', stderr: `standard input:1: ${why}\n` };
    expect(await evaluate([expired])).toEqual(alone);
    const { stdout, ...told } = await evaluate([expired, plain('b', { head: AES }), expired]);
    expect(told).toEqual({ status: 3, stderr: `standard input:1: ${why}\nstandard input:3: ${why}\n` });
    expect(recordsOf(stdout).map(({ object }) => object.key)).toEqual(['plain/b']);
  });
});

describe('the event of a line', () => {
  const eventFile = (name: string) => JSON.parse(readFileSync(join(EVENTS, name), 'utf8'));
  const line = {
    bucket: 'acme-lake',
    key: 'tenants/a/part-0.parquet',
    head: { ...under(KEY_B), ETag: '"x"' },
  };

  it('one S3 record gives the writer', async () => {
    const [event] = eventFile('s3-put.json').Records;
    const head = { ...under(KEY_B), ETag: '"9b2cf535f27731c974343645a3985328"' };
    const { stdout } = await evaluate([{ ...line, head, event }]);
    expect(recordsOf(stdout)[0]?.writer).toEqual({
      event: 'ObjectCreated:Put',
      principal: 'AWS:AROAEXAMPLEID0000001:i-0abc1234def567890',
      sourceIp: '10.0.0.7',
      at: '2026-11-21T02:00:00.000Z',
    });
  });

  it('whose ETag is not that of HEAD was overtaken: superseded, and no writer', async () => {
    const [event] = eventFile('s3-put.json').Records;
    const [record] = recordsOf((await evaluate([{ ...line, event }])).stdout);
    expect(record?.superseded).toBe(true);
    expect(record).not.toHaveProperty('writer');
  });

  it('one EventBridge event gives the writer', async () => {
    const event = eventFile('eventbridge-object-created.json');
    const { bucket, object } = event.detail;
    const head = { ...under(KEY_B), ETag: object.etag };
    const { stdout } = await evaluate([{ bucket: bucket.name, key: object.key, head, event }]);
    expect(recordsOf(stdout)[0]?.writer?.event).toBe('Object Created:PutObject');
  });

  it('CloudTrail of UpdateObjectEncryption is an event as well, and its version is judged', async () => {
    const event = eventFile('cloudtrail-update-object-encryption.json');
    const [record] = recordsOf((await evaluate([{ ...line, event }])).stdout);
    expect(record?.object.versionId).toBe(event.detail.requestParameters.versionId);
    expect(record?.writer?.event).toBe('UpdateObjectEncryption');
  });

  for (const [title, event, why] of [
    ['of another object', eventFile('s3-two-records.json').Records[1], 'the same bucket and key'],
    ['that tells of no write', eventFile('s3-delete-ignored.json').Records[0], '"event"'],
    ['that is null', null, '"event"'],
    ['that is no event', { hello: 'world' }, '"event"'],
  ] as const) {
    it(`an event ${title} makes the line unreadable`, async () => {
      const { status, stderr } = await evaluate([{ ...line, event }]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^standard input:1: /);
      expect(stderr).toContain(why);
    });
  }
});

describe('--keys', () => {
  const tenant = (name: string, head: object) => ({ bucket: 'acme-lake', key: `tenants/${name}/x`, head });
  const withKeys = (keys: string, lines: readonly object[]) =>
    evaluate(lines, { args: ['--keys', fileWith('keys.json', keys)] });

  it('an alias that is listed is compared: the same key passes, another is a violation', async () => {
    const { status, stdout } = await withKeys(JSON.stringify({ 'alias/tenant-a': KEY_A }), [
      tenant('a', under(KEY_A)),
      tenant('a', under(KEY_B)),
    ]);
    expect(recordsOf(stdout).map(({ outcome }) => outcome)).toEqual(['compliant', 'violation']);
    expect(codesOf(stdout)).toEqual(['KMS_KEY_NOT_ALLOWED']);
    expect(status).toBe(1);
  });

  it('null is not found, and what is not listed cannot be told: neither is a violation', async () => {
    const { status, stdout } = await withKeys('{"alias/tenant-a":null}', [
      tenant('a', under(KEY_A)),
      tenant('b', under(KEY_A)),
    ]);
    const causes = recordsOf(stdout).map(({ reasons = [] }) => reasons[0]?.args);
    expect(causes).toMatchObject([{ cause: 'not-found' }, { cause: 'unlookable' }]);
    expect(status).toBe(3);
  });

  it('without --keys every alias is undecidable', async () => {
    const { status, stdout } = await evaluate([tenant('a', under(KEY_A))]);
    expect(codesOf(stdout)).toEqual(['KEY_UNRESOLVED']);
    expect(status).toBe(3);
  });

  it('the manager of a key decides alias/aws/s3, and a key that is not listed cannot be told', async () => {
    const managed = (key: string) => ({ bucket: 'acme-lake', key: 'managed/x', head: under(key) });
    const keys = {
      [KEY_A]: { manager: 'AWS', state: 'Enabled' },
      [KEY_B]: { manager: 'CUSTOMER', state: 'Enabled' },
    };
    const other = KEY_B.replaceAll('b', 'c');
    const { stdout } = await withKeys(JSON.stringify(keys), [managed(KEY_A), managed(KEY_B), managed(other)]);
    expect(recordsOf(stdout).map(({ outcome }) => outcome)).toEqual(['compliant', 'violation', 'unknown']);
  });

  it('a key that is disabled cannot be used, whatever the policy allows', async () => {
    const keys = { [KEY_A]: { manager: 'CUSTOMER', state: 'Disabled' } };
    const head = { ...under(KEY_A), BucketKeyEnabled: true };
    const { stdout } = await withKeys(JSON.stringify(keys), [
      { bucket: 'acme-lake', key: 'finance/x', head },
    ]);
    expect(codesOf(stdout)).toEqual(['KMS_KEY_UNUSABLE']);
  });

  it('a file of Windows, with a byte order mark, is read', async () => {
    const { stdout } = await withKeys(`\uFEFF{"alias/tenant-a":"${KEY_A}"}`, [tenant('a', under(KEY_A))]);
    expect(recordsOf(stdout)[0]?.outcome).toBe('compliant');
  });

  it('every problem of the file is told at once, with status 2 and no record', async () => {
    const keys = {
      finance: KEY_A,
      'alias/x': 'alias/y',
      [KEY_B]: { manager: 'Ana', state: 'Enabled' },
      'alias/ok': null,
    };
    const { status, stdout, stderr } = await withKeys(JSON.stringify(keys), [tenant('a', under(KEY_A))]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('"finance": expected an alias name, an alias ARN or a key ARN');
    expect(stderr).toContain('"alias/x": expected the key ARN it stands for, or null');
    expect(stderr).toContain(`"${KEY_B}": expected {"manager": "AWS" | "CUSTOMER", "state": "Enabled"}`);
    expect(stderr).not.toContain('alias/ok');
  });

  it('a name that is there twice is status 2 and named, with what else is wrong: neither of the two is taken', async () => {
    const text = `{"alias/tenant-a":"${KEY_B}","finance":null,\n"alias/tenant-a":"${KEY_A}"}`;
    const { status, stdout, stderr } = await withKeys(text, [tenant('a', under(KEY_A))]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('keys.json: "alias/tenant-a": is there more than once: leave one of them\n');
    expect(stderr).toContain('"finance": expected an alias name');
  });

  it('a file of which it cannot be told whether a name is there twice is status 2, with the place', async () => {
    const text = `{"alias/tenant-a":"${KEY_A}",\n"${KEY_A}":{"manager":"AWS","state":"\u007f"}}`;
    const { status, stderr } = await withKeys(text, [tenant('a', under(KEY_A))]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/keys\.json: expected no control character within a text at line 2, column \d+/);
  });

  for (const text of ['', '{', '[]', 'null', '"x"']) {
    it(`a file that holds ${JSON.stringify(text)} is status 2`, async () => {
      const { status, stderr } = await withKeys(text, [tenant('a', under(KEY_A))]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/keys\.json(: expected a JSON object| is not JSON)/);
    });
  }
});
