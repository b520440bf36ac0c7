import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/cli/version.ts';
import { POLICY, run } from './run.ts';

describe('help', () => {
  for (const [argv, mentions] of [
    [
      [],
      ['evaluate', 'handle', 'policy', 'bucket', 'emr', '3  not everything could be audited (wins over 1)'],
    ],
    [['policy'], ['check', 'explain']],
    [
      ['policy', 'check'],
      ['<policy>', 's3://bucket/key', '--endpoint-url', '--region', '--profile'],
    ],
    [
      ['policy', 'explain'],
      ['<object>', 's3://BUCKET/KEY', '--json', '--region'],
    ],
    [['evaluate'], ['--policy', '--heads', '--keys', '--output', '--region']],
    [
      ['bucket', 'check'],
      ['s3://BUCKET', '--policy', '--keys', '--format', 's3:GetBucketNotification', 'Exit status:'],
    ],
    [['emr'], ['import', 'export', 'preflight']],
    [
      ['emr', 'import'],
      ['--config', '--conf', '--emrfs', '--release', '--connector', '--scheme', '--prefix', 'Exit status:'],
    ],
    [
      ['emr', 'export'],
      ['--policy', '--write', '--form', '--single-session', '--keys', '--json', 'Exit status:'],
    ],
    [
      ['emr', 'preflight'],
      ['--policy', '--config', '--write', '--writes', '--live', '--keys', 'junit', 'Exit status:'],
    ],
    [['handle'], ['<event>', '--policy', '--topic-arn', '--mail-topic-arn', '--output', '--profile']],
  ] as const) {
    it(`${['s3-encryption-auditor', ...argv].join(' ')} --help goes to standard output with status 0`, async () => {
      const { status, stdout, stderr } = await run([...argv, '--help']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const mention of mentions) expect(stdout).toContain(mention);
    });
  }

  it('the help command says what --help says', async () => {
    expect((await run(['help', 'evaluate'])).stdout).toBe((await run(['evaluate', '--help'])).stdout);
  });
});

describe('the version', () => {
  it('is what --version prints', async () => {
    expect(await run(['--version'])).toEqual({ status: 0, stdout: '9.8.7\n', stderr: '' });
  });

  it('is the version of package.json', () => {
    const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
    expect(JSON.parse(text).version).toBe(VERSION);
  });
});

const AUDIT = ['audit', 's3://acme-lake/plain/', '--policy', POLICY];

describe('bad usage is status 2, with nothing on standard output', () => {
  for (const [argv, says] of [
    [[], 'Usage: s3-encryption-auditor'],
    [['policy'], 'Usage: s3-encryption-auditor policy'],
    [['polcy'], "unknown command 'polcy'\n(Did you mean policy?)"],
    [['policy', 'chekc', POLICY], "unknown command 'chekc'\n(Did you mean check?)"],
    [['policy', 'check'], "missing required argument 'policy'"],
    [['policy', 'check', POLICY, 'another'], 'too many arguments'],
    [['policy', 'explain', POLICY], "missing required argument 'object'"],
    [['evaluate', '--heads', 'x'], "required option '--policy <policy>' not specified"],
    [['evaluate', '--policy', POLICY], "required option '--heads <file>' not specified"],
    [
      ['evaluate', '--policy', POLICY, '--heads', 'x', '--head', 'x'],
      "unknown option '--head'\n(Did you mean --heads?)",
    ],
    [['evaluate', '--policy'], "option '--policy <policy>' argument missing"],
    [['bucket'], 'Usage: s3-encryption-auditor bucket'],
    [['bucket', 'check', 's3://b'], "required option '--policy <policy>' not specified"],
    [['emr'], 'Usage: s3-encryption-auditor emr'],
    [['emr', 'preflght'], "unknown command 'preflght'\n(Did you mean preflight?)"],
    [['emr', 'export'], "required option '--policy <policy>' not specified"],
    [['handle', '--policy', POLICY], "missing required argument 'event'"],
    [['handle', 'x'], "required option '--policy <policy>' not specified"],
    [
      ['handle', 'x', '--policy', POLICY, '--topic-arn', 'alerts'],
      'expected arn:aws:sns:REGION:ACCOUNT:NAME',
    ],
    [
      ['handle', 'x', '--policy', POLICY, '--mail-topic-arn', 'arn:aws:sns:eu-west-1:111122223333:mail'],
      '--mail-topic-arn needs --topic-arn',
    ],
    [[...AUDIT, '--format', 'json'], '--format goes with --dry-run alone'],
    [[...AUDIT, '--format', 'text'], '--format goes with --dry-run alone'],
    [[...AUDIT, '--objects', '5'], '--objects goes with --dry-run alone'],
    [[...AUDIT, '--prices', 'p.json'], '--prices goes with --dry-run alone'],
    [
      [...AUDIT, '--as-of', '2026-11-20T00:00:00Z'],
      '--as-of says of when a --metadata file is, and there is none',
    ],
    [['report', 'r', '--format', 'csv', '--policy', 'p'], '--policy is for the commands on the page'],
    [['report', 'r', '--format', 'json', '--policy', 'p'], '--policy is for the commands on the page'],
    [['report', 'r', '--format', 'csv', '--scope', 's'], '--format csv has no place for it'],
    [
      ['emr', 'export', '--policy', POLICY, '--json', '--form', 'spark-submit'],
      '--json holds properties in no form',
    ],
    [['emr', 'export', '--policy', POLICY, '--json', '--form', 'configurations'], 'leave one of them out'],
  ] as const) {
    it(`${['s3-encryption-auditor', ...argv.map((text) => (text === POLICY ? 'P' : text))].join(' ')} says: ${says.split('\n')[0]}`, async () => {
      const { status, stdout, stderr } = await run(argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(says);
    });
  }

  it('every usage error tells where to read what is accepted', async () => {
    expect((await run(['evaluate', '--nonsense'])).stderr).toContain('(add --help for what is accepted)');
  });

  it('two inputs cannot both be standard input', async () => {
    const both = await run(['evaluate', '--policy', '-', '--heads', '-'], { stdin: 'version: 1' });
    expect(both).toEqual({
      status: 2,
      stdout: '',
      stderr:
        's3-encryption-auditor: --policy and --heads cannot both be standard input: name a file for one of them\n',
    });
    expect((await run(['handle', '-', '--policy', '-'])).stderr).toContain('EVENT and --policy cannot both');
  });

  it('text of the command line cannot steer the terminal', async () => {
    const { stderr } = await run(['policy', 'explain', POLICY, 'http://\u001b[2J']);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('names no object: expected s3://BUCKET/KEY');
  });
});
