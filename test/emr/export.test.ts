import { describe, expect, it } from 'vitest';
import { keyArn, keyReference } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const TWO_KEYS = rulesOf(
  `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
  `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
);
const TENANTS = rulesOf('match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" }');

describe('columns decide the names of the properties', () => {
  it('two keys in a bucket are two applications, with the properties of EMRFS for s3:// on EMRFS', () => {
    expect(settingsByName(exported(TWO_KEYS))).toEqual({
      r0: { 'fs.s3.enableServerSideEncryption': 'true', 'fs.s3.serverSideEncryption.kms.keyId': A },
      r1: { 'fs.s3.enableServerSideEncryption': 'true', 'fs.s3.serverSideEncryption.kms.keyId': B },
    });
  });

  it.each(['s3-s3a', 's3a-s3a'] as const)('and with those of S3A for %s', (column) => {
    expect(settingsByName(exported(TWO_KEYS, column))).toEqual({
      r0: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': A },
      r1: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': B },
    });
  });

  it('SSE-S3 is AES256 to EMRFS', () => {
    const yaml = rulesOf('match: s3://acme-lake/a/, sse: { algorithm: [AES256] }');
    expect(settingsByName(exported(yaml, 's3-emrfs', { bucketDefaults: 'never' }))).toEqual({
      r0: { 'fs.s3.enableServerSideEncryption': 'true', 'fs.s3.serverSideEncryptionAlgorithm': 'AES256' },
    });
  });

  it('DSSE cannot be asked for by EMRFS, and can by S3A', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { algorithm: ["aws:kms:dsse"], key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
    );
    const byEmrfs = exported(yaml);
    expect(byEmrfs.notExported).toEqual(['s3://acme-lake/a/']);
    expect(messagesOf(byEmrfs)).toEqual([
      'emr/not-expressible: "s3://acme-lake/a/" gets no configuration under rule r0: EMRFS cannot ask for aws:kms:dsse: write through S3A, or set it as the default encryption of the bucket',
    ]);
    expect(settingsByName(exported(yaml, 's3a-s3a'))).toMatchObject({
      r0: { 'fs.s3a.encryption.algorithm': 'DSSE-KMS', 'fs.s3a.encryption.key': A },
    });
  });

  it('writes under one key share an application, whatever their rules and buckets', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
      `match: s3://acme-drop/c/, sse: { key: ["${A}", "${B}"] }`,
    );
    const { applications } = exported(yaml, 's3-emrfs', { bucketDefaults: 'never' });
    expect(applications.map(({ name, prefixes, rules }) => ({ name, prefixes, rules }))).toEqual([
      { name: 'r0', prefixes: ['s3://acme-lake/a/', 's3://acme-drop/c/'], rules: ['r0', 'r2'] },
      { name: 'r1', prefixes: ['s3://acme-lake/b/'], rules: ['r1'] },
    ]);
  });
});

describe('which of the keys and algorithms that a rule allows', () => {
  const chosen = (sse: string) =>
    exported(rulesOf(`match: s3://acme-lake/a/, sse: ${sse}`), 's3a-s3a', { bucketDefaults: 'never' });

  it('a key whose last day of writing is past is passed over', () => {
    const yaml = `${rulesOf('match: s3://acme-lake/a/, sse: { key: finance }')}keys: { finance: [{ key: "${A}", until: 2026-11-20 }, { key: "${B}", until: 2026-11-21 }] }\n`;
    const answer = exported(yaml, 's3a-s3a', { bucketDefaults: 'never' });
    expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3a.encryption.key': B } });
    expect(answer.applications[0]?.notes).toContain('the key may be written under until 2026-11-21 only');
    const later = exported(yaml, 's3a-s3a', { bucketDefaults: 'never', today: '2026-11-22' });
    expect(later.applications).toEqual([]);
    expect(messagesOf(later)).toEqual([
      'emr/not-expressible: "s3://acme-lake/a/" gets no configuration under rule r0: a key of the rule may be written under until 2026-11-20 only; a key of the rule may be written under until 2026-11-21 only',
    ]);
  });

  it('with a key aws:kms comes before DSSE and before SSE-S3', () => {
    expect(settingsByName(chosen(`{ key: "${A}", algorithm: [AES256, "aws:kms:dsse", "aws:kms"] }`))).toEqual(
      {
        r0: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': A },
      },
    );
  });

  it('without a key SSE-S3 is taken where it is allowed, and why is said', () => {
    const answer = chosen('{ algorithm: ["aws:kms", AES256] }');
    expect(settingsByName(answer)).toEqual({ r0: { 'fs.s3a.encryption.algorithm': 'AES256' } });
    expect(answer.applications[0]?.notes[0]).toMatch(/^the rule names no key and allows SSE-S3/);
  });

  it('KMS without a key is asked for by S3A alone, since EMRFS asks for it by naming one', () => {
    const yaml = rulesOf('match: s3://acme-lake/a/, sse: { key: alias/aws/s3 }');
    const byS3a = exported(yaml, 's3-s3a', { bucketDefaults: 'never' });
    expect(settingsByName(byS3a)).toEqual({ r0: { 'fs.s3a.encryption.algorithm': 'SSE-KMS' } });
    expect(byS3a.applications[0]?.notes[0]).toMatch(/^no key is named: S3 takes the AWS-managed key aws\/s3/);
    expect(exported(yaml, 's3-emrfs', { bucketDefaults: 'never' }).notExported).toEqual([
      's3://acme-lake/a/',
    ]);
  });

  it('what nobody can ask S3 for is not expressible', () => {
    const answer = chosen('{ algorithm: ["aws:fsx", "aws:backup"] }');
    expect(answer.applications).toEqual([]);
    expect(messagesOf(answer)[0]).toMatch(/can ask S3 for aws:fsx and aws:backup$/);
  });

  it('a bucketKey that the rule wants is no property of a client, and that is said', () => {
    const answer = chosen(`{ key: "${A}", bucketKey: required }`);
    expect(answer.applications).toHaveLength(1);
    expect(messagesOf(answer)).toEqual([
      expect.stringMatching(/^emr\/not-expressible: .* needs BucketKeyEnabled true$/),
    ]);
  });
});

describe('aliases', () => {
  it('an alias is replaced by the ARN that it stands for, where that is known', () => {
    const answer = exported(TENANTS, 's3-emrfs', {
      writes: ['s3://acme-lake/tenants/b/'],
      resolve: (alias) => (alias.name === 'alias/tenant-b' ? keyReference(B).arn : undefined),
    });
    expect(settingsByName(answer)).toMatchObject({
      'r0-b': { 'fs.s3.serverSideEncryption.kms.keyId': B },
    });
    expect(answer.problems).toEqual([]);
  });

  it('else it stays an alias, with a warning that it is resolved in the account of the writer', () => {
    const answer = exported(TENANTS, 's3-emrfs', { writes: ['s3://acme-lake/tenants/b/'] });
    expect(settingsByName(answer)).toMatchObject({
      'r0-b': { 'fs.s3.serverSideEncryption.kms.keyId': 'alias/tenant-b' },
    });
    expect(messagesOf(answer)).toEqual([
      expect.stringMatching(/^emr\/alias: .*in the account of the writer/),
    ]);
  });

  it('a captured value that is not plain never chooses a key', () => {
    const writes = ['s3://acme-lake/tenants/a b/', 's3://acme-lake/tenants/{tenant}/'];
    const answer = exported(TENANTS, 's3-emrfs', { writes });
    expect(answer.applications).toEqual([]);
    expect(answer.notExported).toEqual(writes);
    expect(messagesOf(answer)[0]).toMatch(/"a b" becomes part of an alias/);
  });

  it('an alias of an account that is not trusted is not written down', () => {
    const yaml = `${TENANTS}trustedAccounts: ["111122223333"]\n`;
    const foreign = keyReference(keyArn('b', { account: '444455556666' })).arn;
    const answer = exported(yaml, 's3-emrfs', {
      writes: ['s3://acme-lake/tenants/b/'],
      resolve: () => foreign,
    });
    expect(answer.applications).toEqual([]);
    expect(messagesOf(answer)[0]).toMatch(/account 444455556666, which trustedAccounts does not hold/);
  });

  it('an alias that the policy lists needs no KMS', () => {
    const yaml = `${TENANTS}keys: { tenant: [{ key: "${A}", aliases: [alias/tenant-a] }] }\n`;
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/tenants/a/'] });
    expect(settingsByName(answer)).toMatchObject({ 'r0-a': { 'fs.s3.serverSideEncryption.kms.keyId': A } });
  });

  it('a bare id stays as it is, with a note on what it means', () => {
    const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
    const yaml = rulesOf(`match: s3://acme-lake/a/, sse: { key: ${id} }`);
    const answer = exported(yaml, 's3-emrfs', { bucketDefaults: 'never' });
    expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3.serverSideEncryption.kms.keyId': id } });
    expect(answer.applications[0]?.notes[0]).toMatch(/is a bare id: it means that key in the account/);
  });
});
