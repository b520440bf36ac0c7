import middy from '@middy/core';
import { composeReauditSummary } from '../src/compose-reaudit.ts';
import { readSummaryRequest } from '../src/intake/read-map-batch.ts';
import { type RunSummary, summariseRun } from '../src/reaudit/summary-run.ts';

// Built once per cold start, never inside the handler.
const deps = composeReauditSummary(process.env);

/** The manifest of a Distributed Map's results -> one report, one digest for each cause -> whether the run is complete. */
export const handler = middy<unknown, RunSummary>().handler((event, context) =>
  summariseRun(readSummaryRequest(event), deps, context.getRemainingTimeInMillis()),
);
