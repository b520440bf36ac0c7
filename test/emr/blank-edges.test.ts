import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const K = keyArn('a');
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const CSE = 'fs.s3.cse.enabled';
const PROVIDER = 'fs.s3.cse.encryptionMaterialsProvider';

type Row = readonly [name: string, value: string];

const client = (rows: readonly Row[], column: Column) => {
  const settings = rows.map(([name, value]) => setting(name, value, 'core-site'));
  const { encryption, problems } = effectiveClient({ settings, column, bucket: 'acme-lake' });
  return { encryption, found: problems.map(({ id, message }) => `${id}: ${message}`) };
};

const BLANK: Row = [ALGORITHM, ' '];
const unused = (name: string, why: string): string => `emr/ignored-property: "${name}" does nothing: ${why}`;

describe('a blank algorithm of S3A', () => {
  it('is no encryption, and a key beside it does nothing', () => {
    expect(client([BLANK, [KEY, K]], 's3a-s3a')).toEqual({
      encryption: { type: 'unstated' },
      found: [unused(KEY, `"${ALGORITHM}" is blank, so the bucket's default decides`)],
    });
    expect(client([BLANK], 's3a-s3a')).toEqual({ encryption: { type: 'unstated' }, found: [] });
  });

  it('is that too where EMR hands on what is set for EMRFS, and nothing is', () => {
    expect(client([BLANK, [KEY, K], [SSE, 'false']], 's3-s3a')).toEqual({
      encryption: { type: 'unstated' },
      found: [unused(KEY, "nothing switches the encryption on, so the bucket's default decides")],
    });
  });

  it.each([SSE, CSE])('decides nothing beside %s, which EMR may hand on there', (name) => {
    const why = `"${name}" stands beside a blank "${ALGORITHM}": whether EMR hands it on there is not documented`;
    expect(client([BLANK, [name, 'true']], 's3-s3a')).toEqual({
      encryption: { type: 'undecided', why },
      found: [`emr/undecided-order: ${why}. set "${ALGORITHM}" and "${KEY}"`],
    });
  });

  it('decides nothing beside two kinds of encryption of EMRFS', () => {
    const rows: readonly Row[] = [BLANK, [SSE, 'true'], [CSE, 'true']];
    expect(client(rows, 's3-s3a').encryption.type).toBe('undecided');
  });
});

describe('SSE-S3 of S3A', () => {
  const why = 'SSE-S3 takes no key, and S3A may refuse to start with one: set it for other buckets alone';

  it.each([SSE_KEY, 'fs.s3.cse.kms.keyId'])('has no use for %s, which EMR hands on', (name) => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'AES256'],
      [name, K],
    ];
    expect(client(rows, 's3-s3a')).toEqual({ encryption: { type: 'sse-s3' }, found: [unused(name, why)] });
  });
});

it('a blank class of EMRFS is no class of the user, so nobody knows what it does', () => {
  const rows: readonly Row[] = [
    [CSE, 'true'],
    [PROVIDER, ''],
  ];
  expect(client(rows, 's3-emrfs')).toEqual({
    encryption: { type: 'undecided', why: `"${PROVIDER}" is ""` },
    found: [`emr/bad-value: "${PROVIDER}" is "": expected the name of a class, or remove it`],
  });
});
