import type { BucketDefault } from '../encryption/bucket-default.ts';
import { referenceText } from '../keys/reference.ts';
import type { BucketName } from '../objects/object.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import { quoted } from '../policy/problem-text.ts';
import type { BucketKeyRequirement, Rule } from '../policy/types.ts';
import type { ClientEncryption } from './client-encryption.ts';
import type { Remark } from './export-choice.ts';
import type { KeyScope } from './export-key.ts';
import { algorithmOf, planMeets } from './export-plan.ts';
import { chooseServerSide } from './export-server-side.ts';

/** The default encryption that a bucket should have, and for what. */
export interface ExportedBucketDefault {
  readonly bucket: BucketName;
  /**
   * `whole-bucket`: one encryption serves every rule of the bucket, so that its writers need ask for nothing.
   * `outer-layer`: it is the outer layer of what is encrypted before it is sent.
   */
  readonly serves: 'whole-bucket' | 'outer-layer';
  readonly encryption: BucketDefault;
  /** The prefixes of the request that it serves. */
  readonly prefixes: readonly string[];
  readonly rules: readonly string[];
  readonly notes: readonly string[];
}

/** One encryption for several rules of a bucket, or why there is none. */
export type DefaultChoice =
  | {
      readonly kind: 'chosen';
      readonly encryption: BucketDefault;
      readonly planned: ClientEncryption;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'none'; readonly remark?: Remark };

/** Every rule that can govern a key of the bucket must be met by one default: a write without headers may go anywhere. */
export function chooseWholeBucket(bucket: BucketName, scope: KeyScope): DefaultChoice {
  const rules = rulesThatCanGovern(scope.policy.rules, bucket, '');
  return chooseDefault({ rules, bucketKey: bucketKeyOf(rules) }, bucket, scope);
}

/** The outer layer of the rules whose objects are encrypted before they are sent; `besides` write with headers of their own. */
export function chooseOuterLayer(
  { rules, besides }: { readonly rules: readonly Rule[]; readonly besides: readonly Rule[] },
  bucket: BucketName,
  scope: KeyScope,
): DefaultChoice {
  const choice = chooseDefault(
    // The inner layer is none of the bucket's business.
    {
      rules: rules.map(({ cse: _, ...rule }) => rule),
      // Whoever names a key and is silent on the bucket key gets that of the default.
      bucketKey: bucketKeyOf([...rules, ...besides]) ?? bucketKeyOf(rules),
    },
    bucket,
    scope,
  );
  if (choice.kind === 'chosen' || choice.remark !== undefined) return choice;
  const ids = rules.map(({ id }) => id).join(', ');
  const message = `the objects of ${ids} in bucket ${quoted(bucket)} are encrypted before they are sent, so that the bucket gives the outer layer, and no one default satisfies these rules: name one key (as a full ARN) for all of them`;
  return { kind: 'none', remark: { id: 'emr/not-expressible', message } };
}

interface DefaultQuery {
  readonly rules: readonly Rule[];
  /** `undefined` where the rules contradict one another. */
  readonly bucketKey: BucketKeyRequirement | undefined;
}

function chooseDefault(
  { rules, bucketKey }: DefaultQuery,
  bucket: BucketName,
  scope: KeyScope,
): DefaultChoice {
  if (bucketKey === undefined) return { kind: 'none' };
  const tried = new Set<string>();
  for (const { sse } of rules) {
    if (sse === undefined) continue;
    const choice = chooseServerSide({ sse, captures: {}, asker: 'bucket-default', scope });
    if (choice.kind === 'none' || tried.has(JSON.stringify(choice.encryption))) continue;
    tried.add(JSON.stringify(choice.encryption));
    const planned = choice.encryption;
    const plan = {
      client: planned,
      bucketKey: bucketKeyEnabled(bucketKey) ? 'required' : 'forbidden',
    } as const;
    if (!rules.every((rule) => planMeets(plan, rule, scope))) continue;
    const remark = keyRemark(planned, bucket);
    if (remark !== undefined) return { kind: 'none', remark };
    const encryption = defaultOf(planned, bucketKey);
    return {
      kind: 'chosen',
      encryption,
      planned,
      notes: [...defaultNotes(planned, bucketKey), ...choice.notes],
    };
  }
  return { kind: 'none' };
}

/** What the rules together want of the S3 Bucket Key; `undefined` where they contradict one another. */
function bucketKeyOf(rules: readonly Rule[]): BucketKeyRequirement | undefined {
  const wanted = new Set(rules.flatMap(({ sse }) => (sse === undefined ? [] : [sse.bucketKey])));
  wanted.delete('any');
  const [first, second] = wanted;
  return second === undefined ? (first ?? 'any') : undefined;
}

const bucketKeyEnabled = (bucketKey: BucketKeyRequirement): boolean => bucketKey !== 'forbidden';

/** An alias or a bare id in a default is resolved in the account of whoever writes. */
function keyRemark(planned: ClientEncryption, bucket: BucketName): Remark | undefined {
  if (!('key' in planned) || planned.key.kind !== 'reference') return undefined;
  const { reference } = planned.key;
  if (reference.kind === 'key-arn') return undefined;
  const message = `one key serves bucket ${quoted(bucket)}, but only ${quoted(referenceText(reference))} is known of it, which S3 would resolve in the account of whoever writes: give its full ARN to have it as the default encryption`;
  return { id: 'emr/alias', message };
}

function defaultOf(planned: ClientEncryption, bucketKey: BucketKeyRequirement): BucketDefault {
  const key = 'key' in planned && planned.key.kind === 'reference' ? planned.key.reference : undefined;
  return {
    algorithm: algorithmOf(planned) ?? 'AES256',
    ...(key === undefined ? {} : { kmsKeyId: referenceText(key) }),
    bucketKeyEnabled: planned.type === 'sse-kms' ? bucketKeyEnabled(bucketKey) : bucketKey === 'required',
    blockedTypes: ['SSE-C'],
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
function defaultNotes(planned: ClientEncryption, bucketKey: BucketKeyRequirement): readonly string[] {
  return [
    'put-bucket-encryption replaces the whole configuration of the bucket, whatever it held before',
    'it holds for new objects alone: what is there already stays as it is',
    'SSE-C is blocked, since no rule ever allows it',
    ...(planned.type === 'sse-kms' && bucketKey === 'any'
      ? ['BucketKeyEnabled is true, since the rules leave it open: S3 then calls KMS far less often']
      : []),
  ];
}
