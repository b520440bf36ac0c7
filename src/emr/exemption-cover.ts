import { bucketMatches, partsMatch } from '../policy/bucket-pattern.ts';
import type { BucketPattern, Exemption, GlobSegment } from '../policy/types.ts';

/** What an exemption takes: its glob, and how large an object may be. */
export type Reach = Pick<Exemption, 'bucket' | 'segments' | 'maxSizeBytes'>;

/** No key, bucket or glob holds it, so only a `*` takes it: what takes this in place of a `*` takes whatever stands there. */
const ANYTHING = '\0';

/**
 * True only where the first exemption takes every object that the second does. False may also mean that it could not be
 * told: a glob such as `*` before `**` takes what `**` before `*` takes, and is not recognised.
 */
export function exemptionCovers(outer: Reach, inner: Reach): boolean {
  return bucketCovers(outer.bucket, inner.bucket) && sizeCovers(outer, inner) && globCovers(outer, inner);
}

function bucketCovers(outer: BucketPattern, inner: BucketPattern): boolean {
  return bucketMatches(outer, inner.kind === 'literal' ? inner.name : inner.parts.join(ANYTHING));
}

const sizeCovers = (outer: Reach, inner: Reach): boolean =>
  outer.maxSizeBytes === undefined ||
  (inner.maxSizeBytes !== undefined && inner.maxSizeBytes <= outer.maxSizeBytes);

function globCovers(outer: Reach, inner: Reach): boolean {
  const { segments } = outer;
  // The places in the outer glob at which any key of the inner one can stand after its segments so far.
  let places = withoutDoubleStars(segments, [0]);
  for (const segment of inner.segments) {
    // The last `**` takes one segment at least, and whatever follows: what is left of the inner glob is never less.
    if ([...places].some((place) => isLastDoubleStar(segments, place))) return true;
    places = withoutDoubleStars(
      segments,
      [...places].flatMap((place) => placesAfter(segments, place, segment)),
    );
  }
  return places.has(segments.length);
}

const isLastDoubleStar = (segments: Reach['segments'], place: number): boolean =>
  place === segments.length - 1 && segments[place]?.kind === 'any-segments';

/** The places, and those that a `**` that takes no segment leads on to; the last `**` takes one at least. */
function withoutDoubleStars(segments: Reach['segments'], places: readonly number[]): ReadonlySet<number> {
  const reached = new Set(places);
  // A Set also visits what is added to it on the way.
  for (const place of reached) {
    if (segments[place]?.kind === 'any-segments' && place < segments.length - 1) reached.add(place + 1);
  }
  return reached;
}

/** A `**` takes any segment and any `**`; a segment takes what every text of the other one fits into. */
function placesAfter(segments: Reach['segments'], place: number, taken: GlobSegment): readonly number[] {
  const segment = segments[place];
  if (segment?.kind === 'any-segments') return [place];
  if (segment === undefined || taken.kind === 'any-segments') return [];
  return partsMatch(segment.parts, taken.parts.join(ANYTHING)) ? [place + 1] : [];
}
