declare const brand: unique symbol;
type Brand<Name extends string> = { readonly [brand]: Name };

/** A bucket's name, or an access point alias used in its place. */
export type BucketName = string & Brand<'BucketName'>;
/** An object key as S3 stores it: decoded, exactly once, by an inbound reader or a lister. */
export type ObjectKey = string & Brand<'ObjectKey'>;

/** Takes a bucket name as an event, a listing or the command line gave it. Only inbound readers and listers call this. */
export const bucketName = (text: string): BucketName => text as BucketName;
/** Takes a key that is already decoded. Only inbound readers and listers call this. */
export const objectKey = (decoded: string): ObjectKey => decoded as ObjectKey;

export interface ObjectRef {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Absent on unversioned buckets, and for the version id `null`. */
  readonly versionId?: string;
}

/** Who wrote, as the event says. The source address stays in the record and never goes into an alert. */
export interface Writer {
  readonly event: string;
  readonly principal?: string;
  readonly sourceIp?: string;
  /** ISO 8601, UTC, as the event gives it. */
  readonly at?: string;
}

/**
 * What an event says was written: the object to audit and what came along with it.
 * `write` is a new object; `re-key` is UpdateObjectEncryption, which changes the key and nothing else.
 */
export interface WrittenObject extends ObjectRef {
  readonly change: 'write' | 're-key';
  readonly region?: string;
  readonly sizeBytes?: number;
  readonly etag?: string;
  readonly sequencer?: string;
  /** The key under the other reading of the route's encoding, where the two differ. */
  readonly otherReading?: ObjectKey;
  readonly writer?: Writer;
}
