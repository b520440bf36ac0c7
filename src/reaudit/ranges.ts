import { compareKeys } from '../objects/byte-order.ts';

/** A place in a listing, between two entries: after all of a key, or after one version of it. */
export interface Place {
  readonly key: string;
  /**
   * Where a page ended among the versions of the key. Version ids have no order, so `nth` counts such page ends within
   * the key: a later one lies further on.
   */
  readonly within?: { readonly versionId?: string; readonly nth: number };
}

/** A stretch of a prefix: what comes after one place, up to and including another. Absent ends are the prefix's own. */
export interface Interval {
  readonly after?: Place;
  readonly upTo?: Place;
}

/** A stretch was called done that is not, or no longer, to be done: a bug, never a matter of what S3 holds. */
export class NotInRemaining extends Error {
  override readonly name = 'NotInRemaining';
}

/** All of a prefix. */
export const WHOLE: readonly Interval[] = [{}];

/** Compares places in the order of a listing: the byte order of UTF-8, and within a key the order of its pages. */
export function comparePlaces(a: Place, b: Place): number {
  return compareKeys(a.key, b.key) || nthOf(a) - nthOf(b);
}

/** After all of a key comes later than any place within it. Not `Infinity`, whose difference with itself is no number. */
const nthOf = ({ within }: Place): number => within?.nth ?? Number.MAX_SAFE_INTEGER;

/**
 * What remains of disjoint stretches when one more is done. Every key is thereby in the remaining stretches or in
 * exactly one that was done, whatever the order in which they end. Throws `NotInRemaining`.
 *
 * @example
 * without([{}], { after: { key: 'b' }, upTo: { key: 'd' } }) // up to b, and after d
 */
export function without(remaining: readonly Interval[], done: Interval): readonly Interval[] {
  const at = remaining.findIndex((interval) => contains(interval, done));
  const around = remaining[at];
  if (around === undefined) throw new NotInRemaining(`not to be done: ${JSON.stringify(done)}`);
  const rest: Interval[] = [];
  if (done.after !== undefined && !sameEnd(around.after, done.after)) {
    rest.push({ ...(around.after === undefined ? {} : { after: around.after }), upTo: done.after });
  }
  if (done.upTo !== undefined && !sameEnd(around.upTo, done.upTo)) {
    rest.push({ after: done.upTo, ...(around.upTo === undefined ? {} : { upTo: around.upTo }) });
  }
  return [...remaining.slice(0, at), ...rest, ...remaining.slice(at + 1)];
}

const sameEnd = (a: Place | undefined, b: Place): boolean => a !== undefined && comparePlaces(a, b) === 0;

function contains(outer: Interval, inner: Interval): boolean {
  if (outer.after !== undefined) {
    if (inner.after === undefined || comparePlaces(inner.after, outer.after) < 0) return false;
  }
  if (outer.upTo !== undefined) {
    if (inner.upTo === undefined || comparePlaces(inner.upTo, outer.upTo) > 0) return false;
  }
  // What lies wholly beyond the other's end is not in it, though each end taken alone is.
  if (outer.upTo !== undefined && inner.after !== undefined) {
    if (comparePlaces(inner.after, outer.upTo) >= 0) return false;
  }
  return outer.after === undefined || inner.upTo === undefined || comparePlaces(inner.upTo, outer.after) > 0;
}
