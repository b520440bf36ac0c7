import { request } from 'node:http';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';

const kms = new KMSClient();

const head = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = `${process.env.AWS_ENDPOINT_URL}/bench-bucket/data/object`;
    request(url, { method: 'HEAD' }, (response) => resolve(void response.resume()))
      .on('error', reject)
      .end();
  });

/** The requests of a first event whose policy lies beside the function: a bare HEAD, and KMS by its client. */
export async function handler(): Promise<void> {
  await head();
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/lake' }));
  await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
}
