import { describe, expect, it } from 'vitest';
import { type Prediction, predictWrites, withKey } from '../../src/emr/predict.ts';
import type { Connector } from '../../src/emr/setting.ts';
import { sampleKey, writeTarget } from '../../src/emr/write-target.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { readEnvelope, readWithInstructionFile } from '../../src/encryption/envelope.ts';
import { readInstructionFile } from '../../src/encryption/instruction-file.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { settingsOf } from './settings.ts';

const [K, D] = [keyArn('a'), keyArn('d')];
const SSE_S3: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: [] };
const SSE_KMS: BucketDefault = {
  algorithm: 'aws:kms',
  kmsKeyId: D,
  bucketKeyEnabled: true,
  blockedTypes: [],
};

interface Scene {
  readonly uri?: string;
  readonly connector?: Connector;
  readonly bucketDefault?: BucketDefault;
}

function predict(
  values: Readonly<Record<string, string>>,
  { uri = 's3a://lake/out/', connector = 'emrfs', bucketDefault }: Scene = {},
): Prediction {
  const [prediction] = predictWrites({
    settings: settingsOf(values),
    s3Connector: connector,
    writes: [{ uri, settings: [], place: { source: 'flag' } }],
    defaults: new Map(bucketDefault === undefined ? [] : [['lake', bucketDefault]]),
  });
  if (prediction === undefined) throw new Error('no prediction');
  return prediction;
}

const headOf = (prediction: Prediction) => {
  if (prediction.kind !== 'head') throw new Error(prediction.why);
  return prediction;
};

const KMS = { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': K };
const EMRFS_CSE = { 'fs.s3.cse.enabled': 'true', 'fs.s3.cse.kms.keyId': K };
const EMRFS = { uri: 's3://lake/out', bucketDefault: SSE_KMS } as const;

describe('server-side encryption', () => {
  it('has the configured key, and the bucket key of the bucket where that is known', () => {
    const known = headOf(predict(KMS, { bucketDefault: SSE_KMS }));
    expect(known.head).toMatchObject({
      serverSideEncryption: 'aws:kms',
      kmsKeyId: K,
      bucketKeyEnabled: true,
    });
    expect(known).toMatchObject({ bucketKeyKnown: true, serverSideKey: { from: 'client' } });
    const unknown = headOf(predict(KMS));
    expect(unknown.head.bucketKeyEnabled).toBeUndefined();
    expect(unknown.bucketKeyKnown).toBe(false);
  });

  it('under SSE-KMS without a key is that of the AWS-managed key, which has no ARN here', () => {
    const { head, serverSideKey } = headOf(predict({ 'fs.s3a.encryption.algorithm': 'SSE-KMS' }));
    expect(head.kmsKeyId).toBe('alias/aws/s3');
    expect(serverSideKey?.reference).toEqual({ kind: 'alias-name', name: 'alias/aws/s3' });
  });

  it('takes the ARN that the key was resolved to, where there is a key', () => {
    const alias = headOf(predict({ ...KMS, 'fs.s3a.encryption.key': 'alias/x' }));
    expect(withKey(alias, keyReference(D).arn).head.kmsKeyId).toBe(D);
    const none = headOf(predict({ 'fs.s3a.encryption.algorithm': 'AES256' }));
    expect(withKey(none, keyReference(D).arn)).toEqual(none);
  });

  it("that is not asked for is the bucket's default, or not known", () => {
    expect(headOf(predict({}, { bucketDefault: SSE_S3 })).head).toMatchObject({
      serverSideEncryption: 'AES256',
    });
    const kms = headOf(predict({}, { bucketDefault: SSE_KMS }));
    expect(kms.head).toMatchObject({ kmsKeyId: D, bucketKeyEnabled: true });
    expect(kms.serverSideKey?.from).toBe('bucket-default');
    expect(predict({})).toMatchObject({ kind: 'undecided', code: 'BUCKET_DEFAULT_UNKNOWN' });
    const dsse = { ...SSE_KMS, algorithm: 'aws:kms:dsse' };
    expect(headOf(predict({}, { bucketDefault: dsse })).head.bucketKeyEnabled).toBeUndefined();
  });

  it('under SSE-C is hidden from a HEAD', () => {
    expect(predict({ 'fs.s3a.encryption.algorithm': 'SSE-C' })).toMatchObject({ kind: 'head', hidden: true });
  });

  it.each([
    ['a placeholder', { ...KMS, 'fs.s3a.encryption.key': '<KMS Key Id>' }, 'KEY_PLACEHOLDER'],
    ['a client that cannot be told', { 'fs.s3a.encryption.algorithm': 'none' }, 'CLIENT_UNDECIDED'],
    ['a custom provider', { 'fs.s3a.encryption.algorithm': 'CSE-CUSTOM' }, 'CUSTOM_PROVIDER'],
    ['CSE-KMS without a key', { 'fs.s3a.encryption.algorithm': 'CSE-KMS' }, 'CLIENT_UNDECIDED'],
  ])('is never guessed: %s', (_, values, code) => {
    expect(predict(values, { bucketDefault: SSE_S3 })).toMatchObject({ kind: 'undecided', code });
  });
});

describe('client-side encryption', () => {
  it("by EMRFS claims the key as configured, in format V2 with wrap kms, over the bucket's default", () => {
    const { head } = headOf(predict(EMRFS_CSE, EMRFS));
    expect(head.kmsKeyId).toBe(D);
    expect(readEnvelope(head.metadata)).toMatchObject({
      type: 'envelope',
      format: 'V2',
      wrap: 'kms',
      suite: 'AES/CBC/PKCS5Padding',
      claimedKey: K,
    });
  });

  it('by EMRFS in an instruction file leaves its length on the object, and the envelope in the file', () => {
    const values = { ...EMRFS_CSE, 'fs.s3.cse.cryptoStorageMode': 'InstructionFile' };
    const { head, instructionFile } = headOf(predict(values, EMRFS));
    expect(readEnvelope(head.metadata)).toMatchObject({ type: 'instruction-mode' });
    const file = readInstructionFile(instructionFile ?? '');
    if (file.kind !== 'instruction-file') throw new Error(file.why);
    expect(readWithInstructionFile(head.metadata, file.members)).toMatchObject({
      type: 'envelope',
      wrap: 'kms',
      claimedKey: K,
      storage: 'instruction-file',
    });
  });

  it('by S3A names no key, in format V2 with wrap kms+context', () => {
    const values = { ...KMS, 'fs.s3a.encryption.algorithm': 'CSE-KMS' };
    const { head } = headOf(predict(values, { bucketDefault: SSE_S3 }));
    const envelope = readEnvelope(head.metadata);
    expect(envelope).toMatchObject({ type: 'envelope', format: 'V2', wrap: 'kms+context' });
    expect(envelope).not.toHaveProperty('claimedKey');
    expect(JSON.stringify([...head.metadata])).not.toContain(K);
  });

  it('without a known default of the bucket has an inner layer alone', () => {
    const prediction = predict(EMRFS_CSE, { uri: 's3://lake/out/' });
    expect(prediction).toMatchObject({ kind: 'undecided', code: 'BUCKET_DEFAULT_UNKNOWN' });
    const inner = prediction.kind === 'undecided' ? prediction.inner : undefined;
    expect(inner?.head.serverSideEncryption).toBeUndefined();
    expect(inner && readEnvelope(inner.head.metadata).type).toBe('envelope');
  });

  it("by EMRFS's version 2 is not guessed", () => {
    const values = { ...EMRFS_CSE, 'fs.s3.cse.encryptionV2.enabled': 'true' };
    expect(predict(values, EMRFS)).toMatchObject({ kind: 'undecided', code: 'CLIENT_UNDECIDED' });
  });
});

describe('the object of a prediction', () => {
  it.each([
    ['s3://lake', 'part-00000'],
    ['s3://lake/', 'part-00000'],
    ['s3://lake/a', 'a/part-00000'],
    ['s3a://lake/a/', 'a/part-00000'],
    ['s3n://lake//a///b%20c', 'a/b%20c/part-00000'],
  ])('below %s is %s', (uri, key) => {
    expect(sampleKey(writeTarget(uri)?.prefix ?? 'none')).toBe(key);
    expect(predict({}, { uri }).key).toBe(key);
  });

  it.each(['hdfs://lake/a', 's3:/lake', 's3:///a', 'lake/a', 's3://lake/../a', 's3://lake/./a'])(
    'is none for %s',
    (uri) => {
      expect(writeTarget(uri)).toBeUndefined();
      expect(() => predict({}, { uri })).toThrow(RangeError);
    },
  );
});
