import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { RowEncryption, SourceRow } from '../../src/reaudit/row.ts';
import { objectOf, type RowSettlement, settleRow } from '../../src/reaudit/settle.ts';
import { audit, codesOf, type TestBed, testBed } from '../support/audit.ts';
import { FUZZ_RUNS, fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { rowOf } from './inventory-bytes.ts';
import { type World, worlds } from './settle-worlds.ts';

const AS_OF = '2026-11-20T00:00:00.000Z';
const KEY = keyArn('a');

function bedOf({ yaml, row, head, states, instructionFile }: World): TestBed {
  const bed = testBed(yaml);
  const place = `${row.bucket}/${row.key}`;
  for (const version of ['', ...(row.versionId === undefined ? [] : [`?${row.versionId}`])]) {
    bed.heads.put(`${place}${version}`, head);
    bed.heads.putError(`${place}${version}`, {
      kind: 'error',
      status: 400,
      code: 'InvalidRequest',
      message: 'The object was stored using a form of Server Side Encryption.',
    });
  }
  bed.keys.point('alias/finance', KEY).point('alias/x', KEY);
  for (const [arn, state] of Object.entries(states)) bed.keys.describe(arn, 'CUSTOMER', state);
  if (instructionFile !== undefined) {
    bed.files.put(`${place}`, instructionFile).put(`${place}.instruction`, instructionFile);
  }
  return bed;
}

const settle = (bed: TestBed, row: SourceRow, versions = false): Promise<RowSettlement> =>
  settleRow(row, { source: 'inventory', asOf: AS_OF, versions, region: 'eu-west-1' }, bed.deps);

test('what a row settles, every HEAD that agrees with the row is judged alike: outcome, codes, rule and id', async () => {
  let settled = 0;
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const bed = bedOf(world);
      const { row, versions } = world;
      const found = await settle(bed, row, versions);
      if (found.kind === 'head') return;
      settled += 1;
      expect(bed.heads.asked).toEqual([]);
      // Under SSE-C no HEAD shows a size: the listing's is what every run goes by.
      const size =
        row.encryption.type === 'sse-c' && row.sizeBytes !== undefined ? { sizeBytes: row.sizeBytes } : {};
      const context = { source: 'inventory', asOf: AS_OF, versions, region: 'eu-west-1' } as const;
      const byHead = await audit(bed, { ...objectOf(row, context), ...size });
      const { record } = found;
      expect([record.outcome, codesOf(record).toSorted()]).toEqual([
        byHead.outcome,
        codesOf(byHead).toSorted(),
      ]);
      expect([record.rule, record.exemption, record.severity]).toEqual([
        byHead.rule,
        byHead.exemption,
        byHead.severity,
      ]);
      expect(record.violations).toEqual(byHead.violations);
      expect(record.id).toBe(byHead.id);
      expect([record.source, record.asOf]).toEqual(['inventory', AS_OF]);
      expect(record.observed?.cse).toBeUndefined();
    }),
    { numRuns: fuzzRuns() },
  );
  expect(settled).toBeGreaterThan(FUZZ_RUNS / 10);
});

const rule = (requirement: string, more = ''): string =>
  `version: 1\n${more}rules:\n  - id: r\n    match: s3://lake/a/\n${requirement}`;

const at = (type: RowEncryption['type'], more: Partial<SourceRow> = {}): SourceRow =>
  rowOf({
    bucket: bucketName('lake'),
    key: objectKey('a/k'),
    encryption: type === 'other' ? { type, raw: '?' } : { type },
    ...more,
  });

const outcome = async (yaml: string, row: SourceRow): Promise<string> => {
  const bed = testBed(yaml);
  bed.keys.describe(KEY, 'CUSTOMER');
  const found = await settle(bed, row);
  if (found.kind === 'head') return `HEAD: ${found.why}`;
  return [found.record.outcome, ...codesOf(found.record)].join(' ');
};

describe('what an inventory settles', () => {
  const kms = rule('    sse: { algorithm: [aws:kms] }\n');
  const s3 = rule('    sse: { algorithm: [AES256] }\n');
  const keyed = rule(`    sse: { key: "${KEY}" }\n`);
  test.each([
    ['SSE-S3 under a rule for KMS', kms, at('sse-s3'), 'violation SSE_ALGORITHM_NOT_ALLOWED'],
    ['SSE-S3 under a rule for AES256', s3, at('sse-s3'), 'compliant'],
    ['nothing under any rule', s3, at('none'), 'violation SSE_MISSING'],
    ['SSE-C under a rule without cse', s3, at('sse-c'), 'violation SSE_C_NOT_ALLOWED'],
    ['an object that no rule governs', s3, at('sse-kms', { key: objectKey('b/k') }), 'uncovered'],
    ['SSE-KMS under a key', keyed, at('sse-kms'), 'HEAD: key-not-told'],
    [
      'SSE-KMS under a rule without a key, whose key may be disabled',
      kms,
      at('sse-kms'),
      'HEAD: key-not-told',
    ],
    ['SSE-KMS where it is not allowed, whose key may be disabled', s3, at('sse-kms'), 'HEAD: key-not-told'],
    ['any row under a rule with cse', rule('    cse: forbidden\n'), at('sse-s3'), 'HEAD: client-side'],
    ['a word that is not known', s3, at('other'), 'HEAD: odd-row'],
    ['a row without a status', s3, at('not-told'), 'HEAD: odd-row'],
    ['a row without an ETag', s3, at('sse-s3', { etag: undefined }), 'HEAD: odd-row'],
    ['an older version without an id', s3, at('none', { isLatest: false }), 'HEAD: version'],
  ])('%s', async (_what, yaml, row, expected) => {
    expect(await outcome(yaml, row)).toBe(expected);
  });

  const scratch = 'exempt:\n  - { match: "s3://lake/a/**", reason: r, maxSize: 3 }\n';
  test.each([
    ['small enough', 3, 'exempt'],
    ['too large', 4, 'violation SSE_MISSING'],
    ['of untold size', undefined, 'HEAD: odd-row'],
  ])('an object %s for an exemption with a size', async (_what, sizeBytes, expected) => {
    expect(await outcome(`${s3}${scratch}`, at('none', { sizeBytes }))).toBe(expected);
  });
});

describe('what a metadata table settles', () => {
  const keyed = rule(`    sse: { key: "${KEY}", bucketKey: required }\n`);
  const other = keyArn('b');
  test.each([
    ['the key asked for', { kmsKeyArn: KEY, bucketKey: true }, 'compliant'],
    ['another key', { kmsKeyArn: other, bucketKey: true }, 'violation KMS_KEY_NOT_ALLOWED'],
    ['no bucket key', { kmsKeyArn: KEY, bucketKey: false }, 'violation BUCKET_KEY_NOT_AS_REQUIRED'],
    ['an untold bucket key', { kmsKeyArn: KEY }, 'HEAD: odd-row'],
    ['a null key', { bucketKey: true }, 'HEAD: key-not-told'],
    ['what is no key ARN', { kmsKeyArn: 'alias/finance', bucketKey: true }, 'HEAD: odd-row'],
  ])('%s', async (_what, more, expected) => {
    expect(await outcome(keyed, at('sse-kms', more))).toBe(expected);
  });

  test('a key that DescribeKey calls disabled', async () => {
    const bed = testBed(rule('    sse: { algorithm: [aws:kms] }\n'));
    bed.keys.describe(KEY, 'CUSTOMER', 'Disabled');
    const found = await settle(bed, at('sse-kms', { kmsKeyArn: KEY }));
    expect(found.kind === 'settled' && codesOf(found.record)).toEqual(['KMS_KEY_UNUSABLE']);
  });

  test('SSE-S3 beside a key is a contradiction, and HEADed', async () => {
    expect(await outcome(keyed, at('sse-s3', { kmsKeyArn: KEY }))).toBe('HEAD: odd-row');
  });
});

test('a bucket key that the row does not tell is not told in the record', async () => {
  const bed = testBed(rule('    sse: { algorithm: [aws:kms] }\n'));
  const found = await settle(bed, at('sse-kms', { kmsKeyArn: KEY }));
  expect(found.kind === 'settled' && found.record.observed?.sse).toEqual({ type: 'sse-kms', key: KEY });
});

test('a row that may be an instruction file is HEADed, since its body decides', async () => {
  const inner = '  - id: inner\n    match: s3://lake/a/x\n    cse: required\n';
  const files = '  - id: files\n    match: s3://lake/a/x.instr\n    sse: { algorithm: [AES256] }\n';
  const yaml = `${rule('    sse: { algorithm: [AES256] }\n')}${inner}${files}`;
  const row = at('sse-s3', { key: objectKey('a/x.instruction') });
  expect(await outcome(yaml, row)).toBe('HEAD: instruction-file');
  expect(await outcome(yaml, { ...row, sizeBytes: 100_000 })).toBe('compliant');
});

test.each([
  ['sse-s3', 'row'],
  ['sse-c', 'name'],
] as const)('an exemption by the size of an object under %s rests on the %s', async (type, rests) => {
  const yaml = `${rule('    sse: { algorithm: [AES256] }\n')}exempt:\n  - { match: "s3://lake/a/**", reason: r, maxSize: 3 }\n`;
  expect(await settle(testBed(yaml), at(type))).toMatchObject({ kind: 'settled', rests });
});
