import { describe, expect, it } from 'vitest';
import { filterPolicyProblems, matchesFilterPolicy } from '../../local/sns/filter-policy.ts';
import type { AlertAttributes } from '../../src/alerts/alert-sink.ts';
import { ALL_ON, at, deploy, idsOfType, KEY, properties, SWITCHES, statements } from './stack.ts';

const { AlarmTopicArn: _, ...WITH_ALARM_TOPIC } = ALL_ON;
const topic = (name: string): string => `arn:aws:sns:eu-west-1:111122223333:${name}`;

const withoutTls = (name: string) => ({
  Sid: 'RefuseWithoutTls',
  Effect: 'Deny',
  Principal: '*',
  Action: 'sns:Publish',
  Resource: topic(name),
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** A digest's attributes as SNS carries them. */
function attributes(change: Partial<AlertAttributes> = {}) {
  const digest: AlertAttributes = {
    outcome: 'violation',
    severity: 'high',
    bucket: 'acme-lake',
    rule: 'finance',
    codes: ['KMS_KEY_NOT_ALLOWED'],
    trigger: 'event',
    ...change,
  };
  return Object.fromEntries(
    Object.entries(digest).map(([name, value]) =>
      typeof value === 'string'
        ? [name, { Type: 'String', Value: value }]
        : [name, { Type: 'String.Array', Value: JSON.stringify(value) }],
    ),
  );
}

const accepts = (id: string, change: Partial<AlertAttributes>, given = {}): boolean =>
  matchesFilterPolicy(
    at(properties(deploy({ ...ALL_ON, ...given }), id), 'FilterPolicy'),
    attributes(change),
  );

describe('the alert topics', () => {
  it.each(['AlertTopic', 'MailTopic'])('%s takes messages from the auditing role alone, over TLS', (name) => {
    for (const given of [{}, ALL_ON]) {
      const policy = properties(deploy(given), `${name}Policy`);
      expect(policy.Topics).toEqual([topic(name)]);
      expect(statements(at(policy, 'PolicyDocument'))).toEqual([
        {
          Sid: 'AuditorPublishes',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:role/AuditRole' },
          Action: 'sns:Publish',
          Resource: topic(name),
        },
        withoutTls(name),
      ]);
    }
  });

  it('are encrypted with the key that is given, and with none by default', () => {
    for (const name of ['AlertTopic', 'MailTopic']) {
      expect(deploy().resources[name]?.Properties).toEqual({});
      expect(properties(deploy({ TopicKmsKeyArn: KEY }), name)).toEqual({ KmsMasterKeyId: KEY });
    }
  });
});

describe('the alarm topic', () => {
  it('takes messages from alarms of this stack in this account alone', () => {
    expect(statements(at(properties(deploy(), 'AlarmTopicPolicy'), 'PolicyDocument'))).toEqual([
      {
        Sid: 'AlarmsPublish',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic('AlarmTopic'),
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:auditor-*' },
          StringEquals: { 'aws:SourceAccount': '111122223333' },
        },
      },
      withoutTls('AlarmTopic'),
    ]);
  });

  it('is without the key of the alert topics, so that a key that fails cannot silence the alarms', () => {
    expect(deploy(WITH_ALARM_TOPIC).resources.AlarmTopic).not.toHaveProperty('Properties');
  });

  it('is not there where another is given', () => {
    const { AlarmTopicArn } = SWITCHES;
    expect(idsOfType(deploy({ AlarmTopicArn }), 'AWS::SNS::Topic')).toEqual(['AlertTopic', 'MailTopic']);
  });

  it('reaches AlertEmail without a filter, since alarms have no attributes and every filter would drop them', () => {
    expect(properties(deploy(WITH_ALARM_TOPIC), 'AlarmEmailSubscription')).toEqual({
      TopicArn: topic('AlarmTopic'),
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    const { FilterPolicy } = properties(deploy(WITH_ALARM_TOPIC), 'EmailSubscription');
    expect(matchesFilterPolicy(FilterPolicy, {})).toBe(false);
  });
});

describe('the subscriptions', () => {
  it('are not there by default', () => {
    expect(idsOfType(deploy(), 'AWS::SNS::Subscription')).toEqual([]);
  });

  it('send text to the address, and JSON to the queue and the endpoint', () => {
    const stack = deploy(ALL_ON);
    const found = idsOfType(stack, 'AWS::SNS::Subscription').map((id) => {
      const { TopicArn, Protocol, Endpoint, FilterPolicyScope } = properties(stack, id);
      return [id, TopicArn, Protocol, Endpoint, FilterPolicyScope];
    });
    expect(found).toEqual([
      ['EmailSubscription', topic('MailTopic'), 'email', 'ops@example.com', 'MessageAttributes'],
      ['QueueSubscription', topic('AlertTopic'), 'sqs', SWITCHES.AlertQueueArn, 'MessageAttributes'],
      [
        'EndpointSubscription',
        topic('AlertTopic'),
        'https',
        SWITCHES.AlertHttpsEndpoint,
        'MessageAttributes',
      ],
    ]);
  });

  const FILTERED = ['EmailSubscription', 'QueueSubscription', 'EndpointSubscription'];

  it.each(FILTERED)('%s has a filter policy that SNS takes', (id) => {
    expect(filterPolicyProblems(at(properties(deploy(ALL_ON), id), 'FilterPolicy'))).toEqual([]);
  });

  it.each(FILTERED)('%s gets every digest that needs attention, and no other outcome', (id) => {
    for (const outcome of ['violation', 'unknown', 'uncovered'] as const)
      expect(accepts(id, { outcome }), outcome).toBe(true);
    for (const outcome of ['compliant', 'exempt', 'gone'] as const)
      expect(accepts(id, { outcome }), outcome).toBe(false);
  });

  it('the address gets by default digests of every severity that a policy knows', () => {
    for (const severity of ['low', 'medium', 'high', 'critical'])
      expect(accepts('EmailSubscription', { severity })).toBe(true);
  });

  it('the address gets the severities that it asked for and no others, while programs get all', () => {
    const given = { AlertEmailSeverities: 'high, critical' };
    for (const [severity, wanted] of [
      ['low', false],
      ['medium', false],
      ['high', true],
      ['critical', true],
    ] as const) {
      expect(accepts('EmailSubscription', { severity }, given), severity).toBe(wanted);
      expect(accepts('QueueSubscription', { severity }, given), severity).toBe(true);
    }
  });

  it('cannot ask for a severity that no policy knows', () => {
    expect(() => deploy({ AlertEmailSeverities: 'high,severe' })).toThrow(/may not be "severe"/);
  });

  it('are refused together with per-protocol, whose messages carry no attributes to filter by', () => {
    const given = { AlertFormat: 'per-protocol' };
    expect(deploy(given).failedAssertions).toEqual([]);
    expect(deploy(ALL_ON).failedAssertions).toEqual([]);
    for (const name of ['AlertEmail', 'AlertQueueArn', 'AlertHttpsEndpoint'] as const) {
      expect(deploy({ ...given, [name]: SWITCHES[name] }).failedAssertions).toEqual([
        expect.stringContaining(name),
      ]);
    }
  });
});
