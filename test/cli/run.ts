import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import type { CliIo } from '../../src/cli/io.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';

export const NOW_MS = Date.parse('2026-11-21T02:00:00.000Z');
export const FIXTURES = join(import.meta.dirname, '../fixtures/cli');
export const POLICY = join(FIXTURES, 'policy.yaml');
export const EVENTS = join(import.meta.dirname, '../../events');

/** Keeps what is written to it. */
export class Collector extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  #text = '';

  constructor({
    isTTY = false,
    columns = 100,
  }: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  get text(): string {
    return this.#text;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#text += chunk.toString();
    done();
  }
}

export interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends Partial<Pick<CliIo, 'terminal' | 'color' | 'columns' | 'stdout'>> {
  readonly stdin?: string | Buffer;
  /** Whether standard error is a terminal. */
  readonly stderrTerminal?: boolean;
}

/** Runs one command line in this process, with streams in memory. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { stdin = '', stderrTerminal = false, ...io } = options;
  const stdout = new Collector();
  const stderr = new Collector({ isTTY: stderrTerminal });
  const status = await runCli(argv, '9.8.7', {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    terminal: false,
    color: false,
    columns: 100,
    now: () => NOW_MS,
    ...io,
  });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** A folder of the test that calls this, gone when it ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'auditor-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of the test that calls this. */
export function fileWith(name: string, text: string | Buffer): string {
  const path = join(scratch(), name);
  writeFileSync(path, text);
  return path;
}

/** The records of an NDJSON text. */
export const recordsOf = (text: string): readonly AuditRecord[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

export const evaluate = (
  heads: string | Buffer | readonly object[],
  { args = [], policy = POLICY, ...options }: RunOptions & { args?: readonly string[]; policy?: string } = {},
): Promise<Run> => {
  const lines = (objects: readonly object[]): string =>
    objects.map((line) => `${JSON.stringify(line)}\n`).join('');
  const stdin = typeof heads === 'string' || Buffer.isBuffer(heads) ? heads : lines(heads);
  return run(['evaluate', '--policy', policy, '--heads', '-', ...args], { ...options, stdin });
};

/** The unprintable characters of a text: what must never reach a terminal, line feeds apart. */
export const unprintableIn = (text: string): readonly string[] =>
  [...text].filter((character) => character !== '\n' && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character));
