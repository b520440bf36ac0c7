import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { composeLambda } from '../src/compose.ts';
import { runSqsBatch } from '../src/queue/run-sqs-batch.ts';

// Built once per cold start, never inside the handler.
const deps = composeLambda(process.env);

/** SQS -> audit every object named in every message, alert what is wrong -> retry only the messages that are not done. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler((event, context) =>
  runSqsBatch(event, deps, context.getRemainingTimeInMillis()),
);
