import { describe, expect, it } from 'vitest';
import { type ClientQuery, effectiveClient } from '../../src/emr/effective.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_ALGORITHM = 'fs.s3.serverSideEncryptionAlgorithm';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const SSE_CONTEXT = 'fs.s3.serverSideEncryption.kms.customEncryptionContext';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const CSE_REGION = 'fs.s3.cse.kms.region';
const CSE_PROVIDER = 'fs.s3.cse.encryptionMaterialsProvider';
const CSE_STORAGE = 'fs.s3.cse.cryptoStorageMode';
const CSE_VERSION_2 = 'fs.s3.cse.encryptionV2.enabled';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const CONTEXT = 'fs.s3a.encryption.context';
const REGION = 'fs.s3a.encryption.cse.kms.region';
const KEYRING = 'fs.s3a.encryption.cse.custom.keyring.class.name';
const LAKE_ALGORITHM = 'fs.s3a.bucket.acme-lake.encryption.algorithm';

type Row = readonly [name: string, value: string, file?: string];

const client = (rows: readonly Row[], query: Partial<ClientQuery> = {}) => {
  const settings = rows.map(([name, value, source = 'core-site.xml']) =>
    setting(name, value, 'core-site', { source }),
  );
  const got = effectiveClient({ settings, column: 's3-emrfs', bucket: 'acme-lake', ...query });
  const found = got.problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`);
  return { encryption: got.encryption, found };
};
const emrfs = (rows: readonly Row[]) => client(rows);
const s3a = (rows: readonly Row[]) => client(rows, { column: 's3-s3a' });
const s3aAlone = (rows: readonly Row[]) => client(rows, { column: 's3a-s3a' });

const reference = (arn: string) => ({ kind: 'reference', reference: parseKeyReference(arn) });
const kms = (arn: string) => ({ type: 'sse-kms', key: reference(arn) });
const undecided = (why: string) => ({ type: 'undecided', why });

/** The same property with two values in two files, of which nobody knows the order. */
const twice = (name: string, one: string, other: string): readonly Row[] => [
  [name, one, 'a.xml'],
  [name, other, 'b.xml'],
];
const unordered = (name: string, one: string, other: string) => {
  const why = `"${name}" is "${other}" at b.xml, and "${name}" is "${one}" at a.xml: nothing says which of the two is read last`;
  const found = [`a.xml emr/undecided-order: ${why}. give both the same value, or remove one`];
  return { encryption: undecided(why), found };
};
const refused = (name: string, value: string, expected: string) => {
  const why = `"${name}" is "${value}"`;
  return { encryption: undecided(why), found: [`core-site.xml emr/bad-value: ${why}: ${expected}`] };
};

describe('EMRFS cannot be told', () => {
  it('while both kinds of encryption are switched on, and the sentence says what to do', () => {
    const why =
      'server-side and client-side encryption are both switched on, which AWS documents as mutually exclusive';
    const rows: readonly Row[] = [
      [SSE, 'true', 'sse.xml'],
      [CSE, 'true', 'cse.xml'],
    ];
    expect(emrfs(rows)).toStrictEqual({
      encryption: undecided(why),
      found: [`cse.xml emr/bad-value: ${why}: switch one of them off`],
    });
  });

  it.each([
    [SSE, 'yes', 'expected "true" or "false"', [[SSE_KEY, K]]],
    [CSE, '1', 'expected "true" or "false"', [[SSE, 'true']]],
    [CSE_VERSION_2, 'on', 'expected "true" or "false"', [[CSE, 'true']]],
    [SSE_ALGORITHM, 'ROT13', 'expected "AES256" or "aws:kms"', [[SSE, 'true']]],
    [CSE_STORAGE, 'Both', 'expected "ObjectMetadata" or "InstructionFile"', [[CSE, 'true']]],
  ] as const)('by %s=%j, and the sentence names what was expected', (name, value, expected, more) => {
    expect(emrfs([...more, [CSE_KEY, K], [name, value]])).toStrictEqual(refused(name, value, expected));
  });

  it.each([
    ['the switch of client-side encryption', CSE, 'true', 'false', [[SSE, 'true']]],
    ['the algorithm', SSE_ALGORITHM, 'AES256', 'aws:kms', [[SSE, 'true']]],
    [
      'the key of server-side encryption',
      SSE_KEY,
      K,
      L,
      [
        [SSE, 'true'],
        [SSE_ALGORITHM, 'aws:kms'],
      ],
    ],
    [
      'the key beside AES256',
      SSE_KEY,
      K,
      '',
      [
        [SSE, 'true'],
        [SSE_ALGORITHM, 'AES256'],
      ],
    ],
    ['the class of the materials', CSE_PROVIDER, 'org.example.A', 'org.example.B', [[CSE, 'true']]],
    ['the key of client-side encryption', CSE_KEY, K, L, [[CSE, 'true']]],
    ['the storage', CSE_STORAGE, 'ObjectMetadata', 'InstructionFile', [[CSE, 'true']]],
    ['the second version', CSE_VERSION_2, 'true', 'false', [[CSE, 'true']]],
    ['the Region', CSE_REGION, 'eu-west-1', 'us-east-1', [[CSE, 'true']]],
  ] as const)('where two files differ in %s', (_, name, one, other, more) => {
    const key: readonly Row[] = name === CSE_KEY ? [] : [[CSE_KEY, K]];
    expect(emrfs([...more, ...key, ...twice(name, one, other)])).toStrictEqual(unordered(name, one, other));
  });

  it('by a key beside AES256', () => {
    const why = `"${SSE_KEY}" is set beside the algorithm AES256, and which of the two EMRFS follows is not documented`;
    const rows: readonly Row[] = [
      [SSE, 'true'],
      [SSE_ALGORITHM, 'AES256'],
      [SSE_KEY, K, 'key.xml'],
    ];
    expect(emrfs(rows)).toStrictEqual({
      encryption: undecided(why),
      found: [`key.xml emr/undecided-order: ${why}: remove one of them`],
    });
  });
});

describe('EMRFS tells', () => {
  it.each([
    [SSE_ALGORITHM, 'AES256', SSE],
    [SSE_KEY, K, SSE],
    [CSE_KEY, K, CSE],
  ])('of %s that nothing switches it on, and which switch it waits for', (name, value, owner) => {
    expect(emrfs([[name, value]])).toStrictEqual({
      encryption: { type: 'unstated' },
      found: [
        `core-site.xml emr/ignored-property: "${name}" does nothing: no "${owner}=true" switches the encryption on, so the bucket's default decides`,
      ],
    });
  });

  it('of an encryption context that nobody can audit it, unless SSE-S3 uses none', () => {
    const rows: readonly Row[] = [
      [SSE, 'true'],
      [SSE_CONTEXT, 'e30='],
    ];
    expect(emrfs([...rows, [SSE_KEY, K]])).toStrictEqual({
      encryption: kms(K),
      found: [
        `core-site.xml emr/not-expressible: "${SSE_CONTEXT}" cannot be audited: HEAD does not show the encryption context of server-side encryption`,
      ],
    });
    expect(emrfs(rows)).toStrictEqual({ encryption: { type: 'sse-s3' }, found: [] });
    const named = emrfs([...rows, [SSE_ALGORITHM, 'AES256']]);
    expect(named).toStrictEqual({ encryption: { type: 'sse-s3' }, found: [] });
  });

  it('of client-side encryption without a key that one is missing, at the switch', () => {
    expect(emrfs([[CSE, 'true', 'switch.xml']])).toStrictEqual({
      encryption: { type: 'cse-kms', key: { kind: 'absent' }, wrap: 'kms', storage: 'metadata' },
      found: [
        `switch.xml emr/missing-key: "${CSE}" asks for client-side encryption under KMS without a key: set "${CSE_KEY}"`,
      ],
    });
  });

  it.each([
    ['ObjectMetadata', 'metadata'],
    ['objectmetadata', 'metadata'],
    ['InstructionFile', 'instruction-file'],
    ['INSTRUCTIONFILE', 'instruction-file'],
  ])('with storage %s that envelopes are kept as %s', (value, storage) => {
    const rows: readonly Row[] = [
      [CSE, 'true'],
      [CSE_KEY, K],
      [CSE_STORAGE, value],
    ];
    const encryption = { type: 'cse-kms', key: reference(K), wrap: 'kms', storage };
    expect(emrfs(rows)).toStrictEqual({ encryption, found: [] });
  });
});

describe('S3A cannot be told', () => {
  it.each([
    ['the key of CSE-KMS', KEY, K, L, [[ALGORITHM, 'CSE-KMS']]],
    [
      'the Region of CSE-KMS',
      REGION,
      'eu-west-1',
      'us-east-1',
      [
        [ALGORITHM, 'CSE-KMS'],
        [KEY, K],
      ],
    ],
    ['the class of CSE-CUSTOM', KEYRING, 'org.example.A', 'org.example.B', [[ALGORITHM, 'CSE-CUSTOM']]],
  ] as const)('where two files differ in %s', (_, name, one, other, more) => {
    expect(s3aAlone([...more, ...twice(name, one, other)])).toStrictEqual(unordered(name, one, other));
  });

  it('by an algorithm that it does not have', () => {
    expect(s3aAlone([[ALGORITHM, 'AES-128']])).toStrictEqual(
      refused(ALGORITHM, 'AES-128', 'expected AES256, SSE-KMS, DSSE-KMS, SSE-C, CSE-KMS or CSE-CUSTOM'),
    );
  });

  it('while nobody knows whether EMR hands anything on, and that is asked only where there is something', () => {
    const unclear: Row = ['fs.s3a.emrfs.compatibility.enable', 'perhaps'];
    const own: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, K],
    ];
    expect(s3a([...own, unclear, [SSE, 'true']])).toStrictEqual({
      encryption: undecided('"fs.s3a.emrfs.compatibility.enable" says neither "true" nor "false"'),
      found: [
        'core-site.xml emr/bad-value: "fs.s3a.emrfs.compatibility.enable" is "perhaps": expected "true" or "false"',
      ],
    });
    expect(s3a([...own, unclear])).toStrictEqual({ encryption: kms(K), found: [] });
  });
});

describe('S3A tells', () => {
  const unused = (why: string) => `core-site.xml emr/ignored-property: "${KEY}" does nothing: ${why}`;

  it('of a key what makes it idle, and of a blank one nothing', () => {
    expect(s3aAlone([[KEY, K]])).toStrictEqual({
      encryption: { type: 'unstated' },
      found: [unused(`no "${ALGORITHM}" is set, so the bucket's default decides`)],
    });
    const none = 'SSE-S3 takes no key, and S3A may refuse to start with one: set it for other buckets alone';
    const sses3: Row = [ALGORITHM, 'AES256'];
    expect(s3aAlone([sses3, [KEY, K]])).toStrictEqual({
      encryption: { type: 'sse-s3' },
      found: [unused(none)],
    });
    expect(s3aAlone([sses3, [KEY, '  ']])).toStrictEqual({ encryption: { type: 'sse-s3' }, found: [] });
  });

  it.each([
    ['SSE-KMS', kms(K)],
    ['CSE-KMS', { type: 'cse-kms', key: reference(K), wrap: 'kms+context', storage: 'metadata' }],
  ])("that a bucket's own %s takes the key of all buckets", (algorithm, encryption) => {
    const rows: readonly Row[] = [
      [LAKE_ALGORITHM, algorithm],
      [KEY, K, 'key.xml'],
    ];
    expect(s3aAlone(rows)).toStrictEqual({
      encryption,
      found: [
        `key.xml emr/conflict: the algorithm is that of "${LAKE_ALGORITHM}" and the key that of "${KEY}": each property is looked up by itself`,
      ],
    });
  });

  it("that a bucket's former name is not read beside the new one", () => {
    const former = 'fs.s3a.bucket.acme-lake.server-side-encryption-algorithm';
    const rows: readonly Row[] = [
      [LAKE_ALGORITHM, 'SSE-C'],
      [former, 'AES256', 'old.xml'],
    ];
    expect(s3aAlone(rows)).toStrictEqual({
      encryption: { type: 'sse-c' },
      found: [
        `old.xml emr/ignored-property: "${former}" is not read: "${LAKE_ALGORITHM}" is set too, and S3A looks that up first`,
      ],
    });
  });

  it("of EMRFS's encryption context only where EMR hands it on", () => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, K],
      [SSE_CONTEXT, 'e30='],
    ];
    const told = (name: string) =>
      `core-site.xml emr/not-expressible: "${name}" cannot be audited: HEAD does not show the encryption context of server-side encryption`;
    expect(s3a(rows)).toStrictEqual({ encryption: kms(K), found: [told(SSE_CONTEXT)] });
    expect(s3aAlone(rows)).toStrictEqual({ encryption: kms(K), found: [] });
    const both = s3a([...rows, [CONTEXT, 'a=b']]);
    expect(both.found).toStrictEqual([told(CONTEXT), told(SSE_CONTEXT)]);
  });

  it("the class of CSE-CUSTOM, and the Region of CSE-KMS: its own, else EMRFS's where EMR hands it on", () => {
    const custom: readonly Row[] = [
      [ALGORITHM, 'CSE-CUSTOM'],
      [KEYRING, 'org.example.Mine'],
    ];
    expect(s3aAlone(custom).encryption).toStrictEqual({
      type: 'cse-custom',
      provider: 'org.example.Mine',
      storage: 'metadata',
    });
    expect(s3aAlone(custom.slice(0, 1)).encryption).toStrictEqual({
      type: 'cse-custom',
      storage: 'metadata',
    });
    const rows: readonly Row[] = [
      [ALGORITHM, 'CSE-KMS'],
      [KEY, K],
      [CSE_REGION, 'us-east-1'],
    ];
    const plain = { type: 'cse-kms', key: reference(K), wrap: 'kms+context', storage: 'metadata' };
    expect(s3a(rows).encryption).toStrictEqual({ ...plain, region: 'us-east-1' });
    expect(s3aAlone(rows).encryption).toStrictEqual(plain);
    const own = s3a([...rows, [REGION, 'eu-west-1']]);
    expect(own.encryption).toStrictEqual({ ...plain, region: 'eu-west-1' });
  });
});
