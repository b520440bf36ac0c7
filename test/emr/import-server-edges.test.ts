import { describe, expect, it } from 'vitest';
import { type ImportRequest, importPolicy } from '../../src/emr/import.ts';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const K = keyArn('a');
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';

type Row = readonly [name: string, value: string];

function imported(rows: readonly Row[], column: Column, more: Partial<ImportRequest> = {}) {
  const settings = rows.map(([name, value]) => setting(name, value, 'core-site'));
  const readings = [{ settings, problems: [] }];
  const { text, rules, problems } = importPolicy({ readings, column, targets: [], ...more });
  return {
    rules,
    yaml: text.split('\n').filter((line) => line !== '' && !/^ *#/.test(line)),
    found: problems.map(({ id, message }) => `${id}: ${message}`),
  };
}

describe('a rule', () => {
  it.each([
    ['s3a', K],
    [undefined, 'alias/aws/s3'],
    ['emrfs', 'alias/aws/s3'],
  ] as const)('for s3a:// where %s serves s3:// takes the key that S3A has there', (s3Connector, key) => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [SSE_KEY, K],
    ];
    const { yaml } = imported(rows, 's3a-s3a', s3Connector === undefined ? {} : { s3Connector });
    expect(yaml.at(-1)).toBe(`    sse: { algorithm: ["aws:kms"], key: "${key}" }`);
  });
});

describe('no rule', () => {
  it.each([
    [
      's3-emrfs',
      [
        [CSE, 'true'],
        [CSE_KEY, 'alias/aws/s3'],
      ],
    ],
    [
      's3a-s3a',
      [
        [ALGORITHM, 'CSE-KMS'],
        [KEY, 'alias/aws/s3'],
      ],
    ],
  ] as const)('comes of client-side encryption under aws/s3, on %s', (column, rows) => {
    const { rules, found } = imported(rows, column);
    expect([rules, found]).toEqual([
      0,
      [
        'emr/not-expressible: "s3://*" gets no rule: aws/s3 is no key for client-side encryption: S3 alone may use it',
      ],
    ]);
  });
});
