import type { SQSEvent } from 'aws-lambda';
import { BUCKET, badKeyOf, keyOf, REGION } from './world.ts';

/** A message of SQS with the notification that S3 sends of one new object. */
function message(key: string, index: number): SQSEvent['Records'][number] {
  const body = JSON.stringify({
    Records: [
      {
        ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: REGION },
        ...{ eventTime: '2026-11-21T02:00:00.000Z', eventName: 'ObjectCreated:Put' },
        userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
        requestParameters: { sourceIPAddress: '203.0.113.7' },
        responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': 'FMyUVURIY8' },
        s3: {
          ...{ s3SchemaVersion: '1.0', configurationId: 'auditor' },
          bucket: {
            ...{ name: BUCKET, arn: `arn:aws:s3:::${BUCKET}` },
            ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
          },
          object: {
            ...{ key, size: 1_048_576, eTag: '9b2cf535f27731c974343645a3985328' },
            sequencer: '0055AED6DCD90281E5',
          },
        },
      },
    ],
  });
  return {
    ...{ messageId: `m-${index}`, receiptHandle: `receipt-${index}`, body, messageAttributes: {} },
    ...{ md5OfBody: '098f6bcd4621d373cade4e832627b4f6', eventSource: 'aws:sqs', awsRegion: REGION },
    eventSourceARN: `arn:aws:sqs:${REGION}:111122223333:audit`,
    attributes: {
      ...{ ApproximateReceiveCount: '1', SentTimestamp: '1795226400000', SenderId: 'AIDAEXAMPLE' },
      ApproximateFirstReceiveTimestamp: '1795226400001',
    },
  };
}

/** Events of `batch` messages each, `records` in all, of which every `badEvery`-th names an object under a wrong key. */
export function queueEvents(records: number, batch: number, badEvery: number): readonly SQSEvent[] {
  return Array.from({ length: Math.ceil(records / batch) }, (_, invocation) => ({
    Records: Array.from({ length: batch }, (_, at) => {
      const index = invocation * batch + at;
      return message(badEvery > 0 && index % badEvery === 0 ? badKeyOf(index) : keyOf(index), index);
    }),
  }));
}
