import { describe, expect, it } from 'vitest';
import { BadConfiguration, readLambdaConfig } from '../../src/queue/lambda-config.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:alerts';
const good = { POLICY: 's3://conf/policy.yaml', TOPIC_ARN: TOPIC };

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readLambdaConfig(env);
    return [];
  } catch (error) {
    if (error instanceof BadConfiguration) return error.problems;
    throw error;
  }
};

describe('the environment of a function', () => {
  it('names every missing and bad variable at once', () => {
    const problems = problemsOf({
      TOPIC_ARN: 'alerts',
      MAIL_TOPIC_ARN: 'x',
      CONCURRENCY: '0',
      POLICY_TTL_SECONDS: '5m',
      ALERT_FORMAT: 'json',
      MAX_RECEIVES: '-1',
      INSTRUCTION_FILES: 'yes',
      METRIC_NAMESPACE: 'AWS/Lambda',
      REPORT_BUCKET: 's3://acme-reports/',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'POLICY',
      'TOPIC_ARN',
      'MAIL_TOPIC_ARN',
      'CONCURRENCY',
      'POLICY_TTL_SECONDS',
      'ALERT_FORMAT',
      'MAX_RECEIVES',
      'INSTRUCTION_FILES',
      'METRIC_NAMESPACE',
      'REPORT_BUCKET',
    ]);
    expect(problems[1]).toBe(
      'TOPIC_ARN is "alerts": expected the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME',
    );
  });

  it.each([
    ['s3://conf/a/b.yaml', { kind: 's3', bucket: 'conf', key: 'a/b.yaml' }],
    ['ssm:/audit/policy', { kind: 'ssm', name: '/audit/policy' }],
    ['policy.yaml', { kind: 'file', path: 'policy.yaml' }],
  ])('reads POLICY=%s', (text, expected) => {
    expect(readLambdaConfig({ ...good, POLICY: text }).policy).toEqual(expected);
  });

  it.each(['s3://', 's3://conf', 's3://conf/', 's3://arn:aws:s3:::conf/policy.yaml', 'ssm:'])(
    'refuses POLICY=%s',
    (text) => {
      expect(problemsOf({ ...good, POLICY: text })).toHaveLength(1);
    },
  );

  it('treats an empty variable, which is how a template leaves one out, as absent', () => {
    const config = readLambdaConfig({ ...good, MAIL_TOPIC_ARN: '', CONCURRENCY: '', ALERT_FORMAT: '' });
    expect(config).toMatchObject({ concurrency: 32, alertFormat: 'two-topics', instructionFiles: false });
    expect(config.mailTopicArn).toBeUndefined();
  });

  it.each([undefined, ''])('counts into S3EncryptionAuditor where METRIC_NAMESPACE is %j', (text) => {
    const env = text === undefined ? good : { ...good, METRIC_NAMESPACE: text };
    expect(readLambdaConfig(env).metricNamespace).toBe('S3EncryptionAuditor');
  });

  it('counts into the namespace that it is told, and refuses what CloudWatch does', () => {
    for (const text of ['S3EncryptionAuditor/prod-1', 'a.b_c:#d', 'AWSome/x', 'x'.repeat(255)]) {
      expect(readLambdaConfig({ ...good, METRIC_NAMESPACE: text }).metricNamespace).toBe(text);
    }
    for (const text of ['AWS/S3', ':x', 'a b', 'x\n', 'é', 'x'.repeat(256)]) {
      expect(problemsOf({ ...good, METRIC_NAMESPACE: text }), text).toHaveLength(1);
    }
  });

  it('takes the name of a report bucket, and nothing that is none', () => {
    for (const text of ['acme-reports', 'a1b', 'acme.reports', 'x'.repeat(63)]) {
      expect(readLambdaConfig({ ...good, REPORT_BUCKET: text }).reportBucket).toBe(text);
    }
    for (const text of [
      's3://acme/',
      'arn:aws:s3:::acme',
      'acme/x',
      'ab',
      'Acme',
      'a..b',
      '-ab',
      'x'.repeat(64),
      'abc\n',
    ]) {
      expect(problemsOf({ ...good, REPORT_BUCKET: text }), text).toEqual([
        `REPORT_BUCKET is ${JSON.stringify(text)}: expected the name of a bucket alone, such as acme-reports`,
      ]);
    }
    expect(readLambdaConfig({ ...good, REPORT_BUCKET: '' })).not.toHaveProperty('reportBucket');
  });

  it('takes a time to live of zero, which refreshes at every invocation', () => {
    expect(readLambdaConfig({ ...good, POLICY_TTL_SECONDS: '0' }).policyTtlMs).toBe(0);
  });
});
