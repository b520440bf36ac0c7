import { type AuditDeps, auditObject } from '../audit/audit-object.ts';
import type { HeadAnswer, KeyDirectory, ObjectHeads } from '../audit/ports.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { sha256 } from '../compose.ts';
import { allowsManagedKey, keysNamedBy } from '../emr/aws-managed-key.ts';
import { managedKeyRefused } from '../emr/bucket-check-default.ts';
import { type PredictedHead, type Prediction, withKey } from '../emr/predict.ts';
import { AWS_MANAGED_S3_ALIAS } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { type ObjectKey, objectKey } from '../objects/object.ts';
import { decideRule, type RuleMatch } from '../policy/match.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Violation } from '../verdict/verdict.ts';

/** Why a verdict could not be foretold, beside what the judge itself says. */
export interface Undecided {
  readonly code: string;
  readonly why: string;
}

/** What would be found of one object. */
export interface Foretold {
  readonly key: ObjectKey;
  readonly record: AuditRecord;
  readonly governed?: RuleMatch;
  readonly undecided?: Undecided;
}

export interface JudgeScope {
  readonly policy: PreparedPolicy;
  readonly keys: KeyDirectory;
  readonly region?: string;
  readonly now: () => number;
  /** Who is asked: about aliases a file, KMS or nobody; about the defaults of buckets S3 or nobody. */
  readonly asks: { readonly keys: 'file' | 'kms' | 'nothing'; readonly buckets: boolean };
}

/** The head that a prediction holds, with the key that its alias stands for where `keys` tells. */
export async function resolvedHead(
  prediction: Prediction,
  { keys, region }: JudgeScope,
): Promise<PredictedHead | undefined> {
  const head = prediction.kind === 'head' ? prediction : undefined;
  const reference = head?.serverSideKey?.reference;
  if (head === undefined || reference?.kind !== 'alias-name' || reference.name === AWS_MANAGED_S3_ALIAS) {
    return head;
  }
  const answer = await keys.alias(reference, region, 'kept');
  return answer.kind === 'key' ? withKey(head, answer.arn) : head;
}

/** Judges one object of a predicted write by the code that judges objects that are there. */
export async function foretell(
  prediction: Prediction,
  key: ObjectKey,
  head: PredictedHead | undefined,
  scope: JudgeScope,
): Promise<Foretold> {
  const { bucket } = prediction;
  const governed = decideRule(scope.policy.rules, bucket, key);
  const rule = governed === undefined ? {} : { governed };
  const usable = head ?? innerHead(prediction, governed);
  const heads = new PredictedHeads(usable, scope.now());
  const object = { change: 'write', bucket, key } as const;
  const region = scope.region === undefined ? {} : { region: scope.region };
  const record = await auditObject({ ...object, ...region }, depsOf(heads, usable, key, scope));
  if (heads.missed && prediction.kind === 'undecided') {
    const { code, why } = prediction;
    // Only an exemption by size asked for it, which no folder of data is small enough for.
    if (governed === undefined) return { key, record: { ...unknownRecord(record), outcome: 'uncovered' } };
    return { key, ...rule, record: unknownRecord(record), undecided: { code, why } };
  }
  if (usable === undefined || governed === undefined) return { key, ...rule, record };
  const managed = await withManagedKey(record, governed, scope);
  return { key, ...rule, ...withBucketKey(managed, governed, usable) };
}

/** What a client that encrypts by itself writes is known to a rule without `sse`, whatever the bucket's default is. */
function innerHead(prediction: Prediction, governed: RuleMatch | undefined): PredictedHead | undefined {
  return prediction.kind === 'undecided' && governed !== undefined && governed.rule.sse === undefined
    ? prediction.inner
    : undefined;
}

/** A record without a verdict of its own: nothing of what was put in the place of a head may stay in it. */
function unknownRecord(record: AuditRecord): AuditRecord {
  const { violations: _, reasons: __, diagnosis: ___, ...rest } = record;
  return { ...rest, outcome: 'unknown' };
}

class PredictedHeads implements ObjectHeads {
  readonly #head: PredictedHead | undefined;
  readonly #nowMs: number;
  /** True where a head was asked for that could not be predicted. */
  missed = false;

  constructor(head: PredictedHead | undefined, nowMs: number) {
    this.#head = head;
    this.#nowMs = nowMs;
  }

  async head(): Promise<HeadAnswer> {
    if (this.#head === undefined) {
      this.missed = true;
      return { kind: 'denied' };
    }
    if (this.#head.hidden) return { kind: 'bad-request' };
    return { kind: 'found', head: { ...this.#head.head, lastModifiedMs: this.#nowMs } };
  }

  /** What S3 says of an object under SSE-C. */
  async errorDocument() {
    const message = 'The object was stored using a form of Server Side Encryption.';
    return { kind: 'error', status: 400, code: 'InvalidRequest', message } as const;
  }

  async bucket() {
    return 'answers' as const;
  }
}

function depsOf(
  heads: ObjectHeads,
  head: PredictedHead | undefined,
  key: ObjectKey,
  { policy, keys, now }: JudgeScope,
): AuditDeps {
  const text = head?.instructionFile;
  return {
    ...{ policy, keys, now, heads },
    hash: sha256,
    instructionFiles: {
      read: async (asked) =>
        text !== undefined && asked.key === `${key}.instruction`
          ? { kind: 'body', text }
          : { kind: 'not-found' },
    },
  };
}

/** Under SSE-KMS without a key the ARN is not known beforehand, but that AWS manages it is. */
async function withManagedKey(
  record: AuditRecord,
  { rule, captures }: RuleMatch,
  { policy, keys, now }: JudgeScope,
): Promise<AuditRecord> {
  const { reasons = [] } = record;
  const open = reasons.filter(
    (reason) => reason.code === 'KEY_UNRESOLVED' && reason.args.reference === AWS_MANAGED_S3_ALIAS,
  );
  if (record.outcome !== 'unknown' || open.length === 0) return record;
  const arns = keysNamedBy([rule]);
  const described = new Map(await Promise.all(arns.map(async (arn) => [arn, await keys.key(arn)] as const)));
  const { trustedAccounts } = policy.policy;
  const answer = allowsManagedKey({ rule, trustedAccounts, described, today: utcDay(now()) });
  const { reasons: _, ...rest } = record;
  const others = reasons.filter((reason) => !open.includes(reason));
  switch (answer) {
    case 'undecidable':
      return record;
    case 'same':
      return others.length > 0 ? { ...rest, reasons: others } : { ...rest, outcome: 'compliant' };
    case 'different': {
      const args = managedKeyRefused(rule, captures, utcDay(now()));
      const violation: Violation = { code: 'KMS_KEY_NOT_ALLOWED', args };
      const diagnosis = [{ code: 'AWS_MANAGED_KEY', args: { key: AWS_MANAGED_S3_ALIAS } }] as const;
      return { ...rest, outcome: 'violation', violations: [violation], diagnosis };
    }
    default:
      return assertNever(answer);
  }
}

/** Where the bucket's default is not known, nor is its S3 Bucket Key: a rule that speaks of it is neither kept nor broken. */
function withBucketKey(
  record: AuditRecord,
  { rule }: RuleMatch,
  head: PredictedHead,
): Pick<Foretold, 'record' | 'undecided'> {
  const asked = rule.sse !== undefined && rule.sse.bucketKey !== 'any';
  if (!asked || head.bucketKeyKnown || head.hidden) return { record };
  const { violations = [], ...rest } = record;
  const left = violations.filter(({ code }) => code !== 'BUCKET_KEY_NOT_AS_REQUIRED');
  if (left.length > 0) return { record: { ...rest, violations: left } };
  if (record.outcome !== 'compliant' && record.outcome !== 'violation') return { record };
  return { record: { ...unknownRecord(record) }, undecided: BUCKET_KEY_UNKNOWN };
}

const BUCKET_KEY_UNKNOWN: Undecided = {
  code: 'BUCKET_DEFAULT_UNKNOWN',
  why: "whether the S3 Bucket Key is on hangs on the bucket's default encryption, which is not known here",
};

/** An object just below the place where a rule begins, seen from a prefix above it; each capture stands for itself. */
export function sampleBelow(prefix: string, { rule }: Pick<RuleMatch, 'rule'>): ObjectKey {
  const { segments, tail } = rule.match;
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const rest = segments.slice(folder.split('/').length - 1).map((segment) => {
    const text =
      segment.kind === 'literal' ? segment.text : `${segment.before}{${segment.name}}${segment.after}`;
    return `${text}/`;
  });
  return objectKey(`${folder}${rest.join('')}${tail}part-00000`);
}
