import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that only grows. What was appended and synced outlives the process and the machine. */
export interface AppendFile {
  /** How long it is. */
  readonly bytes: number;
  append(text: string): Promise<void>;
  sync(): Promise<void>;
  /** The lines between two places, each of which is the start of a line or the end. */
  lines(from: number, to: number): AsyncIterable<string>;
  close(): Promise<void>;
}

/** The files of a resumable run. */
export interface StateFiles {
  /** Absent where there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
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
  read: async (path) => {
    try {
      return await readFile(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  replace: async (path, text) => {
    const next = `${path}.next`;
    const file = await open(next, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
    await syncFolder(path);
  },
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

/** A new name is safe only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

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
    let rest = Buffer.alloc(0);
    const chunk = Buffer.alloc(64 * 1024);
    for (let at = from; at < to; ) {
      const { bytesRead } = await this.#file.read(chunk, 0, Math.min(chunk.length, to - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
        yield rest.subarray(start, end).toString('utf8');
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
