import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { jsonFault, unexpectedToken } from '../objects/json-fault.ts';
import { MOST_LINE_BYTES } from '../reaudit/fold.ts';

/** What a command may read and write, passed in so that a test needs no process. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
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

/** An output failed after it had been opened: its disk is full, or its reader has gone away as `head` does. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  /** True where the reader has gone away: then there is nobody to tell. */
  readonly readerGone: boolean;

  constructor(place: string, cause: unknown) {
    super(`${place} could not be written: ${reasonOf(cause)}`, { cause });
    this.readerGone = codeOf(cause) === 'EPIPE';
  }
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
export async function readJson(path: string, io: CliIo): Promise<unknown> {
  const text = (await readText(path, io)).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
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
  const before = text.slice(0, read.at).split('\n');
  return ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
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

/** Refuses two inputs that would both take standard input, and an output that would destroy an input. Throws `BadInput`. */
export function checkFiles(
  inputs: Readonly<Record<string, string | undefined>>,
  output: string | undefined,
): void {
  const given = Object.entries(inputs);
  const fromStdin = given.filter(([, path]) => path === '-').map(([name]) => name);
  if (fromStdin.length > 1) {
    throw new BadInput(
      `${fromStdin.join(' and ')} cannot both be standard input: name a file for one of them`,
    );
  }
  for (const [name, path] of given) {
    if (path === undefined || path === '-' || output === undefined) continue;
    if (resolve(path) === resolve(output)) {
      throw new BadInput(`--output ${output} is the file that ${name} names, and would overwrite it`);
    }
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

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const reasonOf = (error: unknown): string =>
  REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));

/** Takes lines, waiting where the reader is slow. */
export interface LineSink {
  write(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Lines to a file, opened before anything else is done, or to standard output. Throws `BadInput` and later `OutputFailed`. */
export async function openSink(path: string | undefined, io: CliIo): Promise<LineSink> {
  if (path === undefined) return new StreamSink(io.stdout, 'standard output');
  const file = await open(path, 'w').catch((error: unknown) => {
    throw new BadInput(`${path} could not be written: ${reasonOf(error)}`, { cause: error });
  });
  return new StreamSink(file.createWriteStream(), path);
}

class StreamSink implements LineSink {
  readonly #stream: Writable;
  readonly #place: string;
  #failure: OutputFailed | undefined;
  #wake: () => void = () => {};

  constructor(stream: Writable, place: string) {
    this.#stream = stream;
    this.#place = place;
    stream.on('drain', () => this.#wake());
    stream.on('close', () => this.#fail(new Error('it was closed')));
    stream.on('error', (error) => this.#fail(error));
  }

  async write(line: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#stream.write(`${line}\n`)) return;
    await new Promise<void>((wake) => {
      this.#wake = wake;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    // Standard output is the process's: it outlives the records.
    if (this.#place !== 'standard output') {
      await new Promise<void>((ended) => {
        this.#wake = ended;
        this.#stream.end(ended);
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(cause: unknown): void {
    if (!this.#stream.writableFinished) this.#failure ??= new OutputFailed(this.#place, cause);
    this.#wake();
  }
}
