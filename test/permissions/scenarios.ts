import { expect } from 'vitest';
import type { Given } from '../template/parameters.ts';
import {
  type Act,
  type Auditor,
  alerting,
  auditing,
  failing,
  logging,
  parameterPolicy,
  polling,
  running,
  runningOverInventory,
} from './acts.ts';
import { INVENTORY, KEYS, REPORTS } from './names.ts';
import type { Grant } from './roles.ts';

/** What a deployment does that needs the grants of one statement, and what is seen with and without each of them. */
export interface Scenario {
  /** The parameters under which no other statement allows the same. */
  readonly given: Given;
  readonly act: Act;
  readonly whole: readonly string[];
  readonly without: (grant: Grant) => readonly unknown[];
}

const refused = ({ resource }: Grant, action: string) =>
  expect.stringContaining(`not authorized to perform: ${action} on resource: ${resource}`);
const POLICY_REFUSED = expect.stringMatching(/^PolicyUnusable: .* access denied: the role needs /);
const DONE = 'SUCCEEDED after Begin, Source, AuditListing, Summarise, IsComplete, Done';
const NOBODY_TOLD = 'alerts: 0, mail: 0';

/** The scenarios of what both roles have alike, by statement, or by statement and action where that differs. */
function shared(auditor: Auditor, base: Given): Readonly<Record<string, Scenario>> {
  const right = auditing(auditor, ['plain/right']);
  const versions = ['plain/right', 'plain/version'];
  return {
    HeadObjects: {
      given: base,
      act: auditing(auditor, versions, { current: ['plain/right'] }),
      whole: ['plain/right: compliant', 'plain/version: compliant'],
      without: ({ action }) =>
        action === 's3:GetObject'
          ? ['plain/right: unknown, ACCESS_DENIED "s3:GetObject"', 'plain/version: compliant']
          : ['plain/right: compliant', 'plain/version: unknown, ACCESS_DENIED "s3:GetObjectVersion"'],
    },
    TellGoneFromDenied: {
      given: base,
      act: auditing(auditor, ['plain/gone']),
      whole: ['plain/gone: gone'],
      without: () => ['plain/gone: unknown, ACCESS_DENIED "s3:GetObject"'],
    },
    DescribeKeys: {
      given: base,
      act: auditing(auditor, ['alias/right']),
      whole: ['alias/right: compliant'],
      without: () => ['alias/right: unknown, KEY_UNRESOLVED "denied"'],
    },
    ListAliases: {
      given: base,
      act: auditing(auditor, ['tenants/b/of-a']),
      whole: ['tenants/b/of-a: violation, KMS_KEY_NOT_ALLOWED, KEY_OF_ANOTHER_RULE'],
      without: () => ['tenants/b/of-a: violation, KMS_KEY_NOT_ALLOWED'],
    },
    'ReadPolicy s3:GetObject': {
      given: base,
      act: right,
      whole: ['plain/right: compliant'],
      without: () => [POLICY_REFUSED],
    },
    'ReadPolicy ssm:GetParameter': {
      given: { ...base, Policy: 'ssm:auditor-policy' },
      act: parameterPolicy(auditor),
      whole: ['plain/right: compliant'],
      without: () => [POLICY_REFUSED],
    },
    DecryptPolicy: {
      given: { ...base, PolicyKmsKeyArn: KEYS.policy },
      act: right,
      whole: ['plain/right: compliant'],
      without: () => [POLICY_REFUSED],
    },
    ReadInstructionFiles: {
      given: { ...base, InstructionFiles: 'on' },
      act: auditing(auditor, ['sealed/file']),
      whole: ['sealed/file: compliant'],
      without: () => [
        expect.stringMatching(
          /^sealed\/file: unknown, INSTRUCTION_FILE_UNREADABLE "access denied: .*kms:Decrypt/,
        ),
      ],
    },
    ProveKeys: {
      given: { ...base, Proof: 'on', ProofKeyArns: KEYS.proof },
      act: auditing(auditor, ['proven/right']),
      whole: ['proven/right: compliant'],
      without: () => ['proven/right: unknown, CSE_PROOF_UNDECIDED ["AccessDeniedException"]'],
    },
  };
}

const LOGGING: Given = { DirectEvents: 'on', BatchOperations: 'on', ReportBucket: REPORTS };
const HANDLERS: Readonly<Record<string, string>> = {
  AuditQueueLogGroup: 'audit-queue.handler',
  AuditEventLogGroup: 'audit-event.handler',
  ReauditBatchLogGroup: 'reaudit-batch.handler',
  ReauditSummaryLogGroup: 'reaudit-summary.handler',
  BatchOperationsLogGroup: 's3-batch-operations.handler',
};
const LOGS: Scenario = {
  given: LOGGING,
  act: logging,
  whole: Object.values(HANDLERS).map((handler) => `${handler}: kept`),
  without: ({ action, resource }) =>
    Object.entries(HANDLERS).map(([group, handler]) =>
      resource.includes(`:${group}:`) ? `${handler}: lost, ${action}` : `${handler}: kept`,
    ),
};

const AUDITING: Readonly<Record<string, Scenario>> = {
  ...shared('audit-queue', {}),
  PublishAlerts: {
    given: {},
    act: alerting,
    whole: ['alerts: 1, mail: 1'],
    without: (grant) => [refused(grant, 'sns:Publish'), 'goes back: m1', toldTheOther(grant, 1)],
  },
  EncryptAlerts: {
    given: { TopicKmsKeyArn: KEYS.topics },
    act: alerting,
    whole: ['alerts: 1, mail: 1'],
    without: (grant) => [refused(grant, grant.action.replace('*', '')), 'goes back: m1', NOBODY_TOLD],
  },
  ReceiveMessages: {
    given: {},
    act: polling,
    whole: ['received 1', 'deleted', 'left in the queue: 0'],
    without: ({ action }) => [
      ...(action === 'sqs:DeleteMessage' ? ['received 1'] : []),
      `refused: ${action}`,
      'left in the queue: 1',
    ],
  },
  WriteLogs: LOGS,
  KeepFailedEvents: {
    given: { DirectEvents: 'on' },
    act: failing,
    whole: ['kept'],
    without: () => ['lost: sqs:SendMessage'],
  },
};

/** One of the two topics still gets the digest, as often as Step Functions tries. */
const toldTheOther = ({ resource }: Grant, times: number): string =>
  resource.endsWith(':AlertTopic') ? `alerts: 0, mail: ${times}` : `alerts: ${times}, mail: 0`;

const RUN: Given = { ReportBucket: REPORTS };
const runs = (given: Given, without: Scenario['without']): Scenario => ({
  ...{ given, without },
  act: running,
  whole: [DONE, 'alerts: 1, mail: 1'],
});
const TOO_MANY_FAILED = 'States.ExceedToleratedFailureThreshold: too many children failed';
const results = `NotStored: s3://${REPORTS}/reaudit/RUN/results/`;

const REAUDIT: Readonly<Record<string, Scenario>> = {
  ...shared('reaudit-batch', RUN),
  PublishAlerts: runs(RUN, (grant) => [refused(grant, 'sns:Publish'), toldTheOther(grant, 5)]),
  EncryptAlerts: runs({ ...RUN, TopicKmsKeyArn: KEYS.topics }, (grant) => [
    refused(grant, grant.action.replace('*', '')),
    NOBODY_TOLD,
  ]),
  KeepReports: runs(RUN, ({ action }) => [
    action === 's3:PutObject'
      ? TOO_MANY_FAILED
      : `${results}drive-1/manifest.json: access denied, the role needs s3:GetObject`,
    NOBODY_TOLD,
  ]),
  FindResults: runs(RUN, () => [`${results}: access denied, the role needs s3:ListBucket`, NOBODY_TOLD]),
  WriteLogs: LOGS,
};

const MACHINE: Readonly<Record<string, Scenario>> = {
  InvokeFunctions: runs(RUN, (grant) => [
    grant.resource.endsWith('BatchFunction') ? TOO_MANY_FAILED : refused(grant, 'lambda:InvokeFunction'),
    NOBODY_TOLD,
  ]),
  ListObjects: runs(RUN, () => ['refused: s3:ListBucket', NOBODY_TOLD]),
  'WriteResults s3:PutObject': runs(RUN, () => ['refused: s3:PutObject', NOBODY_TOLD]),
  ReadInventory: {
    given: { ...RUN, InventoryBucket: INVENTORY },
    act: runningOverInventory,
    whole: ['SUCCEEDED after Begin, Source, AuditInventory, Summarise, IsComplete, Done'],
    without: () => ['refused: s3:GetObject'],
  },
};

const SCENARIOS: Readonly<Record<string, Readonly<Record<string, Scenario>>>> = {
  AuditRole: AUDITING,
  ReauditRole: REAUDIT,
  ReauditStateMachineRole: MACHINE,
};

/** The scenario of an action; `undefined` for what only Step Functions itself does, see `machine-needs.ts`. */
export const scenarioOf = (role: string, sid: string, action: string): Scenario | undefined =>
  SCENARIOS[role]?.[`${sid} ${action}`] ?? SCENARIOS[role]?.[sid];
