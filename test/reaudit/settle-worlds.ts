import fc from 'fast-check';
import type { HeadAnswer } from '../../src/audit/ports.ts';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { RowEncryption, SourceRow } from '../../src/reaudit/row.ts';
import { keyArn } from '../support/keys.ts';

/** What a test of settling needs of the world beside a row: the policy, and all that the row does not tell. */
export interface World {
  readonly yaml: string;
  readonly row: SourceRow;
  readonly head: HeadAnswer;
  readonly states: Readonly<Record<string, string>>;
  readonly instructionFile: string | undefined;
  readonly versions: boolean;
}

const A = keyArn('a');
const B = keyArn('b');
const FOREIGN = keyArn('c', { account: '999999999999' });
const ARNS = [A, B, FOREIGN];

const sse = fc.constantFrom(
  '{ algorithm: [AES256] }',
  '{ algorithm: [aws:kms] }',
  '{ algorithm: [AES256, aws:kms] }',
  '{ algorithm: [aws:fsx] }',
  '{ algorithm: [aws:kms, aws:kms:dsse], bucketKey: required }',
  '{ algorithm: [aws:kms], bucketKey: forbidden }',
  `{ key: "${A}" }`,
  '{ key: former }',
  '{ key: alias/finance }',
);
const cse = fc.constantFrom('', '', '', '    cse: required\n', '    cse: forbidden\n');
const trusted = fc.constantFrom('', '', `trustedAccounts: ["111122223333"]\n`);
const exempt = fc.constantFrom(
  '',
  '',
  'exempt:\n  - { match: "s3://lake/a/**", reason: r, maxSize: 5 }\n',
  'exempt:\n  - { match: "s3://lake/a/x*", reason: r }\n',
  'exempt:\n  - { match: "s3://lake/a/**", reason: r, until: 2020-01-01 }\n',
);

/** Keys beside a rule under which `.instruction` files are looked for. */
const OTHER_RULE = '  - id: other\n    match: s3://lake/a/x\n    cse: required\n';

const KEYS = `keys:\n  former:\n    - { key: "${A}", until: 2026-10-01 }\n`;

const policy = fc
  .record({ sse, cse, trusted, exempt, other: fc.constantFrom('', '', OTHER_RULE) })
  .map(
    ({ sse, cse, trusted, exempt, other }) =>
      `version: 1\n${trusted}${KEYS}rules:\n  - id: r\n    match: s3://lake/a/\n    sse: ${sse}\n${cse}${other}${exempt}`,
  );

const encryption: fc.Arbitrary<RowEncryption> = fc.constantFrom(
  { type: 'none' },
  { type: 'sse-s3' },
  { type: 'sse-kms' },
  { type: 'dsse-kms' },
  { type: 'sse-c' },
  { type: 'not-told' },
  { type: 'other', raw: 'SSE-NEW' },
);

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) });

const row: fc.Arbitrary<SourceRow> = fc.record({
  bucket: fc.constant(bucketName('lake')),
  key: fc.constantFrom('a/k', 'a/x1', 'a/x1.instruction', 'b/k').map(objectKey),
  versionId: fc.constantFrom(undefined, 'v1'),
  isLatest: fc.constantFrom(undefined, true, false),
  sizeBytes: maybe(fc.constantFrom(0, 5, 6, 100_000)),
  etag: maybe(fc.constant('ee')),
  lastModifiedMs: maybe(fc.constantFrom('2026-09-30T23:59:59.900Z', '2026-11-01T00:00:00Z').map(Date.parse)),
  storageClass: maybe(fc.constant('STANDARD_IA')),
  encryption,
  bucketKey: maybe(fc.boolean()),
  kmsKeyArn: fc.constantFrom(undefined, undefined, ...ARNS, 'alias/finance', 'not a key'),
  asOf: fc.constant(undefined),
});

const metadata = fc.constantFrom<readonly (readonly [string, string])[]>(
  [],
  [['owner', 'x']],
  [['x-amz-key-v2', 'AAAA']],
  [['x-amz-unencrypted-content-length', '3']],
);

interface Hidden {
  readonly key: string | undefined;
  readonly bucketKey: boolean;
  readonly metadata: readonly (readonly [string, string])[];
  readonly missing: number;
  readonly size: number;
  readonly algorithm: string;
  readonly versionId: string | undefined;
}

const hidden: fc.Arbitrary<Hidden> = fc.record({
  key: maybe(fc.constantFrom(...ARNS)),
  bucketKey: fc.boolean(),
  metadata,
  missing: fc.constantFrom(0, 2),
  size: fc.constantFrom(0, 5, 6, 70_000),
  algorithm: fc.constantFrom('', 'AES256', 'aws:kms', 'aws:kms:dsse', 'aws:fsx', 'new'),
  versionId: fc.constantFrom(undefined, 'v9'),
});

const ALGORITHMS: Readonly<Record<string, string>> = {
  none: '',
  'sse-s3': 'AES256',
  'sse-kms': 'aws:kms',
  'dsse-kms': 'aws:kms:dsse',
};

/** A HEAD that says nothing else than the row, and anything of what the row does not tell. */
function headOf(row: SourceRow, hidden: Hidden): HeadAnswer {
  if (row.encryption.type === 'sse-c') return { kind: 'bad-request' };
  const algorithm = ALGORITHMS[row.encryption.type] ?? hidden.algorithm;
  const kms = algorithm.startsWith('aws:kms');
  const key = row.kmsKeyArn ?? (kms ? hidden.key : undefined);
  const versionId = row.versionId ?? (row.isLatest === undefined ? undefined : hidden.versionId);
  const head: ObjectHead = {
    metadata: new Map(hidden.metadata),
    missingMetadata: hidden.missing,
    sizeBytes: row.sizeBytes ?? hidden.size,
    etag: row.etag ?? 'other',
    lastModifiedMs: Math.floor((row.lastModifiedMs ?? 0) / 1_000) * 1_000,
    ...(algorithm === '' ? {} : { serverSideEncryption: algorithm }),
    ...(key === undefined ? {} : { kmsKeyId: key }),
    ...(algorithm === 'aws:kms' ? { bucketKeyEnabled: row.bucketKey ?? hidden.bucketKey } : {}),
    ...(versionId === undefined || row.versionId === undefined ? {} : { versionId: row.versionId }),
    ...(row.storageClass === undefined ? {} : { storageClass: row.storageClass }),
  };
  return { kind: 'found', head };
}

const state = fc.constantFrom('Enabled', 'Enabled', 'Disabled', 'PendingDeletion');

/** Any policy, any row, and any world in which a HEAD agrees with the row. */
export const worlds: fc.Arbitrary<World> = fc
  .record({
    yaml: policy,
    row,
    hidden,
    states: fc.tuple(state, state, state),
    instructionFile: fc.constantFrom(undefined, '{"x":1}'),
    versions: fc.boolean(),
  })
  .map(({ hidden, states, ...world }) => ({
    ...world,
    head: headOf(world.row, hidden),
    states: { [A]: states[0], [B]: states[1], [FOREIGN]: states[2] },
  }));
