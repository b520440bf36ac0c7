import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { BadInput, type CliIo, codeOf, reasonOf } from './io.ts';

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

/** Takes lines, waiting where the reader is slow. */
export interface LineSink {
  write(line: string): Promise<void>;
  /** Gives only when all of it has been taken. */
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

/** Writes one text to standard output; whether its reader stays to the end is the reader's affair. Throws `OutputFailed`. */
export async function writeOut(text: string, io: CliIo): Promise<void> {
  const failure = await taken(io.stdout, text);
  if (failure === undefined) return;
  const failed = new OutputFailed('standard output', failure);
  if (!failed.readerGone) throw failed;
}

/** What kept a stream from taking a text, once it is known. */
const taken = (stream: Writable, text: string): Promise<Error | undefined> =>
  new Promise((known) => {
    stream.write(text, (error) => known(error ? (stream.errored ?? error) : undefined));
  });

class StreamSink implements LineSink {
  readonly #stream: Writable;
  readonly #place: string;
  #failure: OutputFailed | undefined;
  #wake: () => void = () => {};

  constructor(stream: Writable, place: string) {
    this.#stream = stream;
    this.#place = place;
    stream.on('drain', () => this.#wake());
    stream.on('close', () => {
      if (!stream.writableFinished) this.#fail(new Error('it was closed'));
    });
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
    if (this.#failure === undefined) {
      const failure = await this.#ended();
      if (failure !== undefined) this.#fail(failure);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What kept the last of it from being taken, or the file from being closed. */
  #ended(): Promise<Error | undefined> {
    // Standard output is the process's: it outlives the records.
    if (this.#place === 'standard output') return taken(this.#stream, '');
    this.#stream.end();
    return finished(this.#stream).then(
      () => undefined,
      (error: Error) => error,
    );
  }

  #fail(cause: unknown): void {
    this.#failure ??= new OutputFailed(this.#place, cause);
    this.#wake();
  }
}

/** A file that the process was given open. Node's own stream takes a short write, as a disk that fills gives, for a whole one. */
export class OpenFile extends Writable {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    super();
    this.#descriptor = descriptor;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#descriptor, chunk, at);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done();
  }
}
