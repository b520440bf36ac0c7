import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { evaluate, fileWith, POLICY, recordsOf, run, scratch, unprintableIn } from './run.ts';

const head = { ServerSideEncryption: 'AES256' };
const plain = (key: string, more: object = { head }) => ({
  bucket: 'acme-lake',
  key: `plain/${key}`,
  ...more,
});
const MIXED = [
  plain('fine'),
  plain('bare', { head: {} }),
  plain('secret', { status: 403 }),
  plain('gone', { status: 404 }),
];

describe('on a terminal', () => {
  it('there is a table instead of NDJSON, what needs a person first, and a summary for people', async () => {
    const { status, stdout, stderr } = await evaluate(MIXED, { terminal: true });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('outcome    rule   object');
    const outcomes = lines.flatMap((line) => /^[a-z]+(?= .*s3:)/.exec(line)?.[0] ?? []);
    expect(outcomes).toEqual(['violation', 'unknown', 'gone', 'compliant']);
    expect(stdout).toContain('           not encrypted by S3 at all, but the policy wants AES256\n');
    expect(stdout).toContain(
      '           the auditor was refused: it needs s3:GetObject on arn:aws:s3:::acme-lake/plain/secret\n',
    );
    expect(stderr).toBe('4 objects: 1 compliant, 1 violation, 1 unknown, 1 gone\n');
    expect(status).toBe(3);
  });

  it('the same input in a pipe is NDJSON alone', async () => {
    const { stdout, stderr } = await evaluate(MIXED);
    expect(recordsOf(stdout)).toHaveLength(4);
    expect(stderr).toBe('');
  });

  it('colour comes with io.color alone, as NO_COLOR asks', async () => {
    const colored = (await evaluate(MIXED, { terminal: true, color: true })).stdout;
    const uncolored = (await evaluate(MIXED, { terminal: true, color: false })).stdout;
    expect(colored).toContain('\u001b[31mviolation\u001b[39m');
    expect(uncolored).not.toContain('\u001b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours are what is taken away.
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(uncolored);
  });

  it('hostile keys, versions and buckets are escaped, and every object keeps its one line', async () => {
    const hostile = [
      'a\nb',
      '\u001b[2J\u001b]0;x\u0007',
      '\r\u0008',
      '\u202egnp',
      '\ud800',
      '\u2028',
      '\u{e0041}',
      '\u009b31m',
    ];
    const lines = hostile.map((key) => plain(key, { head: { ...head, VersionId: key } }));
    const { stdout } = await evaluate([...lines, { ...plain('b'), bucket: 'acme\u001b[2J' }], {
      terminal: true,
    });
    expect(unprintableIn(stdout)).toEqual([]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(hostile.length + 2);
    expect(stdout).toContain('s3://acme-lake/plain/a\\u{A}b (version a\\u{A}b)');
  });

  it('a key that begins like a formula of a spreadsheet stands behind its address', async () => {
    const { stdout } = await evaluate([plain("=cmd|'/c calc'!A0")], { terminal: true });
    for (const line of stdout.split('\n')) expect(line).not.toMatch(/^[=+@-]/);
    expect(stdout).toContain("s3://acme-lake/plain/=cmd|'/c calc'!A0");
  });

  it('many rows are cut, and the rest is counted', async () => {
    const lines = Array.from({ length: 250 }, (_, index) => plain(String(index)));
    const { stdout, stderr } = await evaluate([...lines, plain('bad', { head: {} })], { terminal: true });
    expect(stdout.match(/^compliant/gm)).toHaveLength(200);
    expect(stdout.match(/^violation/gm)).toHaveLength(1);
    expect(stdout).toContain('... and 50 more\n');
    expect(stderr).toBe('251 objects: 250 compliant, 1 violation\n');
  });

  it('nothing to show is no table, and is said', async () => {
    const stderr = '0 objects\nstandard input names no object, so nothing was judged\n';
    expect(await evaluate('', { terminal: true })).toEqual({ status: 0, stdout: '', stderr });
  });
});

describe('--output', () => {
  it('takes the records, and standard output stays empty, in a pipe and on a terminal', async () => {
    const path = join(scratch(), 'records.ndjson');
    for (const terminal of [false, true]) {
      const { status, stdout, stderr } = await evaluate(MIXED, { args: ['--output', path], terminal });
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(recordsOf(readFileSync(path, 'utf8'))).toHaveLength(4);
      expect(stderr === '').toBe(!terminal);
    }
  });

  it('is written whole where it is long', async () => {
    const path = join(scratch(), 'records.ndjson');
    const lines = Array.from({ length: 5000 }, (_, index) => plain(String(index)));
    await evaluate(lines, { args: ['--output', path] });
    expect(recordsOf(readFileSync(path, 'utf8'))).toHaveLength(5000);
  });

  it('- is standard output, not a file of that name', async () => {
    expect(recordsOf((await evaluate(MIXED, { args: ['--output', '-'] })).stdout)).toHaveLength(4);
  });

  for (const [title, heads] of [
    ['with lines', MIXED],
    ['without a line', ''],
  ] as const) {
    it(`that cannot be opened is status 2 and one line, ${title}`, async () => {
      expect(await evaluate(heads, { args: ['--output', '/nowhere/records'] })).toEqual({
        status: 2,
        stdout: '',
        stderr:
          's3-encryption-auditor: /nowhere/records could not be written: there is no such file or directory\n',
      });
    });
  }

  it('that is a folder is status 2', async () => {
    const folder = scratch();
    mkdirSync(join(folder, 'records'));
    const { status, stderr } = await evaluate(MIXED, { args: ['--output', join(folder, 'records')] });
    expect(status).toBe(2);
    expect(stderr).toContain('records could not be written: it is a directory');
  });

  it('that would overwrite an input is refused, and the input is whole', async () => {
    const path = fileWith('heads.ndjson', `${JSON.stringify(plain('a'))}\n`);
    const before = readFileSync(path, 'utf8');
    const { status, stderr } = await run(['evaluate', '--policy', POLICY, '--heads', path, '--output', path]);
    expect(status).toBe(2);
    expect(stderr).toContain('is the file that --heads names, and would overwrite it');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('a reader that goes away', () => {
  class Broken extends Writable {
    readonly #code: string;

    constructor(code: string) {
      super({ highWaterMark: 64 });
      this.#code = code;
    }

    override _write(_chunk: Buffer, _encoding: string, done: (error: Error) => void): void {
      setImmediate(() => done(Object.assign(new Error(`write ${this.#code}`), { code: this.#code })));
    }
  }

  it('ends the run with status 3 and no word: there is nobody to tell', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => plain(String(index)));
    const { status, stderr } = await evaluate(lines, { stdout: new Broken('EPIPE') });
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
  });

  it('of another kind is told in one line', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => plain(String(index)));
    const { status, stderr } = await evaluate(lines, { stdout: new Broken('ENOSPC') });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: 's3-encryption-auditor: standard output could not be written: no space is left on the device\n',
    });
  });
});

describe('--heads', () => {
  it('that is not there is status 2, and one line says so', async () => {
    expect(await run(['evaluate', '--policy', POLICY, '--heads', '/nowhere/heads'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 's3-encryption-auditor: /nowhere/heads could not be read: there is no such file or directory\n',
    });
  });
});
