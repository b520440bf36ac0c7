import { describe, expect, it } from 'vitest';
import { readLambdaConfig } from '../../src/queue/lambda-config.ts';
import { isObject } from './parse.ts';
import { ALL_ON, at, deploy, idsOfType, properties } from './stack.ts';

const variables = (id: string, given = {}): Readonly<Record<string, string>> => {
  const found = at(properties(deploy(given), id), 'Environment', 'Variables');
  if (!isObject(found)) throw new Error(`${id} has no variables`);
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]));
};

describe('the functions', () => {
  it('are audit-queue alone by default, and those that are switched on beside it', () => {
    const functions = (given = {}) => idsOfType(deploy(given), 'AWS::Serverless::Function');
    expect(functions()).toEqual(['AuditQueueFunction']);
    expect(functions({ DirectEvents: 'on' })).toEqual(['AuditQueueFunction', 'AuditEventFunction']);
    expect(functions({ BatchOperations: 'on' })).toEqual(['AuditQueueFunction', 'BatchOperationsFunction']);
    expect(functions({ ReportBucket: 'acme-reports' })).toEqual([
      'AuditQueueFunction',
      'ReauditBatchFunction',
      'ReauditSummaryFunction',
    ]);
  });

  it('run on nodejs24.x and arm64 for as long as their work may take, with no reserved concurrency', () => {
    const timeouts: Readonly<Record<string, number>> = {
      ReauditBatchFunction: 80,
      ReauditSummaryFunction: 900,
    };
    for (const id of idsOfType(deploy(ALL_ON), 'AWS::Serverless::Function')) {
      expect(properties(deploy(ALL_ON), id)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: timeouts[id] ?? 60,
      });
      expect(properties(deploy(ALL_ON), id)).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('log text to a group of their own that the template makes and whose retention follows the parameter', () => {
    const stack = deploy({ ...ALL_ON, LogRetentionDays: '7' });
    const groups = idsOfType(stack, 'AWS::Logs::LogGroup');
    expect(groups).toEqual([
      'AuditQueueLogGroup',
      'AuditEventLogGroup',
      'ReauditBatchLogGroup',
      'ReauditSummaryLogGroup',
      'BatchOperationsLogGroup',
    ]);
    expect(groups.map((id) => properties(stack, id).RetentionInDays)).toEqual([7, 7, 7, 7, 7]);
    const used = idsOfType(stack, 'AWS::Serverless::Function').map(
      (id) => properties(stack, id).LoggingConfig,
    );
    expect(used).toEqual(groups.map((LogGroup) => ({ LogFormat: 'Text', LogGroup })));
    expect(properties(deploy(), 'AuditQueueLogGroup').RetentionInDays).toBe(30);
  });

  it('audit-queue is configured by exactly the variables of contract section 7, and counts into a namespace of its stack', () => {
    expect(variables('AuditQueueFunction')).toEqual({
      POLICY: 's3://acme-config/policy.yaml',
      TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:AlertTopic',
      MAIL_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:MailTopic',
      CONCURRENCY: '32',
      POLICY_TTL_SECONDS: '300',
      ALERT_FORMAT: 'two-topics',
      MAX_RECEIVES: '5',
      METRIC_NAMESPACE: 'S3EncryptionAuditor/auditor',
      INSTRUCTION_FILES: 'off',
    });
  });

  it('audit-event is configured alike, but knows no receives', () => {
    const { MAX_RECEIVES, ...rest } = variables('AuditQueueFunction', ALL_ON);
    expect(MAX_RECEIVES).toBe('5');
    expect(variables('AuditEventFunction', ALL_ON)).toEqual(rest);
  });

  it('for re-audits are configured like audit-event, and know the report bucket', () => {
    const rest = variables('AuditEventFunction', ALL_ON);
    for (const id of ['ReauditBatchFunction', 'ReauditSummaryFunction'])
      expect(variables(id, ALL_ON)).toEqual({ ...rest, REPORT_BUCKET: 'acme-reports' });
    expect(variables('BatchOperationsFunction', ALL_ON)).toEqual(rest);
  });

  it('take the variables that the template sets, for every value that a parameter allows', () => {
    const given = [
      {},
      ALL_ON,
      { Policy: 'ssm:/auditor/policy' },
      { Concurrency: '1000', PolicyTtlSeconds: '86400' },
    ];
    for (const choice of [
      ...given,
      { AlertFormat: 'per-protocol' },
      { MaxReceives: '1000', PolicyTtlSeconds: '0' },
    ]) {
      const config = readLambdaConfig(variables('AuditQueueFunction', choice));
      expect(config.mailTopicArn).toBe('arn:aws:sns:eu-west-1:111122223333:MailTopic');
    }
    expect(
      readLambdaConfig(variables('AuditQueueFunction', { InstructionFiles: 'on' })).instructionFiles,
    ).toBe(true);
  });
});

describe('audit-event', () => {
  it('keeps what failed in a queue of its own', () => {
    expect(properties(deploy(ALL_ON), 'AuditEventInvokeConfig')).toEqual({
      FunctionName: 'AuditEventFunction',
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:111122223333:AuditEventFailureQueue' },
      },
    });
  });

  it('leaves nothing in the stack when it is off', () => {
    expect(Object.keys(deploy().resources).filter((id) => /AuditEvent|Direct/.test(id))).toEqual([]);
  });
});
