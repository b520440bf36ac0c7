import type { Interval } from './ranges.ts';
import type { Listing } from './ranges-page.ts';
import { spanOf, splitKey } from './ranges-split.ts';

/** A range that is not yet listed to its end. Only its end moves while a page of it is asked for. */
export interface OpenRange {
  interval: Interval;
  /** True between a page and the first attempt to split after it: so splits never ask for more than pages do. */
  splittable: boolean;
  /** Splits look at the first difference and far to the right in turn. */
  deep: boolean;
}

/** The ranges that are still to be listed: disjoint, and together all that is left, however they are split. */
export class EngineRanges {
  readonly #listing: Listing;
  readonly #idle: OpenRange[] = [];
  readonly #busy = new Set<OpenRange>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  /** How many are being listed now. */
  get listing(): number {
    return this.#busy.size;
  }

  /** True once nothing is left to list. */
  get ended(): boolean {
    return this.#busy.size === 0 && this.#idle.length === 0;
  }

  open(intervals: readonly Interval[]): void {
    for (const interval of intervals) this.#idle.push({ interval, splittable: false, deep: false });
  }

  /** A range to ask a page of: one that waits, or half of one that is being listed. */
  next({ maySplit }: { readonly maySplit: boolean }): OpenRange | undefined {
    const range = this.#idle.shift() ?? (maySplit ? this.#split() : undefined);
    if (range !== undefined) this.#busy.add(range);
    return range;
  }

  goOn(range: OpenRange, rest: Interval): void {
    this.#busy.delete(range);
    range.interval = rest;
    range.splittable = true;
    this.#idle.push(range);
  }

  close(range: OpenRange): void {
    this.#busy.delete(range);
  }

  /** Cuts the widest range in two: the left half ends where the right one begins, and the page under way is cut to it when it comes. */
  #split(): OpenRange | undefined {
    const { prefix, ordered, versions } = this.#listing;
    // Of a page of versions that is cut nobody could tell which delete markers belong to which half.
    if (!ordered || versions) return undefined;
    for (const range of this.#widestFirst()) {
      const { after, upTo } = range.interval;
      if (after === undefined) continue;
      const ends = upTo === undefined ? {} : { upTo: upTo.key };
      const key = splitKey({ after: after.key, ...ends, prefix, deep: range.deep });
      range.splittable = false;
      range.deep = !range.deep;
      if (key === undefined) continue;
      const place = { key };
      range.interval = { after, upTo: place };
      const rest = upTo === undefined ? {} : { upTo };
      return { interval: { after: place, ...rest }, splittable: false, deep: false };
    }
    return undefined;
  }

  #widestFirst(): readonly OpenRange[] {
    const { prefix } = this.#listing;
    const width = ({ interval: { after, upTo } }: OpenRange): number =>
      after === undefined ? 0 : spanOf(after.key, upTo?.key, prefix);
    return [...this.#busy].filter(({ splittable }) => splittable).sort((a, b) => width(b) - width(a));
  }
}
