import type { KeyReference } from '../keys/reference.ts';
import { referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { quoted } from '../policy/problem-text.ts';
import type { Captures, SseAlgorithm, SseRequirement } from '../policy/types.ts';
import type { ConfiguredKey } from './client-encryption.ts';
import type { Choice, Remark } from './export-choice.ts';
import { type KeyScope, type NamedKey, namedKeys } from './export-key.ts';
import type { Column } from './setting.ts';

/** Who asks for the encryption: a client of a column, or the bucket itself. */
export type Asker = Column | 'bucket-default';

/** S3 writes the others itself, for FSx and AWS Backup. */
type AskedAlgorithm = Exclude<SseAlgorithm, 'aws:fsx' | 'aws:backup'>;

/** A key is named where the rule names one; without one SSE-S3 needs no key policy, and holds in every account. */
const WITH_KEY: readonly AskedAlgorithm[] = ['aws:kms', 'aws:kms:dsse', 'AES256'];
const WITHOUT_KEY: readonly AskedAlgorithm[] = ['AES256', 'aws:kms', 'aws:kms:dsse'];

export interface ServerSideQuery {
  readonly sse: SseRequirement;
  readonly captures: Captures;
  readonly asker: Asker;
  readonly scope: KeyScope;
}

/** The first of what the rule allows that this asker can ask for. What was passed over is in the notes. */
export function chooseServerSide(query: ServerSideQuery): Choice {
  const { sse } = query;
  const order = sse.keys === undefined ? WITHOUT_KEY : WITH_KEY;
  const allowed = order.filter((algorithm) => sse.algorithms?.includes(algorithm) ?? true);
  const reasons: string[] = [];
  for (const algorithm of allowed) {
    const choice = tryAlgorithm(algorithm, query);
    if (choice.kind === 'chosen') return { ...choice, notes: [...passedOver(reasons), ...choice.notes] };
    reasons.push(...choice.reasons);
  }
  const others = reasons.filter((reason) => reason !== NO_DSSE);
  if (allowed.length > 0)
    return { kind: 'none', reasons: [...new Set(others.length > 0 ? others : reasons)] };
  const names = (sse.algorithms ?? []).join(' and ');
  return { kind: 'none', reasons: [`no writer and no default encryption can ask S3 for ${names}`] };
}

const passedOver = (reasons: readonly string[]): readonly string[] =>
  [...new Set(reasons)].map((reason) => `what the rule allows first is not possible: ${reason}`);

function tryAlgorithm(algorithm: AskedAlgorithm, query: ServerSideQuery): Choice {
  switch (algorithm) {
    case 'AES256':
      return {
        kind: 'chosen',
        encryption: { type: 'sse-s3' },
        notes: query.sse.keys === undefined ? [NO_KEY_ASKED] : [],
        remarks: [],
      };
    case 'aws:kms':
      return underKms('sse-kms', query);
    case 'aws:kms:dsse':
      if (query.asker === 's3-emrfs') return { kind: 'none', reasons: [NO_DSSE] };
      return underKms('dsse-kms', query);
    default:
      return assertNever(algorithm);
  }
}

const NO_KEY_ASKED =
  "the rule names no key and allows SSE-S3, which is taken: SSE-KMS without a key would be the AWS-managed key of the writer's account";
const NO_DSSE =
  'EMRFS cannot ask for aws:kms:dsse: write through S3A, or set it as the default encryption of the bucket';
const NO_MANAGED_KEY =
  'EMRFS asks for SSE-KMS by naming a key, and aws/s3 is asked for by naming none: name a key in the rule, write through S3A, or set the default encryption of the bucket';
const MANAGED_KEY =
  "no key is named: S3 takes the AWS-managed key aws/s3 of the writer's account, which no other account can be allowed to use";

function underKms(type: 'sse-kms' | 'dsse-kms', query: ServerSideQuery): Choice {
  const { sse, captures, asker, scope } = query;
  const named: readonly NamedKey[] =
    sse.keys === undefined ? [{ kind: 'aws-managed' }] : namedKeys(sse.keys, captures, scope);
  const usable = named.filter(
    (key) => key.kind !== 'unusable' && !(key.kind === 'aws-managed' && asker === 's3-emrfs'),
  );
  const key = (asker === 'bucket-default' ? usable.find(isArn) : undefined) ?? usable[0];
  if (key === undefined || key.kind === 'unusable') {
    return {
      kind: 'none',
      reasons: named.map((one) => (one.kind === 'unusable' ? one.why : NO_MANAGED_KEY)),
    };
  }
  const said = sayOfKey(key);
  return {
    kind: 'chosen',
    encryption: { type, key: configured(key) },
    notes: said.notes,
    remarks: [...said.remarks, ...(type === 'sse-kms' ? bucketKeyRemarks(query) : [])],
  };
}

const isArn = (key: NamedKey): boolean => key.kind === 'reference' && key.reference.kind === 'key-arn';

const configured = (key: Exclude<NamedKey, { kind: 'unusable' }>): ConfiguredKey =>
  key.kind === 'aws-managed' ? { kind: 'absent' } : { kind: 'reference', reference: key.reference };

/** What is to be known of a key that a configuration names. */
export function sayOfKey(key: Exclude<NamedKey, { kind: 'unusable' }>): {
  readonly notes: readonly string[];
  readonly remarks: readonly Remark[];
} {
  const until = key.until === undefined ? [] : [`the key may be written under until ${key.until} only`];
  if (key.kind === 'aws-managed') return { notes: [...until, MANAGED_KEY], remarks: [] };
  const text = referenceText(key.reference);
  switch (key.reference.kind) {
    case 'key-arn':
      return { notes: until, remarks: [] };
    case 'key-id': {
      const note = `${text} is a bare id: it means that key in the account and Region of the writer`;
      return { notes: [...until, note], remarks: [] };
    }
    case 'alias-name':
    case 'alias-arn':
      return { notes: until, remarks: [aliasRemark(key.reference)] };
    default:
      return assertNever(key.reference);
  }
}

function aliasRemark(reference: KeyReference): Remark {
  const where = reference.kind === 'alias-name' ? 'in the account of the writer' : 'when it is written';
  const message = `${quoted(referenceText(reference))} is resolved ${where}, and may mean another key there or later: put the full key ARN in its place`;
  return { id: 'emr/alias', message };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-bucket-key-object.html */
function bucketKeyRemarks({ sse, asker }: ServerSideQuery): readonly Remark[] {
  if (asker === 'bucket-default' || sse.bucketKey === 'any') return [];
  const value = sse.bucketKey === 'required';
  const message = `the rule has bucketKey: ${sse.bucketKey}, and no property of the client says so: S3 follows the bucket, whose default encryption needs BucketKeyEnabled ${value}`;
  return [{ id: 'emr/not-expressible', message }];
}
