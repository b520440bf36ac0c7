import { referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { RuleMatch } from '../policy/match.ts';
import type { BucketKeyRequirement, Rule, SseAlgorithm, SseRequirement } from '../policy/types.ts';
import type { ClientEncryption } from './client-encryption.ts';
import { type Choice, NOTHING_CHOSEN } from './export-choice.ts';
import { chooseClientSide, envelopeMeets } from './export-client-side.ts';
import { type KeyScope, namedKeys } from './export-key.ts';
import { chooseServerSide } from './export-server-side.ts';
import type { Column } from './setting.ts';

/** How objects come out: what their writer asks for, and what the bucket adds where the writer asks S3 for nothing. */
export interface Plan {
  readonly client: ClientEncryption;
  readonly byDefault?: ClientEncryption;
  /** What is known of the S3 Bucket Key; `any` where nothing is. */
  readonly bucketKey: BucketKeyRequirement;
}

/** What one write needs: settings of the client, and an outer layer by the bucket where the client is busy with the inner. */
export interface WriteChoice {
  readonly client: Choice;
  readonly outer?: Choice;
}

/** Chooses for one write: client-side encryption leaves the outer layer to the bucket, since a client does one of the two. */
export function chooseForWrite({ rule, captures }: RuleMatch, column: Column, scope: KeyScope): WriteChoice {
  const { sse, cse } = rule;
  if (cse?.kind === 'required') {
    const client = chooseClientSide({ cse, captures, column, scope });
    if (sse === undefined) return { client };
    return { client, outer: chooseServerSide({ sse, captures, asker: 'bucket-default', scope }) };
  }
  return {
    client: sse === undefined ? NOTHING_CHOSEN : chooseServerSide({ sse, captures, asker: column, scope }),
  };
}

/** True where everything written as planned is known to meet the rule, whatever its captures are. */
export function planMeets(plan: Plan, rule: Rule, scope: KeyScope): boolean {
  const { sse, cse } = rule;
  const isEnvelope = plan.client.type === 'cse-kms';
  const outer = isEnvelope || plan.client.type === 'unstated' ? plan.byDefault : plan.client;
  if (sse !== undefined && (outer === undefined || !serverSideMeets(outer, sse, plan, scope))) return false;
  switch (cse?.kind) {
    case undefined:
      return true;
    case 'forbidden':
      return !isEnvelope;
    case 'required':
      return plan.client.type === 'cse-kms' && envelopeMeets(cse, plan.client, { captures: {}, scope });
    default:
      return assertNever(cse);
  }
}

function serverSideMeets(
  encryption: ClientEncryption,
  sse: SseRequirement,
  { bucketKey }: Plan,
  scope: KeyScope,
): boolean {
  const algorithm = algorithmOf(encryption);
  if (algorithm === undefined || !(sse.algorithms?.includes(algorithm) ?? true)) return false;
  if (encryption.type !== 'sse-kms' && encryption.type !== 'dsse-kms') return true;
  if (encryption.type === 'sse-kms' && sse.bucketKey !== 'any' && sse.bucketKey !== bucketKey) return false;
  if (sse.keys === undefined) return true;
  const { key } = encryption;
  return namedKeys(sse.keys, {}, scope).some((named) => {
    if (named.kind === 'aws-managed') return key.kind === 'absent';
    if (named.kind === 'unusable' || key.kind !== 'reference') return false;
    return referenceText(named.reference) === referenceText(key.reference);
  });
}

/** The algorithm as S3 names it; `undefined` for what asks S3 for nothing. */
export function algorithmOf(encryption: ClientEncryption): SseAlgorithm | undefined {
  switch (encryption.type) {
    case 'sse-s3':
      return 'AES256';
    case 'sse-kms':
      return 'aws:kms';
    case 'dsse-kms':
      return 'aws:kms:dsse';
    case 'unstated':
    case 'sse-c':
    case 'cse-kms':
    case 'cse-custom':
    case 'undecided':
      return undefined;
    default:
      return assertNever(encryption);
  }
}
