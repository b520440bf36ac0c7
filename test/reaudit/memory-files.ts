import { type AppendFile, FileTooShort, type StateFiles } from '../../src/reaudit/state-files.ts';

/** What a killed process sees of its own end: nothing that it asks for is done any more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

interface Stored {
  bytes: Buffer;
  /** What a power cut would leave. */
  synced: Buffer;
}

/** Files in memory that can be killed before, in the midst of, or after any single step. */
export class MemoryFiles implements StateFiles {
  readonly #files = new Map<string, Stored>();
  /** How many steps were taken. */
  steps = 0;
  #killAt = Number.POSITIVE_INFINITY;
  #dead = false;

  /** From now on: the step so many from here is the last, and is done in part. */
  killAfter(steps: number): void {
    this.steps = 0;
    this.#killAt = steps;
  }

  /** What the next process finds: everything that was written, or after a power cut only what was synced. */
  revive(cut: 'kill' | 'power'): void {
    this.#dead = false;
    this.#killAt = Number.POSITIVE_INFINITY;
    if (cut === 'kill') return;
    for (const file of this.#files.values()) file.bytes = file.synced;
  }

  text(path: string): string {
    return this.#files.get(path)?.bytes.toString() ?? '';
  }

  put(path: string, text: string): void {
    const bytes = Buffer.from(text);
    this.#files.set(path, { bytes, synced: bytes });
  }

  async read(path: string): Promise<Buffer | undefined> {
    return this.#step(() => this.#files.get(path)?.bytes);
  }

  async replace(path: string, text: string): Promise<void> {
    const next = `${path}.next`;
    await this.#step(
      () => this.put(next, text),
      () => this.put(next, text.slice(0, text.length / 2)),
    );
    await this.#step(() => this.put(path, text));
  }

  async open(path: string, bytes: number): Promise<AppendFile> {
    const found = this.#files.get(path) ?? { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
    await this.#step(() => {
      this.#files.set(path, found);
      if (found.bytes.length < bytes) throw new FileTooShort(path, found.bytes.length, bytes);
      found.bytes = found.bytes.subarray(0, bytes);
    });
    return this.#opened(found);
  }

  #opened(file: Stored): AppendFile {
    const add = (data: Buffer): void => {
      file.bytes = Buffer.concat([file.bytes, data]);
    };
    return {
      get bytes() {
        return file.bytes.length;
      },
      append: async (text) => {
        const data = Buffer.from(text);
        await this.#step(
          () => add(data),
          () => add(data.subarray(0, Math.floor(data.length / 2))),
        );
      },
      sync: () =>
        this.#step(() => {
          file.synced = file.bytes;
        }),
      lines: async function* (from, to) {
        yield* file.bytes.subarray(from, to).toString().split('\n').slice(0, -1);
      },
      close: async () => {},
    };
  }

  /** Does a step; where it is the last one, only the part of it that was done by then. */
  async #step<T>(whole: () => T, part: () => void = () => {}): Promise<T> {
    await Promise.resolve();
    if (this.#dead) throw new Killed();
    this.steps += 1;
    if (this.steps < this.#killAt) return whole();
    this.#dead = true;
    part();
    throw new Killed();
  }
}
