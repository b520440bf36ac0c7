import type { BucketName, ObjectKey } from '../objects/object.ts';
import { bucketMatches } from './bucket-pattern.ts';
import { decideRule, type RuleIndex, type RuleMatch, segmentTakes, tryRule } from './match.ts';
import { firstDifference, type PositionRank } from './specificity.ts';
import type { Captures, MatchPattern, Rule, SegmentPattern } from './types.ts';

/** One thing that was found on the way to the rule that decides. Data; the sentences are made elsewhere. */
export type ExplainStep =
  /** Rules whose bucket is another one, counted and not told one by one. */
  | { readonly kind: 'other-buckets'; readonly count: number }
  | {
      readonly kind: 'does-not-govern';
      readonly rule: Rule;
      readonly at: 'segment' | 'tail';
      readonly position: number;
      readonly expected: string;
      readonly found: string;
    }
  | {
      readonly kind: 'less-specific';
      readonly rule: Rule;
      readonly captures: Captures;
      /** Where it lost: what it has there, and what the rule that decides has there. */
      readonly position: 'bucket' | number;
      readonly has: PositionRank;
      readonly loses: PositionRank;
    }
  /** Governs too and ranks equal everywhere: the parser refuses such a policy. */
  | { readonly kind: 'equally-specific'; readonly rule: Rule; readonly captures: Captures }
  | { readonly kind: 'decides'; readonly rule: Rule; readonly captures: Captures }
  | { readonly kind: 'none' };

export interface Explanation {
  readonly decided?: RuleMatch;
  /** In file order, but what decides is last: a `decides` or a `none`. */
  readonly steps: readonly ExplainStep[];
}

/** Why the rule that decides for the object does, and why every other rule on its bucket does not. */
export function explainRule(
  index: RuleIndex,
  rules: readonly Rule[],
  bucket: BucketName,
  key: ObjectKey,
): Explanation {
  const decided = decideRule(index, bucket, key);
  const onBucket = rules.filter((rule) => bucketMatches(rule.match.bucket, bucket));
  const count = rules.length - onBucket.length;
  const others = onBucket.filter((rule) => rule !== decided?.rule);
  const steps: readonly ExplainStep[] = [
    ...(count > 0 ? [{ kind: 'other-buckets', count } as const] : []),
    ...others.map((rule) => stepFor(rule, { bucket, key }, decided)),
  ];
  return decided === undefined
    ? { steps: [...steps, { kind: 'none' }] }
    : { decided, steps: [...steps, { kind: 'decides', ...decided }] };
}

/**
 * The rules that can govern some key that starts with `prefix`: told before listing, since without one there is
 * nothing to audit. For `s3://b/x` that is `s3://b/`, `s3://b/x/` and `s3://b/{any}/y/`.
 */
export function rulesThatCanGovern(
  rules: readonly Rule[],
  bucket: BucketName,
  prefix: string,
): readonly Rule[] {
  return rules.filter(({ match }) => bucketMatches(match.bucket, bucket) && canGovernBelow(match, prefix));
}

function stepFor(
  rule: Rule,
  { bucket, key }: { readonly bucket: BucketName; readonly key: ObjectKey },
  decided: RuleMatch | undefined,
): ExplainStep {
  const trial = tryRule(rule, bucket, key);
  if (trial.kind === 'does-not') {
    const { at, position = 0, expected, found } = trial;
    // The bucket matches: the others were counted before.
    return {
      kind: 'does-not-govern',
      rule,
      at: at === 'tail' ? 'tail' : 'segment',
      position,
      expected,
      found,
    };
  }
  const { captures } = trial;
  const difference = decided && firstDifference(rule.match, decided.rule.match);
  return difference === undefined
    ? { kind: 'equally-specific', rule, captures }
    : {
        kind: 'less-specific',
        rule,
        captures,
        position: difference.position,
        has: difference.first,
        loses: difference.second,
      };
}

function canGovernBelow(match: MatchPattern, prefix: string): boolean {
  let start = 0;
  for (const segment of match.segments) {
    const end = prefix.indexOf('/', start);
    if (end < 0) {
      return canStartWith(segment, prefix.slice(start));
    }
    if (!segmentTakes(segment, prefix.slice(start, end))) {
      return false;
    }
    start = end + 1;
  }
  const rest = prefix.slice(start);
  return rest.startsWith(match.tail) || match.tail.startsWith(rest);
}

/** True where a segment that starts with `text` can be one that the rule takes; after it the rest is free. */
function canStartWith(segment: SegmentPattern, text: string): boolean {
  return segment.kind === 'literal'
    ? segment.text.startsWith(text)
    : segment.before.startsWith(text) || text.startsWith(segment.before);
}
