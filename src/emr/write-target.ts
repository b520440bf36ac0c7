import { type BucketName, bucketName, type ObjectKey, objectKey } from '../objects/object.ts';

export type WriteScheme = 's3' | 's3n' | 's3a';

/** Where a write goes, as Hadoop reads the path. */
export interface WriteTarget {
  readonly scheme: WriteScheme;
  readonly bucket: BucketName;
  /** As S3 keeps it: without a leading slash; empty for the bucket itself. */
  readonly prefix: string;
}

const URI = /^(s3[na]?):\/\/([^/]+)(\/.*)?$/is;

/**
 * Takes `s3://bucket/prefix/`, `s3n://...` or `s3a://...` and gives its parts; `undefined` where it is none. As in a path of
 * Hadoop's, repeated slashes are one and percent signs stand for themselves; `.` and `..` are refused.
 */
export function writeTarget(uri: string): WriteTarget | undefined {
  const [, schemeText, bucket, path = ''] = URI.exec(uri) ?? [];
  const scheme = schemeText?.toLowerCase();
  if (bucket === undefined || (scheme !== 's3' && scheme !== 's3n' && scheme !== 's3a')) return undefined;
  const segments = path.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) return undefined;
  return { scheme, bucket: bucketName(bucket), prefix: path.replaceAll(/\/+/g, '/').slice(1) };
}

/** The key of an object just below a prefix, as a job's first part file has it. */
export function sampleKey(prefix: string): ObjectKey {
  const slash = prefix === '' || prefix.endsWith('/') ? '' : '/';
  return objectKey(`${prefix}${slash}part-00000`);
}
