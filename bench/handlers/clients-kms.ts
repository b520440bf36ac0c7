import { request } from 'node:http';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';

const kms = new KMSClient();

const bare = (method: string, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    request(`${process.env.AWS_ENDPOINT_URL}${path}`, { method }, (response) =>
      resolve(void response.resume()),
    )
      .on('error', reject)
      .end();
  });

/** The requests of a first event: bare ones to S3, for the policy only where it lies there, and KMS by its client. */
export async function handler(): Promise<void> {
  if (process.env.POLICY?.startsWith('s3:')) await bare('GET', '/bench-policy/policy.yaml');
  await bare('HEAD', '/bench-bucket/data/object');
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/lake' }));
  await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
}
