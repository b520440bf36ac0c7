import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { ObjectHead } from '../encryption/head.ts';
import {
  AWS_MANAGED_S3_ALIAS,
  type KeyReference,
  parseKeyReference,
  referenceText,
} from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ClientEncryption, ConfiguredKey } from './client-encryption.ts';
import { emrfsEnvelope, type PredictedEnvelope, s3aEnvelope } from './envelope-head.ts';
import type { Column } from './setting.ts';

export type UndecidedCode =
  | 'BUCKET_DEFAULT_UNKNOWN'
  | 'KEY_PLACEHOLDER'
  | 'CLIENT_UNDECIDED'
  | 'CUSTOM_PROVIDER'
  | 'COMMITTER_MAY_KEEP_CLIENT';

/** The key of the outer layer as it was configured; `alias/aws/s3` where KMS was asked for without a key. */
export interface ServerSideKey {
  readonly reference: KeyReference;
  readonly from: 'client' | 'bucket-default';
}

export interface PredictedHead {
  readonly kind: 'head';
  readonly head: ObjectHead;
  /** False where `head.bucketKeyEnabled` could not be told: a rule's `bucketKey` cannot be judged then. */
  readonly bucketKeyKnown: boolean;
  /** True under SSE-C: without the customer's key S3 answers a HEAD with 400, and shows none of `head`. */
  readonly hidden: boolean;
  /** Absent where no KMS key is involved. Resolve it and hand the ARN to `withKey`. */
  readonly serverSideKey?: ServerSideKey;
  /** The body at the object's key and `.instruction`, where the client stores the envelope there. */
  readonly instructionFile?: string;
}

export interface UndecidedHead {
  readonly kind: 'undecided';
  readonly code: UndecidedCode;
  readonly why: string;
  /**
   * Under `BUCKET_DEFAULT_UNKNOWN`, the inner layer of a client that encrypts by itself, with no outer layer: fit for a
   * rule without `sse` alone.
   */
  readonly inner?: PredictedHead;
}

export type HeadPrediction = PredictedHead | UndecidedHead;

export interface WriteUnderClient {
  readonly encryption: ClientEncryption;
  readonly column: Column;
  /** `undefined` where it is not known. */
  readonly bucketDefault: BucketDefault | undefined;
}

const undecided = (code: UndecidedCode, why: string): UndecidedHead => ({ kind: 'undecided', code, why });

const DEFAULT_UNKNOWN = undecided(
  'BUCKET_DEFAULT_UNKNOWN',
  "the client asks for nothing, so the bucket's default encryption decides, which is not known here",
);

/** What a HEAD will show of an object that a client writes into a bucket, as far as that can be told. */
export function predictHead(write: WriteUnderClient): HeadPrediction {
  const { encryption, bucketDefault } = write;
  switch (encryption.type) {
    case 'unstated':
      return bucketDefault === undefined ? DEFAULT_UNKNOWN : underDefault(bucketDefault);
    case 'sse-s3':
      return predicted({ serverSideEncryption: 'AES256' });
    case 'sse-kms':
      return underKey('aws:kms', encryption.key, bucketDefault);
    case 'dsse-kms':
      return underKey('aws:kms:dsse', encryption.key, bucketDefault);
    case 'sse-c':
      return { ...predicted({ customerAlgorithm: 'AES256' }), hidden: true };
    case 'cse-kms':
      return clientSide(encryption, write);
    case 'cse-custom':
      return undecided(
        'CUSTOM_PROVIDER',
        "a class of the user's supplies the key: what its envelopes will hold cannot be told",
      );
    case 'undecided':
      return undecided('CLIENT_UNDECIDED', encryption.why);
    default:
      return assertNever(encryption);
  }
}

function predicted(head: Partial<ObjectHead>, bucketKeyKnown = true): PredictedHead {
  const whole = { metadata: new Map<string, string>(), missingMetadata: 0, ...head };
  return { kind: 'head', head: whole, bucketKeyKnown, hidden: false };
}

/** Without a key, `aws:kms` is under the AWS-managed key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html */
const AWS_MANAGED: KeyReference = { kind: 'alias-name', name: AWS_MANAGED_S3_ALIAS };

const KMS_ALGORITHMS: ReadonlySet<string> = new Set(['aws:kms', 'aws:kms:dsse']);

function underDefault({ algorithm, kmsKeyId, bucketKeyEnabled }: BucketDefault): HeadPrediction {
  if (!KMS_ALGORITHMS.has(algorithm)) return predicted({ serverSideEncryption: algorithm });
  const reference = kmsKeyId === undefined ? AWS_MANAGED : parseKeyReference(kmsKeyId);
  if (reference === undefined) {
    return undecided('KEY_PLACEHOLDER', "the key of the bucket's default encryption is no key reference");
  }
  return withServerSideKey(
    predicted({ serverSideEncryption: algorithm, ...(algorithm === 'aws:kms' ? { bucketKeyEnabled } : {}) }),
    { reference, from: 'bucket-default' },
  );
}

const withServerSideKey = (prediction: PredictedHead, key: ServerSideKey): PredictedHead => ({
  ...prediction,
  head: { ...prediction.head, kmsKeyId: referenceText(key.reference) },
  serverSideKey: key,
});

/** Where a writer does not speak of the bucket key, the bucket's default does. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html */
function underKey(
  serverSideEncryption: 'aws:kms' | 'aws:kms:dsse',
  key: ConfiguredKey,
  bucketDefault: BucketDefault | undefined,
): HeadPrediction {
  if (key.kind === 'unresolved') return placeholder();
  const reference = key.kind === 'absent' ? AWS_MANAGED : key.reference;
  const judged = serverSideEncryption === 'aws:kms';
  const bucketKey =
    judged && bucketDefault !== undefined ? { bucketKeyEnabled: bucketDefault.bucketKeyEnabled } : {};
  const known = !judged || bucketDefault !== undefined;
  return withServerSideKey(predicted({ serverSideEncryption, ...bucketKey }, known), {
    reference,
    from: 'client',
  });
}

const placeholder = (): UndecidedHead =>
  undecided('KEY_PLACEHOLDER', 'the key is a placeholder, or a word that names no key');

type ClientSide = Extract<ClientEncryption, { type: 'cse-kms' }>;

function clientSide(encryption: ClientSide, { column, bucketDefault }: WriteUnderClient): HeadPrediction {
  const { key, wrap, storage } = encryption;
  if (key.kind === 'unresolved') return placeholder();
  if (key.kind === 'absent') {
    return undecided('CLIENT_UNDECIDED', 'client-side encryption under KMS is asked for without a key');
  }
  if (column === 's3-emrfs' && wrap !== 'kms') {
    const why =
      'fs.s3.cse.encryptionV2.enabled is on, presumably with the wrap kms+context: what EMRFS then writes is not documented';
    return undecided('CLIENT_UNDECIDED', why);
  }
  const envelope = wrap === 'kms' ? emrfsEnvelope(referenceText(key.reference), storage) : s3aEnvelope();
  if (bucketDefault === undefined)
    return { ...DEFAULT_UNKNOWN, inner: withEnvelope(predicted({}), envelope) };
  const outer = underDefault(bucketDefault);
  return outer.kind === 'head' ? withEnvelope(outer, envelope) : outer;
}

const withEnvelope = (
  outer: PredictedHead,
  { metadata, instructionFile }: PredictedEnvelope,
): PredictedHead => ({
  ...outer,
  head: { ...outer.head, metadata },
  ...(instructionFile === undefined ? {} : { instructionFile }),
});
