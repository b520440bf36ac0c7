import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { readServerSide } from '../../src/encryption/server-side.ts';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const observed = (head: Partial<ObjectHead>) =>
  readServerSide({ metadata: new Map(), missingMetadata: 0, ...head });

describe('what a HEAD shows of the outer layer', () => {
  it.each([
    ['no header', {}, { type: 'none' }],
    ['AES256', { serverSideEncryption: 'AES256' }, { type: 'sse-s3' }],
    [
      'aws:kms with a key',
      { serverSideEncryption: 'aws:kms', kmsKeyId: KEY },
      { type: 'sse-kms', key: KEY, bucketKey: false },
    ],
    [
      'aws:kms without a key, under a bucket key',
      { serverSideEncryption: 'aws:kms', bucketKeyEnabled: true },
      { type: 'sse-kms', bucketKey: true },
    ],
    ['aws:kms:dsse', { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: KEY }, { type: 'dsse-kms', key: KEY }],
    ['aws:fsx', { serverSideEncryption: 'aws:fsx' }, { type: 'fsx' }],
    ['aws:backup', { serverSideEncryption: 'aws:backup' }, { type: 'backup' }],
    [
      "the customer's algorithm, whatever stands beside it",
      { customerAlgorithm: 'AES256' },
      { type: 'sse-c' },
    ],
  ])('%s', (_what, head, expected) => {
    expect(observed(head)).toEqual(expected);
  });

  it.each([
    ['a value that nobody knows', { serverSideEncryption: 'aws:new' }, 'aws:new'],
    ['an empty value', { serverSideEncryption: '' }, ''],
    ['a key without an algorithm', { kmsKeyId: KEY }, ''],
    ['a key under AES256', { serverSideEncryption: 'AES256', kmsKeyId: KEY }, 'AES256'],
  ])('%s is not recognised, and kept as it came', (_what, head, raw) => {
    expect(observed(head)).toEqual({ type: 'unrecognised', raw });
  });
});
