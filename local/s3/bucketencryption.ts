import { childOf, childrenOf, childText, element, textElement, type XmlElement } from '../xml.ts';
import { requireDigest } from './body.ts';
import { type BucketOperation, xmlResponse } from './call.ts';
import { invalidArgument, malformedXml } from './errors.ts';
import type { BucketEncryption } from './store.ts';
import { readXml } from './xmlbody.ts';

const ALGORITHMS = ['AES256', 'aws:kms', 'aws:kms:dsse'];

/** `GetBucketEncryption`: there is always one, AES256 on a new bucket. */
export const getBucketEncryption: BucketOperation = (_call, bucket) => {
  const { algorithm, keyReference, bucketKeyEnabled, blocked } = bucket.encryption;
  const byDefault = element(
    'ApplyServerSideEncryptionByDefault',
    textElement('SSEAlgorithm', algorithm),
    textElement('KMSMasterKeyID', keyReference),
  );
  const blockedTypes = blocked.map((type) => textElement('EncryptionType', type));
  const rule = element(
    'Rule',
    byDefault,
    textElement('BucketKeyEnabled', bucketKeyEnabled),
    blocked.length === 0 ? '' : element('BlockedEncryptionTypes', ...blockedTypes),
  );
  return xmlResponse(element('ServerSideEncryptionConfiguration', rule));
};

/** `PutBucketEncryption`; the key is not looked up until an object is written, as in AWS. */
export const putBucketEncryption: BucketOperation = (call, bucket) => {
  requireDigest(call.body, call.headers);
  const rules = childrenOf(readXml(call.body, 'ServerSideEncryptionConfiguration'), 'Rule');
  const [rule] = rules;
  if (rule === undefined || rules.length !== 1) throw malformedXml();
  bucket.encryption = readRule(rule, bucket.encryption);
  return { status: 200 };
};

function readRule(rule: XmlElement, before: BucketEncryption): BucketEncryption {
  const byDefault = childOf(rule, 'ApplyServerSideEncryptionByDefault');
  const blocked = readBlocked(rule) ?? before.blocked;
  const bucketKeyEnabled = childText(rule, 'BucketKeyEnabled') === 'true';
  if (byDefault === undefined) return { ...before, bucketKeyEnabled, blocked };
  const algorithm = childText(byDefault, 'SSEAlgorithm') ?? '';
  const keyReference = childText(byDefault, 'KMSMasterKeyID');
  if (!ALGORITHMS.includes(algorithm)) throw malformedXml();
  if (keyReference !== undefined && algorithm === 'AES256') {
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  }
  return { algorithm, ...(keyReference === undefined ? {} : { keyReference }), bucketKeyEnabled, blocked };
}

/** The types that a rule blocks: `NONE` blocks nothing, and a rule that is silent changes nothing. */
function readBlocked(rule: XmlElement): string[] | undefined {
  const types = childrenOf(childOf(rule, 'BlockedEncryptionTypes'), 'EncryptionType').map(({ text }) => text);
  if (types.length === 0) return undefined;
  if (types.some((type) => type !== 'SSE-C' && type !== 'NONE')) throw malformedXml();
  if (types.length > 1) throw malformedXml();
  return types.filter((type) => type !== 'NONE');
}

/** `DeleteBucketEncryption`, after which the default is AES256 again. */
export const deleteBucketEncryption: BucketOperation = (_call, bucket) => {
  bucket.encryption = { algorithm: 'AES256', bucketKeyEnabled: false, blocked: bucket.encryption.blocked };
  return { status: 204 };
};
