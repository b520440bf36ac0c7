import { describe, expect, it } from 'vitest';
import { counterMetric } from '../../src/queue/metrics.ts';
import type { Evaluated } from './evaluate.ts';
import { isObject } from './parse.ts';
import { ALL_ON, at, deploy, idsOfType, list, properties, SWITCHES } from './stack.ts';

const { AlarmTopicArn: _, ...WITH_ALARM_TOPIC } = ALL_ON;
/** The one that the template tells the functions to count into. */
const namespaceOf = (stack: Evaluated, id: string): string =>
  String(at(at(properties(stack, id).Environment, 'Variables'), 'METRIC_NAMESPACE'));
const NAMESPACE = namespaceOf(deploy(), 'AuditQueueFunction');
const alarms = (stack: Evaluated): readonly string[] => idsOfType(stack, 'AWS::CloudWatch::Alarm');

/** What an alarm looks at: `namespace metric dimension=value`. */
function watched(stack: Evaluated, id: string): string {
  const { Namespace, MetricName, Dimensions } = properties(stack, id);
  const dimensions = list(Dimensions).map((one) => `${at(one, 'Name')}=${at(one, 'Value')}`);
  return [Namespace, MetricName, ...dimensions].join(' ');
}

describe('the alarms', () => {
  it('are those of the issue by default, and one more for each queue and function that is switched on', () => {
    const byDefault = [
      'DeadLettersAlarm',
      'OldestMessageAlarm',
      'ErrorsAlarm',
      'UnknownAlarm',
      'GoneShareAlarm',
      'PolicyRefusedAlarm',
    ];
    expect(alarms(deploy())).toEqual(byDefault);
    expect(alarms(deploy(ALL_ON))).toEqual([
      ...byDefault,
      'RuleDeadLettersAlarm',
      'DirectErrorsAlarm',
      'DirectFailuresAlarm',
      'ReauditFailedAlarm',
      'BatchOperationsErrorsAlarm',
    ]);
    expect(alarms(deploy({ ReportBucket: 'acme-reports' }))).toEqual([...byDefault, 'ReauditFailedAlarm']);
    expect(alarms(deploy({ BatchOperations: 'on' }))).toEqual([...byDefault, 'BatchOperationsErrorsAlarm']);
    for (const name of ['EventBridgeForExistingBuckets', 'EncryptionUpdateEvents']) {
      expect(alarms(deploy({ [name]: 'on' }))).toEqual([...byDefault, 'RuleDeadLettersAlarm']);
    }
  });

  it.each(alarms(deploy(ALL_ON)))('%s says what it means and what to do, and where to read more', (id) => {
    const text = String(properties(deploy(ALL_ON), id).AlarmDescription);
    expect(text).toMatch(/^Means: \S.{40,} Do: \S.{40,}/s);
    expect(text).toContain(`docs/runbook.md, ${id}`);
    expect(text.length, 'CloudWatch takes 1,024 characters').toBeLessThanOrEqual(1024);
    expect(text).not.toMatch(/\$\{|\s{2}/);
  });

  it.each(alarms(deploy(ALL_ON)))(
    '%s tells the alarm topic, or the topic that was given in its place',
    (id) => {
      const own = properties(deploy(WITH_ALARM_TOPIC), id);
      expect([own.AlarmActions, own.ActionsEnabled]).toEqual([
        ['arn:aws:sns:eu-west-1:111122223333:AlarmTopic'],
        undefined,
      ]);
      expect(properties(deploy(ALL_ON), id).AlarmActions).toEqual([SWITCHES.AlarmTopicArn]);
    },
  );

  it('look at the queues, functions and counters that they speak of', () => {
    const stack = deploy(ALL_ON);
    const found = alarms(stack)
      .filter((id) => id !== 'GoneShareAlarm')
      .map((id) => [id, watched(stack, id)]);
    expect(found).toEqual([
      ['DeadLettersAlarm', 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=DeadLetterQueue'],
      ['OldestMessageAlarm', 'AWS/SQS ApproximateAgeOfOldestMessage QueueName=AuditQueue'],
      ['ErrorsAlarm', 'AWS/Lambda Errors FunctionName=AuditQueueFunction'],
      ['UnknownAlarm', `${NAMESPACE} Unknown`],
      ['PolicyRefusedAlarm', `${NAMESPACE} PolicyRefused`],
      ['RuleDeadLettersAlarm', 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=RuleDeadLetterQueue'],
      ['DirectErrorsAlarm', 'AWS/Lambda Errors FunctionName=AuditEventFunction'],
      ['DirectFailuresAlarm', 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=AuditEventFailureQueue'],
      [
        'ReauditFailedAlarm',
        'AWS/States ExecutionsFailed StateMachineArn=arn:aws:states:eu-west-1:111122223333:stateMachine:ReauditStateMachine',
      ],
      ['BatchOperationsErrorsAlarm', 'AWS/Lambda Errors FunctionName=BatchOperationsFunction'],
    ]);
  });

  it('ring at the first dead letter, unknown verdict, refused policy or failed run, and stay silent without data', () => {
    const stack = deploy(ALL_ON);
    for (const id of alarms(stack))
      expect([id, properties(stack, id).TreatMissingData]).toEqual([id, 'notBreaching']);
    for (const id of [
      'DeadLettersAlarm',
      'UnknownAlarm',
      'PolicyRefusedAlarm',
      'RuleDeadLettersAlarm',
      'DirectFailuresAlarm',
      'ReauditFailedAlarm',
      'BatchOperationsErrorsAlarm',
    ]) {
      const { Threshold, ComparisonOperator, EvaluationPeriods } = properties(stack, id);
      expect([id, Threshold, ComparisonOperator, EvaluationPeriods]).toEqual([
        id,
        0,
        'GreaterThanThreshold',
        1,
      ]);
    }
  });

  it('of the dead letters and of the refused policy name the redrive of the dead-letter queue', () => {
    for (const id of ['DeadLettersAlarm', 'PolicyRefusedAlarm']) {
      expect(properties(deploy(), id).AlarmDescription).toContain(
        'aws sqs start-message-move-task --source-arn arn:aws:sqs:eu-west-1:111122223333:DeadLetterQueue"',
      );
    }
    expect(properties(deploy(), 'PolicyRefusedAlarm').AlarmDescription).toMatch(
      /New instances .* are failing/,
    );
  });

  it('of another stack in the account stay silent: each stack counts into a namespace of its own', () => {
    expect(NAMESPACE).toMatch(/^S3EncryptionAuditor\/.+/);
    const stack = deploy(ALL_ON);
    for (const id of idsOfType(stack, 'AWS::Serverless::Function')) {
      expect([id, namespaceOf(stack, id)]).toEqual([id, NAMESPACE]);
    }
  });

  it('on counters look without dimensions, where the functions count without any', () => {
    const line: unknown = JSON.parse(counterMetric('PolicyRefused', 1, 0, NAMESPACE));
    expect(line).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[]] }] },
    });
  });
});

describe('the alarm on the share of gone objects', () => {
  const metrics = list(properties(deploy(), 'GoneShareAlarm').Metrics).filter((metric) => isObject(metric));

  it('compares Gone with all objects that were looked at, each from the counter of its name', () => {
    const counters = metrics.flatMap(({ Id, MetricStat }) =>
      MetricStat === undefined
        ? []
        : [[Id, at(MetricStat, 'Metric'), at(MetricStat, 'Stat'), at(MetricStat, 'Period')]],
    );
    expect(counters).toEqual(
      ['Gone', 'Compliant', 'Violation', 'Unknown'].map((MetricName) => [
        MetricName.toLowerCase(),
        { Namespace: NAMESPACE, MetricName },
        'Sum',
        900,
      ]),
    );
    expect(metrics.find(({ Id }) => Id === 'looked')?.Expression).toBe(
      'gone + FILL(compliant, 0) + FILL(violation, 0) + FILL(unknown, 0)',
    );
  });

  it('alarms on one number, a percentage that is zero below 100 objects and never divides by zero', () => {
    const returned = metrics.filter(({ ReturnData }) => ReturnData !== false);
    expect(returned.map(({ Id, Expression }) => [Id, Expression])).toEqual([
      ['share', 'IF(looked >= 100, 100 * gone, 0) / IF(looked >= 100, looked, 1)'],
    ]);
    const share = (gone: number, looked: number) =>
      (looked >= 100 ? 100 * gone : 0) / (looked >= 100 ? looked : 1);
    const { Threshold } = properties(deploy(), 'GoneShareAlarm');
    const rings = (gone: number, looked: number) => share(gone, looked) > Number(Threshold);
    expect([rings(99, 99), rings(0, 0), rings(21, 100), rings(20, 100), rings(1000, 1000)]).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });
});
