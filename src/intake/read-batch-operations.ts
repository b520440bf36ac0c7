import { type BucketName, bucketName, objectKey, type WrittenObject } from '../objects/object.ts';
import { decodeFormKey } from './decode-key.ts';
import { inside, isList, type Located, type Malformed, malformed, requiredText } from './located.ts';
import { readVersionId } from './written-object.ts';

export type SchemaVersion = '1.0' | '2.0';

/** One task of a job. What is wrong with one is that task's alone. */
export interface BatchOperationsTask {
  readonly taskId: string;
  readonly reading:
    | { readonly kind: 'object'; readonly object: WrittenObject }
    | { readonly kind: 'unreadable'; readonly why: string };
}

export interface BatchOperationsJob {
  readonly schemaVersion: SchemaVersion;
  readonly invocationId: string;
  readonly tasks: readonly BatchOperationsTask[];
}

export type BatchOperationsReading = { readonly kind: 'job'; readonly job: BatchOperationsJob } | Malformed;

/**
 * Reads what S3 Batch Operations hands to a function, in schema 1.0 or 2.0. Malformed where S3 could not even be answered
 * task by task: another schema, or a task without an id.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export function readBatchOperations(event: unknown): BatchOperationsReading {
  const document = { place: '', value: event };
  const version = inside(document, 'invocationSchemaVersion');
  if (version.value !== '1.0' && version.value !== '2.0') return malformed(version, '"1.0" or "2.0"');
  const invocationId = requiredText(inside(document, 'invocationId'));
  if (typeof invocationId !== 'string') return invocationId;
  const list = inside(document, 'tasks');
  if (!isList(list.value) || list.value.length === 0) return malformed(list, 'a list of tasks');
  const tasks: BatchOperationsTask[] = [];
  for (const [index, value] of list.value.entries()) {
    const located = { place: `tasks[${index}]`, value };
    const taskId = requiredText(inside(located, 'taskId'));
    if (typeof taskId !== 'string') return taskId;
    tasks.push({ taskId, reading: readTask(located) });
  }
  return { kind: 'job', job: { schemaVersion: version.value, invocationId, tasks } };
}

function readTask(task: Located): BatchOperationsTask['reading'] {
  const bucket = readBucket(task);
  if (typeof bucket !== 'string') return { kind: 'unreadable', why: bucket.why };
  const located = inside(task, 's3Key');
  const raw = requiredText(located);
  if (typeof raw !== 'string') return { kind: 'unreadable', why: raw.why };
  const decoded = decodeFormKey(raw);
  if (decoded.kind === 'undecodable') return { kind: 'unreadable', why: `${located.place}: ${decoded.why}` };
  const versionId = readVersionId(inside(task, 's3VersionId'));
  const object: WrittenObject = {
    bucket,
    key: decoded.key,
    ...(versionId === undefined ? {} : { versionId }),
    change: 'write',
    ...(decoded.key === raw ? {} : { otherReading: objectKey(raw) }),
  };
  return { kind: 'object', object };
}

const BUCKET_ARN = /^arn:aws[a-z-]*:s3:::([^/:*?]+)$/;

/** Schema 2.0 names the bucket, 1.0 its ARN. Whichever is there is read: AWS's own page shows schema 2.0 nowhere whole. */
function readBucket(task: Located): BucketName | Malformed {
  const name = inside(task, 's3Bucket');
  const arn = inside(task, 's3BucketArn');
  if (name.value !== undefined && name.value !== null) {
    const text = requiredText(name);
    return typeof text === 'string' ? bucketName(text) : text;
  }
  const text = requiredText(arn);
  if (typeof text !== 'string') return text;
  const bucket = BUCKET_ARN.exec(text)?.[1];
  return bucket === undefined ? malformed(arn, "a bucket's ARN, arn:aws:s3:::BUCKET") : bucketName(bucket);
}
