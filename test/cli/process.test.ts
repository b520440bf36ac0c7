import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCli } from '../../scripts/bundle.ts';
import { VERSION } from '../../src/cli/version.ts';
import { POLICY, recordsOf } from './run.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/cli/main.ts');
const BUNDLE = join(ROOT, 'dist/cli.mjs');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Pipes {
  readonly stdin?: string;
  /** Hangs up on standard output after so many bytes. */
  readonly readOnly?: number;
  /** Hangs up on both outputs before anything is written. */
  readonly hangUp?: boolean;
}

/** Runs the program as a user does: a process of its own, with pipes. */
function runProgram(
  program: string,
  argv: readonly string[],
  { stdin = '', readOnly = Number.POSITIVE_INFINITY, hangUp = false }: Pipes = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...argv], { env: { ...process.env, AWS_REGION: '' } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (stdout.length >= readOnly) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    if (hangUp) for (const output of [child.stdout, child.stderr]) output.destroy();
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    // A program that stops early hangs up on us in turn.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

const head = { ServerSideEncryption: 'AES256' };
const lines = (count: number, more: object = { head }): string =>
  Array.from(
    { length: count },
    (_, index) => `${JSON.stringify({ bucket: 'acme-lake', key: `plain/${index}`, ...more })}\n`,
  ).join('');
const EVALUATE = ['evaluate', '--policy', POLICY, '--heads', '-'];

function programContract(name: string, path: () => string): void {
  describe(name, () => {
    it('prints its version', async () => {
      expect(await runProgram(path(), ['--version'])).toEqual({
        status: 0,
        stdout: `${VERSION}\n`,
        stderr: '',
      });
    });

    it('in a pipe gives NDJSON alone, whole however much it is, and its status', async () => {
      const { status, stdout, stderr } = await runProgram(path(), EVALUATE, { stdin: lines(5000) });
      expect(recordsOf(stdout)).toHaveLength(5000);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const violation = await runProgram(path(), EVALUATE, { stdin: lines(1, { head: {} }) });
      expect(violation.status).toBe(1);
    });

    it('whose reader goes away ends without a stack, with status 3', async () => {
      const { status, stderr } = await runProgram(path(), EVALUATE, { stdin: lines(50_000), readOnly: 1 });
      expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    });

    it('on whom both readers hang up at once still ends with its own status', async () => {
      const explain = ['policy', 'explain', POLICY, 's3://acme-lake/plain/x'];
      expect((await runProgram(path(), explain, { hangUp: true })).status).toBe(0);
      const bad = ['policy', 'explain', POLICY, 'nonsense'];
      expect((await runProgram(path(), bad, { hangUp: true })).status).toBe(2);
    });

    it('that cannot do what is asked gives one line and status 2', async () => {
      const { status, stdout, stderr } = await runProgram(path(), ['policy', 'check', '/nowhere/p.yaml']);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toBe(
        's3-encryption-auditor: /nowhere/p.yaml could not be read: there is no such file or directory\n',
      );
    });

    it('reads policy and heads of one pipe as bad usage, and does not hang', async () => {
      const { status } = await runProgram(path(), ['evaluate', '--policy', '-', '--heads', '-']);
      expect(status).toBe(2);
    });
  });
}

programContract('node src/cli/main.ts', () => MAIN);

describe('the bundle of the npm package', () => {
  let bundle = BUNDLE;
  let built: string | undefined;
  beforeAll(async () => {
    if (existsSync(BUNDLE)) return;
    built = mkdtempSync(join(tmpdir(), 'auditor-bundle-'));
    await bundleCli(ROOT, built);
    bundle = join(built, 'cli.mjs');
  });
  afterAll(() => {
    if (built !== undefined) rmSync(built, { recursive: true });
  });
  programContract('dist/cli.mjs', () => bundle);
});
