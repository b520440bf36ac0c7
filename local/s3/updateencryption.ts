import { parseKmsArn } from '../kms/arn.ts';
import { childOf, childText } from '../xml.ts';
import { verifyBody } from './body.ts';
import { type BucketOperation, callerAt, requestedVersionId } from './call.ts';
import { requireKey } from './encryption.ts';
import { invalidRequest, malformedXml } from './errors.ts';
import { findVersion } from './objects.ts';
import { readXml } from './xmlbody.ts';

/**
 * `UpdateObjectEncryption`: SSE-S3 or SSE-KMS to SSE-KMS, in place. Nothing else of the version changes and S3 sends
 * no event, as in AWS; only a trail that records data events tells of it.
 */
export const updateObjectEncryption: BucketOperation = (call, bucket, s3) => {
  verifyBody(call.body, call.headers);
  const root = readXml(call.body, 'ObjectEncryption');
  const target = childOf(root, 'SSE-KMS');
  if (target === undefined || root.children.length !== 1) throw malformedXml();
  const version = findVersion(bucket, call.key, requestedVersionId(call.query.get('versionId')));
  const source = version.encryption.algorithm;
  if (source !== 'AES256' && source !== 'aws:kms') {
    throw invalidRequest('The encryption type of the object does not allow its encryption to be updated.');
  }
  const requester = callerAt(bucket, call.caller);
  const arn = parseKmsArn(childText(target, 'KMSKeyArn') ?? '');
  if (arn === undefined || !arn.resource.startsWith('key/')) {
    throw invalidRequest('KMSKeyArn must be the full ARN of a KMS key.');
  }
  if (arn.account !== bucket.account) {
    throw invalidRequest("The KMS key must belong to the bucket owner's account.");
  }
  const keyArn = s3.keys.keyArn(childText(target, 'KMSKeyArn') ?? '', requester);
  if (keyArn === undefined) throw invalidRequest('The KMS key does not exist in the Region of the bucket.');
  requireKey(keyArn, requester, 'GenerateDataKey', s3);
  const bucketKeyEnabled = childText(target, 'BucketKeyEnabled') === 'true';
  version.encryption = { algorithm: 'aws:kms', keyArn, ...(bucketKeyEnabled ? { bucketKeyEnabled } : {}) };
  return { status: 200 };
};
