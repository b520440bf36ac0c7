import { describe, expect, it, test } from 'vitest';
import { isPlaceholder } from '../../src/emr/placeholder.ts';
import { bucketProperty, isEncryptionProperty, knownProperty } from '../../src/emr/properties.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';

/** Real properties of EMRFS and S3A of other purpose. */
const OTHERS =
  `fs.s3.aimd.enabled fs.s3.authorization.roleMapping fs.s3.sts.endpoint fs.s3.maxRetries fs.s3.maxConnections
  fs.s3.canned.acl fs.s3.signerType fs.s3.storageClass fs.s3.threadpool.maxSize fs.s3.buffer.dir fs.s3.consistent
  fs.s3.consistent.metadata.tableName fs.s3.consistent.retryCount fs.s3.buckets.create.enabled fs.s3n.ssl.enabled
  fs.s3n.endpoint fs.s3n.block.size fs.s3n.multipart.uploads.enabled fs.s3.s3AccessGrants.enabled
  fs.s3.open.acceptsFileStatus fs.s3.useRequesterPaysHeader fs.s3.customAWSCredentialsProvider fs.s3.rename.algorithm.version
  fs.s3.requestStatistics.enabled fs.s3.seekStrategy fs.s3.delete.maxBatchSize fs.s3.region.fallback
  fs.s3a.endpoint fs.s3a.endpoint.region fs.s3a.path.style.access fs.s3a.connection.ssl.enabled fs.s3a.connection.maximum
  fs.s3a.committer.name fs.s3a.committer.magic.enabled fs.s3a.fast.upload fs.s3a.multipart.size fs.s3a.block.size
  fs.s3a.acl.default fs.s3a.aws.credentials.provider fs.s3a.assumed.role.arn fs.s3a.signing-algorithm fs.s3a.ssl.channel.mode
  fs.s3a.accesspoint.required fs.s3a.bucket.acme.accesspoint.arn fs.s3a.bucket.acme.endpoint fs.s3a.create.storage.class
  fs.s3a.experimental.input.fadvise fs.s3a.vectored.read.min.seek.size fs.s3a.audit.enabled fs.s3a.threads.max
  fs.s3a.requester.pays.enabled fs.s3a.bucket.probe fs.s3a.retry.limit fs.s3a.socket.timeout fs.s3a.user.agent.prefix
  fs.s3.getObject.initialSocketTimeoutMilliseconds fs.s3.filestatus.metadata.enabled fs.AbstractFileSystem.s3a.impl`.split(
    /\s+/,
  );

const inCoreSite = (name: string) =>
  readConfiguration(JSON.stringify([{ Classification: 'core-site', Properties: { [name]: 'x' } }]), 'f');

describe('a name', () => {
  test.each(OTHERS)('%s is not about encryption, and nothing is said of it', (name) => {
    const { settings, problems } = inCoreSite(name);
    expect(settings).toEqual([]);
    expect(problems.map(({ id }) => id)).toEqual(['emr/no-s3-encryption']);
  });

  test.each([
    ['fs.s3a.Encryption.key', 'fs.s3a.encryption.key'],
    ['FS.S3A.ENCRYPTION.KEY', 'fs.s3a.encryption.key'],
    ['fs.s3.bucket.acme.lake.cse.enable', 'fs.s3.bucket.acme.lake.cse.enabled'],
    ['fs.s3.serverSideEncryption.kms.keyid', 'fs.s3.serverSideEncryption.kms.keyId'],
    ['fs.s3a.server-side-encryption-key', 'fs.s3a.server-side-encryption.key'],
  ])('%s is nobody’s, and was probably meant to be %s', (name, meant) => {
    const { settings, problems } = inCoreSite(name);
    expect(settings).toEqual([]);
    expect(problems[0]?.id).toBe('emr/unknown-property');
    expect(problems[0]?.message).toContain(`did you mean "${meant}"?`);
  });

  it('that looks like encryption and is near none of the table is said to be unknown', () => {
    expect(inCoreSite('fs.s3.kmsArnForEverything').problems[0]?.id).toBe('emr/unknown-property');
  });

  it('of a bucket is the property after it, though the bucket has dots', () => {
    expect(bucketProperty('fs.s3a.bucket.my.dotted.bucket.encryption.cse.kms.region')).toEqual({
      bucket: 'my.dotted.bucket',
      base: 'fs.s3a.encryption.cse.kms.region',
    });
    expect(knownProperty('fs.s3.bucket.acme.cse.enabled')?.value).toBe('boolean');
    expect(isEncryptionProperty('fs.s3a.bucket.acme.encryption.key')).toBe(true);
  });

  it('of a bucket is none where the bucket is missing, or where no bucket can have its own', () => {
    for (const name of [
      'fs.s3a.bucket.encryption.key',
      'fs.s3a.bucket..encryption.key',
      'fs.s3a.bucket.acme.impl',
      'fs.s3a.bucket.acme.impl.disable.cache',
      'fs.s3.bucket.acme.encryption.key',
      `fs.s3a.bucket.${'a'.repeat(300)}.encryption.key`,
    ]) {
      expect(isEncryptionProperty(name)).toBe(false);
    }
  });
});

const dollar = (name: string): string => `\${${name}}`;

describe('a placeholder', () => {
  it('is a name in dollar and braces, double braces or angle brackets, alone or within text', () => {
    for (const text of [
      dollar('KeyID'),
      '<KMS Key Id>',
      '{{ key }}',
      `arn:aws:kms:${dollar('region')}:x`,
      '{{a\nb}}',
      dollar(''),
    ]) {
      expect(isPlaceholder(text)).toBe(true);
    }
  });

  it('is no key, alias or open bracket', () => {
    for (const text of ['alias/lake', 'a < b', '$KEY', '{x}', '}}{{', '', 'MyKMSKeyID', '<>']) {
      expect(isPlaceholder(text)).toBe(false);
    }
  });
});
