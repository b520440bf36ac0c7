/**
 * What a HEAD answered, field for field, without the SDK's types.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export interface ObjectHead {
  /** `x-amz-server-side-encryption` as it came: the enumeration is open. */
  readonly serverSideEncryption?: string;
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
  /** Only there where the caller supplied the customer's key, which the auditor never does. */
  readonly customerAlgorithm?: string;
  /** Names in lower case without `x-amz-meta-`; values as they came, not decoded. A Map, so that `__proto__` is a name like any other. */
  readonly metadata: ReadonlyMap<string, string>;
  /** How many metadata entries S3 could not return as headers. */
  readonly missingMetadata: number;
  readonly sizeBytes?: number;
  /** Without quotes. */
  readonly etag?: string;
  readonly lastModifiedMs?: number;
  /** Absent on unversioned buckets, and for `null`. */
  readonly versionId?: string;
  /** Absent means STANDARD. */
  readonly storageClass?: string;
}
