import type { ServerSideEncryptionByDefault } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BeforeRequest, ServiceName } from '../../local/aws.ts';
import { policyFile, s3aUnder, sseRule } from './emr-files.ts';
import { ENVIRONMENT } from './local-lake.ts';
import { fileWith, type Run, run } from './run.ts';
import { type SettingsLake, settingsLake } from './settings-lake.ts';

let lake: SettingsLake;
const asked: string[] = [];
const watch: BeforeRequest = (service: ServiceName, { headers, query }) => {
  asked.push(`${service} ${headers['x-amz-target'] ?? [...query.keys()].join('&')}`);
  return undefined;
};

beforeAll(async () => {
  lake = await settingsLake({ beforeRequest: [watch] });
});
afterAll(() => lake.close());
beforeEach(async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  lake.denied = undefined;
  await byDefault({ SSEAlgorithm: 'aws:kms', KMSMasterKeyID: lake.keys.a }, true);
  asked.length = 0;
});
afterEach(() => vi.unstubAllEnvs());

const byDefault = (ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, bucketKey: boolean) =>
  lake.setDefault({ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: bucketKey });

const live = (rules: readonly string[], args: readonly string[]): Promise<Run> =>
  run([
    ...['emr', 'preflight', '--policy', policyFile(rules), '--live', '--format', 'json'],
    ...['--endpoint-url', lake.aws.endpoint, ...args],
  ]);
const told = ({ stdout }: Run) => JSON.parse(stdout).writes;
const WRITE = ['--write', 's3a://acme-lake/finance/'];
const finance = (key: string, more = '') => sseRule('finance', 's3://acme-lake/finance/', key, more);

describe('a client that asks for nothing, --live', () => {
  it('gets the default of the bucket, with its S3 Bucket Key', async () => {
    const kept = await live([finance(lake.keys.a, ', bucketKey: required')], WRITE);
    expect({ status: kept.status, stderr: kept.stderr }).toEqual({ status: 0, stderr: '' });
    const broken = await live([finance(lake.keys.b)], WRITE);
    expect(broken.status).toBe(1);
    expect(told(broken)[0].violations[0].code).toBe('KMS_KEY_NOT_ALLOWED');
  });

  it('asks each bucket once, and never decrypts, writes or lists', async () => {
    await live([finance(lake.keys.a)], [...WRITE, '--write', 's3a://acme-lake/finance/b/']);
    expect(asked.filter((request) => request.startsWith('s3 '))).toEqual([
      expect.stringMatching(/^s3 encryption/),
    ]);
    expect(asked.filter((request) => request.startsWith('kms '))).toEqual(
      asked.flatMap((request) => (request === 'kms TrentService.DescribeKey' ? [request] : [])),
    );
  });

  it('is unknown where access is denied, which names the permission', async () => {
    lake.denied = 'encryption';
    const result = await live([finance(lake.keys.a)], WRITE);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain(
      's3://acme-lake: the default encryption is not known: access denied: the caller needs s3:GetEncryptionConfiguration',
    );
    expect(told(result)[0].remedies).toBeUndefined();
  });
});

describe('what --live tells of keys', () => {
  it("is KMS's answer for an alias of the policy and for one of the configuration", async () => {
    const args = ['--config', s3aUnder('alias/tenant-a'), ...WRITE];
    expect((await live([finance('alias/tenant-a')], args)).status).toBe(0);
    expect((await live([finance(lake.keys.a)], args)).status).toBe(0);
    expect((await live([finance('alias/tenant-b')], args)).status).toBe(1);
  });

  it('leaves an alias that is not there unknown', async () => {
    const args = ['--config', s3aUnder('alias/nowhere'), ...WRITE];
    const result = await live([finance(lake.keys.a)], args);
    expect(result.status).toBe(3);
    // It was looked up, so nothing more is to be asked.
    expect(told(result)[0].remedies).toMatchObject([{ code: 'NAME_KEY_ARN' }]);
  });

  it('is not asked where --keys is given, but buckets are', async () => {
    const args = ['--config', s3aUnder(lake.keys.a), ...WRITE];
    const keys = fileWith('keys.json', '{}');
    const result = await live([finance('alias/tenant-a')], [...args, '--keys', keys]);
    expect(result.status).toBe(3);
    expect(asked.some((request) => request.startsWith('kms '))).toBe(false);
    expect(asked.some((request) => request.startsWith('s3 '))).toBe(true);
  });

  it('never asks KMS to prove a key of an envelope that is not written yet', async () => {
    const rule = `{ id: vault, match: "s3://acme-lake/finance/", cse: { key: "${lake.keys.a}", wrap: [kms], proof: decrypt-dry-run } }`;
    const result = await live(
      [rule],
      [
        ...['--conf', 'spark.hadoop.fs.s3.cse.enabled=true', '--connector', 'emrfs'],
        ...['--conf', `spark.hadoop.fs.s3.cse.kms.keyId=${lake.keys.a}`],
        ...[
          '--conf',
          'spark.hadoop.fs.s3.cse.encryptionMaterialsProvider=com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        ],
        ...['--write', 's3://acme-lake/finance/'],
      ],
    );
    expect(result.status).toBe(3);
    expect(told(result)[0].reasons).toMatchObject([{ code: 'CSE_PROOF_UNDECIDED' }]);
    expect(asked.some((request) => request.endsWith('.Decrypt'))).toBe(false);
  });
});
