import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';

const s3 = new S3Client({ forcePathStyle: true });
const kms = new KMSClient();

/** The requests of a handler's first event, by the same clients, and nothing else. */
export async function handler(): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bench-policy', Key: 'policy.yaml' }));
  await Body?.transformToString();
  await s3.send(new HeadObjectCommand({ Bucket: 'bench-bucket', Key: 'data/object' }));
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/lake' }));
  await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
}
