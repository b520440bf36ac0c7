import { describe, expect, it } from 'vitest';
import type { Evaluated } from './evaluate.ts';
import { grantsOf } from './grants.ts';
import { oneActionMore } from './one-action-more.ts';
import type { Given } from './parameters.ts';
import {
  ALL_ON,
  at,
  combinations,
  deploy,
  idsOfType,
  KEY,
  OTHER_KEY,
  properties,
  statements,
} from './stack.ts';

const grants = (stack: Evaluated): readonly string[] => grantsOf(stack, 'AuditRole');

/** Contract section 8, the auditing role: what is on by default. */
const ON_BY_DEFAULT = [
  // HEAD
  's3:GetObject on arn:aws:s3:::acme-lake/*',
  's3:GetObject on arn:aws:s3:::acme-drop/*',
  's3:GetObjectVersion on arn:aws:s3:::acme-lake/*',
  's3:GetObjectVersion on arn:aws:s3:::acme-drop/*',
  's3:ListBucket on arn:aws:s3:::acme-lake',
  's3:ListBucket on arn:aws:s3:::acme-drop',
  // keys
  'kms:DescribeKey on arn:aws:kms:*:*:key/*',
  'kms:ListAliases on *',
  // alert
  'sns:Publish on arn:aws:sns:eu-west-1:111122223333:AlertTopic',
  'sns:Publish on arn:aws:sns:eu-west-1:111122223333:MailTopic',
  // its queue
  'sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:111122223333:AuditQueue',
  'sqs:DeleteMessage on arn:aws:sqs:eu-west-1:111122223333:AuditQueue',
  'sqs:GetQueueAttributes on arn:aws:sqs:eu-west-1:111122223333:AuditQueue',
  // logs
  'logs:CreateLogStream on arn:aws:logs:eu-west-1:111122223333:log-group:AuditQueueLogGroup:*',
  'logs:PutLogEvents on arn:aws:logs:eu-west-1:111122223333:log-group:AuditQueueLogGroup:*',
];

const POLICY_OBJECT = 's3:GetObject on arn:aws:s3:::acme-config/policy.yaml';

/** What each parameter adds, and nothing else. */
const SWITCHED: readonly { readonly given: Given; readonly adds: readonly string[] }[] = [
  { given: { PolicyKmsKeyArn: OTHER_KEY }, adds: [`kms:Decrypt on ${OTHER_KEY}`] },
  { given: { TopicKmsKeyArn: KEY }, adds: [`kms:GenerateDataKey* on ${KEY}`, `kms:Decrypt on ${KEY}`] },
  {
    given: { InstructionFiles: 'on' },
    adds: [
      'kms:Decrypt on arn:aws:kms:*:*:key/* if {"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}',
    ],
  },
  {
    given: { Proof: 'on', ProofKeyArns: `${KEY},${OTHER_KEY}` },
    adds: [`kms:Decrypt on ${KEY}`, `kms:Decrypt on ${OTHER_KEY}`],
  },
  { given: { Proof: 'on' }, adds: [] },
  { given: { ProofKeyArns: KEY }, adds: [] },
  {
    given: { DirectEvents: 'on' },
    adds: [
      'sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:AuditEventFailureQueue',
      'logs:CreateLogStream on arn:aws:logs:eu-west-1:111122223333:log-group:AuditEventLogGroup:*',
      'logs:PutLogEvents on arn:aws:logs:eu-west-1:111122223333:log-group:AuditEventLogGroup:*',
    ],
  },
  {
    given: { BatchOperations: 'on' },
    adds: [
      'logs:CreateLogStream on arn:aws:logs:eu-west-1:111122223333:log-group:BatchOperationsLogGroup:*',
      'logs:PutLogEvents on arn:aws:logs:eu-west-1:111122223333:log-group:BatchOperationsLogGroup:*',
    ],
  },
  { given: { ReportBucket: 'acme-reports', InventoryBucket: 'acme-inventory' }, adds: [] },
  { given: { EventBridgeForExistingBuckets: 'on', EncryptionUpdateEvents: 'on' }, adds: [] },
  {
    given: {
      AlertEmail: 'ops@example.com',
      AlertQueueArn: 'arn:aws:sqs:eu-west-1:444455556666:alerts',
      AlertHttpsEndpoint: 'https://example.com/',
      AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:operations',
      BucketOwnerAccounts: '444455556666',
    },
    adds: [],
  },
];

describe('the auditing role', () => {
  it('may by default do exactly what contract section 8 says, and read its policy', () => {
    expect(grants(deploy())).toEqual([...ON_BY_DEFAULT, POLICY_OBJECT].toSorted());
  });

  it.each(SWITCHED)('gets with $given exactly what that feature needs', ({ given, adds }) => {
    expect(grants(deploy(given))).toEqual([...ON_BY_DEFAULT, POLICY_OBJECT, ...adds].toSorted());
  });

  it('gets with all features on exactly the sum of what they need', () => {
    const adds = new Set(SWITCHED.flatMap((feature) => feature.adds));
    adds.delete(`kms:Decrypt on ${OTHER_KEY}`);
    adds.delete(`kms:Decrypt on ${KEY}`);
    // One of each for the policy's key, the topics' key and the two keys proven.
    const decrypts = [KEY, KEY, KEY, OTHER_KEY].map((key) => `kms:Decrypt on ${key}`);
    expect(grants(deploy(ALL_ON))).toEqual(
      [...ON_BY_DEFAULT, POLICY_OBJECT, ...adds, ...decrypts].toSorted(),
    );
  });

  it.each([
    ['ssm:auditor-policy', 'ssm:GetParameter on arn:aws:ssm:eu-west-1:111122223333:parameter/auditor-policy'],
    [
      'ssm:/auditor/policy',
      'ssm:GetParameter on arn:aws:ssm:eu-west-1:111122223333:parameter/auditor/policy',
    ],
    ['s3://acme-config/a/b c.yaml', 's3:GetObject on arn:aws:s3:::acme-config/a/b c.yaml'],
  ])('may read of a policy at %s just that', (Policy, grant) => {
    expect(grants(deploy({ Policy }))).toEqual([...ON_BY_DEFAULT, grant].toSorted());
  });

  it('keeps each feature that is off in a statement of its own', () => {
    const count = (given: Given) =>
      statements(at(properties(deploy(given), 'AuditRole'), 'Policies', 0, 'PolicyDocument')).length;
    for (const name of ['InstructionFiles', 'DirectEvents'])
      expect(count({ [name]: 'on' })).toBe(count({}) + 1);
    expect(count({ Proof: 'on', ProofKeyArns: KEY })).toBe(count({}) + 1);
  });

  it.each(['aws', 'aws-cn', 'aws-us-gov'])('names buckets in the partition %s', (partition) => {
    const held = grants(deploy({}, partition));
    expect(held).toEqual(
      [...ON_BY_DEFAULT, POLICY_OBJECT]
        .map((line) => line.replace(' on arn:aws:', ` on arn:${partition}:`))
        .toSorted(),
    );
  });

  it('is the one role of what it audits by, and nothing adds to it', () => {
    const stack = deploy(ALL_ON);
    expect(Object.keys(properties(stack, 'AuditRole')).toSorted()).toEqual([
      'AssumeRolePolicyDocument',
      'Description',
      'Policies',
    ]);
    const granting = Object.entries(stack.resources).filter(([, { Type }]) =>
      String(Type).startsWith('AWS::IAM::'),
    );
    expect(granting.map(([id]) => id)).toEqual(['AuditRole', 'ReauditRole', 'ReauditStateMachineRole']);
    expect(
      Object.entries(deploy().resources).filter(([, { Type }]) => String(Type).startsWith('AWS::IAM::'))
        .length,
    ).toBe(1);
    for (const id of idsOfType(stack, 'AWS::Serverless::Function')) {
      const { Policies, Events } = properties(stack, id);
      expect([id, Policies, Events, stack.resources[id]?.Connectors]).toEqual([
        id,
        undefined,
        undefined,
        undefined,
      ]);
      const role = id.startsWith('Reaudit') ? 'ReauditRole' : 'AuditRole';
      expect(properties(stack, id).Role).toBe(`arn:aws:iam::111122223333:role/${role}`);
    }
  });

  it('can be assumed by Lambda alone', () => {
    expect(statements(at(properties(deploy(), 'AuditRole'), 'AssumeRolePolicyDocument'))).toEqual([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
  });

  it('never writes to S3, and never holds a bare kms:Decrypt on all keys, whatever is switched on', () => {
    const reading = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'];
    const { PolicyKmsKeyArn, TopicKmsKeyArn, InstructionFiles, Proof, ProofKeyArns, DirectEvents } = ALL_ON;
    const ofTheRole = {
      PolicyKmsKeyArn,
      TopicKmsKeyArn,
      InstructionFiles,
      Proof,
      ProofKeyArns,
      DirectEvents,
      Policy: 'ssm:policy',
    };
    for (const given of combinations(ofTheRole)) {
      const held = grants(deploy(given));
      const onS3 = held.filter((line) => line.startsWith('s3:')).map((line) => line.split(' ')[0]);
      expect(onS3.filter((action) => !reading.includes(String(action)))).toEqual([]);
      expect(held.filter((line) => /^kms:Decrypt on \S*\*\S*$/.test(line))).toEqual([]);
    }
  });

  it('is not what the contract says as soon as any one statement holds one action more', () => {
    const found = oneActionMore('AuditRole');
    expect(found.length).toBe(14);
    for (const { path, same } of found) expect(same, path.join('.')).toContain(false);
  });

  it.each([
    { AuditedBuckets: '*' },
    { AuditedBuckets: 'acme-*' },
    { AuditedBuckets: 's3://acme-lake' },
    { AuditedBuckets: '' },
    { Policy: 's3://acme-config/*' },
    { Policy: ['s3://acme-config/$', '{aws:username}'].join('') },
    { Policy: 'ssm:*' },
    { PolicyKmsKeyArn: '*' },
    { TopicKmsKeyArn: 'arn:aws:kms:*:111122223333:key/*' },
    { ProofKeyArns: 'arn:aws:kms:eu-west-1:111122223333:key/*' },
  ])('cannot be widened by the parameter %o', (given) => {
    expect(() => deploy(given)).toThrow(/may not be/);
  });
});
