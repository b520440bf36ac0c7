/**
 * What GetBucketEncryption says of a bucket. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html
 */
export interface BucketDefault {
  /** `AES256`, `aws:kms` or `aws:kms:dsse`; open text, as it came; empty where the answer names none. */
  readonly algorithm: string;
  /** A key ARN, a bare id or an alias, as it was put; absent means `aws/s3` where the algorithm is of KMS. */
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled: boolean;
  /** `BlockedEncryptionTypes` as it came: `SSE-C` or `NONE`; empty where the answer holds none. */
  readonly blockedTypes: readonly string[];
}
