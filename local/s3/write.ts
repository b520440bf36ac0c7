import { createHash, randomBytes } from 'node:crypto';
import type { Headers, S3Call, S3State } from './call.ts';
import { invalidArgument, noSuchKey, notImplemented, preconditionFailed, S3Error } from './errors.ts';
import { type Bucket, newVersionId, type ObjectVersion, type StoredEncryption } from './store.ts';

const MAXIMUM_METADATA_BYTES = 2048;
const STORED = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

const META = 'x-amz-meta-';
const STORAGE_CLASS = 'x-amz-storage-class';

/** The headers of a write that are stored with the object and returned as they were. */
export function headersToStore(headers: Headers): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
  for (const name of STORED) if (headers[name] !== undefined) stored[name] = headers[name];
  let size = 0;
  for (const name in headers) {
    if (!name.startsWith(META)) continue;
    const value = headers[name] ?? '';
    stored[name] = value;
    // Header values arrive as Latin-1, one character for each byte that was sent.
    size += name.length - META.length + value.length;
  }
  if (size > MAXIMUM_METADATA_BYTES) {
    throw new S3Error(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      {
        elements: { Size: String(size), MaxSizeAllowed: String(MAXIMUM_METADATA_BYTES) },
      },
    );
  }
  return { ...stored, ...storageClassHeader(headers) };
}

/** The storage class to keep: STANDARD is never returned, so never kept. */
export function storageClassHeader(headers: Headers): Record<string, string> {
  const storageClass = headers[STORAGE_CLASS];
  if (storageClass === undefined || storageClass === 'STANDARD') return {};
  if (STORAGE_CLASSES.includes(storageClass)) return { [STORAGE_CLASS]: storageClass };
  throw new S3Error(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
    elements: { StorageClassRequested: storageClass },
  });
}

export interface Written {
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly checksums: Readonly<Record<string, string>>;
  readonly encryption: StoredEncryption;
  /** Given for a multipart object; otherwise computed. */
  readonly etag?: string;
}

const NO_CHECKSUMS = Object.freeze({});

/** Stores a new version under the bucket's versioning and tells whoever listens. */
export function writeVersion(
  call: S3Call,
  bucket: Bucket,
  key: string,
  written: Written,
  eventName: string,
  s3: S3State,
): ObjectVersion {
  const checksums = Object.keys(written.checksums).length === 0 ? NO_CHECKSUMS : written.checksums;
  const version: ObjectVersion = {
    versionId: nextVersionId(bucket),
    deleteMarker: false,
    body: written.body,
    etag: written.etag ?? etagOf(written.body, written.encryption),
    lastModified: toSecond(s3.clock()),
    headers: written.headers,
    checksums,
    encryption: written.encryption,
  };
  bucket.objects.put(key, version);
  const { etag, versionId } = version;
  s3.notify({ call, bucket, key, eventName, size: written.body.length, etag, versionId });
  return version;
}

/** The id of the next version that this bucket takes. */
export function nextVersionId(bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? newVersionId() : 'null';
}

/** `Last-Modified` has a precision of one second. */
export function toSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

/** The MD5 of the body for SSE-S3 and unencrypted objects; 32 digits that are no digest for every other kind. */
export function etagOf(body: Buffer, encryption: StoredEncryption): string {
  const plain = encryption.customerKeyMd5 === undefined && (encryption.algorithm ?? 'AES256') === 'AES256';
  return plain ? createHash('md5').update(body).digest('hex') : randomBytes(16).toString('hex');
}

/** `If-Match` and `If-None-Match` on a write. */
export function checkWriteConditions(call: S3Call, bucket: Bucket): void {
  const ifMatch = call.headers['if-match'];
  const ifNoneMatch = call.headers['if-none-match'];
  if (ifMatch === undefined && ifNoneMatch === undefined) return;
  const current = bucket.objects.current(call.key);
  const existing = current?.deleteMarker === true ? undefined : current;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw notImplemented('If-None-Match with an ETag on a write');
    if (existing !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (existing === undefined) throw noSuchKey(call.key);
  if (!etagListed(ifMatch, existing.etag)) throw preconditionFailed('If-Match');
}

/** Whether a header such as `If-Match` names an ETag. */
export function etagListed(header: string, etag: string): boolean {
  return header.split(',').some((entry) => {
    const bare = entry.trim().replaceAll('"', '');
    return bare === '*' || bare === etag;
  });
}

/** Refuses an ACL: buckets made today have none, and accept only the two that change nothing. */
export function checkAcl(headers: Headers): void {
  const acl = headers['x-amz-acl'];
  if (acl === undefined || acl === 'bucket-owner-full-control') return;
  if (!/^[a-z-]+$/.test(acl)) throw invalidArgument('The ACL is not valid');
  throw new S3Error(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
}
