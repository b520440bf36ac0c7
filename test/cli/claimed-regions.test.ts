import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type BeforeRequest, type LocalAws, startLocalAws } from '../../local/aws.ts';
import { keyArn } from '../support/keys.ts';
import { BUCKET, runAudit } from './audit-world.ts';
import { ACCOUNT, ENVIRONMENT, REGION } from './local-lake.ts';
import { EVENTS, fileWith, NOW_MS, recordsOf, run } from './run.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

/** KMS as a caller meets it that is known in its own Region alone; notes what is asked, by Region and operation. */
function homebound(asked: string[], home: string): BeforeRequest {
  return (service, { headers }) => {
    if (service !== 'kms') return undefined;
    const region = String(headers.authorization).split('/')[2] ?? '';
    asked.push(`${region} ${String(headers['x-amz-target']).split('.')[1]}`);
    if (region === home) return undefined;
    return {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({
        __type: 'UnrecognizedClientException',
        message: 'The security token is invalid.',
      }),
    };
  };
}

interface Lake {
  readonly aws: LocalAws;
  readonly asked: readonly string[];
}

/** Objects whose envelopes claim what is given, by their keys; one more has no envelope. */
async function lake(claims: Readonly<Record<string, string>>, home = REGION): Promise<Lake> {
  const asked: string[] = [];
  const aws = await startLocalAws({ beforeRequest: [homebound(asked, home)] });
  onTestFinished(() => aws.close());
  const s3 = new S3Client(aws.clientConfig(ACCOUNT, REGION));
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.destroy();
  const put = (key: string, envelope: Readonly<Record<string, string>> = {}): void => {
    const headers = Object.fromEntries(
      Object.entries(envelope).map(([name, value]) => [`x-amz-meta-x-amz-${name}`, value]),
    );
    const lastModified = NOW_MS - 3_600_000;
    aws.s3.control.putRaw({
      bucket: BUCKET,
      key,
      body: 'x',
      serverSideEncryption: 'AES256',
      lastModified,
      headers,
    });
  };
  for (const [key, claim] of Object.entries(claims)) {
    put(key, {
      ...{ 'key-v2': 'AQICAHg=', iv: 'AAAAAAAAAAAAAAAA', 'cek-alg': 'AES/GCM/NoPadding', 'wrap-alg': 'kms' },
      ...{ 'tag-len': '128', matdesc: JSON.stringify({ kms_cmk_id: claim }) },
    });
  }
  put('tenants/plain');
  return { aws, asked };
}

const policy = (others = ''): string =>
  fileWith(
    'policy.yaml',
    `version: 1
rules:
  - { id: sealed, match: "s3://${BUCKET}/", cse: { key: "${keyArn('a')}", wrap: [kms] } }
${others}`,
  );

const aliasArn = (region: string, partition = 'aws'): string =>
  `arn:${partition}:kms:${region}:${ACCOUNT}:alias/x`;

describe('a Region that a stranger has put into an envelope', () => {
  for (const [what, claim, asks] of [
    ['of another partition', aliasArn('cn-north-1', 'aws-cn'), []],
    ['not enabled for the account', aliasArn('me-south-1'), ['me-south-1 DescribeKey']],
    ['that is none', aliasArn('-'), []],
    ['too long for a host name', aliasArn('a'.repeat(70)), []],
  ] as const) {
    it(`${what} leaves that object unknown, and the run goes on to the others`, async () => {
      const { aws, asked } = await lake({ 'tenants/odd': claim });
      const { status, stdout } = await runAudit({ aws }, { policy: policy() });
      expect(status).toBe(3);
      expect(recordsOf(stdout).map(({ object, outcome }) => [object.key, outcome])).toEqual([
        ['tenants/odd', 'unknown'],
        ['tenants/plain', 'violation'],
      ]);
      const args = { layer: 'cse', reference: claim, cause: 'unlookable' };
      expect(recordsOf(stdout)[0]?.reasons).toEqual([{ code: 'KEY_UNRESOLVED', args }]);
      expect(asked).toEqual(asks);
    });

    it(`${what} is judged and alerted on the event path too: no message comes back for it`, async () => {
      const { aws } = await lake({ 'tenants/a/daily totals.csv': claim });
      const event = readFileSync(join(EVENTS, 's3-put-fewest-fields.json'), 'utf8');
      const argv = ['handle', '-', '--policy', policy(), '--endpoint-url', aws.endpoint];
      const { status, stdout, stderr } = await run(argv, { stdin: event });
      expect(recordsOf(stdout).map(({ outcome }) => outcome)).toEqual(['unknown']);
      expect(status).toBe(3);
      expect(stderr).toContain('What to do next');
      expect(stderr).not.toContain('did not take the caller');
    });
  }

  it('in a key ARN costs the diagnosis alone: the violation stands', async () => {
    const { aws, asked } = await lake({ 'tenants/odd': keyArn('b', { region: 'me-south-1' }) });
    const alias = `  - { id: named, match: "s3://${BUCKET}/named/", cse: { key: alias/x, wrap: [kms] } }\n`;
    const { status, stdout } = await runAudit({ aws }, { policy: policy(alias) });
    expect(status).toBe(1);
    expect(recordsOf(stdout)[0]).toMatchObject({
      outcome: 'violation',
      violations: [{ code: 'CSE_KEY_NOT_ALLOWED' }],
    });
    expect(recordsOf(stdout)[0]).not.toHaveProperty('diagnosis');
    expect(asked).toEqual(['me-south-1 ListAliases']);
  });

  it('is asked once in a run, however many aliases are claimed of it', async () => {
    const claims = Array.from({ length: 30 }, (_, index) => [
      `tenants/${index}`,
      `${aliasArn('me-south-1')}${index}`,
    ]);
    const { aws, asked } = await lake(Object.fromEntries(claims));
    const { stdout } = await runAudit({ aws }, { policy: policy(), concurrency: 1 });
    expect(recordsOf(stdout).filter(({ outcome }) => outcome === 'unknown')).toHaveLength(30);
    expect(asked).toEqual(['me-south-1 DescribeKey']);
  });

  it('excuses no caller that its own Region refuses: the run stops', async () => {
    const claims = { 'tenants/odd': aliasArn('me-south-1'), 'tenants/own': aliasArn(REGION) };
    const { aws } = await lake(claims, 'nowhere');
    await expect(runAudit({ aws }, { policy: policy() })).rejects.toThrow(/did not take the caller/);
  });
});
