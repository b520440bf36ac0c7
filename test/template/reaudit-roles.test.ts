import { describe, expect, it } from 'vitest';
import { grantsOf } from './grants.ts';
import { oneActionMore } from './one-action-more.ts';
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

const REAUDIT = { ReportBucket: 'acme-reports' } as const;
const place = (service: string): string => `arn:aws:${service}:eu-west-1:111122223333`;
const logs = (name: string) =>
  ['logs:CreateLogStream', 'logs:PutLogEvents'].map(
    (action) => `${action} on ${place('logs')}:log-group:${name}:*`,
  );

/** Contract section 8, the re-audit functions: the rows HEAD, keys and alert, and the report bucket; logs and the policy, as for every function. */
const FUNCTIONS = [
  's3:GetObject on arn:aws:s3:::acme-lake/*',
  's3:GetObject on arn:aws:s3:::acme-drop/*',
  's3:GetObjectVersion on arn:aws:s3:::acme-lake/*',
  's3:GetObjectVersion on arn:aws:s3:::acme-drop/*',
  's3:ListBucket on arn:aws:s3:::acme-lake',
  's3:ListBucket on arn:aws:s3:::acme-drop',
  'kms:DescribeKey on arn:aws:kms:*:*:key/*',
  'kms:ListAliases on *',
  `sns:Publish on ${place('sns')}:AlertTopic`,
  `sns:Publish on ${place('sns')}:MailTopic`,
  's3:GetObject on arn:aws:s3:::acme-reports/reaudit/*',
  's3:PutObject on arn:aws:s3:::acme-reports/reaudit/*',
  's3:ListBucket on arn:aws:s3:::acme-reports',
  's3:GetObject on arn:aws:s3:::acme-config/policy.yaml',
  ...logs('ReauditBatchLogGroup'),
  ...logs('ReauditSummaryLogGroup'),
];

/** Contract section 8, the state machine. */
const MAP = [
  `lambda:InvokeFunction on ${place('lambda')}:function:ReauditBatchFunction`,
  `lambda:InvokeFunction on ${place('lambda')}:function:ReauditSummaryFunction`,
  `states:StartExecution on ${place('states')}:stateMachine:auditor-reaudit`,
  ...['DescribeExecution', 'StopExecution', 'RedriveExecution'].flatMap((action) => [
    `states:${action} on ${place('states')}:execution:auditor-reaudit:*`,
    `states:${action} on ${place('states')}:execution:auditor-reaudit/*`,
  ]),
  's3:ListBucket on arn:aws:s3:::acme-lake',
  's3:ListBucket on arn:aws:s3:::acme-drop',
  ...['PutObject', 'GetObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'].map(
    (action) => `s3:${action} on arn:aws:s3:::acme-reports/reaudit/*`,
  ),
];

describe('the role of the re-audit functions', () => {
  const grants = (given = {}, partition?: string) =>
    grantsOf(deploy({ ...REAUDIT, ...given }, partition), 'ReauditRole');

  it('may do exactly what contract section 8 says, and write to the report bucket alone', () => {
    expect(grants()).toEqual(FUNCTIONS.toSorted());
  });

  it.each([
    [{ PolicyKmsKeyArn: OTHER_KEY }, [`kms:Decrypt on ${OTHER_KEY}`]],
    [{ TopicKmsKeyArn: KEY }, [`kms:GenerateDataKey* on ${KEY}`, `kms:Decrypt on ${KEY}`]],
    [
      { InstructionFiles: 'on' },
      [
        'kms:Decrypt on arn:aws:kms:*:*:key/* if {"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}',
      ],
    ],
    [{ Proof: 'on', ProofKeyArns: KEY }, [`kms:Decrypt on ${KEY}`]],
    [{ InventoryBucket: 'acme-inventory', BatchOperations: 'on', DirectEvents: 'on' }, []],
  ])('gets with %o exactly what that feature needs', (given, adds) => {
    expect(grants(given)).toEqual([...FUNCTIONS, ...adds].toSorted());
  });

  it.each(['aws-cn', 'aws-us-gov'])('names buckets in the partition %s', (partition) => {
    expect(grants({}, partition)).toEqual(
      FUNCTIONS.map((line) => line.replace(' on arn:aws:', ` on arn:${partition}:`)).toSorted(),
    );
  });

  it('can be assumed by Lambda alone', () => {
    expect(statements(at(properties(deploy(REAUDIT), 'ReauditRole'), 'AssumeRolePolicyDocument'))).toEqual([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
  });
});

describe('the role of the state machine', () => {
  const grants = (given = {}) => grantsOf(deploy({ ...REAUDIT, ...given }), 'ReauditStateMachineRole');

  it('may do exactly what contract section 8 says', () => {
    expect(grants()).toEqual(MAP.toSorted());
  });

  it('may read an inventory where the bucket of one is named', () => {
    expect(grants({ InventoryBucket: 'acme-inventory' })).toEqual(
      [...MAP, 's3:GetObject on arn:aws:s3:::acme-inventory/*'].toSorted(),
    );
  });

  it('names the state machine that carries it', () => {
    const machine = properties(deploy(REAUDIT), 'ReauditStateMachine');
    expect([machine.Name, machine.Role]).toEqual([
      'auditor-reaudit',
      'arn:aws:iam::111122223333:role/ReauditStateMachineRole',
    ]);
  });

  it('can be assumed by Step Functions in this account alone', () => {
    const document = at(properties(deploy(REAUDIT), 'ReauditStateMachineRole'), 'AssumeRolePolicyDocument');
    expect(statements(document)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'states.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
      },
    ]);
  });
});

describe('both roles', () => {
  it.each([
    ['ReauditRole', 14],
    ['ReauditStateMachineRole', 6],
  ])('%s is not what the contract says as soon as any one statement holds one action more', (role, count) => {
    const found = oneActionMore(role, 's3:DeleteObject');
    expect(found.length).toBe(count);
    for (const { path, same } of found) expect(same, path.join('.')).toContain(false);
  });

  it('never write to an audited bucket, whatever is switched on', () => {
    const { ReportBucket: _, ...others } = ALL_ON;
    const { InventoryBucket, InstructionFiles, TopicKmsKeyArn, Proof, ProofKeyArns } = others;
    for (const given of combinations({
      InventoryBucket,
      InstructionFiles,
      TopicKmsKeyArn,
      Proof,
      ProofKeyArns,
    })) {
      const stack = deploy({ ...REAUDIT, ...given });
      for (const role of ['ReauditRole', 'ReauditStateMachineRole']) {
        const writes = grantsOf(stack, role).filter((line) => /^s3:(?!Get|List)/.test(line));
        expect(writes.filter((line) => !line.includes('on arn:aws:s3:::acme-reports/reaudit/*'))).toEqual([]);
      }
    }
  });

  it('and all else of re-audits are absent without a report bucket, an inventory alone notwithstanding', () => {
    for (const given of [{}, { InventoryBucket: 'acme-inventory' }]) {
      const stack = deploy(given);
      expect(Object.keys(stack.resources).filter((id) => id.includes('Reaudit'))).toEqual([]);
      expect(idsOfType(stack, 'AWS::Serverless::StateMachine')).toEqual([]);
    }
  });

  it('are refused with a report bucket that is audited', () => {
    const refusal = expect.stringMatching(/^ReportBucket is one of AuditedBuckets\./);
    expect(deploy({ ReportBucket: 'acme-drop' }).failedAssertions).toEqual([refusal]);
    for (const given of [{}, REAUDIT]) expect(deploy(given).failedAssertions).toEqual([]);
  });

  it.each([{ ReportBucket: '*' }, { ReportBucket: 'acme-*' }, { InventoryBucket: 'a/b' }])(
    'cannot be widened by the parameter %o',
    (given) => {
      expect(() => deploy(given)).toThrow(/may not be/);
    },
  );
});
