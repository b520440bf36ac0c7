import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { ObjectHead } from '../encryption/head.ts';
import type { KeyAnswer } from '../keys/enquiry.ts';
import { AWS_MANAGED_S3_ALIAS, type KeyArn, parseKeyReference, referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { renderTemplate } from '../policy/template.ts';
import type { Captures, KeyOption, Policy, Rule } from '../policy/types.ts';
import type { Diagnosis, Governed, UnknownReason, Verdict, Violation } from '../verdict/verdict.ts';
import { allowsManagedKey } from './aws-managed-key.ts';

/** What a rule says of an object that is written without any encryption header. */
export type DefaultOutcome = 'satisfies' | 'breaks' | 'cannot-tell' | 'not-asked';

export interface DefaultJudgement {
  readonly rule: Rule;
  readonly outcome: DefaultOutcome;
  readonly violations: readonly Violation[];
  readonly reasons: readonly UnknownReason[];
  readonly diagnosis: readonly Diagnosis[];
  /** Captures on which the rule's server-side key depends: one default serves one of their values at most. */
  readonly dependsOn: readonly string[];
  /** It holds only for writers of the account in which the default's alias was resolved. */
  readonly onlyForAccount?: string;
}

/** The key of a default as it is resolved: by whom. A bare id means that id in any account, so it is compared as it is. */
export type DefaultKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'key-arn' | 'key-id'; readonly text: string }
  /** Resolved in the account of whoever writes. */
  | { readonly kind: 'alias'; readonly text: string }
  | { readonly kind: 'alias-arn'; readonly text: string }
  /** SSE-KMS without a key: `aws/s3` of the writer's account. */
  | { readonly kind: 'aws-managed' }
  | { readonly kind: 'unreadable'; readonly text: string };

/** How a default names its key: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html */
export function defaultKey({ algorithm, kmsKeyId }: BucketDefault): DefaultKey {
  if (kmsKeyId === undefined) return { kind: algorithm.startsWith('aws:kms') ? 'aws-managed' : 'none' };
  const reference = parseKeyReference(kmsKeyId);
  if (reference === undefined) return { kind: 'unreadable', text: kmsKeyId };
  if ('name' in reference && reference.name === AWS_MANAGED_S3_ALIAS) return { kind: 'aws-managed' };
  const kind = reference.kind === 'alias-name' ? 'alias' : reference.kind;
  return { kind, text: kmsKeyId };
}

/** What HEAD would show of an object written now without any encryption header; `key` where an alias was resolved. */
export function defaultHead(
  byDefault: BucketDefault | undefined,
  nowMs: number,
  key: KeyArn | undefined,
): ObjectHead {
  const bare = { metadata: new Map(), missingMetadata: 0, lastModifiedMs: nowMs };
  if (byDefault === undefined) return bare;
  const managed = defaultKey(byDefault).kind === 'aws-managed';
  const named = managed ? AWS_MANAGED_S3_ALIAS : (key ?? byDefault.kmsKeyId);
  return {
    ...bare,
    serverSideEncryption: byDefault.algorithm,
    ...(named === undefined ? {} : { kmsKeyId: named }),
    bucketKeyEnabled: byDefault.bucketKeyEnabled,
  };
}

/**
 * The rule as it governs any of its objects, its outer layer alone: a bucket has no say in client-side encryption. Each
 * capture stands for itself, which no key look-up takes: what depends on it comes out as not to be told.
 */
export function governedByDefault({ cse: _, ...rule }: Rule): Governed {
  return { rule, captures: anyCaptures(rule) };
}

const anyCaptures = ({ match }: Pick<Rule, 'match'>): Captures =>
  Object.fromEntries(
    match.segments.flatMap((segment) =>
      segment.kind === 'capture' ? [[segment.name, `{${segment.name}}`] as const] : [],
    ),
  );

export interface JudgedDefault {
  readonly rule: Rule;
  /** Absent where the rule has no `sse`. */
  readonly verdict?: Verdict;
  readonly key: DefaultKey;
  /** The account in which an alias was resolved. */
  readonly resolvedIn?: string;
  /** What KMS says of keys that the rule names, asked where the default is `aws/s3`. */
  readonly described: ReadonlyMap<KeyArn, KeyAnswer>;
  readonly policy: Policy;
  readonly today: string;
}

/** Turns the judge's verdict on the default into what is told of one rule. */
export function defaultJudgement(judged: JudgedDefault): DefaultJudgement {
  const { rule, verdict, key, resolvedIn } = judged;
  const nothing = { rule, violations: [], reasons: [], diagnosis: [], dependsOn: dependsOn(rule) };
  if (verdict === undefined) return { ...nothing, outcome: 'not-asked' };
  switch (verdict.outcome) {
    case 'compliant':
      if (key.kind !== 'alias') return { ...nothing, outcome: 'satisfies' };
      return {
        ...nothing,
        outcome: 'cannot-tell',
        reasons: [foreignAlias(key.text)],
        ...(resolvedIn === undefined ? {} : { onlyForAccount: resolvedIn }),
      };
    case 'violation': {
      const { violations, reasons, diagnosis } = verdict;
      return { ...nothing, outcome: 'breaks', violations, reasons, diagnosis };
    }
    case 'unknown':
      // Who manages the key settles what is open about the key, and nothing else.
      if (key.kind === 'aws-managed' && verdict.reasons.every(({ code }) => code === 'KEY_UNRESOLVED')) {
        return { ...nothing, ...managedJudgement(judged, verdict.reasons) };
      }
      return { ...nothing, outcome: 'cannot-tell', reasons: verdict.reasons };
    case 'uncovered':
    case 'exempt':
    case 'gone':
      throw new TypeError(`a default cannot be ${verdict.outcome}`);
    default:
      return assertNever(verdict);
  }
}

const foreignAlias = (reference: string): UnknownReason => ({
  code: 'KEY_UNRESOLVED',
  args: { layer: 'sse', reference, cause: 'foreign-alias' },
});

/** The captures that the rule's server-side key holds, in the order of its options. */
function dependsOn({ sse }: Rule): readonly string[] {
  const names = (sse?.keys ?? []).flatMap((option) =>
    option.kind === 'alias-name'
      ? option.template.flatMap((part) => (part.kind === 'capture' ? [part.name] : []))
      : [],
  );
  return [...new Set(names)];
}

type Managed = Pick<DefaultJudgement, 'outcome' | 'violations' | 'reasons'>;

function managedJudgement(judged: JudgedDefault, reasons: readonly UnknownReason[]): Managed {
  const { rule, policy, described, today } = judged;
  const answer = allowsManagedKey({ rule, trustedAccounts: policy.trustedAccounts, described, today });
  switch (answer) {
    case 'same':
      return { outcome: 'satisfies', violations: [], reasons: [] };
    case 'undecidable':
      return { outcome: 'cannot-tell', violations: [], reasons };
    case 'different': {
      const args = managedKeyRefused(rule, anyCaptures(rule), today);
      return { outcome: 'breaks', violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args }], reasons: [] };
    }
    default:
      return assertNever(answer);
  }
}

/** What a violation says of the AWS-managed key of S3 under a rule whose keys are others; `today` is YYYY-MM-DD. */
export function managedKeyRefused(
  { sse }: Rule,
  captures: Captures,
  today: string,
): (Violation & { readonly code: 'KMS_KEY_NOT_ALLOWED' })['args'] {
  const options = sse?.keys ?? [];
  const standing = options.filter(({ until }) => until === undefined || until >= today);
  const named = standing.length === 0 ? options : standing;
  const allowed = named.map((option) => optionText(option, captures));
  const lastDays = standing.length === 0 ? options.flatMap(({ until }) => until ?? []) : [];
  const lapsed = lastDays.toSorted().at(-1);
  return { allowed, actual: AWS_MANAGED_S3_ALIAS, ...(lapsed === undefined ? {} : { lapsed }) };
}

/** A key of the policy as a message names it. */
function optionText(option: KeyOption, captures: Captures): string {
  return option.kind === 'alias-name'
    ? renderTemplate(option.template, captures)
    : referenceText(option.reference);
}
