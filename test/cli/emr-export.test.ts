import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FINANCE, PAYROLL, policyFile, sseRule, TWO_TENANTS, VAULT } from './emr-files.ts';
import { fileWith, type Run, run, scratch } from './run.ts';

const S3A = ['--scheme', 's3a'];
const exported = (rules: readonly string[], args: readonly string[] = S3A): Promise<Run> =>
  run(['emr', 'export', '--policy', policyFile(rules), ...args]);
const told = ({ stdout }: Run) => JSON.parse(stdout);

describe('the configuration that satisfies a policy', () => {
  it('is the default encryption of the bucket, where one key serves all of it', async () => {
    const result = await exported([sseRule('lake', 's3://acme-lake/', FINANCE)]);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('== Default encryption of s3://acme-lake: ');
    expect(result.stdout).toContain(`"KMSMasterKeyID": "${FINANCE}"`);
    expect(result.stdout).toContain("aws s3api put-bucket-encryption --bucket 'acme-lake'");
    expect(result.stdout).not.toContain('== Application');
  });

  it('is one application for each key otherwise, each in every form', async () => {
    const { status, stdout } = await exported(TWO_TENANTS);
    expect(status).toBe(0);
    expect(stdout.match(/^== .* ==$/gm)).toEqual(['== Application finance ==', '== Application payroll ==']);
    for (const key of [FINANCE, PAYROLL]) {
      expect(stdout).toContain(`--conf 'spark.hadoop.fs.s3a.encryption.key=${key}'`);
      expect(stdout).toContain(`"fs.s3a.encryption.key": "${key}"`);
      expect(stdout).toContain(`"spark.hadoop.fs.s3a.encryption.key": "${key}"`);
    }
  });

  for (const [form, holds, lacks] of [
    ['spark-submit', 'spark-submit \\', 'Classification'],
    ['configurations', '"Classification": "core-site"', 'spark-submit \\'],
    ['eks', '"configurationOverrides"', 'spark-submit \\'],
  ] as const) {
    it(`--form ${form} prints that form alone`, async () => {
      const { stdout } = await exported(TWO_TENANTS, [...S3A, '--form', form]);
      expect(stdout).toContain(holds);
      expect(stdout).not.toContain(lacks);
    });
  }

  for (const [flags, name] of [
    [['--release', 'emr-6.15.0'], 'fs.s3.serverSideEncryption.kms.keyId'],
    [['--release', 'emr-7.10.0'], 'fs.s3a.encryption.key'],
    [['--connector', 'emrfs'], 'fs.s3.serverSideEncryption.kms.keyId'],
  ] as const) {
    it(`speaks the language of the connector: ${flags.join(' ')} has ${name}`, async () => {
      expect((await exported(TWO_TENANTS, flags)).stdout).toContain(`spark.hadoop.${name}=`);
    });
  }

  it('--write gives the prefixes of a rule with captures, and --keys the ARN of its alias', async () => {
    const rules = [
      sseRule('tenants', 's3://acme-lake/tenants/{tenant}/', 'alias/tenant-{tenant}'),
      ...TWO_TENANTS,
    ];
    const keys = fileWith('keys.json', JSON.stringify({ 'alias/tenant-a': VAULT }));
    const write = ['--write', 's3a://acme-lake/tenants/a'];
    const result = await exported(rules, [...S3A, ...write, '--keys', keys]);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('  writes s3://acme-lake/tenants/a/');
    expect(result.stdout).toContain(`spark.hadoop.fs.s3a.encryption.key=${VAULT}'`);
    expect(result.stdout).not.toContain('alias/tenant-a');
  });

  it('--single-session disables the cache, says what that costs, and sets each key before its write', async () => {
    const result = await exported(TWO_TENANTS, ['--release', 'emr-6.15.0', '--single-session']);
    expect(result.stdout).toContain('cost: ');
    expect(result.stdout).toContain('fs.s3.impl.disable.cache=true');
    expect(result.stdout).toContain('spark.sql.parquet.fs.optimized.committer.optimization-enabled=false');
    expect(result.stdout).toContain(`.set("fs.s3.serverSideEncryption.kms.keyId", "${PAYROLL}")`);
  });

  it('--json is one document with settings, notes and problems', async () => {
    const result = await exported(TWO_TENANTS, [...S3A, '--json']);
    expect(told(result)).toMatchObject({
      column: 's3a-s3a',
      bucketDefaults: [],
      applications: [
        {
          name: 'finance',
          settings: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': FINANCE },
        },
        { name: 'payroll', settings: { 'fs.s3a.encryption.key': PAYROLL } },
      ],
      notExported: [],
      problems: [],
    });
    const session = await exported(TWO_TENANTS, [...S3A, '--json', '--single-session']);
    expect(told(session).singleSession).toMatchObject({
      base: { 'fs.s3a.impl.disable.cache': 'true' },
      steps: [{ rule: 'finance', set: { 'fs.s3a.encryption.key': FINANCE } }, { rule: 'payroll' }],
    });
  });

  it('goes to --output', async () => {
    const output = join(scratch(), 'configuration.txt');
    const result = await exported(TWO_TENANTS, [...S3A, '--output', output]);
    expect(result).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(output, 'utf8')).toContain('== Application finance ==');
  });
});

describe('what gets no configuration is status 3, and named', () => {
  it('a rule for many prefixes, of which none was given', async () => {
    const rules = [...TWO_TENANTS, sseRule('tenants', 's3://acme-lake/t/{tenant}/', 'alias/tenant-{tenant}')];
    const result = await exported(rules);
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('== Application finance ==');
    expect(result.stderr).toMatch(
      /policy\.yaml:\d+ .*rule tenants governs many prefixes.*\[emr\/not-expressible\]/,
    );
  });

  it('a write that no rule governs', async () => {
    const result = await exported(TWO_TENANTS, [...S3A, '--write', 's3a://other/x/', '--json']);
    expect(result.status).toBe(3);
    expect(told(result)).toMatchObject({ applications: [], notExported: ['s3://other/x/'] });
    expect(result.stderr).toContain('no rule governs');
  });
});

describe('bad usage is status 2, with nothing on standard output', () => {
  for (const [title, args, says] of [
    ['no word on what serves s3://', [], 'nothing says what serves s3:// paths'],
    ['a write that is none', [...S3A, '--write', 'finance/'], '--write finance/ is no place in S3'],
    [
      'a form that is none',
      [...S3A, '--form', 'glue'],
      'Allowed choices are spark-submit, configurations, eks, all.',
    ],
    ['a release that is none', ['--release', '7.10'], '"7.10" is no release label that is understood'],
  ] as const) {
    it(`${title} says: ${says}`, async () => {
      const { status, stdout, stderr } = await exported(TWO_TENANTS, args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(says);
    });
  }
});
