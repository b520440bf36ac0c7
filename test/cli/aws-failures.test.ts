import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loopback } from '../aws/loopback.ts';
import { ENVIRONMENT, type LocalLake, localLake } from './local-lake.ts';
import { EVENTS, fileWith, POLICY, type Run, run, scratch } from './run.ts';

const EVENT = join(EVENTS, 's3-put.json');
const TWO = join(EVENTS, 's3-two-records.json');
const REFUSING = 'http://127.0.0.1:1';

beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  // No developer's own configuration takes part.
  const nowhere = join(scratch(), 'none');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, nowhere);
});
afterEach(() => vi.unstubAllEnvs());

/** A failure is status 3, no record, one line, no stack. */
const expectOneLine = ({ status, stdout, stderr }: Run, pattern: RegExp): void => {
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(pattern);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
};

const handle = (event: string, ...args: readonly string[]): Promise<Run> =>
  run(['handle', event, '--policy', POLICY, ...args]);

describe('AWS that does not answer is one clear line and status 3', () => {
  it('an endpoint that refuses tells its address', async () => {
    expectOneLine(
      await handle(EVENT, '--endpoint-url', REFUSING),
      /^object 1: s3:HeadObject: no answer: connect ECONNREFUSED 127\.0\.0\.1:1\n$/,
    );
  });

  it('localhost, whose addresses all refuse, tells an address as well', async () => {
    expectOneLine(await handle(EVENT, '--endpoint-url', 'http://localhost:1'), /ECONNREFUSED \S+:1\b/);
  });

  it('many objects that fail alike are one line', async () => {
    expectOneLine(await handle(TWO, '--endpoint-url', REFUSING), /^object 1 and 1 more: s3:HeadObject: /);
  });

  for (const [title, args] of [
    ['no credentials', []],
    ['a profile that is not there', ['--profile', 'nobody']],
  ] as const) {
    it(`${title} is told with what to do`, async () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      expectOneLine(
        await handle(EVENT, '--endpoint-url', REFUSING, ...args),
        /^object 1: .*redentials.*: log in, or name a profile that has some by --profile or AWS_PROFILE\n$/,
      );
    });
  }

  it('a role that may not be assumed is no refusal of the object', async () => {
    const sts = await loopback(() => ({
      status: 403,
      headers: { 'content-type': 'text/xml' },
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
    }));
    const credentials = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n';
    const role = 'role_arn = arn:aws:iam::111122223333:role/auditor\nsource_profile = base\n';
    const config = fileWith('config', `[profile base]\n${credentials}\n[profile role]\n${role}`);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', config);
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.endpoint);
    expectOneLine(
      await handle(EVENT, '--profile', 'role', '--endpoint-url', REFUSING),
      /^object 1: AWS did not take the caller .*sts:AssumeRole/,
    );
    expectOneLine(
      await run(['policy', 'check', 's3://policies/p', '--profile', 'role', '--endpoint-url', REFUSING]),
      /s3:\/\/policies\/p could not be read: AWS did not take the caller .*sts:AssumeRole/,
    );
    await sts.close();
  });

  it('no Region says how to name one', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    expectOneLine(await handle(EVENT), /no Region to ask in: name one by --region or AWS_REGION\n$/);
  });

  it('a policy in S3 behind an endpoint that refuses is status 3, not a bad policy', async () => {
    expectOneLine(
      await run(['policy', 'check', 's3://policies/p.yaml', '--endpoint-url', REFUSING]),
      /^s3-encryption-auditor: s3:\/\/policies\/p\.yaml could not be read: no answer: connect ECONNREFUSED/,
    );
  });

  for (const address of ['nonsense', 'localhost:9000', 'http://', 'ftp://x']) {
    it(`the address ${address} is bad usage, and says what an address looks like`, async () => {
      const { status, stderr } = await handle(EVENT, '--endpoint-url', address);
      expect(status).toBe(2);
      expect(stderr).toContain(`argument '${address}' is invalid. Expected an address such as https://`);
    });
  }
});

describe('a policy in S3', () => {
  let lake: LocalLake;
  beforeAll(async () => {
    lake = await localLake();
  });
  afterAll(async () => lake.close());
  const check = (place: string): Promise<Run> =>
    run(['policy', 'check', place, '--endpoint-url', lake.aws.endpoint]);

  it('that is denied is status 3, and names the permission', async () => {
    await lake.putText('policies', 'secret', 'version: 1');
    lake.aws.s3.control.setDenied('policies', 'secret');
    expectOneLine(await check('s3://policies/secret'), /access denied: the role needs s3:GetObject on /);
  });

  it('that is not there is status 2, as a file that is not there', async () => {
    const { status, stderr } = await check('s3://policies/nowhere');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^s3-encryption-auditor: s3:\/\/policies\/nowhere could not be read: NoSuchKey/);
  });

  it('that has errors is status 2', async () => {
    await lake.putText('policies', 'bad', 'version: 2');
    const { status, stdout } = await check('s3://policies/bad');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^s3:\/\/policies\/bad:1:/);
  });
});
