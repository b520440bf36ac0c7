import { describe, expect, it } from 'vitest';
import type { Json } from './parse.ts';
import {
  ALL_ON,
  at,
  combinations,
  deploy,
  idsOfType,
  properties,
  SWITCHES,
  statements,
  template,
} from './stack.ts';

const arn = (name: string): string => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
const rule = (name: string): string => `arn:aws:events:eu-west-1:111122223333:rule/${name}`;
const policyOf = (id: string, given = {}) => statements(at(properties(deploy(given), id), 'PolicyDocument'));

const withoutTls = (queue: string) => ({
  Sid: 'RefuseWithoutTls',
  Effect: 'Deny',
  Principal: '*',
  Action: 'sqs:*',
  Resource: arn(queue),
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const fromBuckets = (accounts: Json) => ({
  Sid: 'AuditedBucketsSend',
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: arn('AuditQueue'),
  Condition: {
    ArnEquals: { 'aws:SourceArn': ['arn:aws:s3:::acme-lake', 'arn:aws:s3:::acme-drop'] },
    StringEquals: { 'aws:SourceAccount': accounts },
  },
});

const fromRules = (queue: string, rules: readonly string[]) => ({
  Sid: 'RulesSend',
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: arn(queue),
  Condition: {
    ArnEquals: { 'aws:SourceArn': rules.map(rule) },
    StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' },
  },
});

describe('the queue', () => {
  it('by default takes messages from the audited buckets of this account alone, over TLS', () => {
    expect(policyOf('AuditQueuePolicy')).toEqual([fromBuckets('111122223333'), withoutTls('AuditQueue')]);
  });

  it('takes messages from buckets of the accounts that are named', () => {
    const given = { BucketOwnerAccounts: '444455556666,111122223333' };
    expect(policyOf('AuditQueuePolicy', given)[0]).toEqual(fromBuckets(['444455556666', '111122223333']));
  });

  it.each([
    [{ EventBridgeForExistingBuckets: 'on' }, ['ObjectCreatedRule']],
    [{ EncryptionUpdateEvents: 'on' }, ['EncryptionUpdateRule']],
    [
      { EventBridgeForExistingBuckets: 'on', EncryptionUpdateEvents: 'on' },
      ['ObjectCreatedRule', 'EncryptionUpdateRule'],
    ],
  ])('with %o takes events from exactly those rules of this account', (given, rules) => {
    expect(policyOf('AuditQueuePolicy', given)).toEqual([
      fromBuckets('111122223333'),
      fromRules('AuditQueue', rules),
      withoutTls('AuditQueue'),
    ]);
    expect(policyOf('RuleDeadLetterQueuePolicy', given)).toEqual([
      fromRules('RuleDeadLetterQueue', rules),
      withoutTls('RuleDeadLetterQueue'),
    ]);
  });

  it('hides a message for at least 6 times the timeout plus the longest window that may be set', () => {
    const { VisibilityTimeout } = properties(deploy(), 'AuditQueue');
    const { Timeout } = properties(deploy(), 'AuditQueueFunction');
    const window = Number(at(template, 'Parameters', 'BatchingWindowSeconds', 'MaxValue'));
    expect([VisibilityTimeout, Timeout]).toEqual([400, 60]);
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout) + window);
    expect(() => deploy({ BatchingWindowSeconds: String(window + 1) })).toThrow(/may not be/);
  });

  it('gives a message up to the dead-letter queue after as many receives as the function is told of', () => {
    for (const [given, receives] of [
      [{}, 5],
      [{ MaxReceives: '9' }, 9],
    ] as const) {
      const stack = deploy(given);
      expect(properties(stack, 'AuditQueue').RedrivePolicy).toEqual({
        deadLetterTargetArn: arn('DeadLetterQueue'),
        maxReceiveCount: receives,
      });
      expect(at(properties(stack, 'AuditQueueFunction'), 'Environment', 'Variables', 'MAX_RECEIVES')).toBe(
        receives,
      );
    }
  });

  it('is read in batches with partial responses, few at once', () => {
    expect(properties(deploy(), 'AuditQueueMapping')).toEqual({
      EventSourceArn: arn('AuditQueue'),
      FunctionName: 'AuditQueueFunction',
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 20,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  it('and its mapping follow their parameters', () => {
    const given = { BatchSize: '10', BatchingWindowSeconds: '3', MaximumConcurrency: '7' };
    expect(properties(deploy(given), 'AuditQueueMapping')).toMatchObject({
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 3,
      ScalingConfig: { MaximumConcurrency: 7 },
    });
  });
});

describe('every queue', () => {
  it('is encrypted by SQS and holds messages of at least 64 KiB, which S3 may send', () => {
    const queues = idsOfType(deploy(ALL_ON), 'AWS::SQS::Queue');
    expect(queues).toEqual([
      'AuditQueue',
      'DeadLetterQueue',
      'RuleDeadLetterQueue',
      'AuditEventFailureQueue',
    ]);
    for (const id of queues) {
      const { SqsManagedSseEnabled, MaximumMessageSize, KmsMasterKeyId } = properties(deploy(ALL_ON), id);
      expect([id, SqsManagedSseEnabled, KmsMasterKeyId]).toEqual([id, true, undefined]);
      expect(Number(MaximumMessageSize)).toBeGreaterThanOrEqual(65_536);
    }
  });

  it('that holds failures keeps them 14 days, longer than the queue keeps its messages', () => {
    const stack = deploy(ALL_ON);
    expect(properties(stack, 'AuditQueue').MessageRetentionPeriod).toBeLessThan(1_209_600);
    for (const id of ['DeadLetterQueue', 'RuleDeadLetterQueue', 'AuditEventFailureQueue']) {
      expect([id, properties(stack, id).MessageRetentionPeriod]).toEqual([id, 1_209_600]);
    }
  });
});

describe('the rules of EventBridge', () => {
  it('are not there by default, nor is their dead-letter queue', () => {
    expect(idsOfType(deploy(), 'AWS::Events::Rule')).toEqual([]);
    expect(idsOfType(deploy(), 'AWS::SQS::Queue')).toEqual(['AuditQueue', 'DeadLetterQueue']);
  });

  it('send new objects and re-keyed ones, of the audited buckets alone', () => {
    const stack = deploy(ALL_ON);
    expect(properties(stack, 'ObjectCreatedRule').EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: ['acme-lake', 'acme-drop'] } },
    });
    expect(properties(stack, 'EncryptionUpdateRule').EventPattern).toEqual({
      source: ['aws.s3'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['s3.amazonaws.com'],
        eventName: ['UpdateObjectEncryption'],
        requestParameters: { bucketName: ['acme-lake', 'acme-drop'] },
      },
    });
  });

  it('target the queue, never a function, and keep what cannot be delivered', () => {
    const stack = deploy(ALL_ON);
    for (const id of idsOfType(stack, 'AWS::Events::Rule')) {
      expect(properties(stack, id).Targets).toEqual([
        {
          Id: 'AuditQueue',
          Arn: arn('AuditQueue'),
          DeadLetterConfig: { Arn: arn('RuleDeadLetterQueue') },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ]);
    }
  });

  it('never grant a queue to an empty list of rules, whatever is switched on', () => {
    for (const given of combinations(SWITCHES)) {
      const stack = deploy(given);
      for (const id of idsOfType(stack, 'AWS::SQS::QueuePolicy')) {
        for (const statement of statements(at(properties(stack, id), 'PolicyDocument'))) {
          if (statement.Effect === 'Allow')
            expect(at(statement, 'Condition', 'ArnEquals', 'aws:SourceArn')).not.toEqual([]);
        }
      }
    }
  });
});
