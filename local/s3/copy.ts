import { element, textElement } from '../xml.ts';
import { bucketKey } from './buckets.ts';
import {
  type BucketOperation,
  requestedVersionId,
  type S3Call,
  type S3State,
  versionHeaders,
  xmlResponse,
} from './call.ts';
import { copySourceCustomerKey, requireCustomerKey } from './customerkey.ts';
import { encryptionHeaders, encryptionOfWrite, requireReadable } from './encryption.ts';
import {
  accessDenied,
  invalidArgument,
  invalidRequest,
  notImplemented,
  preconditionFailed,
  S3Error,
} from './errors.ts';
import { findVersion } from './objects.ts';
import type { Bucket, ObjectVersion } from './store.ts';
import {
  checkAcl,
  checkWriteConditions,
  etagListed,
  headersToStore,
  storageClassHeader,
  writeVersion,
} from './write.ts';

interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
  readonly version: ObjectVersion;
}

/** `CopyObject`: the copy is encrypted as its own headers or its own bucket say, never as the source was. */
export const copyObject: BucketOperation = (call, bucket, s3) => {
  const { headers, key } = call;
  checkAcl(headers);
  const source = readSource(call, s3);
  const stored = copiedHeaders(headers, source.version);
  refuseCopyOntoItself(call, bucket, source);
  checkWriteConditions(call, bucket);
  const encryption = encryptionOfWrite(headers, bucket, call.caller, s3);
  const { body, checksums } = source.version;
  const version = writeVersion(
    call,
    bucket,
    key,
    { body, headers: stored, checksums, encryption },
    'ObjectCreated:Copy',
    s3,
  );
  const result = element(
    'CopyObjectResult',
    textElement('ETag', `"${version.etag}"`),
    textElement('LastModified', new Date(version.lastModified).toISOString()),
  );
  const sourceVersion =
    source.bucket.versioning === undefined
      ? {}
      : { 'x-amz-copy-source-version-id': source.version.versionId };
  return xmlResponse(result, {
    ...encryptionHeaders(encryption),
    ...versionHeaders(bucket, version),
    ...sourceVersion,
  });
};

function readSource(call: S3Call, s3: S3State): CopySource {
  const { bucketName, key, versionId } = parseCopySource(call.headers['x-amz-copy-source'] ?? '');
  const bucket = s3.buckets.get(bucketKey(bucketName, call.caller.region));
  if (bucket === undefined) {
    throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', {
      elements: { BucketName: bucketName },
    });
  }
  const owner = call.headers['x-amz-source-expected-bucket-owner'];
  const denied = bucket.deniedPrefix !== undefined && key.startsWith(bucket.deniedPrefix);
  if (denied || (owner !== undefined && owner !== bucket.account)) throw accessDenied();
  const version = sourceVersion(bucket, key, versionId);
  requireCustomerKey(version.encryption, copySourceCustomerKey(call.headers));
  requireReadable(version.encryption, bucket, call.caller, s3);
  const ifMatch = call.headers['x-amz-copy-source-if-match'];
  if (ifMatch !== undefined && !etagListed(ifMatch, version.etag)) {
    throw preconditionFailed('x-amz-copy-source-If-Match');
  }
  return { bucket, key, versionId, version };
}

function sourceVersion(bucket: Bucket, key: string, versionId: string | undefined): ObjectVersion {
  try {
    return findVersion(bucket, key, versionId);
  } catch (error) {
    if (!(error instanceof S3Error) || error.status !== 405) throw error;
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
}

function parseCopySource(header: string): { bucketName: string; key: string; versionId: string | undefined } {
  if (header.startsWith('arn:')) throw notImplemented('an access point as copy source');
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^?&]*))?$/.exec(header) ?? [];
  try {
    // Many encode the whole of it, the slash between bucket and key too.
    const decoded = decodeURIComponent(path);
    const slash = decoded.indexOf('/');
    if (slash < 1 || slash === decoded.length - 1) throw invalidCopySource();
    return {
      bucketName: decoded.slice(0, slash),
      key: decoded.slice(slash + 1),
      versionId: requestedVersionId(versionId ?? null),
    };
  } catch (error) {
    if (error instanceof URIError) throw invalidCopySource();
    throw error;
  }
}

function invalidCopySource(): S3Error {
  return invalidArgument('Invalid copy source object key', { ArgumentName: 'x-amz-copy-source' });
}

function copiedHeaders(headers: S3Call['headers'], source: ObjectVersion): Record<string, string> {
  const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive === 'REPLACE') return headersToStore(headers);
  if (directive !== 'COPY') throw invalidArgument('Unknown metadata directive.');
  // The storage class belongs to the object, not to its metadata: the copy gets what the request says.
  const { 'x-amz-storage-class': _, ...metadata } = source.headers;
  return { ...metadata, ...storageClassHeader(headers) };
}

function refuseCopyOntoItself(call: S3Call, bucket: Bucket, source: CopySource): void {
  const { headers } = call;
  if (source.bucket !== bucket || source.key !== call.key || source.versionId !== undefined) return;
  const changesClass =
    headers['x-amz-storage-class'] !== undefined &&
    storageClassHeader(headers)['x-amz-storage-class'] !== source.version.headers['x-amz-storage-class'];
  const changesEncryption = Object.keys(headers).some((name) =>
    name.startsWith('x-amz-server-side-encryption'),
  );
  if (headers['x-amz-metadata-directive'] === 'REPLACE' || changesClass || changesEncryption) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
