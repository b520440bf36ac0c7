import { type FileHandle, open } from 'node:fs/promises';
import { MOST_LINE_BYTES, TOO_LONG } from './fold.ts';
import { StateUnusable } from './run-errors.ts';
import { MOST_STATE_BYTES } from './state-journal.ts';
import { replaceFile, syncFolder } from './whole-file.ts';

/** A file that only grows. What was appended and synced outlives the process and the machine. */
export interface AppendFile {
  /** How long it is. */
  readonly bytes: number;
  append(text: string): Promise<void>;
  sync(): Promise<void>;
  /**
   * The lines between two places, each of which is the start of a line or the end. Throws `StateUnusable` at one that is
   * longer than `MOST_LINE_BYTES`, which no line of a run is; no more of it is read than shows that.
   */
  lines(from: number, to: number): AsyncIterable<string>;
  close(): Promise<void>;
}

/** The files of a resumable run. */
export interface StateFiles {
  /** Absent where there is no such file. Throws `StateUnusable` where it has more bytes than a state file has, and does not read them. */
  read(path: string, mostBytes?: number): Promise<Buffer | undefined>;
  /** Puts a whole file in place at once: a killed process leaves the old one or the new one. */
  replace(path: string, text: string): Promise<void>;
  /** Opens a file to go on after so many bytes, and cuts off what comes later. Throws `FileTooShort` where it is shorter. */
  open(path: string, bytes: number): Promise<AppendFile>;
}

/** A file has changed under the run that writes it: another process goes on with the same run. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';

  constructor(path: string) {
    super(
      `${path} was changed by another process: two of them go on with the same run. Let one of them end, and go on then`,
    );
  }
}

/** A file holds less than a state says has been written into it. */
export class FileTooShort extends Error {
  override readonly name = 'FileTooShort';
  readonly path: string;

  constructor(path: string, bytes: number, expected: number) {
    super(`${path} holds ${bytes} bytes, where ${expected} were written`);
    this.path = path;
  }
}

/** Files on disk. */
export const diskFiles: StateFiles = {
  read: async (path, mostBytes = MOST_STATE_BYTES) => {
    try {
      await using file = await open(path, 'r');
      return await bounded(file, path, mostBytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  replace: replaceFile,
  open: async (path, bytes) => {
    // Read and write, made where it is not there, and not cut to nothing.
    const file = await open(path, 'a+');
    const { size } = await file.stat();
    if (size < bytes) {
      await file.close();
      throw new FileTooShort(path, size, bytes);
    }
    await file.truncate(bytes);
    if (bytes === 0) await syncFolder(path);
    return new DiskFile(path, file, bytes);
  },
};

async function bounded(file: FileHandle, path: string, mostBytes: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > mostBytes) throw tooLarge(path, `${size} bytes`, mostBytes);
  // What is no plain file does not tell its size.
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of file.createReadStream({ autoClose: false })) {
    length += piece.length;
    if (length > mostBytes) throw tooLarge(path, 'more', mostBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const tooLarge = (path: string, what: string, mostBytes: number): StateUnusable =>
  new StateUnusable(
    `${path} has ${what}, where a state file has at most ${mostBytes} bytes. Name another file by --resume; it is made where it is not there`,
  );

class DiskFile implements AppendFile {
  readonly #path: string;
  readonly #file: FileHandle;
  bytes: number;

  constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.bytes = bytes;
  }

  async append(text: string): Promise<void> {
    const data = Buffer.from(text);
    const { size } = await this.#file.stat();
    if (size !== this.bytes) throw new FileChanged(this.#path);
    // `writeFile` goes on after a short write; on a file opened for appending it writes at the end.
    await this.#file.writeFile(data);
    this.bytes += data.length;
  }

  async sync(): Promise<void> {
    await this.#file.datasync();
  }

  async *lines(from: number, to: number): AsyncGenerator<string> {
    const chunk = Buffer.alloc(64 * 1024);
    let line = new LinePieces(this.#path, from);
    for (let at = from; at < to; ) {
      const { bytesRead } = await this.#file.read(chunk, 0, Math.min(chunk.length, to - at), at);
      if (bytesRead === 0) return;
      const read = chunk.subarray(0, bytesRead);
      let start = 0;
      for (let end = read.indexOf('\n'); end !== -1; end = read.indexOf('\n', start)) {
        line.add(read.subarray(start, end));
        yield line.text();
        start = end + 1;
        line = new LinePieces(this.#path, at + start);
      }
      // A copy: the chunk is filled anew.
      line.add(Buffer.from(read.subarray(start)));
      at += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** One line as it is read, piece by piece. */
class LinePieces {
  readonly #path: string;
  readonly #start: number;
  readonly #pieces: Buffer[] = [];
  #length = 0;

  constructor(path: string, start: number) {
    this.#path = path;
    this.#start = start;
  }

  add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > MOST_LINE_BYTES) {
      throw new StateUnusable(
        `${this.#path} is damaged: the line that begins at byte ${this.#start} is ${TOO_LONG}. Put back a copy, or begin anew with another state file`,
      );
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
