import type { AuditRecord } from '../verdict/record.ts';
import type { ListedObject } from './ports.ts';
import type { Interval } from './ranges.ts';
import { StateUnusable } from './run-errors.ts';
import { afterCommit, type Commit, FRESH, type KeptAnswer, type RunHeader, type RunState } from './state.ts';
import { type AppendFile, FileTooShort, type StateFiles } from './state-files.ts';
import { type Journal, JournalWriter, openingLines, readJournal } from './state-journal.ts';
import { readWaitingLine, waitingLine } from './waiting.ts';

/** What one step of a run brought. */
export interface Step {
  readonly done: readonly Interval[];
  readonly records: readonly AuditRecord[];
  /** Objects that are looked at once more at the end. */
  readonly waits: readonly ListedObject[];
  /** How far those have been worked off; absent leaves it where it is. */
  readonly waitedBytes?: number;
  readonly listed: number;
  readonly deleteMarkers: number;
  readonly ignored: number;
}

export interface Waiting {
  readonly object: ListedObject;
  /** How far the list has been read with it. */
  readonly end: number;
}

/** Where a run keeps what it has done. A step is kept whole or not at all. */
export interface RunStore {
  readonly state: RunState;
  keep(step: Step): Promise<void>;
  /** Those that wait and have not been worked off. */
  waiting(): AsyncIterable<Waiting>;
}

/** Adds a step to a list of those that wait, and says what state follows. */
export async function appendWaiting(waiting: AppendFile, waits: readonly ListedObject[]): Promise<void> {
  if (waits.length === 0) return;
  let text = '';
  let at = waiting.bytes;
  for (const listed of waits) {
    const line = waitingLine(listed, at);
    text += line;
    at += Buffer.byteLength(line);
  }
  await waiting.append(text);
}

/** Reads on where a state has come to. Throws `StateUnusable`. */
export async function* waitingOf(file: AppendFile, { waitedBytes, waitingBytes }: RunState) {
  let end = waitedBytes;
  for await (const line of file.lines(waitedBytes, waitingBytes)) {
    const object = readWaitingLine(line, end);
    if (object === undefined) throw new StateUnusable(WAITING_DAMAGED);
    end += Buffer.byteLength(line) + 1;
    yield { object, end } satisfies Waiting;
  }
  // A last line that does not end is no line to the file, and its object would be forgotten.
  if (end !== waitingBytes) throw new StateUnusable(WAITING_DAMAGED);
}

const WAITING_DAMAGED =
  'the list of objects that wait for the end (beside the state file, its name ends in .waiting) is damaged: put back a copy, or begin anew with another state file';

/** The file beside the state that lists the objects which wait for the end. */
export const waitingPath = (statePath: string): string => `${statePath}.waiting`;

/** A state file that is shorter is not worth writing anew. */
const LONG_BYTES = 1024 * 1024;

/** Reads the state of a run that was begun before; `undefined` where there is none. Throws `StateUnusable`. */
export async function findJournal(files: StateFiles, path: string): Promise<Journal | undefined> {
  const bytes = await files.read(path);
  return bytes === undefined || bytes.length === 0 ? undefined : readJournal(bytes, path);
}

/**
 * A run's files: its records, its state, and those that wait. The order makes a step whole: records and waiting ones
 * are synced first, then one line of the state says how long those files are with it. Whatever is longer when a run
 * goes on was never counted on, and is cut off.
 */
export class JournaledStore implements RunStore {
  readonly #files: StateFiles;
  readonly #path: string;
  readonly #header: RunHeader;
  readonly #takeAnswers: () => readonly KeptAnswer[];
  readonly #output: AppendFile;
  readonly #waiting: AppendFile;
  #journal: AppendFile;
  #writer: JournalWriter;
  #rewriteAt: number;
  state: RunState;

  private constructor(parts: StoreParts) {
    this.#files = parts.files;
    this.#path = parts.path;
    this.#header = parts.header;
    this.#takeAnswers = parts.takeAnswers;
    this.#output = parts.output;
    this.#waiting = parts.waiting;
    this.#journal = parts.journal;
    this.#writer = parts.writer;
    this.#rewriteAt = rewriteAt(parts.journal.bytes);
    this.state = parts.state;
  }

  /** Begins a run, or goes on with the one that `journal` tells of. Throws `StateUnusable` where its files do not belong together. */
  static async open(options: StoreOptions): Promise<JournaledStore> {
    const { files, path, header } = options;
    const state = options.journal?.state ?? FRESH;
    const writer = new JournalWriter();
    // Written anew in either case: what a killed process left unfinished at its end goes with it.
    const text = openingLines(header, state, writer);
    try {
      const output = await files.open(header.output, state.outputBytes);
      const waiting = await files.open(waitingPath(path), state.waitingBytes);
      await files.replace(path, text);
      const journal = await files.open(path, Buffer.byteLength(text));
      return new JournaledStore({ ...options, state, output, waiting, journal, writer });
    } catch (error) {
      if (!(error instanceof FileTooShort)) throw error;
      throw new StateUnusable(
        `${path} does not belong to ${error.path}: ${error.message}. Put the file back, or begin anew with another state file`,
        { cause: error },
      );
    }
  }

  async keep(step: Step): Promise<void> {
    const { records, waits } = step;
    if (records.length > 0) {
      await this.#output.append(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      await this.#output.sync();
    }
    if (waits.length > 0) {
      await appendWaiting(this.#waiting, waits);
      await this.#waiting.sync();
    }
    const commit: Commit = {
      done: step.done,
      outputBytes: this.#output.bytes,
      waitingBytes: this.#waiting.bytes,
      waitedBytes: step.waitedBytes ?? this.state.waitedBytes,
      listed: step.listed,
      deleteMarkers: step.deleteMarkers,
      ignored: step.ignored,
      answers: this.#takeAnswers(),
    };
    const next = afterCommit(this.state, commit);
    if (this.#journal.bytes > this.#rewriteAt) await this.#writeAnew(next);
    else {
      await this.#journal.append(this.#writer.line({ commit }));
      await this.#journal.sync();
    }
    this.state = next;
  }

  waiting(): AsyncIterable<Waiting> {
    return waitingOf(this.#waiting, this.state);
  }

  /** The lines of the records that are kept. */
  records(): AsyncIterable<string> {
    return this.#output.lines(0, this.state.outputBytes);
  }

  /** Says that the run has come to its end, alerts and all. */
  async finish(finishedAt: string): Promise<void> {
    const next = { ...this.state, finishedAt };
    await this.#writeAnew(next);
    this.state = next;
  }

  async close(): Promise<void> {
    await this.#output.close();
    await this.#waiting.close();
    await this.#journal.close();
  }

  async #writeAnew(state: RunState): Promise<void> {
    this.#writer = new JournalWriter();
    const text = openingLines(this.#header, state, this.#writer);
    await this.#journal.close();
    await this.#files.replace(this.#path, text);
    this.#journal = await this.#files.open(this.#path, Buffer.byteLength(text));
    this.#rewriteAt = rewriteAt(this.#journal.bytes);
  }
}

/** Twice its shortest, so that a state that is long by itself (a hundred thousand aliases) is not written anew at every step. */
const rewriteAt = (bytes: number): number => Math.max(LONG_BYTES, 2 * bytes);

export interface StoreOptions {
  readonly files: StateFiles;
  readonly path: string;
  readonly header: RunHeader;
  /** What an earlier sitting left. */
  readonly journal?: Journal;
  /** The first answers of KMS that came since the last call. */
  readonly takeAnswers: () => readonly KeptAnswer[];
}

interface StoreParts extends Omit<StoreOptions, 'journal'> {
  readonly state: RunState;
  readonly output: AppendFile;
  readonly waiting: AppendFile;
  readonly journal: AppendFile;
  readonly writer: JournalWriter;
}
