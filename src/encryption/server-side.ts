import type { ObjectHead } from './head.ts';
import type { ServerSideEncryption } from './observation.ts';

/**
 * Reads the outer layer from a HEAD. The enumeration is open: a value that is not known, or headers that contradict each
 * other, are `unrecognised` and keep what came. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function readServerSide(head: ObjectHead): ServerSideEncryption {
  if (head.customerAlgorithm !== undefined) return { type: 'sse-c' };
  const key = head.kmsKeyId ? { key: head.kmsKeyId } : {};
  switch (head.serverSideEncryption) {
    case undefined:
      return head.kmsKeyId ? { type: 'unrecognised', raw: '' } : { type: 'none' };
    case 'AES256':
      return head.kmsKeyId ? { type: 'unrecognised', raw: 'AES256' } : { type: 'sse-s3' };
    case 'aws:kms':
      return { type: 'sse-kms', ...key, bucketKey: head.bucketKeyEnabled ?? false };
    case 'aws:kms:dsse':
      return { type: 'dsse-kms', ...key };
    case 'aws:fsx':
      return { type: 'fsx' };
    case 'aws:backup':
      return { type: 'backup' };
    default:
      return { type: 'unrecognised', raw: head.serverSideEncryption };
  }
}
