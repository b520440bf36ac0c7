import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyArn } from '../support/keys.ts';
import {
  configuration,
  FINANCE,
  PAYROLL,
  policyFile,
  s3aUnder,
  sseRule,
  TWO_TENANTS,
  VAULT,
} from './emr-files.ts';
import { fileWith, type Run, type RunOptions, run, scratch, unprintableIn } from './run.ts';

const preflight = (
  rules: readonly string[],
  args: readonly string[],
  { head = '', ...options }: RunOptions & { readonly head?: string } = {},
): Promise<Run> => run(['emr', 'preflight', '--policy', policyFile(rules, head), ...args], options);

const writes = (text: string): readonly string[] => ['--writes', fileWith('writes.yaml', text)];
const JSON_FORMAT = ['--format', 'json'];
const told = ({ stdout }: Run) => JSON.parse(stdout).writes;
const outcomes = (result: Run): readonly string[] =>
  told(result).map(({ outcome }: { outcome: string }) => outcome);
const toPayroll = (key: string): string =>
  `- s3a://acme-lake/finance/\n- { write: s3a://acme-lake/payroll/, conf: { spark.hadoop.fs.s3a.encryption.key: "${key}" } }\n`;

describe('a job whose writes satisfy the policy', () => {
  it('is status 0, and each write is told with its rule and what it will use', async () => {
    const result = await preflight(TWO_TENANTS, [
      ...['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/daily'],
    ]);
    expect(result).toEqual({
      status: 0,
      stderr: '',
      stdout: `${[
        'compliant  s3a://acme-lake/finance/daily',
        '  rule       finance  s3://acme-lake/finance/',
        '  on         s3a:// on S3A',
        `  will use   sse-kms, ${FINANCE}`,
        '',
        '1 write: 1 compliant',
      ].join('\n')}\n`,
    });
  });

  it('may be configured by --conf alone, of which the last counts', async () => {
    const conf = (text: string) => ['--conf', `spark.hadoop.fs.s3a.${text}`];
    const result = await preflight(TWO_TENANTS, [
      ...conf('encryption.algorithm=SSE-KMS'),
      ...conf(`encryption.key=${PAYROLL}`),
      ...conf(`encryption.key=${FINANCE}`),
      ...['--write', 's3a://acme-lake/finance/'],
    ]);
    expect(result.status).toBe(0);
  });

  it('is coloured where colours are wanted, and not in a file', async () => {
    const args = ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/'];
    expect((await preflight(TWO_TENANTS, args, { color: true })).stdout).toContain('\u001b[32mcompliant');
    const output = join(scratch(), 'report.txt');
    await preflight(TWO_TENANTS, [...args, '--output', output], { color: true });
    expect(readFileSync(output, 'utf8')).toMatch(/^compliant /);
  });
});

describe('several keys in one session', () => {
  it('break the policy at every later prefix while clients are cached: status 1, and the first write is named', async () => {
    const result = await preflight(TWO_TENANTS, [
      ...['--config', s3aUnder(FINANCE)],
      ...writes(toPayroll(PAYROLL)),
    ]);
    expect(result.status).toBe(1);
    expect(result.stdout).toMatch(
      /because {4}it gets the client that was made for s3a:\/\/acme-lake\/finance\/ \(\S+writes\.yaml:1\)/,
    );
    expect(result.stdout).toContain('             fs.s3a.impl.disable.cache=true');
    expect(result.stdout).not.toContain('fs.s3.impl.disable.cache=true\n');
  });

  it('satisfy the policy with the cache disabled', async () => {
    const result = await preflight(TWO_TENANTS, [
      ...['--config', s3aUnder(FINANCE), '--conf', 'spark.hadoop.fs.s3a.impl.disable.cache=true'],
      ...[...writes(toPayroll(PAYROLL)), ...JSON_FORMAT],
    ]);
    expect({ status: result.status, outcomes: outcomes(result) }).toEqual({
      status: 0,
      outcomes: ['compliant', 'compliant'],
    });
  });

  it('satisfy it where each user has a client of its own', async () => {
    const text = toPayroll(PAYROLL).replace('conf:', 'user: etl, conf:');
    const result = await preflight(TWO_TENANTS, ['--config', s3aUnder(FINANCE), ...writes(text)]);
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('s3a://acme-lake/payroll/ (user etl)');
  });

  it('a wrong key that no cache is to blame for is told as one to name, not as one to uncache', async () => {
    const result = await preflight(TWO_TENANTS, [
      ...['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/payroll/', ...JSON_FORMAT],
    ]);
    const codes = told(result)[0].remedies.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['NAME_THE_KEY']);
  });
});

describe('which connector serves s3://', () => {
  const emrfs = () =>
    configuration(
      {
        'fs.s3.enableServerSideEncryption': 'true',
        'fs.s3.serverSideEncryption.kms.keyId': FINANCE,
      },
      'emrfs-site',
    );
  const args = () => ['--config', emrfs(), '--write', 's3://acme-lake/finance/'];

  it('has to be told: status 2 says how', async () => {
    const result = await preflight(TWO_TENANTS, args());
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 2, stdout: '' });
    expect(result.stderr).toContain('give the release by --release, such as emr-7.10.0, or --connector');
  });

  for (const [flag, column] of [
    [['--release', 'emr-7.9.0'], 's3-emrfs'],
    [['--release', 'emr-7.10.0'], 's3-s3a'],
    [['--connector', 'emrfs'], 's3-emrfs'],
    [['--connector', 's3a'], 's3-s3a'],
  ] as const) {
    it(`${flag.join(' ')} reads it for ${column}`, async () => {
      expect(told(await preflight(TWO_TENANTS, [...args(), ...flag, ...JSON_FORMAT]))[0].column).toBe(column);
    });
  }

  it('changes nothing for s3a:// where nothing is set for EMRFS', async () => {
    const s3a = ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/'];
    expect((await preflight(TWO_TENANTS, s3a)).status).toBe(0);
  });
});

describe('what cannot be told is unknown, status 3', () => {
  it('a client that asks for nothing: the default of the bucket decides, which --live asks for', async () => {
    const result = await preflight(TWO_TENANTS, ['--write', 's3a://acme-lake/finance/', ...JSON_FORMAT]);
    expect(result.status).toBe(3);
    expect(told(result)[0]).toMatchObject({
      outcome: 'unknown',
      undecided: { code: 'BUCKET_DEFAULT_UNKNOWN' },
      remedies: [{ code: 'ASK_BUCKET' }],
    });
    expect(told(result)[0]).not.toHaveProperty('reasons');
  });

  for (const bucketKey of ['required', 'forbidden']) {
    it(`bucketKey: ${bucketKey}, where the default of the bucket is not known`, async () => {
      const rule = sseRule('finance', 's3://acme-lake/finance/', FINANCE, `, bucketKey: ${bucketKey}`);
      const args = ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/', ...JSON_FORMAT];
      const result = await preflight([rule], args);
      expect(result.status).toBe(3);
      expect(told(result)[0].undecided.code).toBe('BUCKET_DEFAULT_UNKNOWN');
    });
  }

  it('but a wrong key is a violation whatever the S3 Bucket Key is', async () => {
    const rule = sseRule('payroll', 's3://acme-lake/payroll/', PAYROLL, ', bucketKey: required');
    const args = ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/payroll/', ...JSON_FORMAT];
    const result = await preflight([rule], args);
    expect(told(result)[0].violations.map(({ code }: { code: string }) => code)).toEqual([
      'KMS_KEY_NOT_ALLOWED',
    ]);
  });

  it("an alias in the configuration resolves in the writer's account, so it is unknown without --keys", async () => {
    const args = ['--config', s3aUnder('alias/finance'), '--write', 's3a://acme-lake/finance/'];
    const without = await preflight(TWO_TENANTS, [...args, ...JSON_FORMAT]);
    expect(without.status).toBe(3);
    expect(told(without)[0].remedies[0].code).toBe('GIVE_KEYS');
    for (const [key, status] of [
      [FINANCE, 0],
      [PAYROLL, 1],
    ] as const) {
      const keys = fileWith('keys.json', JSON.stringify({ 'alias/finance': key }));
      const result = await preflight(TWO_TENANTS, [...args, '--keys', keys]);
      expect(result.status).toBe(status);
      expect(result.stdout).toContain('which      alias/finance stands for as it was asked here');
    }
  });

  it('a placeholder in place of a key', async () => {
    const args = ['--config', s3aUnder('<KMS Key Id>'), '--write', 's3a://acme-lake/finance/'];
    const result = await preflight(TWO_TENANTS, [...args, ...JSON_FORMAT]);
    expect(result.status).toBe(3);
    expect(outcomes(result)).toEqual(['unknown']);
    expect(result.stderr).toContain('[emr/placeholder]');
  });

  it('a prefix above several rules, where one could be broken; and a pass under all of them is a pass', async () => {
    const args = ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/', ...JSON_FORMAT];
    const lake = sseRule('lake', 's3://acme-lake/', FINANCE);
    const broken = await preflight([lake, ...TWO_TENANTS], args);
    expect(broken.status).toBe(3);
    expect(told(broken)[0]).toMatchObject({
      rule: 'lake',
      outcome: 'unknown',
      undecided: { code: 'RULES_BELOW' },
      below: [
        { rule: 'finance', outcome: 'compliant' },
        { rule: 'payroll', outcome: 'violation' },
      ],
    });
    const kept = await preflight([lake, sseRule('deep', 's3://acme-lake/finance/', FINANCE)], args);
    expect(kept.status).toBe(0);
  });

  it('a prefix above a capture is governed further below, which is explained', async () => {
    const tenants = sseRule('tenants', 's3://acme-lake/tenants/{tenant}/', 'alias/tenant-{tenant}');
    const result = await preflight(
      [tenants],
      ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/tenants/'],
    );
    expect(result.status).toBe(3);
    expect(result.stdout).toContain(
      'rules that begin further below, at a capture, govern what it holds there',
    );
    expect(result.stdout).toContain(
      'below      under rule tenants, s3://acme-lake/tenants/{tenant}/, it is unknown',
    );
  });

  it('SSE-KMS without a key is aws/s3: a violation only where KMS says that the rule names a customer key', async () => {
    const config = configuration({ 'fs.s3a.encryption.algorithm': 'SSE-KMS' });
    const args = ['--config', config, '--write', 's3a://acme-lake/finance/', ...JSON_FORMAT];
    expect(outcomes(await preflight(TWO_TENANTS, args))).toEqual(['unknown']);
    const keys = fileWith(
      'keys.json',
      JSON.stringify({ [FINANCE]: { manager: 'CUSTOMER', state: 'Enabled' } }),
    );
    const known = await preflight(TWO_TENANTS, [...args, '--keys', keys]);
    expect(told(known)[0].violations).toMatchObject([{ args: { actual: 'alias/aws/s3' } }]);
    const managed = sseRule('finance', 's3://acme-lake/finance/', 'alias/aws/s3');
    expect((await preflight([managed], args)).status).toBe(0);
  });
});

describe('what is not judged', () => {
  const args = () => ['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/else/'];

  for (const [uncovered, status] of [
    ['alert', 1],
    ['report', 0],
    ['ignore', 0],
  ] as const) {
    it(`a write that no rule governs is status ${status} under "uncovered: ${uncovered}"`, async () => {
      const head = `defaults: { uncovered: ${uncovered} }\n`;
      const result = await preflight(TWO_TENANTS, args(), { head });
      expect(result.status).toBe(status);
      expect(result.stdout).toContain(`will use   sse-kms, ${FINANCE}`);
    });
  }

  it('a write under an exemption is exempt, whatever the client does', async () => {
    const head = 'exempt: [{ match: "s3://acme-lake/else/**", reason: scratch, until: 2027-01-01 }]\n';
    const result = await preflight(TWO_TENANTS, args(), { head });
    expect(result.status).toBe(0);
    expect(result.stdout).toContain('exempt by  s3://acme-lake/else/**');
  });
});

describe('client-side encryption', () => {
  const cse = (wrap: string): string =>
    `{ id: vault, match: "s3://vault/", cse: { key: "${VAULT}", wrap: [${wrap}] } }`;
  const emrfs = () =>
    configuration(
      {
        'fs.s3.cse.enabled': 'true',
        'fs.s3.cse.encryptionMaterialsProvider':
          'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        'fs.s3.cse.kms.keyId': VAULT,
      },
      'emrfs-site',
    );

  it('by EMRFS satisfies a rule that asks for its key, without knowing the default of the bucket', async () => {
    const args = ['--config', emrfs(), '--connector', 'emrfs', '--write', 's3://vault/'];
    const result = await preflight([cse('kms')], args);
    expect(result.status).toBe(0);
  });

  it('by S3A names no key: it breaks a rule for the wrap kms', async () => {
    const config = configuration({
      'fs.s3a.encryption.algorithm': 'CSE-KMS',
      'fs.s3a.encryption.key': VAULT,
    });
    const result = await preflight(
      [cse('kms')],
      ['--config', config, '--write', 's3a://vault/', ...JSON_FORMAT],
    );
    expect(result.status).toBe(1);
    expect(told(result)[0].violations[0].code).toBe('CSE_WRAP_NOT_ALLOWED');
  });

  it('by SSE-C is a violation of any rule with server-side encryption', async () => {
    const config = configuration({
      'fs.s3a.encryption.algorithm': 'SSE-C',
      'fs.s3a.encryption.key': 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=',
    });
    const both = `{ id: both, match: "s3://acme-lake/", sse: { algorithm: [AES256] }, cse: required }`;
    const args = ['--config', config, '--write', 's3a://acme-lake/finance/', ...JSON_FORMAT];
    const result = await preflight([both], args);
    expect(told(result)[0].violations).toMatchObject([{ code: 'SSE_C_NOT_ALLOWED' }]);
    expect(told(result)[0].reasons).toMatchObject([{ code: 'SSE_C_HIDES_METADATA' }]);
    expect(result.stdout + result.stderr).not.toContain('c2VjcmV0');
  });
});

describe('bad input is status 2, with everything that is wrong in one go', () => {
  for (const [title, args, says] of [
    ['no write', [], 'no write is named: give --write s3://BUCKET/PREFIX/ or --writes FILE'],
    [
      'addresses that are none',
      ['--write', 'finance/', '--write', 'gs://x/'],
      '--write finance/ is no place in S3: expected s3://BUCKET/PREFIX/, or s3a:// or s3n://\n--write gs://x/ is no place',
    ],
    ['a property without a value', ['--conf', 'fs.s3a.encryption.key'], 'Expected NAME=VALUE.'],
    ['a release beside a connector', ['--release', 'emr-7.0.0', '--connector', 's3a'], 'cannot be used with'],
  ] as const) {
    it(`${title} says: ${says.split('\n')[0]}`, async () => {
      const result = await preflight(TWO_TENANTS, args);
      expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 2, stdout: '' });
      expect(result.stderr).toContain(says);
    });
  }

  it('the file of writes is told with lines and columns', async () => {
    const text =
      '- write: finance\n  usr: x\n- 17\n- { user: etl }\n- { write: "s3a://b/", conf: { fs.s3a.encryption.key: [1] } }\n';
    const { status, stderr } = await preflight(TWO_TENANTS, writes(text));
    expect(status).toBe(2);
    for (const place of [
      'writes.yaml:1:10:',
      'writes.yaml:2:3:',
      'writes.yaml:3:3:',
      'writes.yaml:4:5:',
      'writes.yaml:5:55:',
    ]) {
      expect(stderr).toContain(place);
    }
    expect(stderr).toContain('did you mean "user"?');
    expect(stderr).not.toContain('[policy/');
  });

  it('an empty file of writes is no job without writes', async () => {
    for (const text of ['', '[]', '{}']) expect((await preflight(TWO_TENANTS, writes(text))).status).toBe(2);
  });

  it('a configuration of which nothing is understood', async () => {
    const config = fileWith('broken.json', '[{"Classification": "core-site", ');
    const result = await preflight(TWO_TENANTS, ['--config', config, '--write', 's3a://acme-lake/finance/']);
    expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(/broken\.json:1:\d+.*\[emr\/syntax\]/);
  });

  it('but one broken file among good ones is status 3, and the writes are told', async () => {
    const config = fileWith('broken.json', '[{"Classification": "core-site", ');
    const args = ['--config', s3aUnder(FINANCE), '--config', config, '--write', 's3a://acme-lake/finance/'];
    const result = await preflight(TWO_TENANTS, args);
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('compliant  s3a://acme-lake/finance/');
  });

  it('two inputs cannot both be standard input', async () => {
    const args = ['--config', '-', '--writes', '-'];
    expect((await preflight(TWO_TENANTS, args)).stderr).toContain('cannot both be standard input');
    expect(
      (await preflight(TWO_TENANTS, ['--config', '-', '--config', '-', '--write', 's3://b/'])).stderr,
    ).toContain('--config and --config (2) cannot both be standard input');
  });
});

describe('hostile text', () => {
  it('of a write cannot steer the terminal, and is well-formed in JUnit', async () => {
    const evil = `s3a://acme-lake/finance/${keyArn('d')}\\e[2J\\u202e<&"'>]]>\\0/`;
    const args = ['--config', s3aUnder(FINANCE), ...writes(`- "${evil.replace('"', '\\"')}"\n`)];
    const text = await preflight(TWO_TENANTS, args);
    expect(unprintableIn(text.stdout + text.stderr)).toEqual([]);
    const { stdout } = await preflight(TWO_TENANTS, [...args, '--format', 'junit']);
    expect(unprintableIn(stdout)).toEqual([]);
    expect(stdout).toContain('&lt;&amp;&quot;&apos;&gt;]]&gt;\\u{0}');
  });
});
