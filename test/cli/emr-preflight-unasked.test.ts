import { describe, expect, it } from 'vitest';
import { configuration, FINANCE, policyFile, s3aUnder, sseRule, TWO_TENANTS } from './emr-files.ts';
import { fileWith, run } from './run.ts';

interface Told {
  readonly unknown: readonly string[];
  readonly toDo: readonly string[];
}

/** What the text says of the one write of a job. */
async function told(
  rules: readonly string[],
  config: string,
  write: string,
  more: readonly string[] = [],
): Promise<Told> {
  const job = ['--config', config, '--write', `s3a://acme-lake/${write}`];
  const { status, stdout } = await run(['emr', 'preflight', '--policy', policyFile(rules), ...job, ...more]);
  expect(status).toBe(3);
  const labelled = (label: string): readonly string[] =>
    stdout.split('\n').flatMap((line) => (line.startsWith(`  ${label} `) ? [line.slice(13)] : []));
  return { unknown: labelled('unknown'), toDo: labelled('to do') };
}

const GIVE_KEYS =
  'Give --keys FILE, which says what aliases stand for, or --live, which asks KMS: without them nothing is looked up.';
const LIST_IT = 'Add it to the file of --keys, or leave --keys out and give --live, which asks KMS.';
const BY_ALIAS = [sseRule('finance', 's3://acme-lake/finance/', 'alias/finance')];

describe('a key that nobody was asked about', () => {
  it('is told as not looked up, with the one thing to do: an alias of the policy', async () => {
    expect(await told(BY_ALIAS, s3aUnder(FINANCE), 'finance/')).toEqual({
      unknown: ['the server-side key alias/finance was not looked up'],
      toDo: [GIVE_KEYS],
    });
  });

  it('is told so of an alias of the configuration, and of an alias ARN', async () => {
    expect(await told(TWO_TENANTS, s3aUnder('alias/finance'), 'finance/')).toEqual({
      unknown: ['the server-side key alias/finance was not looked up'],
      toDo: [GIVE_KEYS],
    });
    const arn = 'arn:aws:kms:eu-west-1:111122223333:alias/finance';
    const rule = [sseRule('finance', 's3://acme-lake/finance/', arn)];
    expect(await told(rule, s3aUnder(FINANCE), 'finance/')).toEqual({
      unknown: [`the server-side key ${arn} was not looked up`],
      toDo: [GIVE_KEYS],
    });
  });

  it('is told so of a key ARN, where what counts is who manages it', async () => {
    const rule = [sseRule('managed', 's3://acme-lake/finance/', 'alias/aws/s3')];
    expect(await told(rule, s3aUnder(FINANCE), 'finance/')).toEqual({
      unknown: [`the server-side key ${FINANCE} was not looked up`],
      toDo: [GIVE_KEYS],
    });
    const keyless = configuration({ 'fs.s3a.encryption.algorithm': 'SSE-KMS' });
    expect(await told(TWO_TENANTS, keyless, 'finance/')).toEqual({
      unknown: ['the server-side key alias/aws/s3 was not looked up'],
      toDo: [GIVE_KEYS],
    });
  });

  it('is told as missing in the file of --keys, which alone was asked', async () => {
    const keys = ['--keys', fileWith('keys.json', '{}')];
    expect(await told(BY_ALIAS, s3aUnder(FINANCE), 'finance/', keys)).toEqual({
      unknown: ['the server-side key alias/finance was not looked up: the file of --keys says no key for it'],
      toDo: [LIST_IT],
    });
  });

  it('is in JUnit as it is in the text', async () => {
    const argv = ['emr', 'preflight', '--policy', policyFile(BY_ALIAS), '--config', s3aUnder(FINANCE)];
    const { stdout } = await run([...argv, '--write', 's3a://acme-lake/finance/', '--format', 'junit']);
    expect(stdout).toContain('message="the server-side key alias/finance was not looked up"');
    expect(stdout).not.toContain('nothing that can be looked up');
  });
});

describe('a key that no answer would tell', () => {
  it('asks for no look-up: an alias that a path has made', async () => {
    const rule = [sseRule('tenants', 's3://acme-lake/{tenant}/', 'alias/tenant-{tenant}')];
    const { unknown, toDo } = await told(rule, s3aUnder(FINANCE), 'a+b/');
    expect(unknown).toEqual([
      'the key alias/tenant-a+b (server-side) could not be told: it is nothing that can be looked up in KMS and compared with the policy',
    ]);
    expect(toDo).toEqual([expect.stringMatching(/^Name the key in the policy by its full ARN/)]);
  });

  it("nor does an alias that an envelope will claim, which stays the writer's: it is to be listed", async () => {
    const cse = configuration(
      {
        'fs.s3.cse.enabled': 'true',
        'fs.s3.cse.encryptionMaterialsProvider':
          'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        'fs.s3.cse.kms.keyId': 'alias/x',
      },
      'emrfs-site',
    );
    const rule = (key: string) => [
      `{ id: a, match: "s3://acme-lake/finance/", cse: { key: "${key}", wrap: [kms] } }`,
    ];
    const emrfs = ['--connector', 'emrfs', '--write', 's3://acme-lake/finance/b/'];
    const toList = expect.stringMatching(/^List the writer's alias beside its key/);
    const byArn = await told(rule(FINANCE), cse, 'finance/', emrfs);
    expect(byArn.toDo.at(-1)).toEqual(toList);
    expect(byArn.toDo).not.toContain(GIVE_KEYS);
    const byAlias = await told(rule('alias/y'), cse, 'finance/', emrfs);
    expect(byAlias.unknown.at(-1)).toBe('the client-side key alias/y was not looked up');
    expect(byAlias.toDo.slice(-2)).toEqual([GIVE_KEYS, toList]);
  });

  it('nor does one that the file of --keys says is not there', async () => {
    const keys = ['--keys', fileWith('keys.json', '{"alias/finance":null}')];
    const { unknown, toDo } = await told(BY_ALIAS, s3aUnder(FINANCE), 'finance/', keys);
    expect(unknown).toEqual([expect.stringContaining('KMS knows no such key or alias')]);
    expect(toDo).toEqual([expect.stringMatching(/^See whether the key or alias exists/)]);
  });
});
