import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bucketCheck } from '../../src/cli/bucket-check.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { openSink } from '../../src/cli/sink.ts';
import { configuration, FINANCE, s3aUnder, sseRule, policyFile as writtenPolicy } from './emr-files.ts';
import { Collector, EVENTS, fileWith, NOW_MS, POLICY, run, scratch } from './run.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const heads = (count: number): string =>
  fileWith(
    'heads.ndjson',
    Array.from(
      { length: count },
      (_, index) =>
        `{"bucket":"acme-lake","key":"plain/${index}","head":{"ServerSideEncryption":"AES256"}}\n`,
    ).join(''),
  );

/** Runs the program where no file can become longer than so many blocks of 512 or 1,024 bytes, as on a disk that is full. */
function onFullDisk(blocks: number, argv: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const limited = `ulimit -f ${blocks}; exec "$@"`;
  const { status, stderr } = spawnSync('sh', ['-c', limited, '-', process.execPath, MAIN, ...argv], {
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
  });
  return { status, stderr };
}

describe('--output on a disk that is full is status 3 and told, however little was to be written', () => {
  const records = (): string => {
    const line = { object: { bucket: 'acme-lake', key: 'plain/a' }, outcome: 'compliant', rule: 'plain' };
    return fileWith(
      'records.ndjson',
      `${JSON.stringify({ ...line, source: 'head', id: 'x', policy: 'sha256:x', auditedAt: '2026-11-21T02:00:00.000Z' })}\n`,
    );
  };
  const exempting = (): string =>
    fileWith(
      'policy.yaml',
      `${readFileSync(finance(), 'utf8')}exempt: [{ match: "s3://acme-lake/**", reason: none is looked at }]\n`,
    );
  const finance = (): string => writtenPolicy([sseRule('finance', 's3://acme-lake/finance/', FINANCE)]);
  it.each<[string, () => readonly string[]]>([
    ['evaluate', () => ['evaluate', '--policy', POLICY, '--heads', heads(1)]],
    ['handle', () => ['handle', join(EVENTS, 's3-put.json'), '--policy', exempting()]],
    ['report', () => ['report', records()]],
    ['emr import', () => ['emr', 'import', '--config', s3aUnder(FINANCE), '--scheme', 's3a']],
    ['emr export', () => ['emr', 'export', '--policy', finance(), '--release', 'emr-7.10.0']],
    [
      'emr preflight',
      () => [
        ...['emr', 'preflight', '--policy', finance(), '--config', configuration({})],
        ...['--write', 's3a://acme-lake/finance/'],
      ],
    ],
  ])('%s', (_name, argv) => {
    const output = join(scratch(), 'output');
    const { status, stderr } = onFullDisk(0, [...argv(), '--output', output]);
    expect(stderr).toMatch(new RegExp(`${output} could not be written: EFBIG`));
    expect(status).toBe(3);
  });

  it('also where only the last of it finds no room', () => {
    const output = join(scratch(), 'output');
    const { status, stderr } = onFullDisk(8, [
      'evaluate',
      '--policy',
      POLICY,
      '--heads',
      heads(50),
      '--output',
      output,
    ]);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `s3-encryption-auditor: ${output} could not be written: EFBIG: file too large, write\n`,
    });
    expect(readFileSync(output, 'utf8')).not.toMatch(/\n$/);
  });
});

it('a file of standard output that takes only a part of a write is told: it is not taken for the whole', () => {
  const folder = scratch();
  for (const argv of [
    ['--help'],
    ['audit', '--help'],
    ['policy', 'explain', '--json', POLICY, 's3://acme-lake/plain/x'],
  ]) {
    const file = openSync(join(folder, 'stdout'), 'w');
    const { status, stderr } = onFullDisk(1, argv, file);
    closeSync(file);
    expect({ argv, status, stderr }).toEqual({
      argv,
      status: 3,
      stderr: 's3-encryption-auditor: standard output could not be written: EFBIG: file too large, write\n',
    });
  }
});

describe('standard output on a disk that is full', () => {
  class Refusing extends Writable {
    readonly #code: string;

    constructor(code: string) {
      super();
      this.#code = code;
    }

    override _write(_chunk: Buffer, _encoding: string, done: (error: Error) => void): void {
      done(Object.assign(new Error(`write ${this.#code}`), { code: this.#code }));
    }
  }

  const IO: CliIo = {
    ...{ stdin: Readable.from([]), stdout: new Collector(), stderr: new Collector() },
    ...{ terminal: false, color: false, columns: 80, now: () => NOW_MS },
  };
  const told =
    's3-encryption-auditor: standard output could not be written: no space is left on the device\n';
  const broken = (): string => fileWith('policy.yaml', 'version: 2\n');
  it.each<[string, () => readonly string[], number]>([
    ['--help', () => ['--help'], 0],
    ['--version', () => ['--version'], 0],
    ['evaluate', () => ['evaluate', '--policy', POLICY, '--heads', heads(1)], 3],
    ['policy check', () => ['policy', 'check', broken()], 2],
    ['policy check --suggest', () => ['policy', 'check', '--suggest', 'emr', POLICY], 0],
    ['policy explain', () => ['policy', 'explain', POLICY, 's3://acme-lake/plain/x'], 0],
    ['policy explain --json', () => ['policy', 'explain', '--json', POLICY, 's3://acme-lake/plain/x'], 0],
    [
      'audit --dry-run',
      () => [
        'audit',
        's3://acme-lake/plain/',
        '--policy',
        POLICY,
        '--dry-run',
        '--objects',
        '5',
        '--format',
        'json',
      ],
      0,
    ],
  ])('is status 3 and told: %s; a reader that went away is not', async (_name, argv, ownStatus) => {
    const full = await run(argv(), { stdout: new Refusing('ENOSPC') });
    expect(full).toMatchObject({ status: 3, stderr: told });
    const gone = await run(argv(), { stdout: new Refusing('EPIPE') });
    expect(gone.status).toBe(ownStatus);
    expect(gone.stderr).not.toContain('could not be written');
  });

  it('is an error of bucket check', async () => {
    const policy = fileWith(
      'policy.yaml',
      'version: 1\nrules: [{ id: a, match: "s3://acme-lake/", sse: { algorithm: [AES256] } }]\n',
    );
    const checked = bucketCheck(
      { command: 'bucket check', target: 's3://acme-lake', policy, json: true, aws: {} },
      { ...IO, stdout: new Refusing('ENOSPC').on('error', () => {}) },
      {
        settings: {
          defaultEncryption: async () => ({ kind: 'none' }),
          notifications: async () => ({ kind: 'none' }),
        },
      },
    );
    await expect(checked).rejects.toThrow(
      'standard output could not be written: no space is left on the device',
    );
  });

  it('is known by the time that a sink has closed, though it fails later than it was written to', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        setImmediate(() => done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })));
      },
    });
    const sink = await openSink(undefined, { ...IO, stdout });
    await sink.write('{}');
    await expect(sink.close()).rejects.toThrow('standard output could not be written: no space is left');
  });

  it('is told of the table on a terminal', async () => {
    const argv = ['evaluate', '--policy', POLICY, '--heads', heads(1)];
    const { status, stderr } = await run(argv, { stdout: new Refusing('ENOSPC'), terminal: true });
    expect({ status, stderr }).toEqual({ status: 3, stderr: told });
  });
});
