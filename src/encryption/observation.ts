/** The layouts of an envelope; not the client's major version: a "v1" client with KMS writes V2. */
export const ENVELOPE_FORMATS = ['V1', 'V2', 'V3'] as const;
export type EnvelopeFormat = (typeof ENVELOPE_FORMATS)[number];

/** What S3 says of the outer layer. DSSE is a type of its own, never folded into KMS. */
export type ServerSideEncryption =
  | { readonly type: 'none' }
  | { readonly type: 'sse-s3' }
  | { readonly type: 'sse-kms'; readonly key?: string; readonly bucketKey: boolean }
  | { readonly type: 'dsse-kms'; readonly key?: string }
  | { readonly type: 'sse-c' }
  | { readonly type: 'fsx' }
  | { readonly type: 'backup' }
  | { readonly type: 'unrecognised'; readonly raw: string };

/** JSON as parsed, with objects as Maps so that no name can harm. */
export type Json = string | number | boolean | null | readonly Json[] | ReadonlyMap<string, Json>;

/** Where an envelope was found. */
export type EnvelopeStorage = 'metadata' | 'instruction-file';

/** A complete envelope of an S3 client-side encryption client. */
export interface Envelope {
  readonly type: 'envelope';
  readonly format: EnvelopeFormat;
  /** As the contract writes it: V3's codes 02, 12 and 22 by name, `unnamed` for V1, else as it came. */
  readonly wrap: string;
  readonly suite: string;
  readonly storage: EnvelopeStorage;
  /** `kms_cmk_id` of the description; only where the wrap is `kms`. What the writer claims, not what KMS says. */
  readonly claimedKey?: string;
  /** The material description or encryption context, parsed; `undefined` where it is absent or no JSON. */
  readonly description?: Json;
  /** The wrapped data key, base64: never in a record or a log; kept for the proof alone. */
  readonly wrappedKey: string;
}

/** What the metadata, and the instruction file where it was read, say of the inner layer. */
export type ClientSideEncryption =
  | { readonly type: 'none' }
  | Envelope
  | { readonly type: 'malformed'; readonly why: string; readonly storage: EnvelopeStorage }
  | { readonly type: 'instruction-file-missing' };
