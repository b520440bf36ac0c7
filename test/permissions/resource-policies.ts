import type { Evaluated } from '../template/evaluate.ts';
import type { Given } from '../template/parameters.ts';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, idsOfType, list, properties, statements } from '../template/stack.ts';
import { ACCOUNT, LAKE, REGION } from './names.ts';

const place = (service: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}`;
const isOn = (value: string | undefined): boolean => value !== undefined && value !== 'off' && value !== '';

/**
 * What others may do with what the stack makes, a line each: who may assume its roles, who may send to its queues and
 * publish to its topics, and who may invoke its functions.
 */
export function grantsToOthers(stack: Evaluated): readonly string[] {
  const lines = (id: string, on: Json | undefined, document: string) =>
    statements(at(properties(stack, id), document)).map((statement) => lineOf(id, on, statement));
  return [
    ...idsOfType(stack, 'AWS::IAM::Role').flatMap((id) => lines(id, undefined, 'AssumeRolePolicyDocument')),
    ...idsOfType(stack, 'AWS::SQS::QueuePolicy').flatMap((id) =>
      lines(id, properties(stack, id).Queues, 'PolicyDocument'),
    ),
    ...idsOfType(stack, 'AWS::SNS::TopicPolicy').flatMap((id) =>
      lines(id, properties(stack, id).Topics, 'PolicyDocument'),
    ),
    ...idsOfType(stack, 'AWS::Lambda::Permission').map((id) => lineOf(id, undefined, properties(stack, id))),
  ];
}

/** What these parameters let others do. No permission to invoke a function: docs/deploy.md has the command for those that need one. */
export function expectedGrantsToOthers(given: Given): readonly string[] {
  const rules = [
    ...(isOn(given.EventBridgeForExistingBuckets) ? ['ObjectCreatedRule'] : []),
    ...(isOn(given.EncryptionUpdateEvents) ? ['EncryptionUpdateRule'] : []),
  ];
  const queues = rules.length === 0 ? ['AuditQueue'] : ['AuditQueue', 'RuleDeadLetterQueue'];
  return [
    ...assumed(given),
    lineOf('AuditQueuePolicy', [queueUrl('AuditQueue')], bucketsSend(given)),
    ...queues.flatMap((queue) =>
      [...(rules.length === 0 ? [] : [rulesSend(queue, rules)]), withoutTls(queueArn(queue), 'sqs:*')].map(
        (statement) => lineOf(`${queue}Policy`, [queueUrl(queue)], statement),
      ),
    ),
    ...['AlertTopic', 'MailTopic'].flatMap((topic) => published(topic, AUDITOR)),
    ...(isOn(given.AlarmTopicArn) ? [] : published('AlarmTopic', ALARMS)),
  ];
}

const queueArn = (queue: string): string => `${place('sqs')}:${queue}`;
const queueUrl = (queue: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${queue}`;

function assumed({ ReportBucket }: Given): readonly string[] {
  const allowed = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const byLambda = { ...allowed, Principal: { Service: 'lambda.amazonaws.com' } };
  const byStepFunctions = {
    ...{ ...allowed, Principal: { Service: 'states.amazonaws.com' } },
    Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
  };
  return [
    lineOf('AuditRole', undefined, byLambda),
    ...(isOn(ReportBucket)
      ? [
          lineOf('ReauditRole', undefined, byLambda),
          lineOf('ReauditStateMachineRole', undefined, byStepFunctions),
        ]
      : []),
  ];
}

const bucketsSend = ({ AuditedBuckets = LAKE, BucketOwnerAccounts }: Given): JsonObject => ({
  ...{ Sid: 'AuditedBucketsSend', Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' } },
  ...{ Action: 'sqs:SendMessage', Resource: queueArn('AuditQueue') },
  Condition: {
    ArnEquals: { 'aws:SourceArn': AuditedBuckets.split(',').map((bucket) => `arn:aws:s3:::${bucket}`) },
    StringEquals: { 'aws:SourceAccount': BucketOwnerAccounts?.split(',') ?? ACCOUNT },
  },
});

const rulesSend = (queue: string, rules: readonly string[]): JsonObject => ({
  ...{ Sid: 'RulesSend', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } },
  ...{ Action: 'sqs:SendMessage', Resource: queueArn(queue) },
  Condition: {
    ArnEquals: { 'aws:SourceArn': rules.map((rule) => `${place('events')}:rule/${rule}`) },
    StringEqualsIfExists: { 'aws:SourceAccount': ACCOUNT },
  },
});

const withoutTls = (Resource: string, Action: string): JsonObject => ({
  ...{ Sid: 'RefuseWithoutTls', Effect: 'Deny', Principal: '*', Action, Resource },
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const AUDITOR: JsonObject = {
  Sid: 'AuditorPublishes',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/AuditRole` },
};

const ALARMS: JsonObject = {
  Sid: 'AlarmsPublish',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Condition: {
    ArnLike: { 'aws:SourceArn': `${place('cloudwatch')}:alarm:auditor-*` },
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
  },
};

function published(topic: string, who: JsonObject): readonly string[] {
  const Resource = `${place('sns')}:${topic}`;
  const publish = { Effect: 'Allow', Action: 'sns:Publish', Resource };
  return [{ ...who, ...publish }, withoutTls(Resource, 'sns:Publish')].map((statement) =>
    lineOf(`${topic}Policy`, [Resource], statement),
  );
}

const lineOf = (id: string, on: Json | undefined, statement: JsonObject): string =>
  `${id}${on === undefined ? '' : ` on ${list(on).join(', ')}`}: ${JSON.stringify(inOrder(statement))}`;

/** Members by name, so that the order in which they are written tells nothing apart. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, inOrder(member)]));
}
