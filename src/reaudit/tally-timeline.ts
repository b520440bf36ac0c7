import { type Guard, isCount, isText, listOf, pairOf, shape } from './tally-guard.ts';

const HOUR = 3_600;

/**
 * Seconds that one column may span. Each divides the next and all begin at the epoch, so that narrow columns add up to
 * wide ones exactly, in whatever order parts are merged.
 */
export const WIDTHS = [
  HOUR,
  6 * HOUR,
  24 * HOUR,
  7 * 24 * HOUR,
  28 * 24 * HOUR,
  364 * 24 * HOUR,
  3_640 * 24 * HOUR,
  36_400 * 24 * HOUR,
  364_000 * 24 * HOUR,
] as const;

/** Objects in each column; `start` is in seconds since the epoch. */
export interface TimelineColumn {
  readonly start: number;
  readonly objects: number;
}

export interface TimelineJson {
  readonly width: number;
  readonly columns: readonly (readonly [number, number])[];
  readonly undated: number;
  readonly first?: string;
  readonly last?: string;
}

const isStart: Guard<number> = (value): value is number => Number.isSafeInteger(value);
const isWidth: Guard<number> = (value): value is number => WIDTHS.some((width) => width === value);

export const isTimelineJson: Guard<TimelineJson> = shape<TimelineJson>(
  { width: isWidth, columns: listOf(pairOf(isStart, isCount)), undated: isCount },
  { first: isText, last: isText },
);

const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** A UTC time in seconds since the epoch; `undefined` where it is none. */
export function secondsOf(at: string): number | undefined {
  const ms = UTC.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1_000);
}

/**
 * Objects by when they were last modified, in columns as narrow as the span between the first and the last allows for
 * at most `most` of them. The width depends on that span alone, so merging is associative.
 */
export class Timeline {
  readonly #most: number;
  #width: number = WIDTHS[0];
  #columns = new Map<number, number>();
  #first: string | undefined;
  #last: string | undefined;
  /** Objects of which no time is known. */
  undated = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(at: string | undefined): void {
    const seconds = at === undefined ? undefined : secondsOf(at);
    if (at === undefined || seconds === undefined) this.undated += 1;
    else {
      this.#stretch(at, at);
      this.#put(seconds, 1);
    }
  }

  merge(other: Timeline): void {
    this.undated += other.undated;
    if (other.#first !== undefined && other.#last !== undefined) this.#stretch(other.#first, other.#last);
    this.coarsen(other.#width);
    for (const [start, objects] of other.#columns) this.#put(start, objects);
  }

  /** Makes columns at least this wide. */
  coarsen(width: number): void {
    if (width <= this.#width) return;
    const narrow = this.#columns;
    this.#width = width;
    this.#columns = new Map();
    for (const [start, objects] of narrow) this.#put(start, objects);
  }

  /** Makes columns as wide as leaves at most so many of them. */
  coarsenTo(most: number): void {
    for (const width of WIDTHS) {
      if (this.#columns.size <= most) return;
      this.coarsen(width);
    }
  }

  get width(): number {
    return this.#width;
  }

  /** The columns that hold objects, earliest first. */
  columns(): readonly TimelineColumn[] {
    return [...this.#columns].sort(([a], [b]) => a - b).map(([start, objects]) => ({ start, objects }));
  }

  get span(): { readonly first: string; readonly last: string } | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    return { first: this.#first, last: this.#last };
  }

  toJSON(): TimelineJson {
    const columns = this.columns().map(({ start, objects }) => [start, objects] as const);
    return { width: this.#width, columns, undated: this.undated, ...this.span };
  }

  restore({ width, columns, undated, first, last }: TimelineJson): this {
    this.undated += undated;
    if (first !== undefined && last !== undefined) this.#stretch(first, last);
    this.coarsen(width);
    for (const [start, objects] of columns) this.#put(start, objects);
    return this;
  }

  #put(seconds: number, objects: number): void {
    const start = Math.floor(seconds / this.#width) * this.#width;
    this.#columns.set(start, (this.#columns.get(start) ?? 0) + objects);
  }

  #stretch(first: string, last: string): void {
    if (this.#first !== undefined && this.#last !== undefined && first >= this.#first && last <= this.#last) {
      return;
    }
    if (this.#first === undefined || first < this.#first) this.#first = first;
    if (this.#last === undefined || last > this.#last) this.#last = last;
    const [from, to] = [secondsOf(this.#first) ?? 0, secondsOf(this.#last) ?? 0];
    const width = WIDTHS.find((one) => Math.floor(to / one) - Math.floor(from / one) < this.#most);
    this.coarsen(width ?? WIDTHS[WIDTHS.length - 1] ?? HOUR);
  }
}
