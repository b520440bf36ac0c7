import type { KeyReference } from '../keys/reference.ts';
import type { EmrProblem } from './problem.ts';
import type { Setting } from './setting.ts';

/** The key that a client was given. A placeholder or a word that is no reference is never taken for a key. */
export type ConfiguredKey =
  | { readonly kind: 'reference'; readonly reference: KeyReference }
  /** SSE-KMS without a key: S3 takes the AWS-managed key `aws/s3`. */
  | { readonly kind: 'absent' }
  /** `${KeyID}`, `<KMS Key Id>` or another word that is no key reference. */
  | { readonly kind: 'unresolved'; readonly text: string };

/** What a client of EMRFS or S3A does to an object that it writes. */
export type ClientEncryption =
  /** Nothing about S3 encryption: the bucket's default decides. */
  | { readonly type: 'unstated' }
  | { readonly type: 'sse-s3' }
  | { readonly type: 'sse-kms' | 'dsse-kms'; readonly key: ConfiguredKey }
  | { readonly type: 'sse-c' }
  | {
      readonly type: 'cse-kms';
      readonly key: ConfiguredKey;
      readonly region?: string;
      /** EMRFS wraps with `kms`, which names the key; S3A and EMRFS's version 2 with `kms+context`, which does not. */
      readonly wrap: 'kms' | 'kms+context';
      readonly storage: 'metadata' | 'instruction-file';
    }
  /** A class of the user's supplies the key: what its envelopes will hold cannot be told. */
  | {
      readonly type: 'cse-custom';
      readonly provider?: string;
      readonly storage: 'metadata' | 'instruction-file';
    }
  /** The configuration contradicts itself, or a value is not known: what the client does cannot be told. */
  | { readonly type: 'undecided'; readonly why: string };

/** What one client is set up with, for one bucket in one column. */
export interface ClientSettings {
  readonly encryption: ClientEncryption;
  /** `fs.<scheme>.impl.disable.cache`: false where the first client of scheme, authority and user serves the whole session. */
  readonly cacheDisabled: boolean;
  /** `spark.sql.parquet.fs.optimized.committer.optimization-enabled`: EMRFS's committer, on where nothing is said. */
  readonly optimizedCommitter: boolean;
  /** The settings that decided, for comments and messages. */
  readonly from: readonly Setting[];
  readonly problems: readonly EmrProblem[];
}
