import type { ObjectRef } from './object.ts';

/** What a caller was refused: an IAM action, and the resource on which a policy would have to allow it. */
export interface MissingPermission {
  readonly permission: string;
  /** An ARN, as the `Resource` of a policy takes it. */
  readonly resource: string;
}

/** What a bucket is called by, and the Region in which it was asked, where that is known. */
interface Asked {
  readonly bucket: string;
  readonly region?: string;
}

/** True for a directory bucket or an access point of one: https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html */
export const isDirectoryBucket = (bucket: string): boolean => /--xa?-s3$/.test(bucket);

/** Partitions of AWS by the beginning of their Regions' names; all else is `aws`. */
const PARTITIONS: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

/** The partition of a Region, for an ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export const partitionOf = (region: string | undefined): string =>
  PARTITIONS.find(([prefix]) => region?.startsWith(prefix))?.[1] ?? 'aws';

/**
 * What HEAD of an object needs. A directory bucket is asked within a session, and its ARN holds an account, which nobody
 * tells: it is `*`. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function permissionToHead(object: ObjectRef & Asked): MissingPermission {
  if (isDirectoryBucket(object.bucket)) return session(object);
  return {
    permission: object.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
    resource: `${bucketArn(object)}/${object.key}`,
  };
}

/** What HEAD of a bucket, or a listing of its objects or versions, needs. */
export function permissionToList(bucket: Asked & { readonly versions?: boolean }): MissingPermission {
  if (isDirectoryBucket(bucket.bucket)) return session(bucket);
  const permission = bucket.versions === true ? 's3:ListBucketVersions' : 's3:ListBucket';
  return { permission, resource: bucketArn(bucket) };
}

const bucketArn = ({ bucket, region }: Asked): string => `arn:${partitionOf(region)}:s3:::${bucket}`;

function session({ bucket, region }: Asked): MissingPermission {
  const kind = bucket.endsWith('--xa-s3') ? 'accesspoint' : 'bucket';
  const resource = `arn:${partitionOf(region)}:s3express:${region ?? '*'}:*:${kind}/${bucket}`;
  return { permission: 's3express:CreateSession', resource };
}
