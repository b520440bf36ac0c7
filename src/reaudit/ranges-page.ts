import { compareKeys } from '../objects/byte-order.ts';
import type { ListAnswer, ListedObject, ListMarker } from './ports.ts';
import { comparePlaces, type Interval, type Place } from './ranges.ts';
import { ListingOutOfOrder } from './run-errors.ts';

export type ListPage = Extract<ListAnswer, { kind: 'page' }>;

export interface Listing {
  readonly prefix: string;
  readonly versions: boolean;
  /** False for directory buckets, which list in no order: then markers are only handed back. */
  readonly ordered: boolean;
}

/** What one page has of a range: the objects that lie in it, the stretch that they are all of, and what is left. */
export interface TakenPage {
  readonly objects: readonly ListedObject[];
  readonly done: Interval;
  readonly rest?: Interval;
}

/** The marker that makes a listing go on from a place. */
export function markerOf(place: Place, { ordered }: Listing): ListMarker {
  const versionId = place.within?.versionId;
  if (!ordered) return { key: versionId ?? '' };
  return versionId === undefined ? { key: place.key } : { key: place.key, versionId };
}

/** Takes of a page what belongs to the range. Throws `ListingOutOfOrder` where the keys do not come in the order that ranges rest on. */
export function takePage(range: Interval, page: ListPage, listing: Listing): TakenPage {
  const end = endOf(range, page, listing);
  if (listing.ordered) checkOrder(range, page, listing);
  const { upTo } = range;
  const within = (key: string): boolean => upTo === undefined || compareKeys(key, upTo.key) <= 0;
  const objects =
    listing.ordered && upTo !== undefined ? page.objects.filter(({ key }) => within(key)) : page.objects;
  const goesOn = end !== undefined && (upTo === undefined || comparePlaces(end, upTo) < 0);
  if (!goesOn) return { objects, done: range };
  const ends = upTo === undefined ? {} : { upTo };
  return { objects, done: { ...range, upTo: end }, rest: { after: end, ...ends } };
}

function endOf({ after }: Interval, { next }: ListPage, { versions, ordered }: Listing): Place | undefined {
  if (next === undefined) return undefined;
  if (!ordered) return { key: '', within: { versionId: next.key, nth: (after?.within?.nth ?? 0) + 1 } };
  if (!versions || next.versionId === undefined) return { key: next.key };
  const nth = after?.key === next.key ? (after.within?.nth ?? 0) + 1 : 1;
  return { key: next.key, within: { versionId: next.versionId, nth } };
}

/** Ranges cover a prefix only if the listing is in byte order, so a listing that is not is told, never guessed around. */
function checkOrder({ after }: Interval, { objects, next }: ListPage, { prefix, versions }: Listing): void {
  let last = after?.key;
  // Further versions of the key in which the page before has ended may follow.
  let mayRepeat = after?.within !== undefined;
  for (const { key } of objects) {
    if (!key.startsWith(prefix)) throw new ListingOutOfOrder(`it lists ${key}, which has not the prefix`);
    const order = last === undefined ? 1 : compareKeys(key, last);
    if (order < 0 || (order === 0 && !mayRepeat)) {
      throw new ListingOutOfOrder(`it lists ${key} after ${last ?? ''}`);
    }
    last = key;
    mayRepeat = versions;
  }
  if (next === undefined) return;
  const back = last === undefined ? 1 : compareKeys(next.key, last);
  const stands = objects.length === 0 && back === 0 && next.versionId === after?.within?.versionId;
  if (back < 0 || stands) throw new ListingOutOfOrder(`after ${last ?? ''} it would go on from ${next.key}`);
}
