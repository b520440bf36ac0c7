import middy from '@middy/core';
import { composeReauditBatch } from '../src/compose-reaudit.ts';
import { readMapBatch } from '../src/intake/read-map-batch.ts';
import type { BatchResult } from '../src/reaudit/batch-result.ts';
import { runBatch } from '../src/reaudit/batch-run.ts';

// Built once per cold start, never inside the handler.
const deps = composeReauditBatch(process.env);

/** One batch of a Distributed Map -> records to the report bucket -> their tally; throws to be tried again whole. */
export const handler = middy<unknown, BatchResult>().handler((event, context) =>
  runBatch(readMapBatch(event), deps, context.getRemainingTimeInMillis()),
);
