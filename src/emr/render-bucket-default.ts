import type { ExportedBucketDefault } from './export.ts';
import { shellQuoted } from './render-text.ts';

/**
 * The document of `aws s3api put-bucket-encryption --server-side-encryption-configuration`. It replaces what the bucket
 * has. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
 */
export const renderBucketDefault = (byDefault: Pick<ExportedBucketDefault, 'encryption'>): string =>
  `${JSON.stringify(documentOf(byDefault), null, 2)}\n`;

/** The command that puts it, on one line. */
export const renderPutBucketEncryption = (
  byDefault: Pick<ExportedBucketDefault, 'bucket' | 'encryption'>,
): string =>
  `aws s3api put-bucket-encryption --bucket ${shellQuoted(byDefault.bucket)} --server-side-encryption-configuration ${shellQuoted(JSON.stringify(documentOf(byDefault)))}\n`;

function documentOf({ encryption }: Pick<ExportedBucketDefault, 'encryption'>) {
  const { algorithm, kmsKeyId, bucketKeyEnabled, blockedTypes } = encryption;
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: algorithm,
          ...(kmsKeyId === undefined ? {} : { KMSMasterKeyID: kmsKeyId }),
        },
        // S3 has a bucket key for aws:kms alone; beside another default it holds for writers who ask for aws:kms.
        ...(algorithm === 'aws:kms' || bucketKeyEnabled ? { BucketKeyEnabled: bucketKeyEnabled } : {}),
        BlockedEncryptionTypes: { EncryptionType: blockedTypes },
      },
    ],
  };
}
