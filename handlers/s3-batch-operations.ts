import middy from '@middy/core';
import { composeBatchOperations } from '../src/compose-reaudit.ts';
import { readBatchOperations } from '../src/intake/read-batch-operations.ts';
import { type JobResult, runBatchOperations } from '../src/reaudit/batch-operations.ts';

// Built once per cold start, never inside the handler.
const deps = composeBatchOperations(process.env);

/** Tasks of an S3 Batch Operations job -> audit each object -> a result for every task, with the verdict as its text. */
export const handler = middy<unknown, JobResult>().handler((event, context) =>
  runBatchOperations(readBatchOperations(event), deps, context.getRemainingTimeInMillis()),
);
