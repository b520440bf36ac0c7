import { type BucketName, bucketName, type ObjectKey, objectKey } from '../objects/object.ts';
import { bucketMatches } from '../policy/bucket-pattern.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import { globMatches } from '../policy/glob.ts';
import { decideRule, type RuleIndex, type RuleMatch } from '../policy/match.ts';
import { quoted } from '../policy/problem-text.ts';
import { compareSpecificity } from '../policy/specificity.ts';
import type { Policy, Rule } from '../policy/types.ts';
import { type EmrProblem, type EmrProblemId, emrProblem } from './problem.ts';
import type { SettingPlace } from './setting.ts';
import { writeTarget } from './write-target.ts';

/** A prefix that is written, and the rule that governs all of it. */
export interface GovernedWrite {
  readonly bucket: BucketName;
  readonly prefix: ObjectKey;
  /** `s3://bucket/prefix`. */
  readonly text: string;
  readonly place: SettingPlace;
  readonly governed: RuleMatch;
}

/** A write that gets no configuration, and why. */
export interface RefusedWrite {
  /** Absent where the bucket itself cannot be told. */
  readonly bucket?: BucketName;
  readonly text: string;
  readonly problem: EmrProblem;
  /** A rule for many prefixes, of which none was given: where the bucket's default serves it, nothing is missing. */
  readonly open?: true;
}

export type ReadWrite =
  | { readonly kind: 'governed'; readonly write: GovernedWrite }
  | { readonly kind: 'refused'; readonly write: RefusedWrite };

export interface WriteScope {
  readonly policy: Policy;
  readonly rules: RuleIndex;
  readonly today: string;
  /** How people name the policy. */
  readonly policySource: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const LONE_SURROGATE = /\p{Cs}/u;

/** The writes that were asked for, each once; without any, those that the rules themselves name. */
export function readWrites(writes: readonly string[], scope: WriteScope): readonly ReadWrite[] {
  const read =
    writes.length === 0
      ? scope.policy.rules.map((rule) => readRuleWrite(rule, scope))
      : writes.map((text) => readAskedWrite(text, scope));
  return [...new Map(read.map((one) => [`${one.kind} ${one.write.text}`, one])).values()];
}

const refused = (
  write: Omit<RefusedWrite, 'problem'>,
  place: SettingPlace,
  [id, message]: readonly [EmrProblemId, string],
): ReadWrite => ({ kind: 'refused', write: { ...write, problem: emrProblem(id, place, message) } });

function readAskedWrite(text: string, scope: WriteScope): ReadWrite {
  const place = { source: text };
  const target = writeTarget(text);
  if (target === undefined || LONE_SURROGATE.test(text) || !BUCKET.test(target.bucket)) {
    return refused({ text }, place, [
      'emr/bad-value',
      `${quoted(text)} is no place that a job writes to: expected s3://bucket/prefix/`,
    ]);
  }
  const { bucket, prefix } = target;
  // A job writes below the path that it is given, whether that ends in a slash or not.
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return govern({ bucket, prefix: objectKey(folder), place, text: `s3://${bucket}/${folder}` }, scope);
}

/** The place of a rule in the policy. */
export const placeOfRule = (
  rule: Rule,
  { policySource }: Pick<WriteScope, 'policySource'>,
): SettingPlace => ({
  source: policySource,
  line: rule.line,
  path: `rules[${rule.index}]`,
});

function readRuleWrite(rule: Rule, scope: WriteScope): ReadWrite {
  const { bucket, segments, tail, text } = rule.match;
  const place = placeOfRule(rule, scope);
  const named = bucket.kind === 'literal' ? { bucket: bucketName(bucket.name) } : {};
  const literal = segments.flatMap((segment) => (segment.kind === 'literal' ? [`${segment.text}/`] : []));
  if (named.bucket === undefined || literal.length < segments.length) {
    const what = named.bucket === undefined ? 'many buckets' : 'many prefixes';
    return refused({ ...named, text, open: true }, place, [
      'emr/not-expressible',
      `rule ${rule.id} governs ${what}, ${quoted(text)}: give one prefix for each value that a job writes to`,
    ]);
  }
  const prefix = literal.join('') + tail;
  const address = `s3://${named.bucket}/${prefix}`;
  if (writeTarget(address)?.prefix !== prefix) {
    return refused({ ...named, text: address }, place, [
      'emr/not-expressible',
      `rule ${rule.id} governs ${quoted(address)}, which no path of Hadoop's names: it has empty segments, "." or ".."`,
    ]);
  }
  return govern({ bucket: named.bucket, prefix: objectKey(prefix), place, text: address }, scope);
}

function govern(write: Omit<GovernedWrite, 'governed'>, scope: WriteScope): ReadWrite {
  const { bucket, prefix, text, place } = write;
  const exemption = wholeExemption(write, scope);
  if (exemption !== undefined) {
    return refused({ bucket, text }, place, [
      'emr/not-expressible',
      `${quoted(text)} is exempt by ${quoted(exemption)}, so nothing is asked of it: leave it out, or take the exemption back`,
    ]);
  }
  const governed = decideRule(scope.rules, bucket, prefix);
  if (governed !== undefined) return { kind: 'governed', write: { ...write, governed } };
  return refused({ bucket, text }, place, ['emr/not-expressible', ungoverned(write, scope)]);
}

/** The glob of an exemption that takes everything below the prefix, whatever its size. */
function wholeExemption(
  { bucket, prefix }: Pick<GovernedWrite, 'bucket' | 'prefix'>,
  { policy, today }: WriteScope,
): string | undefined {
  return policy.exemptions.find(
    ({ bucket: pattern, segments, until, maxSizeBytes }) =>
      maxSizeBytes === undefined &&
      (until === undefined || until >= today) &&
      // A glob that ends in `**` and takes the prefix takes whatever begins with it.
      segments.at(-1)?.kind === 'any-segments' &&
      bucketMatches(pattern, bucket) &&
      globMatches(segments, prefix),
  )?.text;
}

function ungoverned(
  { bucket, prefix, text }: Omit<GovernedWrite, 'governed'>,
  { policy }: WriteScope,
): string {
  const below = rulesThatCanGovern(policy.rules, bucket, prefix);
  const [first] = below;
  if (first === undefined) {
    return `no rule governs ${quoted(text)}: add a rule to the policy, or write below a prefix that has one`;
  }
  const more = below.length > 1 ? ` (and ${below.length - 1} more)` : '';
  return `no rule governs all of ${quoted(text)}, only what lies deeper, as rule ${first.id}, ${quoted(first.match.text)}${more}: give one prefix for each value that a job writes to`;
}

/** The rules that take some of what lies below the prefix away from the rule that governs it. */
export function deeperRules(
  { bucket, prefix, governed }: GovernedWrite,
  { policy }: WriteScope,
): readonly Rule[] {
  // None of them governs the prefix itself: of those that do, `governed` is the most specific.
  return rulesThatCanGovern(policy.rules, bucket, prefix).filter(
    (rule) => compareSpecificity(rule.match, governed.rule.match) < 0,
  );
}
