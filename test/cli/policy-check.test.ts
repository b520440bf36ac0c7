import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, fileWith, POLICY, run, scratch } from './run.ts';

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
