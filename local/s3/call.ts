import type { KeysForS3 } from '../kms/kms.ts';
import type { Caller, Clock, LocalResponse } from '../service.ts';
import type { RecordedCall } from './cloudtrail.ts';
import { S3Error } from './errors.ts';
import type { MultipartUpload } from './multipart.ts';
import type { ObjectEvent } from './notification.ts';
import type { Bucket, ObjectVersion } from './store.ts';

export type Headers = Readonly<Record<string, string>>;

/** One request, with its path read. */
export interface S3Call {
  readonly method: string;
  readonly bucketName: string;
  /** Decoded exactly once, otherwise as sent; empty for a call on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly caller: Caller;
  readonly requestId: string;
  readonly hostId: string;
}

export interface S3State {
  readonly clock: Clock;
  readonly keys: KeysForS3;
  /** By partition and name: names are global in a partition. */
  readonly buckets: Map<string, Bucket>;
  readonly uploads: Map<string, MultipartUpload>;
  readonly sseCOnNewBuckets: 'blocked' | 'allowed';
  /** Tells the queues that a bucket's configuration names. */
  readonly notify: (event: ObjectEvent) => void;
  /** Tells the trail, where the bucket's data events are recorded. */
  readonly record: (call: RecordedCall) => void;
  readonly deliver: (queueArn: string, body: string) => boolean;
}

export type ServiceOperation = (call: S3Call, s3: S3State) => LocalResponse;

/** An operation on a bucket that is there, owned as expected and in the Region that was asked. */
export type BucketOperation = (call: S3Call, bucket: Bucket, s3: S3State) => LocalResponse;

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An XML answer; its root gets the namespace of S3, without which the SDK misreads a root that is only text. */
export function xmlResponse(body: string, headers: Headers = {}): LocalResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body.replace('>', ` xmlns="${NAMESPACE}">`)}`,
  };
}

const VERSION_ID = /^(null|[A-Za-z0-9._]{32})$/;

/** The `versionId` of the query, refused when AWS could not have made it. */
export function requestedVersionId(versionId: string | null): string | undefined {
  if (versionId === null) return undefined;
  if (versionId === '') throw new S3Error(400, 'InvalidArgument', 'Version id cannot be the empty string');
  if (!VERSION_ID.test(versionId)) throw new S3Error(400, 'InvalidArgument', 'Invalid version id specified');
  return versionId;
}

/** `x-amz-version-id`, which a bucket that was never versioned does not send. */
export function versionHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  return bucket.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}

/** The caller as KMS sees it from this bucket: the requester's account, the bucket's Region. */
export function callerAt(bucket: Bucket, caller: Caller): Caller {
  return caller.region === bucket.region ? caller : { ...caller, region: bucket.region };
}
