import type { ServerSideEncryption } from '../encryption/observation.ts';
import { parseKeyReference } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { Policy, SseAlgorithm, SseRequirement } from '../policy/types.ts';
import { judgeKey } from './judge-key.ts';
import type { KeyScope } from './key-option.ts';
import type { UnknownReason, Violation } from './verdict.ts';

export interface Findings {
  readonly violations: readonly Violation[];
  readonly reasons: readonly UnknownReason[];
}

export interface SseQuery extends KeyScope {
  readonly observed: ServerSideEncryption;
  readonly requirement: SseRequirement;
  readonly trustedAccounts: Policy['trustedAccounts'];
  readonly writtenMs?: number;
}

/** Any algorithm will do, so long as there is one that S3 can hold the key of. */
const ANY_ALGORITHM: readonly SseAlgorithm[] = ['AES256', 'aws:kms', 'aws:kms:dsse', 'aws:fsx', 'aws:backup'];

/** States in which KMS refuses to decrypt: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html */
const UNUSABLE_STATES: ReadonlySet<string> = new Set([
  'Disabled',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
]);

/** Judges the outer layer. Questions that KMS has yet to answer are noted in the query's enquiry. */
export function judgeSse(query: SseQuery): Findings {
  const { observed, requirement } = query;
  const allowed = requirement.algorithms ?? ANY_ALGORITHM;
  switch (observed.type) {
    case 'none':
      return violation({ code: 'SSE_MISSING', args: { allowed } });
    case 'sse-c':
      return violation({ code: 'SSE_C_NOT_ALLOWED', args: { allowed } });
    case 'unrecognised':
      return { violations: [], reasons: [{ code: 'SSE_UNRECOGNISED', args: { raw: observed.raw } }] };
    case 'sse-s3':
      return join(algorithm('AES256', allowed));
    case 'fsx':
      return join(algorithm('aws:fsx', allowed));
    case 'backup':
      return join(algorithm('aws:backup', allowed));
    case 'sse-kms':
      return join(
        algorithm('aws:kms', allowed),
        kmsKey(observed.key, query),
        bucketKey(observed.bucketKey, requirement),
      );
    case 'dsse-kms':
      return join(algorithm('aws:kms:dsse', allowed), kmsKey(observed.key, query));
    default:
      return assertNever(observed);
  }
}

const violation = (one: Violation): Findings => ({ violations: [one], reasons: [] });
const NOTHING: Findings = { violations: [], reasons: [] };

/** All findings of several judgements, in their order. */
export const join = (...all: readonly Findings[]): Findings => ({
  violations: all.flatMap((one) => one.violations),
  reasons: all.flatMap((one) => one.reasons),
});

const algorithm = (actual: SseAlgorithm, allowed: readonly SseAlgorithm[]): Findings =>
  allowed.includes(actual)
    ? NOTHING
    : violation({ code: 'SSE_ALGORITHM_NOT_ALLOWED', args: { allowed, actual } });

function bucketKey(actual: boolean, { bucketKey: required }: SseRequirement): Findings {
  if (required === 'any' || actual === (required === 'required')) return NOTHING;
  return violation({ code: 'BUCKET_KEY_NOT_AS_REQUIRED', args: { required, actual } });
}

function kmsKey(found: string | undefined, query: SseQuery): Findings {
  // The key's state is judged under every rule that has `sse`, so a key that is not reported is always missed.
  if (found === undefined) return { violations: [], reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }] };
  const options = query.requirement.keys;
  const key = options === undefined ? NOTHING : judgeKey({ ...query, layer: 'sse', found, options });
  return join(key, keyAccount(found, query), keyState(found, query));
}

function keyAccount(actual: string, { trustedAccounts: trusted }: SseQuery): Findings {
  if (trusted === undefined) return NOTHING;
  const reference = parseKeyReference(actual);
  if (reference === undefined || !('account' in reference)) {
    const args = { layer: 'sse', reference: actual, cause: 'unlookable' } as const;
    return { violations: [], reasons: [{ code: 'KEY_UNRESOLVED', args }] };
  }
  const { account } = reference;
  if (trusted.includes(account)) return NOTHING;
  return violation({ code: 'KMS_KEY_UNTRUSTED_ACCOUNT', args: { trusted, actual, account } });
}

/** Judged only where DescribeKey answered: a key that may not be described is no violation, and no unknown either. */
function keyState(actual: string, { enquiry }: SseQuery): Findings {
  const reference = parseKeyReference(actual);
  if (reference?.kind !== 'key-arn') return NOTHING;
  const answer = enquiry.key(reference.arn);
  if (answer?.kind !== 'described' || !UNUSABLE_STATES.has(answer.state)) return NOTHING;
  return violation({ code: 'KMS_KEY_UNUSABLE', args: { actual, state: answer.state } });
}
