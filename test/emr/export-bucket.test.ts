import { describe, expect, it } from 'vitest';
import { renderBucketDefault, renderPutBucketEncryption } from '../../src/emr/render-bucket-default.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { exported, messagesOf, rulesOf } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];

describe('where one key serves the whole bucket, its default encryption is all there is to set', () => {
  const yaml = rulesOf(
    `match: s3://acme-lake/a/, sse: { key: ["${B}", "${A}"] }`,
    `match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "${A}" }, cse: forbidden`,
    `match: s3://acme-*/, sse: { algorithm: ["aws:kms", AES256] }`,
  );

  it('every rule that can govern a key of it decides, those with captures and wildcards too', () => {
    const answer = exported(yaml);
    expect(answer.applications).toEqual([]);
    expect(answer.bucketDefaults).toMatchObject([
      {
        bucket: 'acme-lake',
        serves: 'whole-bucket',
        encryption: { algorithm: 'aws:kms', kmsKeyId: A, bucketKeyEnabled: true, blockedTypes: ['SSE-C'] },
        prefixes: ['s3://acme-lake/a/'],
        rules: ['r0', 'r1', 'r2'],
      },
    ]);
    // The rule for many buckets still asks which; the one for many prefixes lacks nothing.
    expect(answer.notExported).toEqual(['s3://acme-*/']);
  });

  it('says that it replaces what was there, that SSE-C is blocked, and why the bucket key is on', () => {
    expect(exported(yaml).bucketDefaults[0]?.notes).toEqual([
      'an application that writes here asks for no encryption of its own: what it asked for would win over this default',
      'put-bucket-encryption replaces the whole configuration of the bucket, whatever it held before',
      'it holds for new objects alone: what is there already stays as it is',
      'SSE-C is blocked, since no rule ever allows it',
      'BucketKeyEnabled is true, since the rules leave it open: S3 then calls KMS far less often',
    ]);
  });

  it('the document and the command are those of put-bucket-encryption', () => {
    const [byDefault] = exported(yaml).bucketDefaults;
    if (byDefault === undefined) throw new Error('no default');
    const document = {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: A },
          BucketKeyEnabled: true,
          BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
        },
      ],
    };
    expect(JSON.parse(renderBucketDefault(byDefault))).toEqual(document);
    expect(renderPutBucketEncryption(byDefault)).toBe(
      `aws s3api put-bucket-encryption --bucket 'acme-lake' --server-side-encryption-configuration '${JSON.stringify(document)}'\n`,
    );
  });

  it('only what is asked for is taken up, but all of the bucket is looked at', () => {
    const two = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
    );
    const answer = exported(two, 's3-emrfs', { writes: ['s3://acme-lake/a/'] });
    expect(answer.bucketDefaults).toEqual([]);
    expect(answer.applications).toHaveLength(1);
  });

  it.each([
    ['required', true],
    ['forbidden', false],
    ['any', true],
  ])('bucketKey: %s makes BucketKeyEnabled %s', (bucketKey, enabled) => {
    const one = rulesOf(`match: s3://acme-lake/a/, sse: { key: "${A}", bucketKey: ${bucketKey} }`);
    const { bucketDefaults, problems } = exported(one);
    expect(bucketDefaults).toMatchObject([{ encryption: { bucketKeyEnabled: enabled } }]);
    expect(problems).toEqual([]);
  });

  it('rules that contradict one another on the bucket key have no default in common', () => {
    const both = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}", bucketKey: required }`,
      `match: s3://acme-lake/b/, sse: { key: "${A}", bucketKey: forbidden }`,
    );
    const answer = exported(both);
    expect(answer.bucketDefaults).toEqual([]);
    expect(messagesOf(answer)).toEqual([
      expect.stringMatching(/"s3:\/\/acme-lake\/a\/".* needs BucketKeyEnabled true$/),
      expect.stringMatching(/"s3:\/\/acme-lake\/b\/".* needs BucketKeyEnabled false$/),
    ]);
  });

  it('an alias is never a default: without its ARN there is a problem, and an application', () => {
    const one = rulesOf('match: s3://acme-lake/a/, sse: { key: alias/lake }');
    const unknown = exported(one);
    expect(unknown.bucketDefaults).toEqual([]);
    expect(unknown.applications).toHaveLength(1);
    expect(messagesOf(unknown)).toEqual([
      'emr/alias: one key serves bucket "acme-lake", but only "alias/lake" is known of it, which S3 would resolve in the account of whoever writes: give its full ARN to have it as the default encryption',
      expect.stringMatching(/^emr\/alias: "s3:\/\/acme-lake\/a\/", rule r0: "alias\/lake" is resolved/),
    ]);
    const known = exported(one, 's3-emrfs', { resolve: () => keyReference(B).arn });
    expect(known.bucketDefaults).toMatchObject([{ encryption: { kmsKeyId: B } }]);
    expect(known.problems).toEqual([]);
  });

  it('of several keys a default takes the first whose ARN is known', () => {
    const one = rulesOf(`match: s3://acme-lake/a/, sse: { key: [alias/lake, "${B}", "${A}"] }`);
    const answer = exported(one);
    expect(answer.bucketDefaults).toMatchObject([{ encryption: { kmsKeyId: B } }]);
    expect(answer.problems).toEqual([]);
  });

  it('DSSE, which EMRFS cannot ask for, can be a default, and has no bucket key', () => {
    const one = rulesOf(`match: s3://acme-lake/a/, sse: { algorithm: ["aws:kms:dsse"], key: "${A}" }`);
    const [byDefault] = exported(one).bucketDefaults;
    expect(byDefault?.encryption).toEqual({
      algorithm: 'aws:kms:dsse',
      kmsKeyId: A,
      bucketKeyEnabled: false,
      blockedTypes: ['SSE-C'],
    });
    expect(byDefault === undefined ? '' : renderBucketDefault(byDefault)).not.toContain('BucketKeyEnabled');
  });

  it('client-side encryption anywhere in the bucket leaves it to the applications', () => {
    const mixed = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, cse: { key: "${B}", wrap: [kms] }`,
    );
    const answer = exported(mixed);
    expect(answer.bucketDefaults).toEqual([]);
    expect(answer.applications).toHaveLength(2);
  });

  it('a bucket of which nothing but plain objects is asked has no default to set', () => {
    const answer = exported(rulesOf('match: s3://acme-lake/a/, cse: forbidden'));
    expect(answer.bucketDefaults).toEqual([]);
    expect(answer.applications).toMatchObject([{ settings: [], prefixes: ['s3://acme-lake/a/'] }]);
    expect(answer.applications[0]?.notes[0]).toMatch(/^nothing is to be set/);
  });
});
