import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const LAKE = 'fs.s3.bucket.acme-lake.';
const SSE_KEY = `${LAKE}serverSideEncryption.kms.keyId`;

type Row = readonly [name: string, value: string, file?: string];

const client = (rows: readonly Row[], column: 's3-s3a' | 's3-emrfs' = 's3-s3a', bucket = 'acme-lake') =>
  effectiveClient({
    settings: rows.map(([name, value, source = 'core-site.xml']) =>
      setting(name, value, 'core-site', { source }),
    ),
    column,
    bucket,
  });

describe("a bucket's own properties of EMRFS beside S3A's for all buckets", () => {
  it.each([
    [
      'AES256 for all, SSE-KMS of the bucket',
      [
        [ALGORITHM, 'AES256'],
        [`${LAKE}enableServerSideEncryption`, 'true'],
        [SSE_KEY, K],
      ],
    ],
    [
      'SSE-KMS for all, SSE-S3 of the bucket',
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, L],
        [`${LAKE}enableServerSideEncryption`, 'true'],
      ],
    ],
    [
      'DSSE-KMS for all, switched off for the bucket',
      [
        [ALGORITHM, 'DSSE-KMS'],
        [KEY, L],
        [`${LAKE}enableServerSideEncryption`, 'false'],
      ],
    ],
    [
      'CSE-CUSTOM for all, switched off for the bucket',
      [
        [ALGORITHM, 'CSE-CUSTOM'],
        [`${LAKE}cse.enabled`, 'false'],
      ],
    ],
    [
      "a bucket's key with two values",
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, L],
        [SSE_KEY, K, 'a.xml'],
        [SSE_KEY, L, 'b.xml'],
      ],
    ],
    [
      "a bucket's key of client-side encryption",
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, L],
        [`${LAKE}cse.kms.keyId`, K],
      ],
    ],
    [
      'AES256 for all, aws:kms without a key of the bucket',
      [
        [ALGORITHM, 'AES256'],
        [`${LAKE}enableServerSideEncryption`, 'true'],
        [`${LAKE}serverSideEncryptionAlgorithm`, 'aws:kms'],
      ],
    ],
    [
      'AES256 for all, and of the bucket a word that EMRFS does not know',
      [
        [ALGORITHM, 'AES256'],
        [`${LAKE}enableServerSideEncryption`, 'true'],
        [`${LAKE}serverSideEncryptionAlgorithm`, 'AES-128'],
      ],
    ],
    [
      'AES256 for all, and two algorithms of the bucket',
      [
        [ALGORITHM, 'AES256'],
        [`${LAKE}enableServerSideEncryption`, 'true'],
        [`${LAKE}serverSideEncryptionAlgorithm`, 'AES256', 'a.xml'],
        [`${LAKE}serverSideEncryptionAlgorithm`, 'aws:kms', 'b.xml'],
      ],
    ],
    [
      'SSE-KMS for all, AES256 beside that key of the bucket',
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, K],
        [`${LAKE}enableServerSideEncryption`, 'true'],
        [`${LAKE}serverSideEncryptionAlgorithm`, 'AES256'],
        [SSE_KEY, K],
      ],
    ],
  ] as const)('decide nothing where AWS does not document which counts: %s', (_, rows) => {
    const { encryption, problems } = client(rows);
    expect(encryption.type).toBe('undecided');
    expect([...new Set(problems.map(({ id }) => id))]).toStrictEqual(['emr/undecided-order']);
  });

  it.each([
    ['AES256', []],
    ['SSE-S3', []],
    ['SSE-S3', [[`${LAKE}serverSideEncryptionAlgorithm`, 'AES256']]],
  ] as const)('decide nothing else where they say the same: %s, %j', (algorithm, more) => {
    const rows: readonly Row[] = [
      [ALGORITHM, algorithm],
      [`${LAKE}enableServerSideEncryption`, 'true'],
      ...more,
    ];
    expect(client(rows)).toMatchObject({ encryption: { type: 'sse-s3' }, problems: [] });
  });

  it("are told with the bucket's own names of S3A, which settle it", () => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, L],
      [SSE_KEY, K],
    ];
    const [problem] = client(rows).problems;
    expect(problem?.message).toBe(
      `"${SSE_KEY}" speaks of one bucket and "${KEY}" of all: which of the two S3A takes there is not documented. set "fs.s3a.bucket.acme-lake.encryption.algorithm" and "fs.s3a.bucket.acme-lake.encryption.key"`,
    );
    const settled = client([
      ...rows,
      ['fs.s3a.bucket.acme-lake.encryption.algorithm', 'SSE-KMS'],
      ['fs.s3a.bucket.acme-lake.encryption.key', K],
    ]);
    expect(settled).toMatchObject({ encryption: { type: 'sse-kms' }, problems: [] });
  });
});

it('a key of a bucket whose name holds "cse." waits for its own switch', () => {
  const name = 'fs.s3.bucket.acme.cse.logs.serverSideEncryption.kms.keyId';
  expect(
    client([[name, K]], 's3-emrfs', 'acme.cse.logs').problems.map(({ message }) => message),
  ).toStrictEqual([
    `"${name}" does nothing: no "fs.s3.enableServerSideEncryption=true" switches the encryption on, so the bucket's default decides`,
  ]);
});

it('neither spark-defaults nor a security configuration is taken to win, and the sentence names the two', () => {
  const name = 'fs.s3.enableServerSideEncryption';
  const settings = [
    setting(name, 'true', 'spark-defaults'),
    setting(name, 'false', 'security-configuration'),
  ];
  const { problems } = effectiveClient({ settings, column: 's3-emrfs', bucket: 'b' });
  expect(problems.map(({ message }) => message)).toStrictEqual([
    `"${name}" is "true" at spark-defaults.txt, and "${name}" is "false" at security-configuration.txt: whether a security configuration overrides spark-defaults is not documented. give both the same value, or remove one`,
  ]);
});
