import middy from '@middy/core';
import { composeLambda } from '../src/compose.ts';
import { runEvent } from '../src/queue/run-event.ts';

// Built once per cold start, never inside the handler.
const deps = composeLambda(process.env);

/** S3, SNS or EventBridge -> audit the object, alert what is wrong -> throw to be retried where anything is not done. */
export const handler = middy<unknown, void>().handler((event, context) =>
  runEvent(event, deps, context.getRemainingTimeInMillis()),
);
