import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../support/policy.ts';
import { FINANCE, s3aUnder } from './emr-files.ts';
import { fileWith, type Run, type RunOptions, run, scratch, unprintableIn } from './run.ts';

const imported = (args: readonly string[], options: RunOptions = {}): Promise<Run> =>
  run(['emr', 'import', ...args], options);
const RELEASE = ['--release', 'emr-7.10.0'];

describe('a policy from a configuration', () => {
  it('is a policy that can be read, with the origin of each rule as a comment', async () => {
    const config = s3aUnder(FINANCE);
    const prefix = ['--prefix', 's3://acme-lake/finance/', '--prefix', 's3a://acme-lake/payroll/'];
    const { status, stdout, stderr } = await imported(['--config', config, ...RELEASE, ...prefix]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`# from ${config}:1:`);
    const { rules } = policyOf(stdout);
    expect(rules.map(({ match }) => match.text)).toEqual([
      's3://acme-lake/finance/',
      's3://acme-lake/payroll/',
    ]);
  });

  it('may come from standard input, from --conf and from the old shorthand', async () => {
    const stdin = readFileSync(s3aUnder(FINANCE), 'utf8');
    for (const [args, options] of [
      [['--config', '-', ...RELEASE], { stdin }],
      [
        [
          ...['--conf', 'spark.hadoop.fs.s3a.encryption.algorithm=SSE-KMS'],
          ...['--conf', `spark.hadoop.fs.s3a.encryption.key=${FINANCE}`, '--scheme', 's3a'],
        ],
        {},
      ],
      [
        [
          ...['--emrfs', `Encryption=ClientSide,ProviderType=KMS,KMSKeyId=${FINANCE}`],
          ...['--connector', 'emrfs'],
        ],
        {},
      ],
    ] as const) {
      const { status, stdout } = await imported(args, options);
      expect({ args, status, rules: policyOf(stdout).rules.length }).toEqual({ args, status: 0, rules: 1 });
      expect(stdout).toContain(FINANCE);
    }
  });

  it('tells what is wrong in colour where standard error is a terminal, and not by what standard output is', async () => {
    const argv = ['--conf', 'spark.hadoop.fs.s3a.nonsense.encryption.x=1', '--scheme', 's3a'];
    const told = async (stderrTerminal: boolean): Promise<string> =>
      (await imported(argv, { terminal: true, color: true, stderrTerminal })).stderr;
    expect(await told(true)).toContain('\u001b[33mwarning: ');
    expect(await told(false)).toContain('warning: ');
    expect(await told(false)).not.toContain('\u001b');
  });

  it('goes to --output, which may not be what is read', async () => {
    const config = s3aUnder(FINANCE);
    const output = join(scratch(), 'policy.yaml');
    const result = await imported(['--config', config, ...RELEASE, '--output', output]);
    expect(result).toEqual({ status: 0, stdout: '', stderr: `${output}: 1 rule\n` });
    expect(policyOf(readFileSync(output, 'utf8')).rules).toHaveLength(1);
    const same = await imported(['--config', config, ...RELEASE, '--output', config]);
    expect({ status: same.status, stderr: same.stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('would overwrite it'),
    });
  });

  it("a class of the user's is required an envelope of, whatever its key: status 0", async () => {
    const custom = 'CustomProviderLocation=s3://acme/keys.jar,CustomProviderClass=com.acme.Keys';
    const args = ['--emrfs', `Encryption=ClientSide,ProviderType=Custom,${custom}`];
    const result = await imported([...args, '--connector', 'emrfs']);
    expect(result.status).toBe(0);
    expect(policyOf(result.stdout).rules[0]?.cse?.kind).toBe('required');
    expect(result.stdout).toContain('com.acme.Keys');
  });

  it('nothing about S3 encryption is an answer: status 0, no rule, and a note', async () => {
    const config = fileWith(
      'c.json',
      '[{"Classification":"spark-defaults","Properties":{"spark.executor.cores":"4"}}]',
    );
    const { status, stdout, stderr } = await imported(['--config', config, ...RELEASE]);
    expect(status).toBe(0);
    expect(stdout).not.toContain('rules:');
    expect(stderr).toContain('[emr/no-s3-encryption]');
  });

  it('one source that says nothing beside one that does is not worth a note', async () => {
    const args = ['--config', s3aUnder(FINANCE), '--conf', 'spark.executor.cores=4', ...RELEASE];
    expect((await imported(args)).stderr).not.toContain('[emr/no-s3-encryption]');
  });
});

describe('what could not be read, decided or expressed is status 3, and the rest is printed', () => {
  it('a placeholder is named with its place and is no key', async () => {
    const result = await imported(['--config', s3aUnder('<KMS Key Id>'), ...RELEASE]);
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/configuration\.json:1:\d+.*\[emr\/placeholder\]/);
    expect(result.stdout).not.toMatch(/^ {4}sse:/m);
  });

  it('a properties file that is named and not given', async () => {
    const job = fileWith('job.sh', `spark-submit --properties-file /etc/lake.conf a.py`);
    const others = ['--config', s3aUnder(FINANCE), ...RELEASE];
    const without = await imported(['--config', job, ...others]);
    expect(without.status).toBe(3);
    expect(without.stderr).toContain('/etc/lake.conf');
    const file = fileWith('lake.conf', 'spark.executor.cores 4');
    expect(await imported(['--config', job, '--config', file, ...others])).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('a broken file beside a good one', async () => {
    const broken = fileWith('broken.json', '{');
    const result = await imported(['--config', broken, '--config', s3aUnder(FINANCE), ...RELEASE]);
    expect(result.status).toBe(3);
    expect(policyOf(result.stdout).rules).toHaveLength(1);
    expect(result.stderr).toContain('broken.json:1:');
  });
});

describe('bad usage is status 2, with nothing on standard output', () => {
  for (const [title, args, says] of [
    ['nothing to read', [], 'nothing to read: give --config FILE, --conf NAME=VALUE or --emrfs SHORTHAND'],
    [
      'a prefix that is none',
      ['--conf', 'a=b', '--prefix', 'finance/'],
      '--prefix finance/ is no place in S3: expected s3://BUCKET/PREFIX/',
    ],
    ['no word on what serves s3://', ['--conf', 'a=b'], 'nothing says what serves s3:// paths'],
    [
      'no word on it where s3a:// may get what is set for it',
      ['--conf', 'spark.hadoop.fs.s3.enableServerSideEncryption=true', '--scheme', 's3a'],
      'nothing says what serves s3:// paths',
    ],
    ['a file that is not there', ['--config', '/nowhere', ...RELEASE], 'there is no such file or directory'],
    ['a scheme that is none', ['--conf', 'a=b', '--scheme', 'hdfs'], 'Allowed choices are s3, s3a.'],
  ] as const) {
    it(`${title} says: ${says}`, async () => {
      const { status, stdout, stderr } = await imported(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(says);
    });
  }

  it('a file of which nothing is understood is told with its place', async () => {
    const { status, stdout, stderr } = await imported(['--config', fileWith('x.txt', 'hello'), ...RELEASE]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('x.txt');
  });
});

it('text of a configuration cannot steer the terminal', async () => {
  const result = await imported(['--config', s3aUnder('\u001b[2J\u202e'), ...RELEASE], { color: false });
  expect(unprintableIn(result.stdout + result.stderr)).toEqual([]);
});
