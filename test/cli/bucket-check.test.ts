import {
  PutBucketNotificationConfigurationCommand,
  type ServerSideEncryptionByDefault,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bucketCheck } from '../../src/cli/bucket-check.ts';
import type { BucketSettings } from '../../src/emr/bucket-settings.ts';
import { ACCOUNT, ENVIRONMENT } from './local-lake.ts';
import { Collector, fileWith, NOW_MS, type Run, type RunOptions, run, unprintableIn } from './run.ts';
import { Bucket, type SettingsLake, settingsLake } from './settings-lake.ts';

const FOREIGN = 'arn:aws:kms:eu-west-1:444455556666:key/0987dcba-09fe-87dc-65ba-ab0987654321';

let lake: SettingsLake;
beforeAll(async () => {
  lake = await settingsLake();
});
afterAll(() => lake.close());
beforeEach(async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  lake.denied = undefined;
  await byDefault({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: lake.keys.a });
  await eventBridge();
});
afterEach(() => vi.unstubAllEnvs());

const byDefault = (
  ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
  { blocked = 'SSE-C', bucketKey = true }: { blocked?: 'SSE-C' | 'NONE'; bucketKey?: boolean } = {},
) =>
  lake.setDefault({
    ApplyServerSideEncryptionByDefault,
    BucketKeyEnabled: bucketKey,
    BlockedEncryptionTypes: { EncryptionType: [blocked] },
  });
const eventBridge = () =>
  lake.s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );

const policy = (...rules: readonly string[]): string =>
  fileWith('policy.yaml', `version: 1\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`);
const keyed = (key: string, more = ''): string =>
  `{ id: lake, match: "s3://acme-lake/", sse: { key: "${key}"${more} } }`;

const check = (rules: readonly string[], args: readonly string[] = [], options: RunOptions = {}) =>
  run(
    [
      ...['bucket', 'check', 's3://acme-lake', '--policy', policy(...rules)],
      ...['--endpoint-url', lake.aws.endpoint, ...args],
    ],
    options,
  );
const told = ({ stdout }: Run) => JSON.parse(stdout);
const codes = (result: Run): readonly string[] =>
  told(result).findings.map(({ code }: { code: string }) => code);
const JSON_FORMAT = ['--format', 'json'];

describe('a default that satisfies the policy', () => {
  it('is status 0 with what was found, in a pipe and as JSON', async () => {
    const { status, stdout, stderr } = await check([keyed(lake.keys.a, ', bucketKey: required')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(
      `${[
        's3://acme-lake',
        '',
        'default encryption  aws:kms',
        `key                 ${lake.keys.a}`,
        'S3 Bucket Key       on',
        'blocked types       SSE-C',
        'EventBridge         on',
        '',
        'An object that is written without any encryption header, under each rule:',
        '  satisfies    lake  s3://acme-lake/',
        '',
        'note     EventBridge is sent every event of the bucket. Whether a rule there hands them to the auditor is not seen from here. [EVENTBRIDGE_RULE_NOT_SEEN]',
      ].join('\n')}\n`,
    );
    const json = await check([keyed(lake.keys.a)], JSON_FORMAT);
    expect(told(json)).toEqual({
      bucket: 'acme-lake',
      default: {
        algorithm: 'aws:kms',
        kmsKeyId: lake.keys.a,
        bucketKeyEnabled: true,
        blockedTypes: ['SSE-C'],
      },
      notifications: { eventBridge: true, targets: [] },
      rules: [{ rule: 'lake', match: 's3://acme-lake/', outcome: 'satisfies' }],
      findings: [{ code: 'EVENTBRIDGE_RULE_NOT_SEEN', level: 'note' }],
    });
  });

  it('by way of an alias in the policy, which KMS resolves', async () => {
    expect((await check([keyed('alias/tenant-a')])).status).toBe(0);
    expect((await check([keyed('alias/tenant-b')])).status).toBe(1);
  });

  it('is coloured on a terminal, where the environment does not say otherwise', async () => {
    const { stdout } = await check([keyed(lake.keys.a)], [], { color: true, terminal: true });
    expect(stdout).toContain('\u001b[32msatisfies');
  });
});

describe('a default that breaks a rule', () => {
  it('under another key is status 1, and names the rule whose key it is', async () => {
    const result = await check([
      keyed(lake.keys.b),
      `{ id: a, match: "s3://acme-lake/a/", sse: { key: "${lake.keys.a}" } }`,
    ]);
    expect(result.status).toBe(1);
    expect(result.stdout).toContain('  breaks       lake  s3://acme-lake/');
    expect(result.stdout).toContain(`the policy allows only ${lake.keys.b}`);
    expect(result.stdout).toContain('its key is the one of rule a');
    expect(result.stdout).toContain('  satisfies    a  s3://acme-lake/a/');
  });

  it('without the S3 Bucket Key that is required is status 1', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: lake.keys.a }, { bucketKey: false });
    const result = await check([keyed(lake.keys.a, ', bucketKey: required')], JSON_FORMAT);
    expect(result.status).toBe(1);
    expect(told(result).rules[0].violations).toMatchObject([{ code: 'BUCKET_KEY_NOT_AS_REQUIRED' }]);
  });

  it('under a key that has run out for new objects is status 1', async () => {
    const file = fileWith(
      'policy.yaml',
      `version: 1\nkeys: { old: [{ key: "${lake.keys.a}", until: 2026-11-20 }] }\nrules:\n  - { id: lake, match: "s3://acme-lake/", sse: { key: old } }\n`,
    );
    const result = await run([
      ...['bucket', 'check', 's3://acme-lake', '--policy', file],
      ...['--endpoint-url', lake.aws.endpoint, ...JSON_FORMAT],
    ]);
    expect(told(result).rules[0].violations).toMatchObject([{ code: 'KMS_KEY_EXPIRED' }]);
  });

  it('by SSE-KMS without a key, where the rule names a key of a customer', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms' });
    const result = await check([keyed(lake.keys.a)], JSON_FORMAT);
    expect(result.status).toBe(1);
    expect(told(result).rules[0].violations).toMatchObject([
      { code: 'KMS_KEY_NOT_ALLOWED', args: { actual: 'alias/aws/s3' } },
    ]);
    expect(codes(result)).toContain('DEFAULT_KEY_IS_AWS_MANAGED');
    expect((await check([keyed('alias/aws/s3')])).status).toBe(0);
  });
});

describe('what cannot be told', () => {
  it('SSE-KMS without a key, where KMS does not know the key that the rule names, is status 3', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms' });
    const result = await check([keyed(FOREIGN)], JSON_FORMAT);
    expect(result.status).toBe(3);
    expect(told(result).rules[0].reasons).toMatchObject([
      { code: 'KEY_UNRESOLVED', args: { reference: 'alias/aws/s3', cause: 'foreign-alias' } },
    ]);
  });

  it('SSE-KMS without a key under trustedAccounts: whose aws/s3 it is hangs on the writer', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms' });
    const rule = keyed('alias/aws/s3');
    const file = fileWith(
      'policy.yaml',
      `version: 1\ntrustedAccounts: ["${ACCOUNT}"]\nrules:\n  - ${rule}\n`,
    );
    const argv = ['bucket', 'check', 's3://acme-lake', '--policy', file, '--endpoint-url', lake.aws.endpoint];
    expect((await run(argv)).status).toBe(3);
  });

  it('an alias that a capture chooses: one default has one key', async () => {
    const tenants =
      '{ id: tenants, match: "s3://acme-lake/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }';
    const result = await check([tenants]);
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('  cannot tell  tenants  s3://acme-lake/{tenant}/');
    expect(result.stdout).toContain('the key depends on {tenant}: one default has one key');
  });

  it('but a wrong algorithm breaks the rule whatever a capture is', async () => {
    await byDefault({ SSEAlgorithm: 'AES256' }, { bucketKey: false });
    const tenants =
      '{ id: tenants, match: "s3://acme-lake/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }';
    expect((await check([tenants])).status).toBe(1);
  });

  it('an alias as the default is resolved in the account of the writer: right here, unknown elsewhere', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/tenant-a' });
    const right = await check([keyed(lake.keys.a)], JSON_FORMAT);
    expect(right.status).toBe(3);
    expect(told(right).rules[0]).toMatchObject({ outcome: 'cannot-tell', onlyForAccount: ACCOUNT });
    expect(codes(right)).toContain('DEFAULT_KEY_OF_THE_WRITER');
    const wrong = await check([keyed(lake.keys.b)], JSON_FORMAT);
    expect(told(wrong).rules[0].outcome).toBe('breaks');
  });

  it('--keys says what aliases stand for, and KMS is not asked', async () => {
    const keys = fileWith('keys.json', JSON.stringify({ 'alias/tenant-a': lake.keys.b }));
    expect((await check([keyed('alias/tenant-a')], ['--keys', keys])).status).toBe(1);
    expect((await check([keyed('alias/tenant-b')], ['--keys', keys])).status).toBe(3);
  });

  for (const [resource, permission] of [
    ['encryption', 's3:GetEncryptionConfiguration'],
    ['notification', 's3:GetBucketNotification'],
  ] as const) {
    it(`access denied names ${permission}, and wins over what breaks`, async () => {
      lake.denied = resource;
      const result = await check([keyed(lake.keys.b)]);
      expect(result.status).toBe(3);
      expect(result.stdout).toContain(`the caller needs ${permission} on the bucket`);
    });
  }

  it('a bucket in another Region is told with what to add', async () => {
    const result = await check([keyed(lake.keys.a)], ['--region', 'eu-central-1']);
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('add --region eu-west-1');
  });

  it('a server that does not answer is status 3 with one line', async () => {
    const argv = ['bucket', 'check', 's3://acme-lake', '--policy', policy(keyed(lake.keys.a))];
    const result = await run([...argv, '--endpoint-url', 'http://127.0.0.1:1']);
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 3, stdout: '' });
    expect(result.stderr).toMatch(/ECONNREFUSED.*\n$/);
  });
});

describe('the rest of the configuration', () => {
  it('SSE-C that is not blocked is status 1', async () => {
    await byDefault({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: lake.keys.a }, { blocked: 'NONE' });
    const result = await check([keyed(lake.keys.a)], JSON_FORMAT);
    expect(result.status).toBe(1);
    expect(codes(result)).toContain('SSE_C_NOT_BLOCKED');
  });

  it('nothing that tells of writes is status 1', async () => {
    const NotificationConfiguration = {};
    await lake.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const result = await check([keyed(lake.keys.a)], JSON_FORMAT);
    expect({ status: result.status, codes: codes(result) }).toEqual({
      status: 1,
      codes: ['NO_NOTIFICATIONS'],
    });
  });

  it('a rule of client-side encryption alone asks nothing of a default', async () => {
    const result = await check(['{ id: cse, match: "s3://acme-lake/", cse: required }'], JSON_FORMAT);
    expect(result.status).toBe(0);
    expect(told(result).rules).toEqual([{ rule: 'cse', match: 's3://acme-lake/', outcome: 'not-asked' }]);
  });

  it('a directory bucket is not asked for notifications, which it cannot have', async () => {
    const asked: string[] = [];
    const { status, stdout } = await checkOf('fast--euw1-az1--x-s3', {
      defaultEncryption: async () => {
        asked.push('encryption');
        const value = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] };
        return { kind: 'found', value };
      },
      notifications: async () => {
        asked.push('notifications');
        return { kind: 'none' };
      },
    });
    expect({ status, asked }).toEqual({ status: 1, asked: ['encryption'] });
    expect(stdout).toContain('A directory bucket sends no notifications');
  });

  it('a default that names no algorithm is undecided, and what it blocks is still told', async () => {
    const { status, stdout } = await checkOf('acme-lake', {
      defaultEncryption: async () => ({
        kind: 'found',
        value: { algorithm: '', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] },
      }),
      notifications: async () => ({ kind: 'found', value: { eventBridge: true, targets: [] } }),
    });
    expect(status).toBe(3);
    expect(stdout).toContain('default encryption  no algorithm is named\n');
    expect(stdout).toContain('[DEFAULT_UNDECIDED]');
    expect(stdout).not.toContain('SSE_C_NOT_BLOCKED');
  });
});

/** Checks a bucket that answers as told, under a rule that asks for SSE-S3. */
async function checkOf(
  bucket: string,
  settings: BucketSettings,
): Promise<{ readonly status: number; readonly stdout: string }> {
  const stdout = new Collector();
  const target = `s3://${bucket}/`;
  const rule = `{ id: fast, match: "${target}", sse: { algorithm: [AES256] } }`;
  const status = await bucketCheck(
    { command: 'bucket check', target, policy: policy(rule), json: false, aws: {} },
    {
      ...{ stdin: process.stdin, stdout, stderr: new Collector() },
      ...{ terminal: false, color: false, columns: 80, now: () => NOW_MS },
    },
    { settings },
  );
  return { status, stdout: stdout.text };
}

describe('bad usage is status 2, and nothing is asked', () => {
  for (const [target, says] of [
    ['acme-lake', 'acme-lake is no bucket: expected s3://BUCKET'],
    ['s3://acme-lake/finance/', 'is no bucket: expected s3://BUCKET, of which the whole is checked'],
    ['s3://other', 'no rule of the policy can govern an object in s3://other'],
  ] as const) {
    it(`${target} says: ${says}`, async () => {
      const argv = ['bucket', 'check', target, '--policy', policy(keyed(lake.keys.a))];
      const { status, stdout, stderr } = await run([...argv, '--endpoint-url', 'http://127.0.0.1:1']);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(says);
    });
  }

  it('a rule whose match holds what steers a terminal is shown escaped', async () => {
    const { stdout } = await check([
      `{ id: evil, match: "s3://acme-lake/\\e[2J/", sse: { key: "${lake.keys.a}" } }`,
    ]);
    expect(unprintableIn(stdout)).toEqual([]);
  });
});
