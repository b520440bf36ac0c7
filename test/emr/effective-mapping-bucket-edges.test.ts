import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const SWITCH = 'fs.s3.bucket.acme-lake.enableServerSideEncryption';
const OWN_ALGORITHM = 'fs.s3.bucket.acme-lake.serverSideEncryptionAlgorithm';
const OWN_KEY = 'fs.s3.bucket.acme-lake.serverSideEncryption.kms.keyId';

type Row = readonly [name: string, value: string, file?: string];

const s3a = (rows: readonly Row[]) => {
  const settings = rows.map(([name, value, source = 'core-site.xml']) =>
    setting(name, value, 'core-site', { source }),
  );
  return effectiveClient({ settings, column: 's3-s3a', bucket: 'acme-lake' });
};

const WHY = `"${SWITCH}" speaks of one bucket and "${ALGORITHM}" of all: which of the two S3A follows there is not documented`;

describe("a bucket's server-side encryption by EMRFS beside SSE-S3 of S3A for all buckets", () => {
  it.each<readonly [string, readonly Row[]]>([
    [
      'AES256 and a key, of which nobody knows which counts',
      [
        [OWN_ALGORITHM, 'AES256'],
        [OWN_KEY, K],
      ],
    ],
    ['a key alone, which is SSE-KMS', [[OWN_KEY, K]]],
    ['aws:kms without a key', [[OWN_ALGORITHM, 'aws:kms']]],
    [
      'two keys of which nobody knows the order',
      [
        [OWN_KEY, K, 'a.xml'],
        [OWN_KEY, L, 'b.xml'],
      ],
    ],
    [
      'two algorithms of which nobody knows the order',
      [
        [OWN_ALGORITHM, 'AES256', 'a.xml'],
        [OWN_ALGORITHM, 'aws:kms', 'b.xml'],
      ],
    ],
  ])('decides nothing with %s', (_what, own) => {
    for (const word of ['AES256', 'SSE-S3']) {
      const { encryption, problems } = s3a([[ALGORITHM, word], [SWITCH, 'true'], ...own]);
      expect(encryption).toEqual({ type: 'undecided', why: WHY });
      expect(problems.map(({ id, message }) => `${id}: ${message}`)).toContain(
        `emr/undecided-order: ${WHY}. set "fs.s3a.bucket.acme-lake.encryption.algorithm" and "fs.s3a.bucket.acme-lake.encryption.key"`,
      );
    }
  });

  it.each<readonly [string, readonly Row[]]>([
    ['nothing more', []],
    ['AES256', [[OWN_ALGORITHM, 'AES256']]],
    ['a blank key, which is none', [[OWN_KEY, ' ']]],
  ])('is the same with %s', (_what, own) => {
    const { encryption, problems } = s3a([[ALGORITHM, 'AES256'], [SWITCH, 'true'], ...own]);
    expect([encryption, problems]).toEqual([{ type: 'sse-s3' }, []]);
  });
});
