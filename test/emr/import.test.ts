import { describe, expect, it } from 'vitest';
import { type ImportRequest, type ImportTarget, importPolicy } from '../../src/emr/import.ts';
import type { EmrReading } from '../../src/emr/reading.ts';
import type { Column } from '../../src/emr/setting.ts';
import type { Rule } from '../../src/policy/types.ts';
import { keyArn } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';
import { settingsOf } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const CSE = { 'fs.s3.cse.enabled': 'true', 'fs.s3.cse.kms.keyId': K };

const reading = (values: Readonly<Record<string, string>>): EmrReading => ({
  settings: settingsOf(values, 'emrfs-site'),
  problems: [],
});

const imported = (
  values: Readonly<Record<string, string>>,
  column: Column = 's3-emrfs',
  more: Partial<ImportRequest> = {},
) => importPolicy({ readings: [reading(values)], column, targets: [], ...more });

const rulesOf = ({ text }: { readonly text: string }): readonly Rule[] => policyOf(text).rules;
const lake = (prefix: string): ImportTarget => ({ bucket: 'acme-lake', prefix });
const ids = ({ problems }: ReturnType<typeof imported>) => problems.map(({ id }) => id);

describe('a rule', () => {
  it.each<[Record<string, string>, Column, string]>([
    [{ [SSE]: 'true' }, 's3-emrfs', 'sse: { algorithm: ["AES256"] }'],
    [{ [SSE]: 'true', [SSE_KEY]: K }, 's3-emrfs', `sse: { algorithm: ["aws:kms"], key: "${K}" }`],
    [{ [ALGORITHM]: 'SSE-KMS' }, 's3a-s3a', 'sse: { algorithm: ["aws:kms"], key: "alias/aws/s3" }'],
    [{ [ALGORITHM]: 'DSSE-KMS', [KEY]: K }, 's3-s3a', `sse: { algorithm: ["aws:kms:dsse"], key: "${K}" }`],
    [CSE, 's3-emrfs', `cse: { key: "${K}", wrap: ["kms"] }`],
    [{ [ALGORITHM]: 'CSE-KMS', [KEY]: K }, 's3-s3a', 'cse: { wrap: ["kms+context"] }'],
    [{ [ALGORITHM]: 'CSE-CUSTOM' }, 's3-s3a', 'cse: required'],
  ])('of %j in %s requires just that', (values, column, requirement) => {
    const got = imported(values, column);
    expect(got.text).toContain(`\n    ${requirement}\n`);
    expect(got.rules).toBe(1);
    expect(rulesOf(got).map(({ match }) => match.text)).toEqual(['s3://*']);
    expect(got.problems).toEqual([]);
  });

  it('has the places and properties that it comes from as a comment', () => {
    const place = { source: 'cluster.json', line: 12, column: 7, path: 'Configurations[0].emrfs-site' };
    const settings = settingsOf({ [SSE]: 'true' }).map((one) => ({ ...one, place }));
    const { text } = importPolicy({
      readings: [{ settings, problems: [] }],
      column: 's3-emrfs',
      targets: [],
    });
    expect(text).toContain(`# from cluster.json:12:7 Configurations[0].emrfs-site: ${SSE}=true\n`);
  });

  it('under kms+context proposes the proof, which it never asks for by itself', () => {
    const { text } = imported({ [ALGORITHM]: 'CSE-KMS', [KEY]: K }, 's3-s3a');
    const comments = text.split('\n').filter((line) => line.trim().startsWith('#'));
    expect(comments.join(' ').replaceAll(/\s+# /g, ' ')).toContain('proof: decrypt-dry-run');
    expect(rulesOf({ text })[0]?.cse).toMatchObject({ proof: 'claimed' });
  });

  it('of an alias is told to be resolved in two accounts', () => {
    const got = imported({ [ALGORITHM]: 'SSE-KMS', [KEY]: 'alias/finance' }, 's3-s3a');
    expect(ids(got)).toEqual(['emr/alias']);
    expect(got.rules).toBe(1);
  });
});

describe('rules', () => {
  it('are one for each target and one for each bucket with settings of its own', () => {
    const values = { [ALGORITHM]: 'SSE-KMS', [KEY]: K, 'fs.s3a.bucket.acme.logs.encryption.key': L };
    const targets = [lake('a/'), lake('{b}/'), lake('a/'), lake('')];
    const got = imported(values, 's3a-s3a', { targets });
    expect(rulesOf(got).map(({ id, match }) => [id, match.text])).toEqual([
      ['acme-lake-a', 's3://acme-lake/a/'],
      ['acme-lake-b', 's3://acme-lake/{{b}}/'],
      ['acme-lake', 's3://acme-lake/'],
      ['acme.logs', 's3://acme.logs/'],
    ]);
  });

  it('have ids of 64 characters at most, none twice', () => {
    const long = 'x'.repeat(200);
    const targets = [`${long}/`, `${long}y/`, '#/', '?', '-', 'é', '/'].map(lake);
    const found = rulesOf(imported({ [SSE]: 'true' }, 's3-emrfs', { targets })).map(({ id }) => id);
    expect(new Set(found).size).toBe(6);
    expect(found.every((id) => /^[A-Za-z0-9._-]{1,64}$/.test(id))).toBe(true);
  });

  it('are none for a bucket of which nothing is told, and that the rule for all governs it is said', () => {
    const got = imported({ [SSE]: 'true', 'fs.s3.bucket.acme-lake.enableServerSideEncryption': 'false' });
    expect(rulesOf(got).map(({ match }) => match.text)).toEqual(['s3://*']);
    expect(ids(got)).toEqual(['emr/not-expressible']);
    expect(got.problems[0]?.message).toContain('the rule for all buckets governs it nevertheless');
    expect(got.text).toContain('# "s3://acme-lake/": nothing about S3 encryption is asked for');
  });
});

describe('no rule', () => {
  it('comes of a configuration without S3 encryption, which is an answer', () => {
    const got = imported({});
    expect(got).toMatchObject({ rules: 0, problems: [] });
    expect(got.text).toContain('version: 1\n');
    expect(got.text).not.toMatch(/^rules/m);
    expect(got.text).toContain('nothing about S3 encryption is asked for');
  });

  it.each<[string, Record<string, string>, Column, string]>([
    ['SSE-C', { [ALGORITHM]: 'SSE-C' }, 's3-s3a', 'emr/not-expressible'],
    ['a placeholder', { [SSE]: 'true', [SSE_KEY]: '<key>' }, 's3-emrfs', 'emr/placeholder'],
    ['two kinds at once', { ...CSE, [SSE]: 'true' }, 's3-emrfs', 'emr/bad-value'],
    ['CSE-KMS without a key', { 'fs.s3.cse.enabled': 'true' }, 's3-emrfs', 'emr/missing-key'],
    [
      "an alias of AWS's own",
      { [ALGORITHM]: 'SSE-KMS', [KEY]: 'alias/aws/ebs' },
      's3-s3a',
      'emr/not-expressible',
    ],
  ])('comes of %s, with the reason as a comment and a problem', (_, values, column, id) => {
    const got = imported(values, column);
    expect(got.rules).toBe(0);
    expect(ids(got)).toEqual([id]);
    expect(got.text).toContain('# "s3://*": no rule, ');
  });

  it('lets text of a file out of its comment, or steer a terminal', () => {
    const hostile = 'x\nrules: []\u202E\u001B[2J';
    const { text } = imported({ [SSE]: 'true', [SSE_KEY]: hostile });
    expect(text).not.toMatch(/^rules/m);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
    expect(text).toContain('\\u{202E}');
  });

  it.each([
    ['a bucket with a wildcard', { bucket: 'acme-*', prefix: '' }],
    ['a bucket in capitals', { bucket: 'Acme-Lake', prefix: '' }],
    ['a prefix with a star', lake('a*/')],
    ['a prefix with half a pair', lake('\uD800/')],
  ])('can name %s', (_, target) => {
    const got = imported({ [SSE]: 'true' }, 's3-emrfs', { targets: [target] });
    expect(got.rules).toBe(0);
    expect(ids(got)).toEqual(['emr/not-expressible']);
  });
});

describe('the release', () => {
  const values = { [SSE]: 'true', [SSE_KEY]: K };

  it('of a flag or a document decides whether s3a:// takes what EMRFS is told', () => {
    expect(imported(values, 's3a-s3a', { released: 'emr-7.10.0' }).rules).toBe(1);
    const older = imported(values, 's3a-s3a', { released: 'emr-6.15.0' });
    expect(older.rules).toBe(0);
    expect(ids(older)).toEqual(['emr/ignored-property']);
    const readings = [{ ...reading(values), releaseLabel: 'emr-7.10.0' }];
    expect(imported({}, 's3a-s3a', { readings }).rules).toBe(1);
  });

  it('that contradicts the column, another document or no release at all is told', () => {
    expect(ids(imported(values, 's3-emrfs', { released: 'emr-7.10.0' }))).toEqual(['emr/conflict']);
    expect(ids(imported(values, 's3-emrfs', { released: 'newest' }))).toEqual(['emr/bad-value']);
    const readings = ['emr-6.15.0', 'emr-7.10.0'].map((releaseLabel) => ({
      ...reading(values),
      releaseLabel,
    }));
    expect(ids(imported({}, 's3-emrfs', { readings }))).toEqual(['emr/conflict']);
  });
});
