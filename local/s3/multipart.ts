import { createHash, randomBytes } from 'node:crypto';
import { childrenOf, childText, element, textElement } from '../xml.ts';
import { verifyBody } from './body.ts';
import { type BucketOperation, type S3Call, type S3State, versionHeaders, xmlResponse } from './call.ts';
import { requestedCustomerKey, requireCustomerKey } from './customerkey.ts';
import { encryptionHeaders, encryptionOfWrite } from './encryption.ts';
import { invalidArgument, malformedXml, notImplemented, S3Error } from './errors.ts';
import type { Bucket, StoredEncryption } from './store.ts';
import { checkAcl, checkWriteConditions, etagOf, headersToStore, writeVersion } from './write.ts';
import { readXml } from './xmlbody.ts';

const MINIMUM_PART_BYTES = 5 * 1024 * 1024;
const MAXIMUM_PARTS = 10_000;

interface Part {
  readonly etag: string;
  readonly body: Buffer;
}

export interface MultipartUpload {
  readonly bucket: Bucket;
  readonly key: string;
  readonly headers: Record<string, string>;
  /** Fixed here: what the bucket's default becomes before completion does not matter. */
  readonly encryption: StoredEncryption;
  readonly parts: Map<number, Part>;
}

/** `CreateMultipartUpload` */
export const createMultipartUpload: BucketOperation = (call, bucket, s3) => {
  const { headers, key } = call;
  checkAcl(headers);
  const stored = headersToStore(headers);
  const encryption = encryptionOfWrite(headers, bucket, call.caller, s3);
  const uploadId = randomBytes(48).toString('base64url');
  s3.uploads.set(uploadId, { bucket, key, headers: stored, encryption, parts: new Map() });
  const body = element(
    'InitiateMultipartUploadResult',
    textElement('Bucket', bucket.name),
    textElement('Key', key),
    textElement('UploadId', uploadId),
  );
  return xmlResponse(body, encryptionHeaders(encryption));
};

/** `UploadPart` */
export const uploadPart: BucketOperation = (call, bucket, s3) => {
  if (call.headers['x-amz-copy-source'] !== undefined) throw notImplemented('UploadPartCopy');
  const upload = findUpload(call, bucket, s3);
  const partNumber = Number(call.query.get('partNumber'));
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAXIMUM_PARTS) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', {
      ArgumentName: 'partNumber',
    });
  }
  requireCustomerKey(upload.encryption, requestedCustomerKey(call.headers));
  const checksums = verifyBody(call.body, call.headers);
  const etag = etagOf(call.body, upload.encryption);
  upload.parts.set(partNumber, { etag, body: call.body });
  return {
    status: 200,
    headers: { etag: `"${etag}"`, ...checksums, ...encryptionHeaders(upload.encryption) },
  };
};

/** `CompleteMultipartUpload` */
export const completeMultipartUpload: BucketOperation = (call, bucket, s3) => {
  const upload = findUpload(call, bucket, s3);
  const parts = listedParts(call, upload);
  checkWriteConditions(call, bucket);
  const digest = createHash('md5');
  for (const part of parts) digest.update(part.etag, 'hex');
  const etag = `${digest.digest('hex')}-${parts.length}`;
  const { headers, encryption, key } = upload;
  const written = {
    body: Buffer.concat(parts.map((part) => part.body)),
    headers,
    checksums: {},
    encryption,
    etag,
  };
  const version = writeVersion(call, bucket, key, written, 'ObjectCreated:CompleteMultipartUpload', s3);
  s3.uploads.delete(call.query.get('uploadId') ?? '');
  const body = element(
    'CompleteMultipartUploadResult',
    textElement('Location', `/${bucket.name}/${encodeURIComponent(key)}`),
    textElement('Bucket', bucket.name),
    textElement('Key', key),
    textElement('ETag', `"${etag}"`),
  );
  return xmlResponse(body, { ...encryptionHeaders(encryption), ...versionHeaders(bucket, version) });
};

/** `AbortMultipartUpload` */
export const abortMultipartUpload: BucketOperation = (call, bucket, s3) => {
  findUpload(call, bucket, s3);
  s3.uploads.delete(call.query.get('uploadId') ?? '');
  return { status: 204 };
};

function findUpload(call: S3Call, bucket: Bucket, s3: S3State): MultipartUpload {
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = s3.uploads.get(uploadId);
  if (upload !== undefined && upload.bucket === bucket && upload.key === call.key) return upload;
  throw new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { elements: { UploadId: uploadId } },
  );
}

function listedParts(call: S3Call, upload: MultipartUpload): Part[] {
  const listed = childrenOf(readXml(call.body, 'CompleteMultipartUpload'), 'Part').map((item) => ({
    partNumber: Number(childText(item, 'PartNumber')),
    etag: childText(item, 'ETag')?.replaceAll('"', ''),
  }));
  if (listed.length === 0) throw malformedXml();
  if (listed.some(({ partNumber }, index) => partNumber <= (listed[index - 1]?.partNumber ?? 0))) {
    throw new S3Error(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  const parts = listed.map(({ partNumber, etag }) => {
    const part = upload.parts.get(partNumber);
    if (part === undefined || part.etag !== etag) throw invalidPart(partNumber);
    return part;
  });
  if (parts.slice(0, -1).some(({ body }) => body.length < MINIMUM_PART_BYTES)) {
    throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return parts;
}

function invalidPart(partNumber: number): S3Error {
  return new S3Error(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { elements: { PartNumber: String(partNumber) } },
  );
}
