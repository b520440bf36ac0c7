import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const CONTEXT = 'fs.s3a.encryption.context';
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_ALGORITHM = 'fs.s3.serverSideEncryptionAlgorithm';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const SSE_CONTEXT = 'fs.s3.serverSideEncryption.kms.customEncryptionContext';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const LAKE_ALGORITHM = 'fs.s3a.bucket.acme-lake.encryption.algorithm';
const LAKE_KEY = 'fs.s3a.bucket.acme-lake.encryption.key';
const LAKE_SSE = 'fs.s3.bucket.acme-lake.enableServerSideEncryption';
const LAKE_SSE_KEY = 'fs.s3.bucket.acme-lake.serverSideEncryption.kms.keyId';
const LAKE_CSE = 'fs.s3.bucket.acme-lake.cse.enabled';
const LAKE_CSE_KEY = 'fs.s3.bucket.acme-lake.cse.kms.keyId';

type Row = readonly [name: string, value: string, file?: string];

const s3a = (rows: readonly Row[]) => {
  const settings = rows.map(([name, value, source = 'core-site.xml']) =>
    setting(name, value, 'core-site', { source }),
  );
  const { encryption, problems } = effectiveClient({ settings, column: 's3-s3a', bucket: 'acme-lake' });
  return {
    encryption,
    found: problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`),
  };
};

const kms = (arn: string) => ({
  type: 'sse-kms',
  key: { kind: 'reference', reference: parseKeyReference(arn) },
});
const undecided = (why: string) => ({ type: 'undecided', why });

/** The same property with two values in two files, of which nobody knows the order. */
const twice = (name: string, one: string, other: string): readonly Row[] => [
  [name, one, 'a.xml'],
  [name, other, 'b.xml'],
];
const unordered = (name: string, one: string, other: string): string =>
  `"${name}" is "${other}" at b.xml, and "${name}" is "${one}" at a.xml: nothing says which of the two is read last`;
const unorderedFound = (name: string, one: string, other: string): string =>
  `a.xml emr/undecided-order: ${unordered(name, one, other)}. give both the same value, or remove one`;

const WAY_OUT = 'set "fs.s3a.encryption.algorithm" and "fs.s3a.encryption.key"';
const CSE_OPEN =
  '"fs.s3.cse.enabled" is not among the properties that AWS documents as handed on to S3A: whether S3A encrypts is not known';
const SSE_OPEN =
  '"fs.s3.enableServerSideEncryption" switches encryption on without a key of EMRFS: whether S3A is then set to SSE-S3 or SSE-KMS is not documented';
const AES_OPEN =
  '"fs.s3.enableServerSideEncryption" stands beside the algorithm AES256 and a key: which of the two is handed on to S3A is not documented';
const keyOpen = (name: string): string =>
  `"${name}" is handed on to S3A as the key like the key of the other kind of encryption: which of them counts is not documented`;
const left = (why: string): string => `core-site.xml emr/undecided-order: ${why}. ${WAY_OUT}`;

describe('EMRFS properties where S3A has no algorithm of its own', () => {
  it('encrypt nothing while nothing switches them on, and every key that lies about is named', () => {
    expect(
      s3a([
        [SSE_KEY, K],
        [KEY, L],
      ]),
    ).toStrictEqual({
      encryption: { type: 'unstated' },
      found: [
        `core-site.xml emr/ignored-property: "${SSE_KEY}" does nothing: no "fs.s3.enableServerSideEncryption=true" switches the encryption on, so the bucket's default decides`,
        `core-site.xml emr/ignored-property: "${KEY}" does nothing: nothing switches the encryption on, so the bucket's default decides`,
      ],
    });
  });

  it('leave client-side encryption open, with nothing said of its key', () => {
    const rows: readonly Row[] = [
      [CSE, 'true'],
      [CSE_KEY, K],
    ];
    expect(s3a(rows)).toStrictEqual({ encryption: undecided(CSE_OPEN), found: [left(CSE_OPEN)] });
  });

  it('decide nothing with a switch that is neither on nor off', () => {
    const why = `"${SSE}" is "yes"`;
    expect(
      s3a([
        [SSE, 'yes'],
        [SSE_KEY, K],
      ]),
    ).toStrictEqual({
      encryption: undecided(why),
      found: [`core-site.xml emr/bad-value: ${why}: expected "true" or "false"`],
    });
  });

  it('decide nothing with an algorithm that EMRFS does not have, and name the algorithm', () => {
    const why = `"${SSE_ALGORITHM}" is "ROT13"`;
    expect(
      s3a([
        [SSE, 'true', 'switch.xml'],
        [SSE_ALGORITHM, 'ROT13'],
        [SSE_KEY, K],
      ]),
    ).toStrictEqual({
      encryption: undecided(why),
      found: [`core-site.xml emr/bad-value: ${why}: expected "AES256" or "aws:kms"`],
    });
  });

  it.each([
    ['a switch', SSE, 'true', 'false', []],
    ['an algorithm', SSE_ALGORITHM, 'AES256', 'aws:kms', [[SSE_KEY, K]]],
    ['a key of EMRFS', SSE_KEY, K, L, []],
    ["S3A's own key, whatever EMRFS's is", KEY, K, L, [[SSE_KEY, K]]],
    [
      'a key of EMRFS beside that of its client-side encryption',
      SSE_KEY,
      K,
      L,
      [
        [CSE_KEY, K],
        [SSE_ALGORITHM, 'AES256'],
      ],
    ],
    ["a key of EMRFS's client-side encryption", CSE_KEY, K, L, [[SSE_KEY, K]]],
  ] as const)('decide nothing with %s in two files that differ', (_, name, one, other, more) => {
    const switched: readonly Row[] = name === SSE ? [] : [[SSE, 'true']];
    expect(s3a([...switched, ...twice(name, one, other), ...more])).toStrictEqual({
      encryption: undecided(unordered(name, one, other)),
      found: [unorderedFound(name, one, other)],
    });
  });

  it.each([
    ['aws:kms without a key', SSE_OPEN, [[SSE_ALGORITHM, 'aws:kms']]],
    ['a key of S3A alone', SSE_OPEN, [[KEY, K]]],
    [
      'a key beside AES256',
      AES_OPEN,
      [
        [SSE_ALGORITHM, 'AES256'],
        [SSE_KEY, K],
      ],
    ],
    [
      'two keys that differ',
      keyOpen(CSE_KEY),
      [
        [SSE_KEY, K],
        [CSE_KEY, L],
      ],
    ],
    [
      'two keys that differ, and AES256, of which the keys alone are told',
      keyOpen(CSE_KEY),
      [
        [SSE_ALGORITHM, 'AES256'],
        [SSE_KEY, K],
        [CSE_KEY, L],
      ],
    ],
    ['the key of client-side encryption alone', keyOpen(CSE_KEY), [[CSE_KEY, K]]],
  ] as const)('leave open what AWS does not document, and say how to close it: %s', (_, why, rows) => {
    expect(s3a([[SSE, 'true'], ...rows])).toStrictEqual({ encryption: undecided(why), found: [left(why)] });
  });

  it.each([
    ['nothing else', { type: 'sse-s3' }, []],
    ['AES256', { type: 'sse-s3' }, [[SSE_ALGORITHM, 'AES256']]],
    ['a key', kms(K), [[SSE_KEY, K]]],
    [
      'aws:kms and a key',
      kms(K),
      [
        [SSE_ALGORITHM, 'aws:kms'],
        [SSE_KEY, K],
      ],
    ],
    [
      'both keys, which are one',
      kms(K),
      [
        [SSE_KEY, K],
        [CSE_KEY, K],
      ],
    ],
    [
      'a key, and one of S3A, which comes first',
      kms(L),
      [
        [SSE_KEY, K],
        [KEY, L],
      ],
    ],
  ] as const)('are followed with server-side encryption and %s', (_, encryption, rows) => {
    expect(s3a([[SSE, 'true'], ...rows])).toStrictEqual({ encryption, found: [] });
  });

  it('say of either encryption context that nobody can audit it', () => {
    const told = (name: string) =>
      `core-site.xml emr/not-expressible: "${name}" cannot be audited: HEAD does not show the encryption context of server-side encryption`;
    const contexts: readonly Row[] = [
      [SSE_CONTEXT, 'e30='],
      [CONTEXT, 'a=b'],
    ];
    expect(s3a([[SSE, 'true'], [SSE_KEY, K], ...contexts]).found).toStrictEqual([
      told(SSE_CONTEXT),
      told(CONTEXT),
    ]);
  });
});

const BUCKET_AND_ALL = (name: string): string =>
  `"${name}" speaks of one bucket and "fs.s3a.encryption.algorithm" of all: which of the two S3A follows there is not documented`;

describe("a bucket's switch of EMRFS beside S3A's algorithm for all buckets", () => {
  it.each([
    [LAKE_SSE, 'true', 'DSSE-KMS'],
    [LAKE_SSE, 'true', 'SSE-C'],
    [LAKE_SSE, 'true', 'CSE-KMS'],
    [LAKE_SSE, 'true', 'CSE-CUSTOM'],
    [LAKE_SSE, 'false', 'AES256'],
    [LAKE_SSE, 'false', 'sse-s3'],
    [LAKE_SSE, 'false', 'SSE-KMS'],
    [LAKE_CSE, 'true', 'AES256'],
    [LAKE_CSE, 'true', 'SSE-KMS'],
    [LAKE_CSE, 'true', 'SSE-C'],
    [LAKE_CSE, 'false', 'CSE-KMS'],
  ])('decides nothing with %s=%s and %s', (name, value, algorithm) => {
    const { encryption, found } = s3a([
      [ALGORITHM, algorithm],
      [name, value],
    ]);
    expect(encryption).toStrictEqual(undecided(BUCKET_AND_ALL(name)));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`core-site.xml emr/undecided-order: ${BUCKET_AND_ALL(name)}. set `);
  });

  it.each([
    ['SSE-S3 either way', { type: 'sse-s3' }, [[ALGORITHM, 'AES256']], [[LAKE_SSE, 'true']]],
    ['SSE-S3 by its other name', { type: 'sse-s3' }, [[ALGORITHM, 'sse-s3']], [[LAKE_SSE, 'true']]],
    [
      'SSE-KMS under the same key either way',
      kms(K),
      [
        [ALGORITHM, 'sse-kms'],
        [KEY, K],
      ],
      [
        [LAKE_SSE, 'true'],
        [LAKE_SSE_KEY, K],
      ],
    ],
    [
      'SSE-KMS, and no client-side encryption either way',
      kms(K),
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, K],
      ],
      [[LAKE_CSE, 'false']],
    ],
  ] as const)('changes nothing where both come to %s', (_, encryption, forAll, forLake) => {
    expect(s3a([...forAll, ...forLake])).toStrictEqual({ encryption, found: [] });
  });

  it('changes nothing for CSE-KMS under the same key either way', () => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'CSE-KMS'],
      [KEY, K],
      [LAKE_CSE, 'true'],
      [LAKE_CSE_KEY, K],
      [LAKE_SSE, 'false'],
    ];
    expect(s3a(rows)).toStrictEqual({
      encryption: { ...kms(K), type: 'cse-kms', wrap: 'kms+context', storage: 'metadata' },
      found: [],
    });
  });

  it("counts for nothing beside the bucket's own algorithm, and one for all buckets beside any algorithm", () => {
    const own: readonly Row[] = [
      [LAKE_ALGORITHM, 'SSE-KMS'],
      [LAKE_KEY, K],
      [LAKE_SSE, 'false'],
    ];
    expect(s3a(own)).toStrictEqual({ encryption: kms(K), found: [] });
    const forAll: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, K],
      [SSE, 'false'],
      [CSE, 'true'],
    ];
    expect(s3a(forAll)).toStrictEqual({ encryption: kms(K), found: [] });
  });

  it('decides nothing where it is neither on nor off', () => {
    const why = `"${LAKE_SSE}" is "maybe"`;
    const rows: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, K],
      [LAKE_SSE, 'maybe'],
    ];
    expect(s3a(rows)).toStrictEqual({
      encryption: undecided(why),
      found: [`core-site.xml emr/bad-value: ${why}: expected "true" or "false"`],
    });
  });
});

describe("a key of EMRFS beside S3A's algorithm", () => {
  const CSE_KMS = { ...kms(K), type: 'cse-kms', wrap: 'kms+context', storage: 'metadata' };

  it('is taken for CSE-KMS, but not where the key of server-side encryption is another one', () => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'CSE-KMS'],
      [CSE_KEY, K],
    ];
    expect(s3a(rows)).toStrictEqual({ encryption: CSE_KMS, found: [] });
    expect(s3a([...rows, [SSE_KEY, K]])).toStrictEqual({ encryption: CSE_KMS, found: [] });
    const why = keyOpen(SSE_KEY);
    expect(s3a([...rows, [SSE_KEY, L]])).toStrictEqual({ encryption: undecided(why), found: [left(why)] });
  });

  it("decides nothing where it is a bucket's own and S3A's key for all is another one", () => {
    const why = `"${LAKE_SSE_KEY}" speaks of one bucket and "${KEY}" of all: which of the two S3A takes there is not documented`;
    const { encryption, found } = s3a([
      [ALGORITHM, 'SSE-KMS'],
      [KEY, K],
      [LAKE_SSE_KEY, L],
    ]);
    expect(encryption).toStrictEqual(undecided(why));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`core-site.xml emr/undecided-order: ${why}. set `);
  });

  it.each([
    [
      "S3A's key for all is the same one",
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, K],
        [LAKE_SSE_KEY, K],
      ],
    ],
    [
      "S3A's key is the bucket's own too",
      [
        [LAKE_ALGORITHM, 'SSE-KMS'],
        [LAKE_KEY, K],
        [LAKE_SSE_KEY, L],
      ],
    ],
    [
      'both are for all buckets',
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, K],
        [SSE_KEY, L],
      ],
    ],
  ] as const)("leaves S3A's key as it is where %s", (_, rows) => {
    expect(s3a(rows)).toStrictEqual({ encryption: kms(K), found: [] });
  });
});
