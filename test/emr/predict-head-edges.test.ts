import { describe, expect, it } from 'vitest';
import type { ClientEncryption } from '../../src/emr/client-encryption.ts';
import { predictHead } from '../../src/emr/predict-head.ts';
import { renderBucketDefault } from '../../src/emr/render-bucket-default.ts';
import type { Column } from '../../src/emr/setting.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { keyArn, keyReference } from '../support/keys.ts';

const [K, D] = [keyArn('a'), keyArn('d')];
const REFERENCE = keyReference(K);
const MANAGED = { kind: 'alias-name', name: 'alias/aws/s3' } as const;
const SSE_S3: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: [] };
const BARE = { metadata: new Map(), missingMetadata: 0 };
const SHOWN = { kind: 'head', bucketKeyKnown: true, hidden: false } as const;

const predict = (encryption: ClientEncryption, bucketDefault?: BucketDefault, column: Column = 's3a-s3a') =>
  predictHead({ encryption, column, bucketDefault });

const cse = (changes: Partial<Extract<ClientEncryption, { type: 'cse-kms' }>> = {}): ClientEncryption => ({
  type: 'cse-kms',
  key: { kind: 'reference', reference: REFERENCE },
  wrap: 'kms+context',
  storage: 'metadata',
  ...changes,
});

describe('a HEAD under server-side encryption, whole', () => {
  it('shows AES256 alone under SSE-S3', () => {
    expect(predict({ type: 'sse-s3' })).toStrictEqual({
      ...SHOWN,
      head: { ...BARE, serverSideEncryption: 'AES256' },
    });
  });

  it("would show the customer's algorithm under SSE-C, but is hidden", () => {
    expect(predict({ type: 'sse-c' })).toStrictEqual({
      ...SHOWN,
      head: { ...BARE, customerAlgorithm: 'AES256' },
      hidden: true,
    });
  });

  it.each([[undefined], [{ ...SSE_S3, bucketKeyEnabled: true }]])(
    'shows no bucket key under DSSE-KMS, which knows none, whatever the default: %j',
    (bucketDefault) => {
      const key = { kind: 'reference', reference: REFERENCE } as const;
      expect(predict({ type: 'dsse-kms', key }, bucketDefault)).toStrictEqual({
        ...SHOWN,
        head: { ...BARE, serverSideEncryption: 'aws:kms:dsse', kmsKeyId: K },
        serverSideKey: { reference: REFERENCE, from: 'client' },
      });
    },
  );

  it('leaves the bucket key open under SSE-KMS where the default is not known', () => {
    expect(predict({ type: 'sse-kms', key: { kind: 'absent' } })).toStrictEqual({
      ...SHOWN,
      bucketKeyKnown: false,
      head: { ...BARE, serverSideEncryption: 'aws:kms', kmsKeyId: 'alias/aws/s3' },
      serverSideKey: { reference: MANAGED, from: 'client' },
    });
  });
});

describe("a HEAD under the bucket's default, whole", () => {
  it.each<[string, BucketDefault, object, object]>([
    ['SSE-S3', SSE_S3, { serverSideEncryption: 'AES256' }, {}],
    [
      'SSE-KMS without a key, which is the AWS-managed one',
      { ...SSE_S3, algorithm: 'aws:kms' },
      { serverSideEncryption: 'aws:kms', kmsKeyId: 'alias/aws/s3', bucketKeyEnabled: false },
      { serverSideKey: { reference: MANAGED, from: 'bucket-default' } },
    ],
    [
      'DSSE-KMS, which has no bucket key',
      { algorithm: 'aws:kms:dsse', kmsKeyId: D, bucketKeyEnabled: true, blockedTypes: [] },
      { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: D },
      { serverSideKey: { reference: keyReference(D), from: 'bucket-default' } },
    ],
  ])('of %s', (_, bucketDefault, head, more) => {
    expect(predict({ type: 'unstated' }, bucketDefault)).toStrictEqual({
      ...SHOWN,
      head: { ...BARE, ...head },
      ...more,
    });
  });

  it.each<[string, ClientEncryption]>([
    ['a client that asks for nothing', { type: 'unstated' }],
    ['a client that encrypts by itself', cse()],
  ])('is not told for %s where the key of the default is no key reference', (_, encryption) => {
    const bucketDefault = { ...SSE_S3, algorithm: 'aws:kms', kmsKeyId: 'the finance key' };
    expect(predict(encryption, bucketDefault)).toStrictEqual({
      kind: 'undecided',
      code: 'KEY_PLACEHOLDER',
      why: "the key of the bucket's default encryption is no key reference",
    });
  });
});

describe('a HEAD under client-side encryption', () => {
  it('by S3A has the envelope of the S3 encryption client, and no instruction file', () => {
    expect(predict(cse(), SSE_S3)).toStrictEqual({
      ...SHOWN,
      head: {
        missingMetadata: 0,
        serverSideEncryption: 'AES256',
        metadata: new Map([
          ['x-amz-key-v2', 'A'.repeat(64)],
          ['x-amz-iv', 'A'.repeat(16)],
          ['x-amz-matdesc', '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}'],
          ['x-amz-wrap-alg', 'kms+context'],
          ['x-amz-cek-alg', 'AES/GCM/NoPadding'],
          ['x-amz-tag-len', '128'],
        ]),
      },
    });
  });

  it.each<[string, ClientEncryption, Column, string, string]>([
    [
      'a placeholder for a key',
      cse({ key: { kind: 'unresolved', text: '<key>' } }),
      's3a-s3a',
      'KEY_PLACEHOLDER',
      'the key is a placeholder, or a word that names no key',
    ],
    [
      'no key',
      cse({ key: { kind: 'absent' } }),
      's3a-s3a',
      'CLIENT_UNDECIDED',
      'client-side encryption under KMS is asked for without a key',
    ],
    [
      'version 2 of EMRFS',
      cse(),
      's3-emrfs',
      'CLIENT_UNDECIDED',
      'fs.s3.cse.encryptionV2.enabled is on, presumably with the wrap kms+context: what EMRFS then writes is not documented',
    ],
    [
      "a class of the user's",
      { type: 'cse-custom', storage: 'metadata' },
      's3-emrfs',
      'CUSTOM_PROVIDER',
      "a class of the user's supplies the key: what its envelopes will hold cannot be told",
    ],
    [
      'a configuration that contradicts itself',
      { type: 'undecided', why: 'both are on' },
      's3-emrfs',
      'CLIENT_UNDECIDED',
      'both are on',
    ],
  ])('is not told under %s, and why', (_, encryption, column, code, why) => {
    expect(predict(encryption, SSE_S3, column)).toStrictEqual({ kind: 'undecided', code, why });
  });
});

describe("a bucket's default as S3 takes it", () => {
  it.each<[string, Partial<BucketDefault>, object]>([
    [
      'switches the bucket key off by name under SSE-KMS',
      { algorithm: 'aws:kms', kmsKeyId: D },
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: D },
        BucketKeyEnabled: false,
      },
    ],
    [
      'switches the bucket key on beside SSE-S3, for writers who ask for SSE-KMS',
      { bucketKeyEnabled: true },
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: true },
    ],
    [
      'says nothing of a bucket key that is off beside SSE-S3',
      {},
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ],
  ])('%s', (_, changes, rule) => {
    const encryption = { ...SSE_S3, blockedTypes: ['SSE-C'], ...changes };
    expect(JSON.parse(renderBucketDefault({ encryption }))).toEqual({
      Rules: [{ ...rule, BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } }],
    });
  });
});
