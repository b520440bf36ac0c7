import type { ServiceName } from '../aws.ts';
import { keyArnOf, partitionOf } from '../kms/arn.ts';
import { readPath } from '../s3/router.ts';
import type { Caller, LocalRequest } from '../service.ts';
import type { Need } from './decide.ts';

/** What the table has to know of the services beside the request. */
export interface Facts {
  /** The ARN of the key that a reference names for a caller, `undefined` where there is none. */
  keyArn(reference: string, caller: Caller): string | undefined;
  /** The key of an encrypted topic, as it was set. */
  topicKey(topicArn: string): string | undefined;
}

/**
 * Which actions on which resources a request needs. `undefined` for a request that the table does not know: whoever
 * decides refuses it. Keys that S3 uses for the caller are asked for by S3 itself, which knows them.
 */
export function needsOf(
  service: ServiceName,
  request: LocalRequest,
  facts: Facts,
): readonly Need[] | undefined {
  switch (service) {
    case 's3':
      return s3Needs(request);
    case 'kms':
      return kmsNeeds(request, facts);
    case 'sns':
      return snsNeeds(request, facts);
    case 'sqs':
      return sqsNeeds(request);
    default:
      return undefined;
  }
}

/** What a service sets where it uses a key for its caller: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export const viaService = (service: string, { region }: Caller) => ({
  'kms:ViaService': `${service}.${region}.amazonaws.com`,
});

export const bucketArn = (bucket: string, { region }: Pick<Caller, 'region'>): string =>
  `arn:${partitionOf(region)}:s3:::${bucket}`;

interface S3Row {
  /** Query parameters that make it this operation. */
  readonly with: readonly string[];
  readonly also?: readonly string[];
  readonly action: string;
}

const LIST = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
/** Who names a version needs the action for versions alone: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
const READ: readonly S3Row[] = [
  { with: [], action: 's3:GetObject' },
  { with: ['versionId'], action: 's3:GetObjectVersion' },
];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const S3_ROWS: Readonly<Record<string, readonly S3Row[]>> = {
  'object HEAD': READ,
  'object GET': READ,
  'object PUT': [
    { with: [], action: 's3:PutObject' },
    { with: ['partNumber', 'uploadId'], action: 's3:PutObject' },
  ],
  'object POST': [
    { with: ['uploads'], action: 's3:PutObject' },
    { with: ['uploadId'], action: 's3:PutObject' },
  ],
  'object DELETE': [{ with: ['uploadId'], action: 's3:AbortMultipartUpload' }],
  'bucket HEAD': [{ with: [], action: 's3:ListBucket' }],
  'bucket GET': [
    {
      with: ['list-type'],
      also: [...LIST, 'start-after', 'continuation-token', 'fetch-owner'],
      action: 's3:ListBucket',
    },
    {
      with: ['versions'],
      also: [...LIST, 'key-marker', 'version-id-marker'],
      action: 's3:ListBucketVersions',
    },
    { with: ['encryption'], action: 's3:GetEncryptionConfiguration' },
    { with: ['notification'], action: 's3:GetBucketNotification' },
  ],
};

/** Headers that make more of a request than its row says. */
const WIDENING = ['x-amz-copy-source', 'x-amz-acl'];

function s3Needs({ method, rawPath, query, headers, caller }: LocalRequest): readonly Need[] | undefined {
  const { bucketName, key } = readPath(rawPath);
  if (WIDENING.some((name) => headers[name] !== undefined)) return undefined;
  // The checksums of an object under SSE-KMS are encrypted too, so that a HEAD that asks for them needs its key.
  if (method === 'HEAD' && headers['x-amz-checksum-mode'] !== undefined) return undefined;
  const names = [...query.keys()].filter((name) => name !== 'x-id');
  const level = key === '' ? 'bucket' : 'object';
  const row = S3_ROWS[`${level} ${method}`]?.find(
    ({ with: required, also = [] }) =>
      required.every((name) => names.includes(name)) &&
      names.every((name) => required.includes(name) || also.includes(name)),
  );
  if (row === undefined || bucketName === '') return undefined;
  const bucket = bucketArn(bucketName, caller);
  return [{ action: row.action, resource: key === '' ? bucket : `${bucket}/${key}` }];
}

const ON_A_KEY: readonly string[] = ['DescribeKey', 'Decrypt', 'Encrypt', 'GenerateDataKey'];

function kmsNeeds(request: LocalRequest, facts: Facts): readonly Need[] | undefined {
  const operation = operationOf(request);
  if (operation === 'ListAliases') return [{ action: 'kms:ListAliases', resource: '*' }];
  const { KeyId } = jsonBody(request);
  if (!ON_A_KEY.includes(operation) || typeof KeyId !== 'string') return undefined;
  const { account, region } = request.caller;
  // A key that is not there is asked for like any of the account's, so that KMS itself tells those who may ask.
  const absent = keyArnOf(account, region, 'absent');
  return [{ action: `kms:${operation}`, resource: facts.keyArn(KeyId, request.caller) ?? absent }];
}

/** Whoever publishes to an encrypted topic needs its key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
function snsNeeds({ body, caller }: LocalRequest, facts: Facts): readonly Need[] | undefined {
  const form = new URLSearchParams(body.toString());
  const topicArn = form.get('TopicArn');
  const publishes = ['Publish', 'PublishBatch'].includes(form.get('Action') ?? '');
  if (!publishes || topicArn === null) return undefined;
  const key = facts.topicKey(topicArn);
  const publish = { action: 'sns:Publish', resource: topicArn };
  if (key === undefined) return [publish];
  const resource = facts.keyArn(key, caller) ?? key;
  const context = viaService('sns', caller);
  return [
    publish,
    ...['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({ action, resource, context })),
  ];
}

/** A batch needs the action of its single form. */
const SQS_ACTIONS: readonly string[] = [
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'SendMessage',
];

function sqsNeeds(request: LocalRequest): readonly Need[] | undefined {
  const name = operationOf(request).replace(/Batch$/, '');
  const { QueueUrl } = jsonBody(request);
  const [account, queue] = typeof QueueUrl === 'string' ? QueueUrl.split('/').slice(-2) : [];
  if (!SQS_ACTIONS.includes(name) || account === undefined || queue === undefined) return undefined;
  return [{ action: `sqs:${name}`, resource: queueArn(request.caller.region, account, queue) }];
}

const operationOf = ({ headers }: LocalRequest): string => headers['x-amz-target']?.split('.').at(-1) ?? '';

function jsonBody({ body }: LocalRequest): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

const queueArn = (region: string, account: string, queue: string): string =>
  `arn:${partitionOf(region)}:sqs:${region}:${account}:${queue}`;
