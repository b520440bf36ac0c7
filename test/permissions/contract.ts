import type { Given } from '../template/parameters.ts';
import { ACCOUNT, LAKE, REGION } from './names.ts';

type RoleName = 'AuditRole' | 'ReauditRole' | 'ReauditStateMachineRole';

/** One statement of a role, as section 8 of the contract has it. */
export interface Row {
  readonly role: RoleName;
  readonly sid: string;
  /** The row of the contract. */
  readonly feature: string;
  /** Each action with what nobody could do without it. */
  readonly actions: Readonly<Record<string, string>>;
  /** What it is allowed on, in words. */
  readonly on: string;
  readonly resources: (given: Given) => readonly string[];
  readonly condition?: { readonly StringEquals: Readonly<Record<string, string>> };
  /** The parameter that brings it, and whether these bring it; absent where it is always there with its role. */
  readonly switchedBy?: { readonly parameter: string; readonly isOn: (given: Given) => boolean };
}

const place = (service: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}`;
const buckets = ({ AuditedBuckets = LAKE }: Given): readonly string[] =>
  AuditedBuckets.split(',').map((bucket) => `arn:aws:s3:::${bucket}`);
const below = ({ ReportBucket = '' }: Given): readonly string[] => [`arn:aws:s3:::${ReportBucket}/reaudit/*`];
const keyOf =
  (parameter: string) =>
  (given: Given): readonly string[] => [given[parameter] ?? ''];
const logGroups = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `${place('logs')}:log-group:${name}:*`);

const has = (parameter: string) => ({
  parameter,
  isOn: (given: Given) => given[parameter] !== undefined && given[parameter] !== 'off',
});
const policyIn = (where: string) => ({
  parameter: `Policy=${where}...`,
  isOn: ({ Policy = 's3://' }: Given) => Policy.startsWith(where),
});

type Rest = Pick<Row, 'actions' | 'resources' | 'condition' | 'switchedBy'>;

/** What it is for and what it is on, in words, then the statement. */
const rowsOf =
  (role: RoleName) =>
  (sid: string, feature: string, on: string, rest: Rest): Row => ({ role, sid, feature, on, ...rest });

const DENIED = 'ACCESS_DENIED';
const NO_POLICY = 'the invocation fails, PolicyUnusable';
const NOT_TOLD = 'the alert is refused, and what it tells of stays to be done';
const NOT_LOGGED = 'Lambda drops what the function logs';
const LOGS = { 'logs:CreateLogStream': NOT_LOGGED, 'logs:PutLogEvents': NOT_LOGGED };

/** What the auditing role and the functions of a re-audit have alike. */
function shared(role: 'AuditRole' | 'ReauditRole'): readonly Row[] {
  const row = rowsOf(role);
  return [
    row('HeadObjects', 'HEAD', 'objects of the audited buckets', {
      resources: (given) => buckets(given).map((bucket) => `${bucket}/*`),
      actions: {
        's3:GetObject': `an object is unknown, ${DENIED}`,
        's3:GetObjectVersion': `the version that an event or an inventory names is unknown, ${DENIED}`,
      },
    }),
    row('TellGoneFromDenied', 'HEAD', 'the audited buckets', {
      resources: buckets,
      actions: { 's3:ListBucket': `an object that is gone is unknown, ${DENIED}` },
    }),
    row('DescribeKeys', 'keys', 'keys of any account', {
      resources: () => ['arn:aws:kms:*:*:key/*'],
      actions: { 'kms:DescribeKey': 'an alias of the policy is not resolved, KEY_UNRESOLVED' },
    }),
    row('ListAliases', 'keys', 'the account (the action takes no resource)', {
      resources: () => ['*'],
      actions: { 'kms:ListAliases': 'a violation does not say whose key was used' },
    }),
    row('PublishAlerts', 'alert', 'the two alert topics', {
      resources: () => ['AlertTopic', 'MailTopic'].map((name) => `${place('sns')}:${name}`),
      actions: { 'sns:Publish': NOT_TOLD },
    }),
    row('ReadPolicy', 'policy', 'the policy object', {
      switchedBy: policyIn('s3://'),
      resources: ({ Policy = '' }) => [`arn:aws:s3:::${Policy.slice('s3://'.length)}`],
      actions: { 's3:GetObject': NO_POLICY },
    }),
    row('ReadPolicy', 'policy', 'the parameter', {
      switchedBy: policyIn('ssm:'),
      resources: ({ Policy = '' }) => [`${place('ssm')}:parameter/${Policy.slice('ssm:'.length)}`],
      actions: { 'ssm:GetParameter': NO_POLICY },
    }),
    row('DecryptPolicy', 'policy', "the policy's key", {
      switchedBy: has('PolicyKmsKeyArn'),
      resources: keyOf('PolicyKmsKeyArn'),
      actions: { 'kms:Decrypt': NO_POLICY },
    }),
    row('EncryptAlerts', 'alert', "the topics' key", {
      switchedBy: has('TopicKmsKeyArn'),
      resources: keyOf('TopicKmsKeyArn'),
      actions: { 'kms:GenerateDataKey*': NOT_TOLD, 'kms:Decrypt': NOT_TOLD },
    }),
    row('ReadInstructionFiles', 'instruction files', 'any key, by way of S3 alone', {
      switchedBy: has('InstructionFiles'),
      resources: () => ['arn:aws:kms:*:*:key/*'],
      condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
      actions: {
        'kms:Decrypt': 'an object beside an instruction file is unknown, INSTRUCTION_FILE_UNREADABLE',
      },
    }),
    row('ProveKeys', 'proof', 'the keys of ProofKeyArns', {
      switchedBy: {
        parameter: 'Proof, ProofKeyArns',
        isOn: ({ Proof, ProofKeyArns }) => Proof === 'on' && ProofKeyArns !== undefined,
      },
      resources: ({ ProofKeyArns = '' }) => ProofKeyArns.split(','),
      actions: { 'kms:Decrypt': 'a key is not proven, CSE_PROOF_UNDECIDED' },
    }),
  ];
}

const auditRow = rowsOf('AuditRole');
const AUDITING: readonly Row[] = [
  ...shared('AuditRole'),
  auditRow('ReceiveMessages', 'its queue', 'the audit queue', {
    resources: () => [`${place('sqs')}:AuditQueue`],
    actions: {
      'sqs:ReceiveMessage': 'Lambda receives no message',
      'sqs:DeleteMessage': 'what is done stays in the queue and comes again',
      'sqs:GetQueueAttributes': 'Lambda does not poll the queue',
    },
  }),
  auditRow('WriteLogs', 'logs', "the functions' log groups", {
    actions: LOGS,
    resources: (given) =>
      logGroups(
        'AuditQueueLogGroup',
        ...(has('DirectEvents').isOn(given) ? ['AuditEventLogGroup'] : []),
        ...(has('BatchOperations').isOn(given) ? ['BatchOperationsLogGroup'] : []),
      ),
  }),
  auditRow('KeepFailedEvents', 'failure queue', 'the failure queue', {
    switchedBy: has('DirectEvents'),
    resources: () => [`${place('sqs')}:AuditEventFailureQueue`],
    actions: { 'sqs:SendMessage': 'an event that failed three times is lost' },
  }),
];

const reauditRow = rowsOf('ReauditRole');
const REAUDIT: readonly Row[] = [
  ...shared('ReauditRole'),
  reauditRow('KeepReports', 'batch and summary', 'reaudit/ in the report bucket', {
    resources: below,
    actions: {
      's3:GetObject': 'the summary reads no results, NotStored',
      's3:PutObject': 'a batch keeps no records, and the map fails',
    },
  }),
  reauditRow('FindResults', 'batch and summary', 'the report bucket', {
    resources: ({ ReportBucket = '' }) => [`arn:aws:s3:::${ReportBucket}`],
    actions: { 's3:ListBucket': 'the summary finds no results, NotStored' },
  }),
  reauditRow('WriteLogs', 'logs', "the functions' log groups", {
    actions: LOGS,
    resources: () => logGroups('ReauditBatchLogGroup', 'ReauditSummaryLogGroup'),
  }),
];

const machineRow = rowsOf('ReauditStateMachineRole');
const MACHINE: readonly Row[] = [
  machineRow('InvokeFunctions', 'Distributed Map', 'the two functions', {
    resources: () =>
      ['ReauditBatchFunction', 'ReauditSummaryFunction'].map((name) => `${place('lambda')}:function:${name}`),
    actions: { 'lambda:InvokeFunction': 'the run fails' },
  }),
  machineRow('StartChildren', 'Distributed Map', 'itself', {
    resources: () => [`${place('states')}:stateMachine:auditor-reaudit`],
    actions: { 'states:StartExecution': 'a map may not start its children' },
  }),
  machineRow('FollowChildren', 'Distributed Map', 'its own executions', {
    resources: () => [':*', '/*'].map((end) => `${place('states')}:execution:auditor-reaudit${end}`),
    actions: {
      'states:DescribeExecution': 'a map may not follow its children',
      'states:StopExecution': 'a map may not stop its children',
      'states:RedriveExecution': 'a map that failed may not redrive its children',
    },
  }),
  machineRow('ListObjects', 'Distributed Map', 'the audited buckets', {
    resources: buckets,
    actions: { 's3:ListBucket': 'the run lists nothing and fails' },
  }),
  machineRow('ReadInventory', 'Distributed Map', 'the inventory bucket', {
    switchedBy: has('InventoryBucket'),
    resources: ({ InventoryBucket = '' }) => [`arn:aws:s3:::${InventoryBucket}/*`],
    actions: { 's3:GetObject': 'the run reads no inventory and fails' },
  }),
  machineRow('WriteResults', 'Distributed Map', 'reaudit/ in the report bucket', {
    resources: below,
    actions: {
      's3:PutObject': 'the map writes no results and fails',
      's3:GetObject': 'a map may not write its results',
      's3:ListMultipartUploadParts': 'a map may not write large results',
      's3:AbortMultipartUpload': 'a map may not take back a large write',
    },
  }),
];

/** Section 8 of the contract as data: every action of every role, and nothing else. */
export const CONTRACT: readonly Row[] = [...AUDITING, ...REAUDIT, ...MACHINE];

/** The row in which a statement of a role allows an action. */
export function rowOf(role: string, sid: string, action: string): Row {
  const found = CONTRACT.find(
    (row) => row.role === role && row.sid === sid && Object.hasOwn(row.actions, action),
  );
  if (found === undefined) throw new Error(`the contract has no ${action} in ${role} ${sid}`);
  return found;
}

/** The name of the test that fails without an action. */
export const testName = ({ role, sid, actions }: Row, action: string): string =>
  `${role} ${sid} ${action}: without it ${actions[action] ?? ''}`;
