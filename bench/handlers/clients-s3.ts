import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const s3 = new S3Client({ forcePathStyle: true });

/** The requests of an empty run's summary, by the same client, and nothing else. */
export async function handler(): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bench-policy', Key: 'policy.yaml' }));
  await Body?.transformToString();
  await s3.send(new ListObjectsV2Command({ Bucket: 'bench-reports', Prefix: 'reaudit/' }));
  for (const Key of ['report.html', 'tally.json']) {
    await s3.send(new PutObjectCommand({ Bucket: 'bench-reports', Key, Body: '{}' }));
  }
}
