import { verifyBody } from './body.ts';
import { type BucketOperation, requestedVersionId, type S3Call, versionHeaders } from './call.ts';
import { requestedCustomerKey, requireCustomerKey } from './customerkey.ts';
import {
  encryptionHeaders,
  encryptionOfWrite,
  refuseEncryptionHeadersOnRead,
  requireReadable,
} from './encryption.ts';
import { accessDenied, noSuchKey, noSuchVersion, preconditionFailed, S3Error } from './errors.ts';
import { rangeOf } from './range.ts';
import type { Bucket, ObjectVersion } from './store.ts';
import { checkAcl, checkWriteConditions, etagListed, headersToStore, writeVersion } from './write.ts';

/** `PutObject` */
export const putObject: BucketOperation = (call, bucket, s3) => {
  const { headers, body } = call;
  checkAcl(headers);
  const checksums = verifyBody(body, headers);
  const stored = headersToStore(headers);
  checkWriteConditions(call, bucket);
  const encryption = encryptionOfWrite(headers, bucket, call.caller, s3);
  const written = { body, headers: stored, checksums, encryption };
  const version = writeVersion(call, bucket, call.key, written, 'ObjectCreated:Put', s3);
  return {
    status: 200,
    headers: {
      etag: `"${version.etag}"`,
      ...checksums,
      ...encryptionHeaders(encryption),
      ...versionHeaders(bucket, version),
    },
  };
};

/** `HeadObject`, whose errors have no body and which never needs the KMS key. */
export const headObject: BucketOperation = (call, bucket) => {
  const version = versionToRead(call, bucket);
  const { status, headers } = describe(call, bucket, version);
  return { status, headers };
};

/** `GetObject` */
export const getObject: BucketOperation = (call, bucket, s3) => {
  const version = versionToRead(call, bucket);
  requireReadable(version.encryption, bucket, call.caller, s3);
  const storageClass = version.headers['x-amz-storage-class'];
  if (storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE') {
    throw new S3Error(
      403,
      'InvalidObjectState',
      "The operation is not valid for the object's storage class",
      { elements: { StorageClass: storageClass } },
    );
  }
  const { status, headers, first, end } = describe(call, bucket, version);
  if (status === 304) return { status, headers };
  return { status, headers, body: version.body.subarray(first, end) };
};

interface Description {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly first: number;
  readonly end: number;
}

function describe(call: S3Call, bucket: Bucket, version: ObjectVersion): Description {
  const lastModified = new Date(version.lastModified).toUTCString();
  const identity = { etag: `"${version.etag}"`, 'last-modified': lastModified };
  if (conditionStatus(call, version) === 304) return { status: 304, headers: identity, first: 0, end: 0 };
  const size = version.body.length;
  const range = rangeOf(call.headers.range, size);
  const { first, end } = range ?? { first: 0, end: size };
  const asksChecksums = call.headers['x-amz-checksum-mode'] === 'ENABLED' && range === undefined;
  const headers: Record<string, string> = {
    ...identity,
    ...version.headers,
    ...encryptionHeaders(version.encryption),
    ...versionHeaders(bucket, version),
    ...(asksChecksums ? checksumHeaders(version) : {}),
    'accept-ranges': 'bytes',
    'content-length': String(end - first),
  };
  if (range === undefined) return { status: 200, headers, first, end };
  headers['content-range'] = `bytes ${first}-${end - 1}/${size}`;
  return { status: 206, headers, first, end };
}

function checksumHeaders(version: ObjectVersion): Record<string, string> {
  if (Object.keys(version.checksums).length === 0) return {};
  return { ...version.checksums, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function conditionStatus({ headers }: S3Call, version: ObjectVersion): 200 | 304 {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && !etagListed(ifMatch, version.etag)) throw preconditionFailed('If-Match');
  const unmodifiedSince = Date.parse(headers['if-unmodified-since'] ?? '');
  if (ifMatch === undefined && version.lastModified > unmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return etagListed(ifNoneMatch, version.etag) ? 304 : 200;
  return version.lastModified <= Date.parse(headers['if-modified-since'] ?? '') ? 304 : 200;
}

function versionToRead(call: S3Call, bucket: Bucket): ObjectVersion {
  if (bucket.deniedPrefix !== undefined && call.key.startsWith(bucket.deniedPrefix)) throw accessDenied();
  const version = findVersion(bucket, call.key, requestedVersionId(call.query.get('versionId')));
  refuseEncryptionHeadersOnRead(call.headers);
  requireCustomerKey(version.encryption, requestedCustomerKey(call.headers));
  return version;
}

/** The current version or the one asked for, refused when it is missing or a delete marker. */
export function findVersion(bucket: Bucket, key: string, versionId: string | undefined): ObjectVersion {
  const version =
    versionId === undefined ? bucket.objects.current(key) : bucket.objects.version(key, versionId);
  if (version === undefined) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  if (!version.deleteMarker) return version;
  const marker = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) throw noSuchKey(key, marker);
  throw new S3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    headers: { ...marker, 'last-modified': new Date(version.lastModified).toUTCString(), allow: 'DELETE' },
    elements: { ResourceType: 'DeleteMarker' },
  });
}
