import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];

const ofCse = (cse: string, column: Column = 's3-emrfs') =>
  exported(rulesOf(`match: s3://acme-lake/a/, cse: ${cse}`), column);

describe('client-side rules give the configuration of CSE-KMS', () => {
  it('of EMRFS, with its provider, the key and its Region', () => {
    const answer = ofCse(`{ key: "${A}", wrap: [kms], format: [V2], suite: [AES/CBC/PKCS5Padding] }`);
    expect(settingsByName(answer)).toEqual({
      r0: {
        'fs.s3.cse.enabled': 'true',
        'fs.s3.cse.encryptionMaterialsProvider':
          'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        'fs.s3.cse.kms.keyId': A,
        'fs.s3.cse.kms.region': 'eu-west-1',
      },
    });
    expect(answer.problems).toEqual([]);
  });

  it('of S3A, where the key is to be proven by KMS', () => {
    const answer = ofCse(`{ key: "${A}", wrap: [kms+context], proof: decrypt-dry-run }`, 's3a-s3a');
    expect(settingsByName(answer)).toEqual({
      r0: {
        'fs.s3a.encryption.algorithm': 'CSE-KMS',
        'fs.s3a.encryption.key': A,
        'fs.s3a.encryption.cse.kms.region': 'eu-west-1',
      },
    });
  });

  it.each([
    [
      'EMRFS wraps with kms',
      's3-emrfs',
      `{ key: "${A}", wrap: [kms+context], proof: decrypt-dry-run }`,
      /its wrap is "kms\+context", and EMRFS writes "kms"/,
    ],
    [
      'EMRFS writes AES/CBC',
      's3-emrfs',
      `{ key: "${A}", suite: [AES/GCM/NoPadding] }`,
      /its suite is .*, and EMRFS writes "AES\/CBC\/PKCS5Padding"/,
    ],
    ['neither writes V3', 's3-emrfs', '{ format: [V3] }', /its format is "V3", and EMRFS writes "V2"/],
    [
      'EMRFS sets no context',
      's3-emrfs',
      `{ key: "${A}", context: { team: a } }`,
      /asks for an encryption context, which EMRFS cannot set/,
    ],
    [
      'S3A wraps with kms+context',
      's3a-s3a',
      `{ key: "${A}", wrap: [kms] }`,
      /its wrap is "kms", and S3A writes "kms\+context"/,
    ],
    ["S3A's envelope names no key", 's3-s3a', `{ key: "${A}" }`, /S3A's envelopes name no key/],
    [
      "a static description is a class of the user's",
      's3-emrfs',
      '{ description: { keyname: a } }',
      /names no KMS key: name one, or supply a class of your own/,
    ],
    [
      'any envelope names no key to configure',
      's3-emrfs',
      'required',
      /names no KMS key: name one, or supply a class of your own/,
    ],
    [
      'aws/s3 cannot be used by a client',
      's3-emrfs',
      '{ key: alias/aws/s3, wrap: [kms] }',
      /aws\/s3 is no key for client-side encryption/,
    ],
  ] as const)('a rule that it cannot satisfy is told: %s', (_, column, cse, message) => {
    const answer = ofCse(cse, column);
    expect(answer.applications).toEqual([]);
    expect(answer.notExported).toEqual(['s3://acme-lake/a/']);
    expect(messagesOf(answer)).toEqual([expect.stringMatching(message)]);
  });
});

describe('server-side beside client-side encryption comes from the bucket', () => {
  it('as a default for the outer layer, which the client does not ask for', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${B}" }, cse: { key: "${A}", wrap: [kms] }`,
      `match: s3://acme-lake/b/, sse: { key: "${A}" }`,
    );
    const answer = exported(yaml);
    expect(answer.bucketDefaults).toMatchObject([
      { serves: 'outer-layer', encryption: { kmsKeyId: B }, prefixes: ['s3://acme-lake/a/'], rules: ['r0'] },
    ]);
    expect(answer.bucketDefaults[0]?.notes[0]).toMatch(/^the client that encrypts before it sends asks S3/);
    expect(settingsByName(answer)).toMatchObject({
      r0: { 'fs.s3.cse.kms.keyId': A },
      r1: { 'fs.s3.serverSideEncryption.kms.keyId': A },
    });
  });

  it('two outer keys in one bucket have no default in common, and neither is exported', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }, cse: { key: "${A}", wrap: [kms] }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }, cse: { key: "${A}", wrap: [kms] }`,
    );
    const answer = exported(yaml);
    expect(answer.bucketDefaults).toEqual([]);
    expect(answer.applications).toEqual([]);
    expect(answer.notExported).toEqual(['s3://acme-lake/a/', 's3://acme-lake/b/']);
    expect(messagesOf(answer)).toEqual([
      expect.stringMatching(/the objects of r0, r1 in bucket "acme-lake"/),
    ]);
  });

  it('the default that is chosen in the end, not the first that would do, decides what lies apart', () => {
    const cse = `cse: { key: "${A}", wrap: [kms] }`;
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: ["${A}", "${B}"] }, ${cse}`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }, ${cse}`,
      `match: s3://acme-lake/a/deep/, sse: { key: "${A}" }, ${cse}`,
    );
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/a/', 's3://acme-lake/b/'] });
    expect(answer.bucketDefaults).toMatchObject([{ encryption: { kmsKeyId: B } }]);
    expect(messagesOf(answer)).toEqual([
      expect.stringMatching(/rule r2 governs "s3:\/\/acme-lake\/a\/deep\/"/),
    ]);
  });

  it('the bucket key that other rules of the bucket want is set in the same default', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { algorithm: [AES256] }, cse: { key: "${A}", wrap: [kms] }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}", bucketKey: required }`,
    );
    expect(exported(yaml).bucketDefaults).toMatchObject([
      { encryption: { algorithm: 'AES256', bucketKeyEnabled: true } },
    ]);
  });
});
