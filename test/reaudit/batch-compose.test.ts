import { describe, expect, it } from 'vitest';
import {
  composeBatchOperations,
  composeReauditBatch,
  composeReauditSummary,
} from '../../src/compose-reaudit.ts';
import { BadConfiguration } from '../../src/queue/lambda-config.ts';

const ENV = {
  POLICY: './policy.yaml',
  TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:alerts',
  REPORT_BUCKET: 'acme-reports',
};

function problemsOf(compose: () => unknown): readonly string[] {
  try {
    compose();
  } catch (error) {
    if (error instanceof BadConfiguration) return error.problems;
    throw error;
  }
  return [];
}

describe('the functions of a re-audit', () => {
  it.each([composeReauditBatch, composeReauditSummary])('need a report bucket: %s', (compose) => {
    expect(problemsOf(() => compose(ENV))).toEqual([]);
    const { REPORT_BUCKET: _, ...rest } = ENV;
    for (const env of [rest, { ...rest, REPORT_BUCKET: '' }])
      expect(problemsOf(() => compose(env))).toEqual([expect.stringMatching(/^REPORT_BUCKET is missing/)]);
  });

  it('name every variable that is missing or bad at once', () => {
    expect(problemsOf(() => composeReauditBatch({ CONCURRENCY: '0' }))).toEqual([
      expect.stringMatching(/^POLICY is missing/),
      expect.stringMatching(/^TOPIC_ARN is missing/),
      expect.stringMatching(/^CONCURRENCY is "0"/),
      expect.stringMatching(/^REPORT_BUCKET is missing/),
    ]);
  });

  it.each(['s3://acme-reports/', 'arn:aws:s3:::acme-reports'])('need it by its name, not as %s', (text) => {
    for (const compose of [composeReauditBatch, composeReauditSummary])
      expect(problemsOf(() => compose({ ...ENV, REPORT_BUCKET: text, CONCURRENCY: '0' }))).toEqual([
        expect.stringMatching(/^CONCURRENCY is "0"/),
        expect.stringMatching(/^REPORT_BUCKET is ".*": expected the name of a bucket alone/),
      ]);
  });

  it('write to the report bucket that they are given', () => {
    expect(composeReauditBatch(ENV).store.bucket).toBe('acme-reports');
    expect(composeReauditSummary(ENV).store.bucket).toBe('acme-reports');
  });
});

describe('the function of S3 Batch Operations', () => {
  it('needs no report bucket, for it writes nothing', () => {
    const { REPORT_BUCKET: _, ...rest } = ENV;
    expect(problemsOf(() => composeBatchOperations(rest))).toEqual([]);
  });
});
