import { type Place, type Problem, type ProblemId, problemLevel } from './problem.ts';

/** A stretch of the file's text, by UTF-16 offsets; `end` is the first one after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Collects what is wrong with one policy file, and knows where offsets lie in its text. */
export class ProblemLog {
  readonly #text: string;
  /** Where each line begins. */
  readonly #lineStarts: number[] = [0];
  readonly #found: { readonly at: number; readonly problem: Problem }[] = [];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  /** Takes an id, the text that is meant, and one sentence. Only the first line of the text is marked. */
  add(id: ProblemId, span: Span, message: string): void {
    const start = Math.min(Math.max(0, span.start), this.#text.length);
    // Between the two characters of a CRLF there is no column: the line has ended before them.
    const at = this.#text.startsWith('\r\n', start - 1) && start > 0 ? start - 1 : start;
    this.#found.push({
      at,
      problem: { id, level: problemLevel(id), place: this.#place(at, span.end), message },
    });
  }

  /** The 1-based line in which the text begins. */
  line(span: Span): number {
    return this.#position(span.start).line;
  }

  /** What was found, in source order; what was found twice at one place (a YAML alias used twice) is told once. */
  inSourceOrder(): readonly Problem[] {
    const told = new Set<string>();
    return this.#found
      .toSorted((a, b) => a.at - b.at)
      .filter(({ at, problem }) => {
        const same = `${at} ${problem.id} ${problem.message}`;
        return !told.has(same) && told.add(same).has(same);
      })
      .map(({ problem }) => problem);
  }

  #place(start: number, end: number): Place {
    const { line, column } = this.#position(start);
    const newline = this.#text.indexOf('\n', start);
    const lineEnd = newline === -1 ? this.#text.length : newline;
    const last = Math.min(end, lineEnd);
    // The carriage return of a CRLF file belongs to no value.
    const trimmed = last === lineEnd && this.#text[last - 1] === '\r' ? last - 1 : last;
    return { line, column, length: Math.max(0, trimmed - start) };
  }

  /** 1-based, by halving: a policy may have a million lines. */
  #position(offset: number): { readonly line: number; readonly column: number } {
    let first = 0;
    let last = this.#lineStarts.length - 1;
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: offset - (this.#lineStarts[first] ?? 0) + 1 };
  }
}
