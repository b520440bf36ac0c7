import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import { bucketText } from '../policy/bucket-pattern.ts';
import { globPrefix } from '../policy/glob.ts';
import type { Exemption, GlobSegment, Policy, Rule, SegmentPattern } from '../policy/types.ts';
import { exemptionCovers, type Reach } from './exemption-cover.ts';

/** Objects that committers leave or keep beside the data, and the glob for their name. */
interface Scratch {
  readonly name: string;
  /** `folder`: whatever lies in a folder of that name. `marker`: one small object. */
  readonly kind: 'folder' | 'marker';
  /** Markers of folders may lie above a rule's prefix, and are bounded so tightly that they hide nothing. */
  readonly place: 'rule' | 'bucket';
  readonly maxSizeBytes?: number;
  readonly reason: string;
}

/**
 * 16 bytes: nothing, encrypted on the client's side. 64 KiB: S3A's committers write a JSON summary into `_SUCCESS`, with
 * at most 100 names of files in it; Hadoop's own writes nothing. A larger one is judged like any object.
 */
const EMPTY_BYTES = 16;
const SUMMARY_BYTES = 65_536;

const SCRATCH: readonly Scratch[] = [
  // https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/committer_architecture.html
  folder('_temporary', 'output of Hadoop tasks before their job commits'),
  // org.apache.spark.internal.io.FileCommitProtocol, getStagingDir
  folder('.spark-staging-*', 'partitions that Spark is about to overwrite'),
  // https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/committers.html: __magic up to Hadoop 3.3
  folder('__magic', 'uploads that the S3A magic committer has not completed'),
  folder('__magic_job-*', 'uploads that the S3A magic committer has not completed'),
  // hive.exec.stagingdir: https://cwiki.apache.org/confluence/display/Hive/Configuration+Properties
  folder('.hive-staging_hive_*', 'results of Hive statements before they are moved'),
  {
    name: '_SUCCESS',
    kind: 'marker',
    place: 'rule',
    maxSizeBytes: SUMMARY_BYTES,
    reason: 'marker of a finished job, empty or a summary in JSON',
  },
  // https://repost.aws/knowledge-center/emr-s3-empty-files
  folderMarker('*_$folder$', 'EMRFS directory markers hold no data'),
  // https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/directory_markers.html
  folderMarker('', 'S3A directory markers hold no data'),
];

function folder(name: string, reason: string): Scratch {
  return { name, kind: 'folder', place: 'rule', reason };
}

function folderMarker(name: string, reason: string): Scratch {
  return { name, kind: 'marker', place: 'bucket', maxSizeBytes: EMPTY_BYTES, reason };
}

/** An exemption that a policy could have. */
export interface ScratchExemption extends Reach {
  readonly match: string;
  readonly reason: string;
  readonly kind: 'folder' | 'marker';
  /** Ids of the rules below which it was looked for. */
  readonly rules: NonEmpty<string>;
}

export interface ScratchSuggestion {
  readonly exemptions: readonly ScratchExemption[];
  /** What the policy exempts already, and by which of its exemptions. */
  readonly covered: readonly { readonly match: string; readonly by: Exemption }[];
  /** Ids of the rules that ask for client-side encryption: there an exemption also hides plaintext. */
  readonly clientSideRules: readonly string[];
}

/** Of more that begin alike, each with each would take longer to compare than to read where one says what another does. */
const MOST_COMPARED = 1000;

/**
 * Takes a policy and today's date (YYYY-MM-DD, UTC), and gives exemptions for the scratch objects of committers below
 * each of its rules, the narrowest that take them all. Changes nothing.
 */
export function suggestScratchExemptions(policy: Policy, today: string): ScratchSuggestion {
  const inForce = policy.exemptions.filter(({ until }) => until === undefined || today <= until);
  const exemptions: ScratchExemption[] = [];
  const covered: { match: string; by: Exemption }[] = [];
  for (const scratch of SCRATCH) {
    for (const one of withoutCovered(candidates(policy.rules, scratch))) {
      const by = inForce.find((own) => own.text === one.match || exemptionCovers(own, one));
      if (by === undefined) exemptions.push(one);
      else covered.push({ match: one.match, by });
    }
  }
  const clientSideRules = policy.rules.filter(({ cse }) => cse?.kind === 'required').map(({ id }) => id);
  return { exemptions, covered, clientSideRules };
}

function candidates(rules: readonly Rule[], scratch: Scratch): readonly ScratchExemption[] {
  const byMatch = new Map<string, ScratchExemption>();
  for (const rule of rules) {
    for (const segments of globsFor(rule, scratch)) {
      const one = candidate(rule, segments, scratch);
      const same = byMatch.get(one.match);
      byMatch.set(one.match, same === undefined ? one : withRules(same, one.rules));
    }
  }
  return [...byMatch.values()];
}

function candidate(
  { id, match: { bucket } }: Rule,
  texts: NonEmpty<string>,
  { kind, reason, maxSizeBytes }: Scratch,
): ScratchExemption {
  return {
    match: `s3://${bucketText(bucket)}/${texts.join('/')}`,
    bucket,
    segments: [globSegment(texts[0]), ...texts.slice(1).map(globSegment)],
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    reason,
    kind,
    rules: [id],
  };
}

const withRules = (one: ScratchExemption, rules: readonly string[]): ScratchExemption => {
  const all = [...new Set([...one.rules, ...rules])];
  return isNonEmpty(all) ? { ...one, rules: all } : one;
};

function globSegment(text: string): GlobSegment {
  if (text === '**') return { kind: 'any-segments' };
  const parts = text.split('*');
  return { kind: 'segment', parts: isNonEmpty(parts) ? parts : [''] };
}

/** Where a committer may leave such objects for a job whose output the rule governs, as the segments of globs. */
function globsFor({ match }: Rule, { name, kind, place }: Scratch): readonly NonEmpty<string>[] {
  const end = kind === 'folder' ? ['**'] : [];
  if (place === 'bucket') return [['**', name]];
  const table = tableSegments(match.segments);
  const { tail } = match;
  // A tail such as `day=` begins the name of a partition.
  const hasTail = tail !== '' && table.length === match.segments.length && !isPartition(tail);
  const base = hasTail ? [...table, `${tail}*`] : table;
  const below = joined(base, '**', name, ...end);
  // The tail `_t` also governs `_temporary/` itself.
  const [literal = ''] = name.split('*');
  return hasTail && literal.startsWith(tail) ? [below, joined(table, name, ...end)] : [below];
}

function joined(base: readonly string[], ...rest: NonEmpty<string>): NonEmpty<string> {
  const [first, ...more] = base;
  return first === undefined ? rest : [first, ...more, ...rest];
}

/** Spark and Hive keep scratch objects at the root of a table, above its partitions `name=value/`. */
function tableSegments(segments: readonly SegmentPattern[]): readonly string[] {
  const partition = segments.findIndex((segment) =>
    isPartition(segment.kind === 'literal' ? segment.text : segment.before),
  );
  const table = partition === -1 ? segments : segments.slice(0, partition);
  return table.map((segment) =>
    segment.kind === 'literal' ? segment.text : `${segment.before}*${segment.after}`,
  );
}

const isPartition = (text: string): boolean => text.indexOf('=') > 0;

/** Leaves out what another one takes whole, which then names the rules of both. */
function withoutCovered(all: readonly ScratchExemption[]): readonly ScratchExemption[] {
  const byPrefix = new Map<string, ScratchExemption[]>();
  for (const one of all) {
    const prefix = globPrefix(one.segments);
    const alike = byPrefix.get(prefix);
    if (alike === undefined) byPrefix.set(prefix, [one]);
    else alike.push(one);
  }
  const kept = new Map(all.map((one) => [one, [...one.rules]]));
  for (const one of all) {
    const wider = alikeTo(one, byPrefix).filter((other) => other !== one && exemptionCovers(other, one));
    // Of two that take the same, the one that is looked at first has gone when the other's turn comes.
    const takers = wider.map((other) => kept.get(other)).filter((rules) => rules !== undefined);
    for (const rules of takers) rules.push(...(kept.get(one) ?? []));
    if (takers.length > 0) kept.delete(one);
  }
  return [...kept].map(([one, rules]) => withRules(one, rules));
}

/** Those that may take it whole: what they begin with, it begins with too. */
function alikeTo(
  { segments }: ScratchExemption,
  byPrefix: ReadonlyMap<string, readonly ScratchExemption[]>,
): readonly ScratchExemption[] {
  const prefix = globPrefix(segments);
  return Array.from({ length: prefix.length + 1 }, (_, length) => {
    const alike = byPrefix.get(prefix.slice(0, length)) ?? [];
    return alike.length > MOST_COMPARED ? [] : alike;
  }).flat();
}
