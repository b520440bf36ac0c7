import { createHash } from 'node:crypto';
import { partitionOf } from '../kms/arn.ts';
import type { LocalResponse } from '../service.ts';
import { childText, element, textElement } from '../xml.ts';
import {
  type BucketOperation,
  type S3Call,
  type S3State,
  type ServiceOperation,
  xmlResponse,
} from './call.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from './errors.ts';
import { type Bucket, type BucketEncryption, ObjectTable } from './store.ts';
import { readXml } from './xmlbody.ts';

const BUCKET_NAME = /^(?!.*\.\.)(?![0-9.]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const LEGACY_REGION = 'us-east-1';

/** Where a bucket is kept: names are global within a partition. */
export function bucketKey(name: string, region: string): string {
  return `${partitionOf(region)}/${name}`;
}

/** `CreateBucket` */
export const createBucket: ServiceOperation = (call, s3) => {
  const { bucketName: name, caller } = call;
  if (!BUCKET_NAME.test(name) || name.endsWith('--x-s3') || name.endsWith('-s3alias')) {
    throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      elements: { BucketName: name },
    });
  }
  const region = regionOfNewBucket(call);
  const existing = s3.buckets.get(bucketKey(name, region));
  if (existing !== undefined) return recreated(existing, call);
  s3.buckets.set(bucketKey(name, region), newBucket(name, caller.account, region, s3));
  return { status: 200, headers: { location: `/${name}` } };
};

function recreated(existing: Bucket, call: S3Call): LocalResponse {
  if (existing.account !== call.caller.account) {
    throw new S3Error(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    );
  }
  // The oldest Region answers as it always has: creating one's own bucket again succeeds there.
  if (existing.region === LEGACY_REGION && call.caller.region === LEGACY_REGION) {
    return { status: 200, headers: { location: `/${existing.name}` } };
  }
  throw new S3Error(
    409,
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
  );
}

function regionOfNewBucket(call: S3Call): string {
  const { region } = call.caller;
  const root = call.body.length === 0 ? undefined : readXml(call.body, 'CreateBucketConfiguration');
  const unknown = root?.children.find((child) => child.name !== 'LocationConstraint');
  if (unknown !== undefined) throw notImplemented(`${unknown.name} in a bucket configuration`);
  const constraint = childText(root, 'LocationConstraint') ?? '';
  if (constraint === LEGACY_REGION) {
    throw new S3Error(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid');
  }
  if (region === LEGACY_REGION) return constraint === '' ? LEGACY_REGION : constraint;
  if (constraint === region) return region;
  throw new S3Error(
    400,
    'IllegalLocationConstraintException',
    `The ${constraint === '' ? 'unspecified' : constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function newBucket(name: string, account: string, region: string, s3: S3State): Bucket {
  const encryption: BucketEncryption = {
    algorithm: 'AES256',
    bucketKeyEnabled: false,
    blocked: s3.sseCOnNewBuckets === 'blocked' ? ['SSE-C'] : [],
  };
  return {
    name,
    account,
    region,
    partition: partitionOf(region),
    createdAt: s3.clock(),
    objects: new ObjectTable(),
    versioning: undefined,
    encryption,
    notification: { queues: [], eventBridge: false },
    dataEvents: false,
    deniedPrefix: undefined,
  };
}

/** `DeleteBucket`, of an empty bucket only. */
export const deleteBucket: BucketOperation = (_call, bucket, s3) => {
  if (!bucket.objects.empty) {
    const message =
      bucket.versioning === undefined
        ? 'The bucket you tried to delete is not empty'
        : 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.';
    throw new S3Error(409, 'BucketNotEmpty', message, { elements: { BucketName: bucket.name } });
  }
  s3.buckets.delete(bucketKey(bucket.name, bucket.region));
  for (const [uploadId, upload] of s3.uploads) if (upload.bucket === bucket) s3.uploads.delete(uploadId);
  return { status: 204 };
};

/** `HeadBucket` */
export const headBucket: BucketOperation = (_call, bucket) => ({
  status: 200,
  headers: {
    'x-amz-bucket-region': bucket.region,
    'x-amz-bucket-arn': `arn:${bucket.partition}:s3:::${bucket.name}`,
    'x-amz-access-point-alias': 'false',
  },
});

/** `ListBuckets`: the caller's own, in one page. */
export const listBuckets: ServiceOperation = ({ caller }, s3) => {
  const owned = [...s3.buckets.values()]
    .filter((bucket) => bucket.account === caller.account && bucket.partition === partitionOf(caller.region))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((bucket) =>
      element(
        'Bucket',
        textElement('Name', bucket.name),
        textElement('CreationDate', new Date(bucket.createdAt).toISOString()),
        textElement('BucketRegion', bucket.region),
        textElement('BucketArn', `arn:${bucket.partition}:s3:::${bucket.name}`),
      ),
    );
  const owner = element('Owner', textElement('ID', canonicalUserId(caller.account)));
  return xmlResponse(element('ListAllMyBucketsResult', owner, element('Buckets', ...owned)));
};

/** The canonical user id of an account, the same each time. */
export function canonicalUserId(account: string): string {
  return createHash('sha256').update(`canonical:${account}`).digest('hex');
}

/** `GetBucketLocation`, which AWS answers from every Region. */
export const getBucketLocation: BucketOperation = (_call, bucket) =>
  xmlResponse(textElement('LocationConstraint', bucket.region === LEGACY_REGION ? '' : bucket.region));

/** `GetBucketVersioning` */
export const getBucketVersioning: BucketOperation = (_call, bucket) =>
  xmlResponse(element('VersioningConfiguration', textElement('Status', bucket.versioning)));

/** `PutBucketVersioning` */
export const putBucketVersioning: BucketOperation = (call, bucket) => {
  const root = readXml(call.body, 'VersioningConfiguration');
  if (childText(root, 'MfaDelete') === 'Enabled') throw notImplemented('MfaDelete');
  const status = childText(root, 'Status');
  if (status === undefined) {
    throw invalidRequest('The Versioning element must be specified');
  }
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  bucket.versioning = status;
  return { status: 200 };
};
