/** No row of an inventory is longer: its longest column, a list of up to 100 grants, takes some 30 KB in base64. */
export const MOST_ROW_BYTES = 256 * 1024;

/** The bytes of one row without what ends it, or why there is none. `broken`: where the next row begins cannot be told. */
export type Line =
  | { readonly kind: 'line'; readonly number: number; readonly bytes: Buffer }
  | { readonly kind: 'too-long'; readonly number: number }
  | { readonly kind: 'broken'; readonly number: number; readonly why: string };

export interface LineOptions {
  /** In CSV a line feed between double quotes is part of the field. */
  readonly quotes: boolean;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

/** Cuts bytes, piece by piece as they come, into rows; holds one row at most, and no row that is too long. */
export class LineCutter {
  readonly #quotes: boolean;
  #held: Buffer = Buffer.alloc(0);
  /** How far `#held` was looked at, and whether that place is between quotes. */
  #seen = 0;
  #quoted = false;
  #number = 1;
  /** Discarding the rest of a line that is too long. */
  #discarding = false;
  #broken = false;

  constructor({ quotes }: LineOptions) {
    this.#quotes = quotes;
  }

  /** The rows that end in this piece. */
  push(piece: Uint8Array): Line[] {
    const lines: Line[] = [];
    if (this.#broken) return lines;
    let rest: Buffer = Buffer.concat([this.#held, piece]);
    let start = 0;
    let seen = this.#seen;
    for (;;) {
      const end = this.#nextEnd(rest, seen);
      if (end < 0) break;
      this.#end(rest.subarray(start, end), lines);
      start = end + 1;
      seen = start;
    }
    rest = rest.subarray(start);
    if (rest.length > MOST_ROW_BYTES || this.#discarding) rest = this.#overlong(lines);
    // A copy: the piece behind it may be large.
    this.#held = Buffer.from(rest);
    this.#seen = this.#held.length;
    return lines;
  }

  /** The last row, where nothing ends it. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#broken) return lines;
    if (this.#quoted)
      lines.push({ kind: 'broken', number: this.#number, why: 'a quoted field does not end' });
    else if (this.#discarding || this.#held.length > 0) this.#end(this.#held, lines);
    return lines;
  }

  /** The next line feed that is not between quotes; keeps count of quotes on the way. */
  #nextEnd(bytes: Buffer, from: number): number {
    if (!this.#quotes) return bytes.indexOf(LINE_FEED, from);
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) this.#quoted = !this.#quoted;
      else if (byte === LINE_FEED && !this.#quoted) return at;
    }
    return -1;
  }

  #end(bytes: Buffer, lines: Line[]): void {
    const number = this.#number;
    this.#number += 1;
    if (this.#discarding || bytes.length > MOST_ROW_BYTES) {
      this.#discarding = false;
      lines.push({ kind: 'too-long', number });
      return;
    }
    const last = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
    if (last.length > 0) lines.push({ kind: 'line', number, bytes: last });
  }

  #overlong(lines: Line[]): Buffer {
    if (this.#quotes) {
      // A quote that never ends would make all that follows one row.
      this.#broken = true;
      const why = `a row is longer than ${MOST_ROW_BYTES} bytes, so where the next one begins cannot be told`;
      lines.push({ kind: 'broken', number: this.#number, why });
    }
    this.#discarding = true;
    return Buffer.alloc(0);
  }
}
