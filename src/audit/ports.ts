import type { ObjectHead } from '../encryption/head.ts';
import type { AliasAnswer, AliasNamesAnswer, KeyAnswer, ProofAnswer, ProofRequest } from '../keys/enquiry.ts';
import type { AliasReference, KeyArn } from '../keys/reference.ts';
import type { BucketName, ObjectRef } from '../objects/object.ts';

/** What S3 answered to a HEAD, by HTTP status alone: HEAD errors carry no body. Transient answers are thrown as `RetryableFailure`. */
export type HeadAnswer =
  | { readonly kind: 'found'; readonly head: ObjectHead }
  | { readonly kind: 'not-found' }
  /** 405: the version named is a delete marker. */
  | { readonly kind: 'method-not-allowed' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'bad-request' }
  | { readonly kind: 'wrong-region'; readonly region?: string }
  | { readonly kind: 'unexpected'; readonly status: number };

/** What a GET of one byte answered, asked only to read the error document that a HEAD cannot have. */
export type ErrorDocument =
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'none' };

export type BucketAnswer = 'answers' | 'denied' | 'missing' | 'wrong-region';

/** What S3 shows of objects. All methods throw `RetryableFailure` for what may pass, `CallerRefused` for bad credentials. */
export interface ObjectHeads {
  head(object: ObjectRef): Promise<HeadAnswer>;
  errorDocument(object: ObjectRef): Promise<ErrorDocument>;
  /** Whether the bucket itself is there, so that a missing object may be called gone. */
  bucket(bucket: BucketName): Promise<BucketAnswer>;
}

/** `fresh`: a mismatch is about to be reported, so an answer kept for over a minute is asked for again. */
export type Freshness = 'kept' | 'fresh';

/** What KMS says of keys. Throws `RetryableFailure` for throttling and the like. */
export interface KeyDirectory {
  /** Resolves an alias; a bare name in the caller's account and the Region given. */
  alias(alias: AliasReference, region: string | undefined, freshness: Freshness): Promise<AliasAnswer>;
  key(arn: KeyArn): Promise<KeyAnswer>;
  aliasNames(arn: KeyArn): Promise<AliasNamesAnswer>;
  prove(request: ProofRequest, region: string | undefined): Promise<ProofAnswer>;
}

/** What stands where an instruction file would be. `why` is for a person: what was refused and what would allow it. */
export type SmallObject =
  | { readonly kind: 'body'; readonly text: string; readonly lastModifiedMs?: number }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads the few small objects whose body matters: instruction files, which hold an envelope and no data. */
export interface InstructionFiles {
  /** Reads the version that is named, else the current one, at most `mostBytes` of it. Throws `RetryableFailure` and `CallerRefused`. */
  read(object: ObjectRef, mostBytes: number): Promise<SmallObject>;
}
