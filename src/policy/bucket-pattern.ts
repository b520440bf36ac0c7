import type { BucketPattern } from './types.ts';

/** No bucket, and no access point alias, has a longer name. */
const LONGEST_BUCKET_NAME = 63;

/** How many characters a person would count: a character beyond the BMP is one, not two UTF-16 units. */
export const characters = (text: string): number => Array.from(text).length;

/** True where `text` is the parts in order, with any run of characters, an empty one too, between each two of them. */
export function partsMatch(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (parts.length < 2) {
    return text === first;
  }
  if (!text.startsWith(first) || !text.endsWith(last)) {
    return false;
  }
  // Taking each middle part at its leftmost place leaves the most room for the others: nothing is ever retried.
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] ?? '';
    const found = text.indexOf(part, at);
    if (found < 0) {
      return false;
    }
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** True where the pattern takes this bucket name. `s3://acme-*` takes `acme-lake`, and `acme-` too. */
export function bucketMatches(pattern: BucketPattern, name: string): boolean {
  return pattern.kind === 'literal' ? pattern.name === name : partsMatch(pattern.parts, name);
}

/** The pattern as the policy writes it. */
export const bucketText = (pattern: BucketPattern): string =>
  pattern.kind === 'literal' ? pattern.name : pattern.text;

/** Literal characters of a wildcard bucket: the more of them, the more specific it is. */
export const bucketWeight = (parts: readonly string[]): number => characters(parts.join(''));

/** True where a bucket could exist whose name both patterns take. `acme-*` and `*-lake` share `acme-lake`. */
export function bucketPatternsIntersect(a: BucketPattern, b: BucketPattern): boolean {
  if (a.kind === 'literal') {
    return bucketMatches(b, a.name);
  }
  if (b.kind === 'literal') {
    return bucketMatches(a, b.name);
  }
  if (!affixesAgree(a.parts[0], b.parts[0], a.parts.at(-1) ?? '', b.parts.at(-1) ?? '')) {
    return false;
  }
  // Longer prefix, the middles of both, longer suffix is a name that both take; only its length can rule it out.
  const bound = a.parts.join('').length + b.parts.join('').length;
  return bound <= LONGEST_BUCKET_NAME || shortestShared(a.parts, b.parts) <= LONGEST_BUCKET_NAME;
}

/** True where some text starts with both prefixes and ends with both suffixes. */
function affixesAgree(before: string, otherBefore: string, after: string, otherAfter: string): boolean {
  return (
    (before.startsWith(otherBefore) || otherBefore.startsWith(before)) &&
    (after.endsWith(otherAfter) || otherAfter.endsWith(after))
  );
}

/** Length of the shortest text that both globs take: a table over what is left of each, filled from the end. */
function shortestShared(a: readonly string[], b: readonly string[]): number {
  const left = a.join('*');
  const right = b.join('*');
  let below: number[] = [];
  for (let i = left.length; i >= 0; i--) {
    const row: number[] = [];
    for (let j = right.length; j >= 0; j--) {
      row[j] = shortestFrom(left[i], right[j], { down: below[j], along: row[j + 1], both: below[j + 1] });
    }
    below = row;
  }
  return below[0] ?? Number.POSITIVE_INFINITY;
}

interface Onward {
  /** The answer with the left glob one on, the right one on, both one on; `undefined` past the end. */
  readonly down: number | undefined;
  readonly along: number | undefined;
  readonly both: number | undefined;
}

function shortestFrom(left: string | undefined, right: string | undefined, onward: Onward): number {
  if (left === undefined && right === undefined) {
    return 0;
  }
  const { down = Infinity, along = Infinity, both = Infinity } = onward;
  if (left === '*' || right === '*') {
    // A star ends here, or it takes the character that the other side asks for.
    const endStar = Math.min(left === '*' ? down : Infinity, right === '*' ? along : Infinity);
    const taken = left === '*' ? along + 1 : down + 1;
    return Math.min(endStar, taken);
  }
  return left === right ? both + 1 : Infinity;
}
