import { bucketPatternsIntersect, bucketWeight } from './bucket-pattern.ts';
import { captureWeight } from './specificity.ts';
import type { MatchPattern, Rule } from './types.ts';

/** Two rules that can govern one key and rank equal at every position; `first` stands earlier in the file. */
export interface Overlap {
  readonly first: Rule;
  readonly second: Rule;
}

/** A file with more pairs than this is wrong as a whole: 100,000 equal rules would be five billion pairs. */
export const MOST_OVERLAPS = 10_000;

/** A rule with the literal text around each of its wildcards and captures, in the order of its positions. */
interface Candidate {
  readonly rule: Rule;
  readonly affixes: readonly { readonly before: string; readonly after: string }[];
}

/**
 * Every pair of rules of which neither is the more specific for some key, in file order of the later one; the
 * first 10,000 found where there are more. `s3://b/a{x}/` and `s3://b/{y}a/` are such a pair: both take `aba/`.
 *
 * Rules that differ in a rank, a literal segment or a raw tail never meet: they are in different groups. A group
 * is split by shape, the lengths of the text around its captures, and each two shapes are joined on that text
 * cut to the shorter of the two lengths, which is equal exactly where a common text exists. So the time is that
 * of rules times shapes in a group, plus the pairs found; and shapes are few, since within a group the lengths
 * at one position add up to one number.
 */
export function findOverlaps(rules: readonly Rule[]): readonly Overlap[] {
  const found: Overlap[] = [];
  for (const group of groupBy(rules, (rule) => signature(rule.match))) {
    if (found.length < MOST_OVERLAPS) {
      overlapsWithin(group, found);
    }
  }
  return found.sort((a, b) => a.second.index - b.second.index || a.first.index - b.first.index);
}

/** Equal for two rules exactly where every position ranks equal and their literal texts and raw tails agree. */
function signature({ bucket, segments, tail }: MatchPattern): string {
  return JSON.stringify([
    bucket.kind === 'literal' ? bucket.name : bucketWeight(bucket.parts),
    ...segments.map((segment) => (segment.kind === 'literal' ? segment.text : captureWeight(segment))),
    // A list, so that a tail is never taken for a segment.
    [tail],
  ]);
}

function overlapsWithin(group: readonly Rule[], found: Overlap[]): void {
  const shapes = groupBy(group.map(toCandidate), shapeOf);
  for (const [i, shape] of shapes.entries()) {
    for (const other of shapes.slice(i)) {
      join(shape, other, found);
      if (found.length >= MOST_OVERLAPS) {
        return;
      }
    }
  }
}

function toCandidate(rule: Rule): Candidate {
  const { bucket, segments } = rule.match;
  const around =
    bucket.kind === 'literal' ? [] : [{ before: bucket.parts[0], after: bucket.parts.at(-1) ?? '' }];
  return { rule, affixes: [...around, ...segments.filter((segment) => segment.kind === 'capture')] };
}

const shapeOf = ({ affixes }: Candidate): string =>
  affixes.map(({ before, after }) => `${before.length}:${after.length}`).join(' ');

/** Pairs one candidate of each shape, or any two of one shape, wherever their affixes agree. */
function join(shape: readonly Candidate[], other: readonly Candidate[], found: Overlap[]): void {
  const cuts = cutsFor(shape[0], other[0]);
  const seen = new Map<string, Candidate[]>();
  const same = shape === other;
  for (const candidate of same ? [] : shape) {
    addTo(seen, cutText(candidate, cuts), candidate);
  }
  for (const candidate of other) {
    const text = cutText(candidate, cuts);
    for (const partner of seen.get(text) ?? []) {
      // Affixes say all of a segment; of a bucket they do not say whether the common name is too long.
      if (bucketPatternsIntersect(partner.rule.match.bucket, candidate.rule.match.bucket)) {
        found.push(inFileOrder(partner.rule, candidate.rule));
        if (found.length >= MOST_OVERLAPS) {
          return;
        }
      }
    }
    if (same) {
      addTo(seen, text, candidate);
    }
  }
}

interface Cut {
  readonly before: number;
  readonly after: number;
}

/** The lengths to which both shapes' affixes are cut; all members of a shape have the lengths of its first. */
function cutsFor(a: Candidate | undefined, b: Candidate | undefined): readonly Cut[] {
  return (a?.affixes ?? []).map(({ before, after }, i) => ({
    before: Math.min(before.length, b?.affixes[i]?.before.length ?? 0),
    after: Math.min(after.length, b?.affixes[i]?.after.length ?? 0),
  }));
}

/** The affixes, cut. The lengths are one for all texts of a join, so nothing need stand between them. */
function cutText({ affixes }: Candidate, cuts: readonly Cut[]): string {
  return affixes
    .map(({ before, after }, i) => {
      const cut = cuts[i] ?? { before: 0, after: 0 };
      return before.slice(0, cut.before) + after.slice(after.length - cut.after);
    })
    .join('');
}

const inFileOrder = (a: Rule, b: Rule): Overlap =>
  a.index < b.index ? { first: a, second: b } : { first: b, second: a };

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    addTo(groups, keyOf(item), item);
  }
  return [...groups.values()];
}

function addTo<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) {
    groups.set(key, [item]);
  } else {
    group.push(item);
  }
}
