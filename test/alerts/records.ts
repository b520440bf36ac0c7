import fc from 'fast-check';
import type { DigestContext } from '../../src/alerts/digest.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import type { Diagnosis, UnknownReason, Violation } from '../../src/verdict/verdict.ts';

export const KEY_A = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-12ab-34cd-56ef-1234567890ab';
export const KEY_B = 'arn:aws:kms:eu-west-1:111122223333:key/bbbbbbbb-12ab-34cd-56ef-1234567890ab';

export const CONTEXT: DigestContext = {
  trigger: 'event',
  defaultSeverity: 'medium',
  at: '2026-11-21T02:00:09.000Z',
  uncovered: 'alert',
};

/** An object of tenant b under the key of tenant a: what a client with cached settings leaves behind. */
export function wrongKey(part: number, overrides: Partial<AuditRecord> = {}): AuditRecord {
  return {
    object: { bucket: 'acme-lake', key: `tenants/b/day=1/part-${part}.parquet`, versionId: `3sL4${part}` },
    outcome: 'violation',
    rule: 'tenants',
    severity: 'high',
    captures: { tenant: 'b' },
    violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [KEY_B], actual: KEY_A } }],
    owner: 'tenant-b-platform@example.com',
    diagnosis: [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'tenants', captures: { tenant: 'a' } } }],
    observed: { sse: { type: 'sse-kms', key: KEY_A, bucketKey: true }, cse: { type: 'none' } },
    writer: {
      event: 'ObjectCreated:Put',
      principal: 'AWS:AROAEXAMPLE:i-0abc',
      sourceIp: '10.0.0.7',
      at: `2026-11-21T02:00:0${part}.000Z`,
    },
    size: 1048576,
    etag: `9b2cf535f27731c974343645a3985328-${part}`,
    lastModified: `2026-11-21T02:00:0${part}Z`,
    storageClass: 'STANDARD',
    source: 'head',
    id: `id-${part}`,
    policy: 'sha256:5d41',
    auditedAt: '2026-11-21T02:00:08.000Z',
    ...overrides,
  };
}

export const at = (key: string, bucket = 'acme-lake'): Pick<AuditRecord, 'object'> => ({
  object: { bucket, key },
});

const without = (record: AuditRecord, ...names: readonly (keyof AuditRecord)[]): AuditRecord =>
  Object.fromEntries(
    Object.entries(record).filter(([name]) => !names.some((one) => one === name)),
  ) as unknown as AuditRecord;

export const bare = (overrides: Partial<AuditRecord>): AuditRecord => ({
  ...without(
    wrongKey(0),
    'violations',
    'diagnosis',
    'rule',
    'captures',
    'severity',
    'owner',
    'observed',
    'writer',
  ),
  ...overrides,
});

/** One of every violation, with values that cannot be mistaken for our own words. */
export const VIOLATIONS: { readonly [Code in Violation['code']]: Violation & { readonly code: Code } } = {
  SSE_MISSING: { code: 'SSE_MISSING', args: { allowed: ['aws:kms'] } },
  SSE_ALGORITHM_NOT_ALLOWED: {
    code: 'SSE_ALGORITHM_NOT_ALLOWED',
    args: { allowed: ['aws:kms', 'aws:kms:dsse'], actual: 'AES256' },
  },
  SSE_C_NOT_ALLOWED: { code: 'SSE_C_NOT_ALLOWED', args: { allowed: ['AES256', 'aws:kms', 'aws:fsx'] } },
  KMS_KEY_NOT_ALLOWED: { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [KEY_B], actual: KEY_A } },
  CSE_KEY_NOT_ALLOWED: { code: 'CSE_KEY_NOT_ALLOWED', args: { allowed: [KEY_B], actual: KEY_A } },
  KMS_KEY_EXPIRED: {
    code: 'KMS_KEY_EXPIRED',
    args: {
      layer: 'sse',
      allowed: [KEY_B, KEY_A],
      actual: KEY_A,
      until: '2026-01-31',
      written: '2026-02-01',
    },
  },
  KMS_KEY_UNTRUSTED_ACCOUNT: {
    code: 'KMS_KEY_UNTRUSTED_ACCOUNT',
    args: { trusted: ['444455556666'], actual: KEY_A, account: '111122223333' },
  },
  KMS_KEY_UNUSABLE: { code: 'KMS_KEY_UNUSABLE', args: { actual: KEY_A, state: 'PendingDeletion' } },
  BUCKET_KEY_NOT_AS_REQUIRED: {
    code: 'BUCKET_KEY_NOT_AS_REQUIRED',
    args: { required: 'required', actual: false },
  },
  CSE_MISSING: { code: 'CSE_MISSING', args: {} },
  CSE_NOT_ALLOWED: { code: 'CSE_NOT_ALLOWED', args: { actual: 'V2 kms' } },
  CSE_WRAP_NOT_ALLOWED: { code: 'CSE_WRAP_NOT_ALLOWED', args: { allowed: ['kms'], actual: 'AESWrap' } },
  CSE_FORMAT_NOT_ALLOWED: { code: 'CSE_FORMAT_NOT_ALLOWED', args: { allowed: ['V2', 'V3'], actual: 'V1' } },
  CSE_SUITE_NOT_ALLOWED: {
    code: 'CSE_SUITE_NOT_ALLOWED',
    args: { allowed: ['AES/GCM/NoPadding'], actual: 'AES/CBC/PKCS5Padding' },
  },
  CSE_CONTEXT_MISMATCH: {
    code: 'CSE_CONTEXT_MISMATCH',
    args: { entries: [{ name: 'tenant', expected: 'b', actual: 'a' }] },
  },
  CSE_DESCRIPTION_MISMATCH: {
    code: 'CSE_DESCRIPTION_MISMATCH',
    args: { entries: [{ name: 'keyname', expected: 'p-2026' }] },
  },
  CSE_ENVELOPE_MALFORMED: { code: 'CSE_ENVELOPE_MALFORMED', args: { why: 'x-amz-iv is missing' } },
  CSE_INSTRUCTION_FILE_MISSING: {
    code: 'CSE_INSTRUCTION_FILE_MISSING',
    args: { expected: 'a/b.instruction' },
  },
};

export const REASONS: {
  readonly [Code in UnknownReason['code']]: UnknownReason & { readonly code: Code };
} = {
  ACCESS_DENIED: {
    code: 'ACCESS_DENIED',
    args: { permission: 's3:GetObject', resource: 'arn:aws:s3:::acme-lake/a' },
  },
  BUCKET_UNREACHABLE: { code: 'BUCKET_UNREACHABLE', args: { region: 'eu-west-1' } },
  KEY_UNRESOLVED: {
    code: 'KEY_UNRESOLVED',
    args: { layer: 'sse', reference: 'alias/tenant-b', cause: 'not-found' },
  },
  CSE_PROOF_UNDECIDED: { code: 'CSE_PROOF_UNDECIDED', args: { answers: ['AccessDeniedException'] } },
  KEY_NOT_REPORTED: { code: 'KEY_NOT_REPORTED', args: {} },
  CSE_KEY_NOT_NAMED: { code: 'CSE_KEY_NOT_NAMED', args: { wrap: 'kms+context' } },
  METADATA_TRUNCATED: { code: 'METADATA_TRUNCATED', args: { missing: 3 } },
  SSE_UNRECOGNISED: { code: 'SSE_UNRECOGNISED', args: { raw: 'aws:quantum' } },
  SSE_C_HIDES_METADATA: { code: 'SSE_C_HIDES_METADATA', args: {} },
  BAD_REQUEST: { code: 'BAD_REQUEST', args: { status: 400, errorCode: 'InvalidArgument' } },
  KEY_ENCODING: { code: 'KEY_ENCODING', args: { foundAs: 'a+b' } },
  INSTRUCTION_FILE_UNREADABLE: {
    code: 'INSTRUCTION_FILE_UNREADABLE',
    args: { key: 'a.instruction', why: 'it is no JSON' },
  },
  INSTRUCTION_FILE_VERSION: { code: 'INSTRUCTION_FILE_VERSION', args: { key: 'a.instruction' } },
  UNAVAILABLE: { code: 'UNAVAILABLE', args: { operation: 's3:HeadObject' } },
};

export const DIAGNOSES: { readonly [Code in Diagnosis['code']]: Diagnosis & { readonly code: Code } } = {
  KEY_OF_ANOTHER_RULE: { code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'tenants', captures: { tenant: 'a' } } },
  DESCRIPTION_OF_ANOTHER_RULE: { code: 'DESCRIPTION_OF_ANOTHER_RULE', args: { rule: 'partners' } },
  AWS_MANAGED_KEY: { code: 'AWS_MANAGED_KEY', args: { key: KEY_A } },
  DEFAULT_APPLIED: { code: 'DEFAULT_APPLIED', args: {} },
  KEY_OF_ANOTHER_ACCOUNT: {
    code: 'KEY_OF_ANOTHER_ACCOUNT',
    args: { account: '999988887777', expected: ['111122223333'] },
  },
  CSE_NOT_APPLIED: { code: 'CSE_NOT_APPLIED', args: {} },
  INSTRUCTION_FILE_ORPHAN: { code: 'INSTRUCTION_FILE_ORPHAN', args: { companion: 'a' } },
  INSTRUCTION_FILE_UNUSED: { code: 'INSTRUCTION_FILE_UNUSED', args: { companion: 'a' } },
};

/** Text of whoever may write objects: controls, escapes, bidi, quotes, lone surrogates, and ordinary words. */
export const hostileText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ unit: 'binary', maxLength }),
    fc
      .array(
        fc.constantFrom(
          '\0',
          '\u001b[31m',
          '\r\n',
          '\u009b',
          '\u202e',
          '\u200b',
          '"',
          "'",
          '\\',
          '/',
          '😀',
          '\ud800',
          '…',
          'a',
        ),
        { maxLength },
      )
      .map((parts) => parts.join('').slice(0, maxLength)),
  );
