import { createReadStream, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { jsonFault, unexpectedToken } from '../objects/json-fault.ts';
import { MOST_LINE_BYTES } from '../reaudit/fold.ts';

/** What a command may read and write, passed in so that a test needs no process. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** What is drawn for people, and the colour of it, hang on whether it is a terminal itself. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
  readonly color: boolean;
  readonly columns: number;
  readonly now: () => number;
}

/** An input or output that the command line names does not work; the message says what to do. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** Writes for people. */
export const tell = (io: CliIo, text: string): void => {
  io.stderr.write(`${text}\n`);
};

/** How a path of the command line is told to people. */
export const placeName = (path: string): string => (path === '-' ? 'standard input' : path);

/** Far more than any policy, configuration, event or list of keys; records and heads are read line by line. */
export const MOST_INPUT_BYTES = 64 * 1024 * 1024;

/** The byte order mark is the reader's to leave out. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a file, or standard input where the path is `-`, as UTF-8. Throws `BadInput`, also for one that is too long. */
export async function readText(path: string, io: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const read of path === '-' ? io.stdin : createReadStream(path)) {
      const chunk = Buffer.from(read);
      length += chunk.length;
      if (length > MOST_INPUT_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (length > MOST_INPUT_BYTES) {
    throw new BadInput(`${placeName(path)} has more than ${MOST_INPUT_BYTES} bytes: not read`);
  }
  try {
    return UTF_8.decode(Buffer.concat(chunks));
  } catch {
    throw new BadInput(`${placeName(path)} is not UTF-8: save it as UTF-8`);
  }
}

/** Reads a file or standard input as JSON, with or without a byte order mark. Throws `BadInput`. */
export const readJson = async (path: string, io: CliIo): Promise<unknown> =>
  (await readJsonText(path, io)).value;

/** The same, with its text, less the byte order mark. Throws `BadInput`. */
export async function readJsonText(
  path: string,
  io: CliIo,
): Promise<{ readonly text: string; readonly value: unknown }> {
  const text = (await readText(path, io)).replace(/^\uFEFF/, '');
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    throw new BadInput(`${placeName(path)} is not JSON: ${jsonFault(error)}${await placeOf(text, error)}`);
  }
}

/** Where the unexpected character stands, which V8 says of other faults only; nothing where that cannot be told. */
async function placeOf(text: string, error: unknown): Promise<string> {
  const token = unexpectedToken(error);
  if (token === undefined) return '';
  const { readPlainJson } = await import('../policy/read-json.ts');
  const read = readPlainJson(text, () => undefined);
  if ('kind' in read || !text.startsWith(token, read.at)) return '';
  return ` ${lineAndColumn(text, read.at)}`;
}

/** For example `at line 2, column 5`. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * The lines of a file, or of standard input where the path is `-`, as their bytes. Only a line feed ends a line: JSON
 * may hold U+2028 as it is, at which `node:readline` would cut. Of a line beyond `MOST_LINE_BYTES` only as much is
 * given as shows that it is too long. Throws `BadInput`.
 */
export async function* readLines(path: string, io: CliIo): AsyncGenerator<Buffer> {
  const line = new LinePieces();
  try {
    for await (const read of path === '-' ? io.stdin : createReadStream(path)) {
      let rest = Buffer.from(read);
      for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
        line.add(rest.subarray(0, end));
        yield line.take();
        rest = rest.subarray(end + 1);
      }
      line.add(rest);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  const last = line.take();
  if (last.length > 0) yield last;
}

class LinePieces {
  #pieces: Buffer[] = [];
  #length = 0;

  add(piece: Buffer): void {
    const kept = piece.subarray(0, MOST_LINE_BYTES + 1 - this.#length);
    this.#length += kept.length;
    if (kept.length > 0) this.#pieces.push(kept);
  }

  take(): Buffer {
    const line = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

/**
 * Refuses two inputs that would both take standard input, and an output that would destroy an input or another output,
 * by whatever name or link. Without `--output` standard output is one. Throws `BadInput`.
 */
export function checkFiles(
  inputs: Readonly<Record<string, string | undefined>>,
  outputs: Readonly<Record<string, string | undefined>>,
): void {
  const given = Object.entries(inputs);
  const fromStdin = given.filter(([, path]) => path === '-').map(([name]) => name);
  if (fromStdin.length > 1) {
    throw new BadInput(
      `${fromStdin.join(' and ')} cannot both be standard input: name a file for one of them`,
    );
  }
  const written = outputs['--output'] === undefined ? { ...outputs, [STDOUT]: '/dev/stdout' } : outputs;
  const taken = new Map<string, string>();
  for (const [name, path] of given) {
    if (path !== undefined) taken.set(fileName(path === '-' ? '/dev/stdin' : path), name);
  }
  for (const [name, path] of Object.entries(written)) {
    if (path === undefined) continue;
    const file = fileName(path);
    const other = taken.get(file);
    if (other !== undefined) {
      const place = name === STDOUT ? name : `${name} ${path}`;
      throw new BadInput(`${place} is the file that ${other} names, and would overwrite it`);
    }
    taken.set(file, name);
  }
}

const STDOUT = 'standard output';

/** The same for all names of a file on disk, also of one that is yet to be made; a device or a pipe goes by its name. */
function fileName(path: string): string {
  try {
    const there = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (there?.isFile() === true) return `${there.dev}:${there.ino}`;
    if (there !== undefined) return resolve(path);
    const leadsNowhere = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return leadsNowhere
      ? fileName(resolve(dirname(path), readlinkSync(path)))
      : join(realpathSync(dirname(path)), basename(path));
  } catch {
    // What cannot be reached is told where it is opened.
    return resolve(path);
  }
}

/** True where a device, a pipe or a folder stands, which cannot be cut, put in place anew or read again. */
export function isNoFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
  } catch {
    return false;
  }
}

function unreadable(path: string, error: unknown): BadInput {
  return new BadInput(`${placeName(path)} could not be read: ${reasonOf(error)}`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'no space is left on the device',
  EPIPE: 'its reader has gone away',
};

/** The system's code of an error, such as `ENOENT`; else nothing. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Why a file could not be read or written, for people. */
export const reasonOf = (error: unknown): string =>
  REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
