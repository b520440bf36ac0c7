import { describe, expect, it } from 'vitest';
import { readBatchOperations } from '../../src/intake/read-batch-operations.ts';
import { absent, changed, sample } from './sample.ts';

const V1 = sample('batch-operations-1.0');
const V2 = sample('batch-operations-2.0');

function tasks(event: unknown) {
  const reading = readBatchOperations(event);
  if (reading.kind === 'malformed') throw new Error(reading.why);
  return reading.job.tasks.map(({ reading: task }) => task);
}

const object = (event: unknown) => {
  const [task] = tasks(event);
  if (task?.kind !== 'object') throw new Error(task?.why ?? 'no task');
  return task.object;
};

describe('a job of S3 Batch Operations', () => {
  it('of schema 1.0 names the bucket by its ARN, the key URL-encoded, and the version', () => {
    expect(object(V1)).toEqual({
      bucket: 'acme-lake',
      key: 'tenants/a/totals 2026+11.csv',
      versionId: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
      change: 'write',
      otherReading: 'tenants/a/totals+2026%2B11.csv',
    });
  });

  it('of schema 2.0 names the bucket; a version that is null is none', () => {
    expect(object(V2)).toEqual({ bucket: 'acme-lake', key: 'tenants/a/part-0.parquet', change: 'write' });
  });

  it.each([
    ['null', 'null'],
    ['empty', ''],
    ['absent', absent],
  ])('has no version where it is %s', (_, value) => {
    expect(object(changed(V1, 'tasks.0.s3VersionId', value))).not.toHaveProperty('versionId');
  });

  it.each(['arn:aws:s3:::acme-lake', 'arn:aws-cn:s3:::acme-lake', 'arn:aws-us-gov:s3:::acme-lake'])(
    'is in the bucket of %s',
    (arn) => {
      expect(object(changed(V1, 'tasks.0.s3BucketArn', arn)).bucket).toBe('acme-lake');
    },
  );

  it.each([
    ['tasks.0.s3BucketArn', 'acme-lake', "a bucket's ARN"],
    ['tasks.0.s3BucketArn', 'arn:aws:s3:eu-west-1:111122223333:accesspoint/x', "a bucket's ARN"],
    ['tasks.0.s3BucketArn', absent, 'a non-empty string'],
    ['tasks.0.s3Key', 'a%ZZ', 'form-urlencoded UTF-8'],
    ['tasks.0.s3Key', '%FF', 'form-urlencoded UTF-8'],
    ['tasks.0.s3Key', '', 'a non-empty string'],
    ['tasks.0.s3Key', 7, 'a non-empty string'],
  ])('with %s %j has that one task unreadable, and says what was expected', (path, value, expected) => {
    expect(tasks(changed(V1, path, value))).toEqual([
      { kind: 'unreadable', why: expect.stringContaining(`expected ${expected}`) },
    ]);
  });

  it('keeps a task that can be read beside one that cannot', () => {
    expect(tasks(V2).map(({ kind }) => kind)).toEqual(['object', 'unreadable']);
  });

  it.each([
    ['another schema', 'invocationSchemaVersion', '3.0'],
    ['a schema that is a number', 'invocationSchemaVersion', 1],
    ['no schema', 'invocationSchemaVersion', absent],
    ['no invocation id', 'invocationId', absent],
    ['no tasks', 'tasks', []],
    ['a task without an id, of which S3 could not be told', 'tasks.0.taskId', absent],
  ])('with %s is malformed as a whole', (_, path, value) => {
    expect(readBatchOperations(changed(V1, path, value))).toMatchObject({
      kind: 'malformed',
      why: expect.stringMatching(/: found .*, expected /),
    });
  });

  it.each([null, undefined, 7, 'x', [], {}])('is malformed where it is %j', (event) => {
    expect(readBatchOperations(event).kind).toBe('malformed');
  });
});
