import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const CONCURRENCY = Number(process.env.CONCURRENCY ?? 32);
const s3 = new S3Client({ forcePathStyle: true });

interface Notification {
  readonly Records: readonly {
    readonly s3: { readonly bucket: { name: string }; readonly object: { key: string } };
  }[];
}

/** What the auditor is measured against: the same events and as many HEADs at once, by the SDK, and nothing else. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const objects = event.Records.flatMap(({ body }) => {
    const { Records }: Notification = JSON.parse(body);
    return Records.map(({ s3: { bucket, object } }) => ({
      Bucket: bucket.name,
      Key: decodeURIComponent(object.key.replaceAll('+', ' ')),
    }));
  });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let one = objects[next++]; one !== undefined; one = objects[next++]) {
      await s3.send(new HeadObjectCommand(one));
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, objects.length) }, lane));
  return { batchItemFailures: [] };
}
