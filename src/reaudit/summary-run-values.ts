import { jsonFault } from '../objects/json-fault.ts';
/** Longer than any result: Step Functions takes 256 KiB of input and of output, and a failed child's entry holds both. */
export const MOST_VALUE_BYTES = 4 * 1024 * 1024;

/** A result file holds something that is no JSON value, or one of a size that Step Functions never writes. */
export class NotResults extends Error {
  override readonly name = 'NotResults';
}

const [NEWLINE, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The values of a result file one at a time, however long the file is: JSON Lines, which the state machine asks for, or
 * one JSON list, which is what ResultWriter makes of itself. Holds no more than one value. Throws `NotResults`.
 */
export async function* jsonValues(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let splitter: Splitter | undefined;
  for await (const piece of bytes) {
    const start = splitter === undefined ? firstOf(piece) : 0;
    const first = piece[start];
    if (first === undefined) continue;
    splitter ??= first === OPEN_LIST ? new ListSplitter() : new LineSplitter();
    for (const text of splitter.add(piece.subarray(start))) yield parse(text);
  }
  const rest = splitter?.end();
  if (rest !== undefined) yield parse(rest);
}

/** The lines of a file one at a time, blank ones left out. Throws `NotResults` where one is longer than any record. */
export async function* jsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new LineSplitter();
  for await (const piece of bytes) yield* splitter.add(piece);
  const rest = splitter.end();
  if (rest !== undefined) yield rest;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === NEWLINE || byte === 0x0d;

function firstOf(piece: Uint8Array): number {
  let at = 0;
  while (isSpace(piece[at])) at += 1;
  return at;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch (error) {
    throw new NotResults(`a result is no JSON: ${jsonFault(error)}`);
  }
}

interface Splitter {
  /** The values that end within the piece. */
  add(piece: Uint8Array): Iterable<Uint8Array>;
  /** What is left at the end of the file. */
  end(): Uint8Array | undefined;
}

/** Pieces of one value, joined when it is whole. */
class Gathered {
  #pieces: Uint8Array[] = [];
  #length = 0;

  add(piece: Uint8Array): void {
    if (piece.byteLength === 0) return;
    this.#length += piece.byteLength;
    if (this.#length > MOST_VALUE_BYTES)
      throw new NotResults(`a result has more than ${MOST_VALUE_BYTES} bytes`);
    this.#pieces.push(piece);
  }

  /** All of it, or nothing where there is only space. */
  take(): Uint8Array | undefined {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return firstOf(whole) === whole.byteLength ? undefined : whole;
  }
}

class LineSplitter implements Splitter {
  readonly #line = new Gathered();

  *add(piece: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      this.#line.add(piece.subarray(from, at));
      from = at + 1;
      const line = this.#line.take();
      if (line !== undefined) yield line;
    }
    this.#line.add(piece.subarray(from));
  }

  end(): Uint8Array | undefined {
    return this.#line.take();
  }
}

/** Follows strings and brackets only as far as it takes to see where a member of the outermost list ends. */
class ListSplitter implements Splitter {
  readonly #member = new Gathered();
  #depth = 0;
  #inText = false;
  #escaped = false;

  *add(piece: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (let at = 0; at < piece.byteLength; at++) {
      if (!this.#endsAt(piece[at])) continue;
      if (this.#depth > 0 || piece[at] === CLOSE_LIST) this.#member.add(piece.subarray(from, at));
      from = at + 1;
      const member = this.#member.take();
      if (member !== undefined) yield member;
    }
    this.#member.add(piece.subarray(from));
  }

  end(): undefined {
    if (this.#depth !== 0 || this.#member.take() !== undefined)
      throw new NotResults('a list of results is cut short');
  }

  /** Whether the list begins or ends here, or one of its members does. */
  #endsAt(byte: number | undefined): boolean {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = false;
      return false;
    }
    if (byte === QUOTE) this.#inText = true;
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      this.#depth += 1;
      return this.#depth === 1;
    }
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#depth -= 1;
      return this.#depth === 0;
    }
    return byte === COMMA && this.#depth === 1;
  }
}
