import type { Caller } from '../service.ts';
import { callerAt, type Headers, type S3State } from './call.ts';
import { requestedCustomerKey } from './customerkey.ts';
import { accessDenied, invalidArgument, S3Error } from './errors.ts';
import type { Bucket, StoredEncryption } from './store.ts';

const SSE = 'x-amz-server-side-encryption';
const KEY_ID = `${SSE}-aws-kms-key-id`;
const CONTEXT = `${SSE}-context`;
const BUCKET_KEY = `${SSE}-bucket-key-enabled`;

/** How a write is stored: as its headers ask, else as the destination bucket does by default. */
export function encryptionOfWrite(
  headers: Headers,
  bucket: Bucket,
  caller: Caller,
  s3: S3State,
): StoredEncryption {
  const customerKeyMd5 = requestedCustomerKey(headers);
  if (customerKeyMd5 !== undefined) return customerEncryption(headers, bucket, customerKeyMd5);
  const asked = headers[SSE];
  const algorithm = asked ?? bucket.encryption.algorithm;
  if (asked !== undefined && !['AES256', 'aws:kms', 'aws:kms:dsse'].includes(asked)) {
    throw invalidArgument('The encryption method specified is not supported', {
      ArgumentName: SSE,
      ArgumentValue: asked,
    });
  }
  refuseKeyWithoutKms(headers, asked);
  if (algorithm === 'AES256') return { algorithm };
  checkContext(headers[CONTEXT]);
  const reference = asked === undefined ? bucket.encryption.keyReference : headers[KEY_ID];
  const keyArn = usableKeyArn(reference, bucket, caller, s3);
  const bucketKeyEnabled = algorithm === 'aws:kms' && wantsBucketKey(headers, bucket);
  return { algorithm, keyArn, ...(bucketKeyEnabled ? { bucketKeyEnabled } : {}) };
}

function customerEncryption(headers: Headers, bucket: Bucket, customerKeyMd5: string): StoredEncryption {
  if (headers[SSE] !== undefined || headers[KEY_ID] !== undefined) {
    throw invalidArgument(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      { ArgumentName: SSE, ArgumentValue: headers[SSE] ?? '' },
    );
  }
  if (bucket.encryption.blocked.includes('SSE-C')) {
    throw accessDenied('The bucket blocks uploads with the SSE-C encryption type (BlockedEncryptionTypes).');
  }
  return { customerKeyMd5 };
}

function refuseKeyWithoutKms(headers: Headers, asked: string | undefined): void {
  const usesKms = asked === 'aws:kms' || asked === 'aws:kms:dsse';
  if (usesKms || (headers[KEY_ID] === undefined && headers[CONTEXT] === undefined)) return;
  throw invalidArgument(
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    { ArgumentName: SSE, ArgumentValue: asked ?? 'null' },
  );
}

function checkContext(context: string | undefined): void {
  if (context === undefined) return;
  try {
    const value: unknown = JSON.parse(Buffer.from(context, 'base64').toString('utf8'));
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isMap && Object.values(value).every((entry) => typeof entry === 'string')) return;
  } catch {
    // Refused below like every other malformed context.
  }
  throw invalidArgument(
    `The header '${CONTEXT}' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map`,
  );
}

function wantsBucketKey(headers: Headers, bucket: Bucket): boolean {
  const asked = headers[BUCKET_KEY];
  return asked === undefined ? bucket.encryption.bucketKeyEnabled : asked.toLowerCase() === 'true';
}

/** Looks the reference up as the requester, not as the owner of the bucket: that is how AWS reads an alias. */
function usableKeyArn(reference: string | undefined, bucket: Bucket, caller: Caller, s3: S3State): string {
  const requester = callerAt(bucket, caller);
  const keyArn =
    reference === undefined ? s3.keys.managedS3Key(requester) : s3.keys.keyArn(reference, requester);
  if (keyArn === undefined) throw keyNotFound(reference ?? '', requester);
  requireKey(keyArn, requester, 'GenerateDataKey', s3);
  return keyArn;
}

function keyNotFound(reference: string, requester: Caller): S3Error {
  const region = /^arn:[^:]*:kms:([^:]*):/.exec(reference)?.[1];
  const message =
    region !== undefined && region !== requester.region
      ? `Invalid arn ${region}`
      : `Key '${reference}' does not exist for account ${requester.account} in ${requester.region}`;
  return new S3Error(400, 'KMS.NotFoundException', message);
}

/** Refuses in S3's words what KMS refuses to S3 acting for the requester. */
export function requireKey(keyArn: string, requester: Caller, operation: string, s3: S3State): void {
  const refusal = s3.keys.refusal(keyArn, requester, operation);
  if (refusal === undefined) return;
  if (refusal.name === 'AccessDeniedException') throw accessDenied(refusal.message);
  throw new S3Error(400, `KMS.${refusal.name}`, refusal.message);
}

/** A body can only be read with its KMS key; HEAD never needs it. */
export function requireReadable(
  encryption: StoredEncryption,
  bucket: Bucket,
  caller: Caller,
  s3: S3State,
): void {
  if (encryption.keyArn === undefined) return;
  requireKey(encryption.keyArn, callerAt(bucket, caller), 'Decrypt', s3);
}

/** What HEAD, GET and every write say about the encryption of a version. */
export function encryptionHeaders(encryption: StoredEncryption): Record<string, string> {
  const headers: Record<string, string> = {};
  if (encryption.algorithm !== undefined) headers[SSE] = encryption.algorithm;
  if (encryption.keyArn !== undefined) headers[KEY_ID] = encryption.keyArn;
  if (encryption.bucketKeyEnabled === true) headers[BUCKET_KEY] = 'true';
  if (encryption.customerKeyMd5 !== undefined) {
    headers[`${SSE}-customer-algorithm`] = 'AES256';
    headers[`${SSE}-customer-key-md5`] = encryption.customerKeyMd5;
  }
  return headers;
}

/** Refuses the headers of a write on a read: AWS answers HEAD and GET with 400. */
export function refuseEncryptionHeadersOnRead(headers: Headers): void {
  for (const name of [SSE, KEY_ID, CONTEXT, BUCKET_KEY]) {
    if (headers[name] === undefined) continue;
    throw invalidArgument(`${name} header is not supported for this operation.`, {
      ArgumentName: name,
      ArgumentValue: headers[name],
    });
  }
}
