import { type RecordReading, readRecordLine } from './fold-record.ts';
import type { Tally } from './tally.ts';

/** No record, and no HEAD with its instruction file, comes near it; a line that is longer is none. */
export const MOST_LINE_BYTES = 4 * 1024 * 1024;

/** Why a line that is too long is none. */
export const TOO_LONG = `longer than ${MOST_LINE_BYTES} bytes`;

/** Unreadable lines that are named; the others are counted. */
export const MOST_LINES_NAMED = 10;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

export interface BadLine {
  /** Counted from 1. */
  readonly line: number;
  readonly why: string;
}

/** Folds the lines of records into a tally, one at a time; holds nothing of what is folded but the tally. */
export class LineFold {
  readonly #tally: Tally;
  readonly #bad: BadLine[] = [];
  #line = 0;
  #read = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Takes the next line as its bytes. A blank one is no record and no mistake. */
  add(bytes: Uint8Array): void {
    this.#line += 1;
    if (bytes.length > MOST_LINE_BYTES) {
      this.#refuse(TOO_LONG);
      return;
    }
    const text = decode(bytes);
    if (text?.trim() === '') return;
    const reading: RecordReading =
      text === undefined ? { kind: 'malformed', why: 'expected UTF-8' } : readRecordLine(text);
    if (reading.kind === 'record') {
      this.#tally.add(reading.record);
      this.#read += 1;
    } else this.#refuse(reading.why);
  }

  /** Lines that were records. */
  get read(): number {
    return this.#read;
  }

  /** The first lines that were none. */
  get bad(): readonly BadLine[] {
    return this.#bad;
  }

  #refuse(why: string): void {
    this.#tally.addUnreadable(1);
    if (this.#bad.length < MOST_LINES_NAMED) this.#bad.push({ line: this.#line, why });
  }
}

/** Replaced characters would make it another key, of which there is no verdict. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}
