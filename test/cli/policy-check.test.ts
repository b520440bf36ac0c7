import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, fileWith, POLICY, run, scratch, unprintableIn } from './run.ts';

const GOOD = readFileSync(POLICY, 'utf8');
const WARNS = `version: 1
rules:
  - id: raw
    match: s3://acme-lake/raw
    sse: { algorithm: [AES256] }
`;
const BAD = `version: 1
rules:
  - id: finance
    match: s3://acme-lake/finance/
    sse: { algorithm: [aws:kms], bucketkey: required }
  - id: finance
    match: s3://acme-lake/raw
    sse: { algorithm: [AES256] }
`;

describe('policy check', () => {
  it('a good policy is status 0, and is told for people alone', async () => {
    expect(await run(['policy', 'check', POLICY])).toEqual({
      status: 0,
      stdout: '',
      stderr: `${POLICY}: 0 errors, 0 warnings, 4 rules\n`,
    });
  });

  it('a warning is printed with place and caret, and is status 0', async () => {
    const path = fileWith('p.yaml', WARNS);
    const { status, stdout, stderr } = await run(['policy', 'check', path]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/p\.yaml:4:\d+: warning: .* \[policy\/[a-z-]+\]\n {2}\|\n4 \| .*\n {2}\| +\^/);
    expect(stderr).toBe(`${path}: 0 errors, 1 warning, 1 rule\n`);
  });

  it('every error is printed in the order of the file, warnings among them, and is status 2', async () => {
    const { status, stdout, stderr } = await run(['policy', 'check', fileWith('p.yaml', BAD)]);
    const lines = [...stdout.matchAll(/^\S+p\.yaml:(\d+):\d+: /gm)].map(([, line]) => Number(line));
    expect(status).toBe(2);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(stdout).toContain('did you mean "bucketKey"?');
    expect(stderr).toMatch(/: 2 errors, 1 warning\n$/);
  });

  it('standard input is named so in every place', async () => {
    const { status, stdout, stderr } = await run(['policy', 'check', '-'], { stdin: BAD });
    expect(status).toBe(2);
    expect(stdout).toMatch(/^standard input:5:/);
    expect(stderr).toBe('standard input: 2 errors, 1 warning\n');
  });

  it('an empty policy is status 2', async () => {
    expect((await run(['policy', 'check', '-'], { stdin: '' })).status).toBe(2);
  });

  for (const [name, path, why] of [
    ['a file that is not there', '/nowhere/p.yaml', 'there is no such file or directory'],
    ['a folder', FIXTURES, 'it is a directory'],
  ] as const) {
    it(`${name} is status 2, and one line says why`, async () => {
      expect(await run(['policy', 'check', path])).toEqual({
        status: 2,
        stdout: '',
        stderr: `s3-encryption-auditor: ${path} could not be read: ${why}\n`,
      });
    });
  }

  it('an s3: address without a key is status 2, and says what was expected', async () => {
    const { status, stderr } = await run(['policy', 'check', 's3://bucket']);
    expect(status).toBe(2);
    expect(stderr).toContain('expected s3://BUCKET/KEY');
  });

  it('colour is used only where it is asked for', async () => {
    const path = fileWith('p.yaml', WARNS);
    expect((await run(['policy', 'check', path])).stdout).not.toContain('\u001b');
    expect((await run(['policy', 'check', path], { terminal: true, color: true })).stdout).toContain(
      '\u001b[33m',
    );
  });

  it('a file name cannot steer the terminal', async () => {
    const path = join(scratch(), 'a\u001b[2Jb');
    expect((await run(['policy', 'check', path])).stderr).toContain('a\\u{1B}[2Jb could not be read');
  });

  it('a bad policy stops every other command with the same text and status 2', async () => {
    const path = fileWith('p.yaml', BAD);
    for (const argv of [
      ['evaluate', '--policy', path, '--heads', '-'],
      ['policy', 'explain', path, 's3://acme-lake/x'],
    ]) {
      const { status, stdout, stderr } = await run(argv);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('p.yaml has errors:\n');
      expect(stderr).toContain('did you mean "bucketKey"?');
      expect(stderr).not.toMatch(/\n\n$/);
    }
  });

  it('the policy of the fixtures is what these tests think it is', () => {
    expect(GOOD).toContain('uncovered: report');
  });
});

describe('policy check --suggest emr', () => {
  const check = (text: string) => run(['policy', 'check', '-', '--suggest', 'emr'], { stdin: text });
  const CLEAN = `version: 1
rules:
  - { id: tenants, match: "s3://acme-lake/tenants/{tenant}/", sse: { algorithm: [aws:kms] } }
`;

  it('prints exemptions as YAML, with reasons and what they cost, and leaves the file alone', async () => {
    const path = fileWith('p.yaml', CLEAN);
    const { status, stdout, stderr } = await run(['policy', 'check', path, '--suggest', 'emr']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: `${path}: 0 errors, 0 warnings, 1 rule\n` });
    expect(stdout).toContain(
      '  - { match: "s3://acme-lake/tenants/*/**/_temporary/**", reason: "output of Hadoop tasks before their job commits" }\n',
    );
    expect(stdout).toContain('maxSize: 16, reason: "EMRFS directory markers hold no data" }');
    expect(stdout).toContain('hold real data until the job commits');
    expect(stdout).not.toContain('plaintext');
    expect(readFileSync(path, 'utf8')).toBe(CLEAN);
  });

  it('what it prints can be pasted: then nothing is suggested, and what is exempt is said', async () => {
    const { stdout } = await check(CLEAN);
    const again = await check(CLEAN + stdout);
    expect(again.status).toBe(0);
    expect(again.stdout).not.toContain('Suggested');
    expect(again.stdout.match(/warning: .*\[policy\/unbounded-exemption\]/g)).toHaveLength(5);
    expect(again.stderr).toContain('nothing to suggest\n');
    expect(again.stderr).toMatch(
      /left out, since line \d+ exempts it: s3:\/\/acme-lake\/\*\*\/\*_\$folder\$\n/,
    );
  });

  it('a policy with exemptions gets lines to add, not a second "exempt:"', async () => {
    const exempt = 'exempt:\n  - { match: "s3://acme-lake/x", until: 2027-01-01, reason: x }\n';
    const { stdout } = await check(CLEAN + exempt);
    expect(stdout).not.toMatch(/^exempt:/m);
    expect((await check(CLEAN + exempt + stdout)).status).toBe(0);
  });

  it('a policy in JSON gets maps in JSON', async () => {
    const json = (exempt: readonly unknown[]) =>
      JSON.stringify({
        version: 1,
        rules: [{ id: 'a', match: 's3://acme-lake/a/', cse: 'required' }],
        ...(exempt.length === 0 ? {} : { exempt }),
      });
    const { stdout, stderr } = await check(json([]));
    expect(stderr).toContain('required by a: below them an exempt folder may hold plaintext.');
    const pasted = await check(json(JSON.parse(`[${stdout.trimEnd().slice(0, -1)}]`)));
    expect({ status: pasted.status, suggested: pasted.stderr.includes('nothing to suggest') }).toEqual({
      status: 0,
      suggested: true,
    });
  });

  it('client-side rules are named, since plaintext may lie in a folder that is exempt', async () => {
    const rule = '  - { id: payroll, match: s3://acme-lake/payroll/, cse: required }\n';
    expect((await check(CLEAN + rule)).stdout).toContain('required by payroll: below them an exempt');
  });

  it('comes after the problems, and changes no exit status', async () => {
    const warned = await check(WARNS);
    expect(warned.status).toBe(0);
    expect(warned.stdout.indexOf('warning:')).toBeLessThan(warned.stdout.indexOf('exempt:'));
    const bad = await check(BAD);
    expect(bad.status).toBe(2);
    expect(bad.stdout).not.toContain('exempt:');
    expect(bad.stderr).toContain('no exemptions are suggested while the policy has errors\n');
  });

  it('text of the policy cannot steer the terminal', async () => {
    const { stdout } = await check(CLEAN.replace('tenants/', 'ten\\u202E\\u009Bants/'));
    expect(unprintableIn(stdout)).toEqual([]);
    expect(stdout).toContain('ten\\u202e\\u009bants');
  });

  it('nothing else can be suggested, and nothing is where it is not asked for', async () => {
    expect((await run(['policy', 'check', '-', '--suggest', 'hive'])).status).toBe(2);
    expect((await run(['policy', 'check', '-'], { stdin: CLEAN })).stdout).toBe('');
  });
});
