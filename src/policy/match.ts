import type { BucketName, ObjectKey } from '../objects/object.ts';
import { bucketMatches, bucketText } from './bucket-pattern.ts';
import { literalChild, RuleIndex, type RuleNode } from './rule-index.ts';
import { byWeight, type Hit } from './rule-index-affixes.ts';
import { escapeBraces, segmentText } from './specificity.ts';
import type { Captures, MatchPattern, Rule, SegmentPattern } from './types.ts';

export type { RuleIndex } from './rule-index.ts';

/** A rule that governs an object, with what its `match` captured. */
export interface RuleMatch {
  readonly rule: Rule;
  readonly captures: Captures;
}

/** What one rule, taken by itself, says of one object. */
export type RuleTrial =
  | { readonly kind: 'governs'; readonly captures: Captures }
  | {
      readonly kind: 'does-not';
      readonly at: 'bucket' | 'segment' | 'tail';
      /** Zero-based segment at which it failed; absent for the bucket. */
      readonly position?: number;
      /** As the policy writes it; a segment with the `/` that must end it. */
      readonly expected: string;
      /** What the object has there; a segment with its `/`, if it has one. */
      readonly found: string;
    };

/** Arranges a policy's rules for `decideRule`. Once per policy. */
export const compileRules = (rules: readonly Rule[]): RuleIndex => new RuleIndex(rules);

/**
 * The most specific rule that governs the object, wherever it stands in the file; `undefined` where none does.
 * The time depends on the key and on how many rules can govern it, not on how many rules there are.
 */
export function decideRule(index: RuleIndex, bucket: BucketName, key: ObjectKey): RuleMatch | undefined {
  for (const roots of index.rootsFor(bucket)) {
    const rule = descend(roots, key, 0);
    if (rule !== undefined) {
      return { rule, captures: capturesOf(rule.match, key) };
    }
  }
  return undefined;
}

/** Whether one rule by itself governs the object, and if not, where it fails first. */
export function tryRule(rule: Rule, bucket: BucketName, key: ObjectKey): RuleTrial {
  const { match } = rule;
  if (!bucketMatches(match.bucket, bucket)) {
    return { kind: 'does-not', at: 'bucket', expected: bucketText(match.bucket), found: bucket };
  }
  let start = 0;
  for (const [position, segment] of match.segments.entries()) {
    const end = key.indexOf('/', start);
    if (end < 0 || !segmentTakes(segment, key.slice(start, end))) {
      const found = end < 0 ? key.slice(start) : key.slice(start, end + 1);
      return { kind: 'does-not', at: 'segment', position, expected: `${segmentText(segment)}/`, found };
    }
    start = end + 1;
  }
  if (!key.startsWith(match.tail, start)) {
    const expected = escapeBraces(match.tail);
    return {
      kind: 'does-not',
      at: 'tail',
      position: match.segments.length,
      expected,
      found: key.slice(start),
    };
  }
  return { kind: 'governs', captures: capturesOf(match, key) };
}

/** True where a rule's segment takes this whole segment of a key; a capture takes at least one character. */
export function segmentTakes(segment: SegmentPattern, text: string): boolean {
  if (segment.kind === 'literal') {
    return segment.text === text;
  }
  const { before, after } = segment;
  return text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

/** What the `match` captures of a key that it is known to take. */
function capturesOf(match: MatchPattern, key: string): Captures {
  const captured: [string, string][] = [];
  let start = 0;
  for (const segment of match.segments) {
    const end = key.indexOf('/', start);
    if (segment.kind === 'capture') {
      captured.push([segment.name, key.slice(start + segment.before.length, end - segment.after.length)]);
    }
    start = end + 1;
  }
  return Object.fromEntries(captured);
}

/**
 * Follows nodes of equal rank together, since a later position may decide between them, and goes back to the
 * next rank where the more specific branch ends in nothing. A node has one parent, so it is visited once at most.
 */
function descend(nodes: readonly RuleNode[], key: string, start: number): Rule | undefined {
  // Only a trie that goes on needs the segment's end: a long key under a short rule is not read to its end.
  const end = nodes.some(goesOn) ? key.indexOf('/', start) : -1;
  return (end < 0 ? undefined : branch(nodes, key, { start, end })) ?? stop(nodes, key, start);
}

const goesOn = (node: RuleNode): boolean =>
  node.literal !== undefined ||
  node.literals !== undefined ||
  node.bare !== undefined ||
  node.mixed !== undefined;

interface Span {
  readonly start: number;
  readonly end: number;
}

function branch(nodes: readonly RuleNode[], key: string, { start, end }: Span): Rule | undefined {
  const segment = key.slice(start, end);
  const literal = present(nodes.map((node) => literalChild(node, segment)));
  const decided = descend(literal, key, end + 1);
  if (decided !== undefined || segment === '') {
    // No capture takes an empty segment.
    return decided;
  }
  const hits: Hit<RuleNode>[] = [];
  for (const node of nodes) {
    node.mixed?.collect(segment, 1, hits);
  }
  for (const mixed of byWeight(hits)) {
    const rule = descend(mixed, key, end + 1);
    if (rule !== undefined) {
      return rule;
    }
  }
  const bare = present(nodes.map((node) => node.bare));
  return descend(bare, key, end + 1);
}

/** The rule that ends here: with the longest raw tail, else with none. */
function stop(nodes: readonly RuleNode[], key: string, start: number): Rule | undefined {
  let longest: Rule | undefined;
  for (const { tails } of nodes) {
    for (const length of tails?.lengths ?? []) {
      const rule = tails?.byText.get(key.slice(start, start + length));
      if (rule !== undefined && rule.match.tail.length > (longest?.match.tail.length ?? 0)) {
        longest = rule;
      }
    }
  }
  return longest ?? nodes.find((node) => node.here !== undefined)?.here;
}

const present = <T>(list: readonly (T | undefined)[]): readonly T[] =>
  list.filter((item) => item !== undefined);
