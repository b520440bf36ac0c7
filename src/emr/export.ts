import type { AliasReference, KeyArn } from '../keys/reference.ts';
import { compileRules } from '../policy/match.ts';
import type { Policy } from '../policy/types.ts';
import { setApart } from './export-apart.ts';
import { type ExportedApplication, exportApplications } from './export-application.ts';
import type { ExportedBucketDefault } from './export-bucket.ts';
import { outerLayers, wholeBuckets } from './export-defaults.ts';
import { planWrites } from './export-planned.ts';
import { type ExportedSession, exportSession } from './export-session.ts';
import { type ReadWrite, readWrites } from './export-writes.ts';
import type { EmrProblem } from './problem.ts';
import type { Column } from './setting.ts';

export type { ExportedApplication } from './export-application.ts';
export type { ExportedBucketDefault } from './export-bucket.ts';
export type { ExportedSession, SessionStep } from './export-session.ts';

/** What is to be configured. */
export interface ExportRequest {
  readonly policy: Policy;
  /** `s3://bucket/prefix/` texts; none: every rule whose match has no capture and no `*` in the bucket. */
  readonly writes: readonly string[];
  readonly column: Column;
  /** How the application is started; both hold the same settings. */
  readonly flavour: 'ec2' | 'eks';
  /** One application for all keys, with the cache of clients disabled. */
  readonly singleSession: boolean;
  /** Alias to key ARN, where known: an ARN is better, since an alias resolves in the writer's account. */
  readonly resolve: (alias: AliasReference) => KeyArn | undefined;
  /** YYYY-MM-DD, UTC: a key whose last day of writing is past is never chosen. */
  readonly today: string;
  /** How people name the policy, for the places of problems. */
  readonly policySource?: string;
  /** `never` sets every application up by itself, also where one default would serve the bucket. */
  readonly bucketDefaults?: 'where-one-key-serves' | 'never';
}

export type Exported = {
  readonly bucketDefaults: readonly ExportedBucketDefault[];
  /** One for each encryption, so that no client is ever given two keys. */
  readonly applications: readonly ExportedApplication[];
  /** In place of applications, where a single session was asked for and its writes need more than one encryption. */
  readonly singleSession?: ExportedSession;
  /** Writes, or rules of the policy, for which nothing was written; each has a problem that says why. */
  readonly notExported: readonly string[];
  readonly problems: readonly EmrProblem[];
};

/**
 * Takes a policy and the prefixes that jobs write to, and gives the configuration under which what they write satisfies
 * it: bucket default encryption where one key serves a bucket, else one Spark application for each encryption. What
 * cannot be configured is a problem and never left out in silence. Never throws for the policy's sake.
 */
export function exportPolicy(request: ExportRequest): Exported {
  const { policy, column, today, resolve, policySource = 'policy' } = request;
  const keys = { policy, today, resolve };
  const scope = { policy, rules: compileRules(policy.rules), today, policySource };
  const read = readWrites(request.writes, scope);
  const whole = request.bucketDefaults === 'never' ? NO_DEFAULTS : wholeBuckets(read, keys);
  const governed = read.flatMap((one) => (one.kind === 'governed' ? [one.write] : []));
  const covered = governed.filter(({ bucket }) => whole.serves(bucket));
  const own = governed.filter(({ bucket }) => !whole.serves(bucket));
  const plan = { column, keys, scope };
  const planned = planWrites(own, plan);
  const outer = outerLayers(planned.writes, keys);
  const apart = setApart(outer.writes, outer.byBucket, plan);
  const session = request.singleSession ? exportSession(apart.writes, covered, column) : undefined;
  const refused = read.flatMap((one) => (isMissing(one, whole.serves) ? [one.write] : []));
  return {
    bucketDefaults: [...whole.defaults, ...outer.defaults],
    applications: session === undefined ? exportApplications(apart.writes, request) : [],
    ...(session === undefined ? {} : { singleSession: session }),
    notExported: [
      ...refused.map(({ text }) => text),
      ...planned.notExported,
      ...outer.without.map(({ write }) => write.text),
    ],
    problems: [
      ...refused.map(({ problem }) => problem),
      ...whole.problems,
      ...planned.problems,
      ...outer.problems,
      ...apart.problems,
    ],
  };
}

const NO_DEFAULTS = { defaults: [], problems: [], serves: () => false } as const;

/** A rule for many prefixes lacks nothing where the default of its bucket serves it. */
const isMissing = (
  read: ReadWrite,
  serves: (bucket: string) => boolean,
): read is Extract<ReadWrite, { kind: 'refused' }> =>
  read.kind === 'refused' &&
  !(read.write.open && read.write.bucket !== undefined && serves(read.write.bucket));
