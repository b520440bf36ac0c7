import { bucketText, bucketWeight, characters } from './bucket-pattern.ts';
import type { BucketPattern, MatchPattern, SegmentPattern } from './types.ts';

/** Most specific first; a bucket is `literal` or `wildcard`, any other position one of the rest. */
const ORDER = {
  literal: 0,
  wildcard: 1,
  'literal-with-capture': 1,
  capture: 2,
  'raw-tail': 3,
  end: 4,
} as const;

/** What a rule has at one position, and how that ranks. */
export interface PositionRank {
  readonly kind: keyof typeof ORDER;
  /** Within one kind more is more specific: literal characters, or the length of a raw tail. */
  readonly weight: number;
  /** As the policy writes it; empty at the end. */
  readonly text: string;
}

/** The first position from the left at which two rules rank differently. */
export interface Difference {
  /** Zero-based segment; a raw tail stands at the position after the last segment. */
  readonly position: 'bucket' | number;
  readonly first: PositionRank;
  readonly second: PositionRank;
}

/**
 * Below zero where `a` is the more specific of two rules that govern one key, above zero where `b` is, 0 where
 * every position ranks equal. `s3://b/x/` before `s3://b/{any}/`. Rules that share no key are not to be compared.
 */
export function compareSpecificity(a: MatchPattern, b: MatchPattern): number {
  const difference = firstDifference(a, b);
  return difference === undefined ? 0 : compareRanks(difference.first, difference.second);
}

/** Where two rules first rank differently, which decides between them; `undefined` where they nowhere do. */
export function firstDifference(a: MatchPattern, b: MatchPattern): Difference | undefined {
  const first = bucketRank(a.bucket);
  const second = bucketRank(b.bucket);
  if (compareRanks(first, second) !== 0) {
    return { position: 'bucket', first, second };
  }
  // Where `b` has fewer segments its end differs from the segment that `a` has there.
  for (let position = 0; position <= a.segments.length; position++) {
    const mine = rankAt(a, position);
    const theirs = rankAt(b, position);
    if (compareRanks(mine, theirs) !== 0) {
      return { position, first: mine, second: theirs };
    }
  }
  return undefined;
}

/** Literal characters around a segment's capture: what ranks `tenant={t}` before `t={t}`. */
export const captureWeight = (segment: SegmentPattern & { kind: 'capture' }): number =>
  characters(segment.before) + characters(segment.after);

/** A segment as the policy writes it, without the `/` that ends it. */
export function segmentText(segment: SegmentPattern): string {
  return segment.kind === 'literal'
    ? escapeBraces(segment.text)
    : `${escapeBraces(segment.before)}{${segment.name}}${escapeBraces(segment.after)}`;
}

/** Literal text as a `match` writes it. */
export const escapeBraces = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');

function compareRanks(a: PositionRank, b: PositionRank): number {
  return ORDER[a.kind] - ORDER[b.kind] || b.weight - a.weight;
}

function bucketRank(bucket: BucketPattern): PositionRank {
  const text = bucketText(bucket);
  return bucket.kind === 'literal'
    ? { kind: 'literal', weight: 0, text }
    : { kind: 'wildcard', weight: bucketWeight(bucket.parts), text };
}

function rankAt(match: MatchPattern, position: number): PositionRank {
  const segment = match.segments[position];
  if (segment !== undefined) {
    return segmentRank(segment);
  }
  return match.tail !== ''
    ? { kind: 'raw-tail', weight: match.tail.length, text: escapeBraces(match.tail) }
    : { kind: 'end', weight: 0, text: '' };
}

function segmentRank(segment: SegmentPattern): PositionRank {
  const text = segmentText(segment);
  if (segment.kind === 'literal') {
    // Two literals that take one key are the same text, so they rank equal whatever their length.
    return { kind: 'literal', weight: 0, text };
  }
  const weight = captureWeight(segment);
  return weight === 0 ? { kind: 'capture', weight, text } : { kind: 'literal-with-capture', weight, text };
}
