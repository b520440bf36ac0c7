import { queueEvents } from './queue-events.ts';
import { BUCKET, badKeyOf, keyOf } from './world.ts';

/** One event of S3, of an object under this key. */
function notification(key: string): unknown {
  const [event] = queueEvents(1, 1, 0);
  const body = event?.Records[0]?.body.replace(keyOf(0), key) ?? '';
  return JSON.parse(body);
}

export const queueEvent = (key: string): unknown => {
  const [event] = queueEvents(1, 1, 0);
  return {
    Records: event?.Records.map((record) => ({ ...record, body: record.body.replace(keyOf(0), key) })),
  };
};

export const KEYS = { right: keyOf(0), wrong: badKeyOf(0), plain: 'other-0/part-0.parquet' } as const;

/** The first event of each handler: one object, under the key that its rule wants. */
export const FIRST_EVENTS: Readonly<Record<string, unknown>> = {
  'audit-queue': queueEvent(KEYS.right),
  'audit-event': notification(KEYS.right),
  'reaudit-batch': {
    BatchInput: { runId: 'bench', bucket: BUCKET, prefix: '', keyEncoding: 'raw', policy: '' },
    Items: [{ Key: KEYS.right, Size: 1_048_576, Etag: '"9b2cf535f27731c974343645a3985328"' }],
  },
  'reaudit-summary': { runId: 'bench', bucket: BUCKET, prefix: 'data/' },
  's3-batch-operations': {
    invocationSchemaVersion: '1.0',
    invocationId: 'bench',
    job: { id: 'bench' },
    tasks: [{ taskId: 'task', s3Key: KEYS.right, s3VersionId: null, s3BucketArn: `arn:aws:s3:::${BUCKET}` }],
  },
};
