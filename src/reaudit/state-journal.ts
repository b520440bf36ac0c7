import { createHash } from 'node:crypto';
import { NotInRemaining } from './ranges.ts';
import { StateUnusable } from './run-errors.ts';
import { afterCommit, type Commit, FRESH, type RunHeader, type RunState } from './state.ts';
import { isCommit, isHeader, isState } from './state-guard.ts';
import { isObject } from './tally-guard.ts';

/** The release of the format. Another one is refused: half understood, it would lose or repeat objects. */
const FORMAT = 's3-encryption-auditor run state 1';

/**
 * No line of a state file is longer: it holds a policy of at most 16 Mi characters, or the answers of KMS. A longer one is not
 * written, so that what was written can be read.
 */
export const MOST_STATE_LINE_BYTES = 64 * 1024 * 1024;

/** Its shortest form has two lines, at twice that it is written anew, and one step more may be behind it. */
export const MOST_STATE_BYTES = 5 * MOST_STATE_LINE_BYTES;

/** One line of a state file: what the run is, where it stands, or one step forward. */
export type JournalEntry =
  | { readonly format: typeof FORMAT; readonly header: RunHeader }
  | { readonly state: RunState }
  | { readonly commit: Commit };

export interface Journal {
  readonly header: RunHeader;
  readonly state: RunState;
  /** Length of the part that holds: what comes after is the beginning of a line that was not finished. */
  readonly bytes: number;
  readonly lines: number;
  /** The sum of the last line, on which the next one's rests. */
  readonly sum: string;
}

/** Writes entries as lines. Each line's sum covers the sum before it, so that a line that is changed, lost or moved is noticed. */
export class JournalWriter {
  #sum: string;

  constructor(sum = '') {
    this.#sum = sum;
  }

  /** The next line. Throws `StateUnusable` where it would be too long to be read again. */
  line(entry: JournalEntry): string {
    const json = JSON.stringify(entry);
    const sum = sumOf(this.#sum, json);
    const line = `${sum} ${json}\n`;
    if (Buffer.byteLength(line) > MOST_STATE_LINE_BYTES) {
      throw new StateUnusable(
        `the state of this run is longer than ${MOST_STATE_LINE_BYTES} bytes in one line, so it could not be gone on from. Audit fewer objects in one run, by a prefix`,
      );
    }
    this.#sum = sum;
    return line;
  }
}

const sumOf = (before: string, json: string): string =>
  createHash('sha256').update(`${before} ${json}`).digest('hex').slice(0, 16);

/** The first two lines of a state file, or of one that is written anew to make it short. */
export function openingLines(header: RunHeader, state: RunState, writer: JournalWriter): string {
  return writer.line({ format: FORMAT, header }) + writer.line({ state });
}

/**
 * Reads a state file. A last line that is not whole is what a killed process leaves, and was never counted on; anything
 * else that does not hold is damage. Throws `StateUnusable`.
 */
export function readJournal(bytes: Buffer, path: string): Journal {
  const lines = wholeLines(bytes, path);
  const first = lines.next().value;
  const header = readHeader(first?.text, path);
  let [state, sum] = [FRESH, first?.text.slice(0, 16) ?? ''];
  let [held, count] = [first?.end ?? 0, 1];
  for (const { text, end } of lines) {
    const next = readStep(text, sum, state);
    if (next === undefined) {
      if (end === bytes.length) break;
      throw damaged(path, `line ${count + 1} does not hold`);
    }
    [state, sum, held, count] = [next, text.slice(0, 16), end, count + 1];
  }
  return { header, state, bytes: held, lines: count, sum };
}

const damaged = (path: string, why: string): StateUnusable =>
  new StateUnusable(
    `${path} is damaged: ${why}. Nothing can be gone on from; remove it to begin anew, or put back a copy`,
  );

interface Line {
  readonly text: string;
  readonly end: number;
}

/** The lines that end, one at a time. Throws `StateUnusable` at one that is too long, whether it ends or not. */
function* wholeLines(bytes: Buffer, path: string): Generator<Line, undefined> {
  let [start, number] = [0, 1];
  while (start < bytes.length) {
    const end = bytes.indexOf('\n', start);
    if ((end === -1 ? bytes.length : end + 1) - start > MOST_STATE_LINE_BYTES)
      throw damaged(path, `line ${number} is longer than ${MOST_STATE_LINE_BYTES} bytes`);
    if (end === -1) return;
    yield { text: bytes.subarray(start, end).toString('utf8'), end: end + 1 };
    [start, number] = [end + 1, number + 1];
  }
}

function readHeader(line: string | undefined, path: string): RunHeader {
  const entry = line === undefined ? undefined : checked(line, '');
  if (!isObject(entry) || !('format' in entry)) {
    throw new StateUnusable(
      `${path} is no state file of this tool, or its beginning is damaged. Name another file by --resume; it is made where it is not there`,
    );
  }
  if (entry.format !== FORMAT || !('header' in entry) || !isHeader(entry.header)) {
    throw new StateUnusable(
      `${path} was written by another release ("${String(entry.format)}", here "${FORMAT}"). Finish the run with that release, or begin anew with another file`,
    );
  }
  return entry.header;
}

/** What the line says, where its sum holds. */
function checked(line: string, sumBefore: string): unknown {
  const json = line.slice(17);
  if (line[16] !== ' ' || sumOf(sumBefore, json) !== line.slice(0, 16)) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return undefined;
  }
}

function readStep(line: string, sumBefore: string, state: RunState): RunState | undefined {
  const entry = checked(line, sumBefore);
  if (!isObject(entry)) return undefined;
  if ('state' in entry && isState(entry.state)) return entry.state;
  if (!('commit' in entry) || !isCommit(entry.commit)) return undefined;
  try {
    return afterCommit(state, entry.commit);
  } catch (error) {
    if (error instanceof NotInRemaining) return undefined;
    throw error;
  }
}
