import { describe, expect, it } from 'vitest';
import { type RemedyFacts, remediesFor } from '../../src/verdict/remedy.ts';
import type { Diagnosis, UnknownReason, Violation } from '../../src/verdict/verdict.ts';
import { DIAGNOSES, REASONS, VIOLATIONS } from '../alerts/records.ts';

const codes = (facts: RemedyFacts): readonly string[] => remediesFor(facts).map((remedy) => remedy.code);
const violation = (...violations: readonly Violation[]): RemedyFacts => ({
  outcome: 'violation',
  violations,
});
const unknown = (...reasons: readonly UnknownReason[]): RemedyFacts => ({ outcome: 'unknown', reasons });

const BUCKET_DEFAULT = 'BUCKET_DEFAULT_ENCRYPTION';

const CLIENT_SIDE = ['CONFIGURE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'];
const BY_VIOLATION: Readonly<Record<Violation['code'], readonly string[]>> = {
  SSE_MISSING: ['ASK_FOR_ENCRYPTION', 'COPY_OVER'],
  SSE_C_NOT_ALLOWED: ['BLOCK_SSE_C', 'COPY_OVER'],
  SSE_ALGORITHM_NOT_ALLOWED: ['ASK_FOR_ENCRYPTION', 'REENCRYPT'],
  KMS_KEY_NOT_ALLOWED: ['NAME_THE_KEY', 'REENCRYPT'],
  KMS_KEY_EXPIRED: ['NAME_THE_KEY', 'REENCRYPT'],
  KMS_KEY_UNTRUSTED_ACCOUNT: ['USE_KEY_ARN', 'REENCRYPT'],
  KMS_KEY_UNUSABLE: ['CANCEL_KEY_DELETION'],
  BUCKET_KEY_NOT_AS_REQUIRED: ['SET_BUCKET_KEY'],
  CSE_MISSING: ['ENABLE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'],
  CSE_NOT_ALLOWED: ['DISABLE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'],
  CSE_KEY_NOT_ALLOWED: CLIENT_SIDE,
  CSE_WRAP_NOT_ALLOWED: CLIENT_SIDE,
  CSE_FORMAT_NOT_ALLOWED: CLIENT_SIDE,
  CSE_SUITE_NOT_ALLOWED: CLIENT_SIDE,
  CSE_CONTEXT_MISMATCH: CLIENT_SIDE,
  CSE_DESCRIPTION_MISMATCH: CLIENT_SIDE,
  CSE_ENVELOPE_MALFORMED: ['RESTORE_ENVELOPE'],
  CSE_INSTRUCTION_FILE_MISSING: ['RESTORE_INSTRUCTION_FILE'],
};
const BY_DIAGNOSIS: Readonly<Record<Diagnosis['code'], readonly string[]>> = {
  KEY_OF_ANOTHER_RULE: ['NO_FILE_SYSTEM_CACHE', 'ONE_APPLICATION_PER_KEY', BUCKET_DEFAULT],
  DESCRIPTION_OF_ANOTHER_RULE: ['CONFIGURE_CLIENT_SIDE'],
  AWS_MANAGED_KEY: ['NAME_THE_KEY'],
  DEFAULT_APPLIED: ['ASK_FOR_ENCRYPTION'],
  KEY_OF_ANOTHER_ACCOUNT: ['USE_KEY_ARN'],
  CSE_NOT_APPLIED: ['ENABLE_CLIENT_SIDE'],
  INSTRUCTION_FILE_ORPHAN: ['CHECK_COMPANION'],
  INSTRUCTION_FILE_UNUSED: ['CHECK_COMPANION'],
};
const BY_REASON: Readonly<Record<UnknownReason['code'], readonly string[]>> = {
  ACCESS_DENIED: ['GRANT_PERMISSION'],
  KEY_UNRESOLVED: ['FIX_POLICY_KEY'],
  BUCKET_UNREACHABLE: ['CHECK_BUCKET'],
  CSE_PROOF_UNDECIDED: ['CHECK_PROOF'],
  KEY_NOT_REPORTED: ['INSPECT'],
  CSE_KEY_NOT_NAMED: ['PROVE_OR_RESTRICT'],
  METADATA_TRUNCATED: ['SHORTEN_METADATA'],
  SSE_UNRECOGNISED: ['UPDATE_AUDITOR'],
  SSE_C_HIDES_METADATA: ['COPY_OVER'],
  BAD_REQUEST: ['INSPECT'],
  KEY_ENCODING: ['FIX_ROUTE'],
  INSTRUCTION_FILE_UNREADABLE: ['READ_INSTRUCTION_FILE'],
  INSTRUCTION_FILE_VERSION: ['AUDIT_CURRENT_VERSION'],
  UNAVAILABLE: ['RETRY_LATER'],
};

describe('what to do about a violation', () => {
  it('a key of another rule points to the cached client, in the three ways that AWS describes, then mends', () => {
    const facts: RemedyFacts = {
      ...violation(VIOLATIONS.KMS_KEY_NOT_ALLOWED),
      diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE],
    };
    expect(codes(facts)).toEqual([
      'NO_FILE_SYSTEM_CACHE',
      'ONE_APPLICATION_PER_KEY',
      'BUCKET_DEFAULT_ENCRYPTION',
      'REENCRYPT',
    ]);
    const [cache] = remediesFor(facts);
    expect(cache?.text).toContain('fs.s3.impl.disable.cache=true for s3:// paths');
    expect(cache?.text).toContain('fs.s3a.impl.disable.cache=true for s3a:// paths');
    expect(cache?.text).toContain('committer');
  });

  it('where every key of the rule is past its last day the policy comes first', () => {
    const { code, args } = VIOLATIONS.KMS_KEY_NOT_ALLOWED;
    const facts = violation({ code, args: { ...args, lapsed: '2026-01-31' } } as Violation);
    expect(codes(facts)).toEqual(['ADD_STANDING_KEY', 'NAME_THE_KEY', 'REENCRYPT']);
    const diagnosed = { ...facts, diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE] };
    expect(codes(diagnosed)[0]).toBe('ADD_STANDING_KEY');
    expect(remediesFor(facts)[0]?.text).toContain('every key of the rule is past its last day');
  });

  it('a bucket default is never advised for a client-side key', () => {
    const facts = {
      ...violation(VIOLATIONS.CSE_KEY_NOT_ALLOWED),
      diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE],
    };
    expect(codes(facts)).not.toContain('BUCKET_DEFAULT_ENCRYPTION');
    expect(codes(facts)).not.toContain('REENCRYPT');
    expect(codes(facts)).toContain('REWRITE_CLIENT_SIDE');
  });

  it.each([
    ['AWS_MANAGED_KEY', 'NAME_THE_KEY', 'fs.s3.serverSideEncryption.kms.keyId'],
    ['DEFAULT_APPLIED', 'ASK_FOR_ENCRYPTION', 'it asks for none'],
    ['KEY_OF_ANOTHER_ACCOUNT', 'USE_KEY_ARN', 'full ARN'],
    ['CSE_NOT_APPLIED', 'ENABLE_CLIENT_SIDE', 'fs.s3.cse.enabled=true'],
    ['DESCRIPTION_OF_ANOTHER_RULE', 'CONFIGURE_CLIENT_SIDE', 'once'],
    ['INSTRUCTION_FILE_ORPHAN', 'CHECK_COMPANION', 'left over'],
    ['INSTRUCTION_FILE_UNUSED', 'CHECK_COMPANION', 'left over'],
  ] as const)('the diagnosis %s comes first, as %s', (diagnosis, code, text) => {
    const [first] = remediesFor({
      ...violation(VIOLATIONS.KMS_KEY_NOT_ALLOWED),
      diagnosis: [DIAGNOSES[diagnosis]],
    });
    expect(first?.code).toBe(code);
    expect(first?.text).toContain(text);
  });

  it('UpdateObjectEncryption is never advised where it cannot work', () => {
    for (const one of [VIOLATIONS.SSE_MISSING, VIOLATIONS.SSE_C_NOT_ALLOWED]) {
      expect(codes(violation(one))).toContain('COPY_OVER');
      expect(codes(violation(one))).not.toContain('REENCRYPT');
    }
  });

  it.each([
    ['Disabled', 'ENABLE_KEY'],
    ['PendingDeletion', 'CANCEL_KEY_DELETION'],
    ['PendingReplicaDeletion', 'CANCEL_KEY_DELETION'],
    ['PendingImport', 'IMPORT_KEY_MATERIAL'],
  ])('a key in state %s: %s', (state, code) => {
    const { args } = VIOLATIONS.KMS_KEY_UNUSABLE;
    const one = { code: 'KMS_KEY_UNUSABLE', args: { ...args, state } } as Violation;
    expect(codes(violation(one))).toEqual([code]);
  });

  it.each(Object.values(VIOLATIONS))('$code: what stops it, then what mends the object', (one) => {
    expect(codes(violation(one))).toEqual(BY_VIOLATION[one.code]);
  });

  it('a key that expired on the client-side layer is renewed there, and the object written again', () => {
    const { args } = VIOLATIONS.KMS_KEY_EXPIRED;
    const expired = (layer: 'sse' | 'cse'): Violation => ({
      code: 'KMS_KEY_EXPIRED',
      args: { ...args, layer },
    });
    expect(codes(violation(expired('cse')))).toEqual(['CONFIGURE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE']);
    expect(codes(violation(expired('sse')))).toEqual(['NAME_THE_KEY', 'REENCRYPT']);
  });

  it('a cause that is known replaces the general advice: only the mending is left to the violation', () => {
    const known = (one: Violation): readonly string[] =>
      codes({ ...violation(one), diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_ACCOUNT] });
    expect(known(VIOLATIONS.KMS_KEY_NOT_ALLOWED)).toEqual(['USE_KEY_ARN', 'REENCRYPT']);
    expect(known(VIOLATIONS.SSE_ALGORITHM_NOT_ALLOWED)).toEqual(['USE_KEY_ARN', 'REENCRYPT']);
  });

  it('a bucket default is advised where one of several layers is the outer one', () => {
    const cached = (...found: readonly Violation[]): readonly string[] =>
      codes({ ...violation(...found), diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE] });
    const { args } = VIOLATIONS.KMS_KEY_EXPIRED;
    const lapsed: Violation = { code: 'KMS_KEY_EXPIRED', args: { ...args, layer: 'cse' } };
    expect(cached(VIOLATIONS.CSE_KEY_NOT_ALLOWED, VIOLATIONS.KMS_KEY_NOT_ALLOWED)).toContain(BUCKET_DEFAULT);
    expect(cached()).toContain(BUCKET_DEFAULT);
    expect(cached({ ...lapsed, args: { ...args, layer: 'sse' } })).toContain(BUCKET_DEFAULT);
    expect(cached(VIOLATIONS.CSE_KEY_NOT_ALLOWED, lapsed)).not.toContain(BUCKET_DEFAULT);
  });

  it.each(Object.values(DIAGNOSES))('the diagnosis $code has its own advice', (one) => {
    expect(codes({ outcome: 'violation', diagnosis: [one] })).toEqual(BY_DIAGNOSIS[one.code]);
  });

  it('the same settings stand with the first remedy that needs them, and with no other', () => {
    const all = remediesFor({
      ...violation(VIOLATIONS.KMS_KEY_NOT_ALLOWED, VIOLATIONS.SSE_MISSING, VIOLATIONS.KMS_KEY_EXPIRED),
    });
    const tables = all.flatMap(({ settings }) => (settings === undefined ? [] : [JSON.stringify(settings)]));
    expect(tables.length).toBeGreaterThan(0);
    expect(new Set(tables).size).toBe(tables.length);
  });
});

describe('what to do about an unknown', () => {
  it('a refusal names the missing permission and the resource, and says to audit again', () => {
    const [first] = remediesFor(unknown(REASONS.ACCESS_DENIED));
    expect(first?.code).toBe('GRANT_PERMISSION');
    expect(first?.text).toContain('s3:GetObject on arn:aws:s3:::acme-lake/a');
    expect(first?.text).toContain('then audit again');
    expect(first?.text).toContain('s3:ListBucket');
  });

  it('many refusals are one step, which names three resources and says that there are others', () => {
    const reasons = [1, 2, 3, 4].map(
      (i): UnknownReason => ({
        code: 'ACCESS_DENIED',
        args: { permission: 's3:GetObject', resource: `arn:aws:s3:::b/${i}\u001b` },
      }),
    );
    const all = remediesFor(unknown(...reasons));
    expect(all).toHaveLength(1);
    expect(all[0]?.text).toContain('arn:aws:s3:::b/3\\u{1B} and others, then');
  });

  it.each([
    ['not-found', 'FIX_POLICY_KEY'],
    ['denied', 'GRANT_DESCRIBE_KEY'],
    ['unlookable', 'NAME_KEY_ARN'],
    ['foreign-alias', 'NAME_KEY_ARN'],
  ] as const)('a key unresolved because of %s: %s', (cause, code) => {
    const reason: UnknownReason = {
      code: 'KEY_UNRESOLVED',
      args: { layer: 'sse', reference: 'alias/x', cause },
    };
    expect(codes(unknown(reason))).toEqual([code]);
  });

  it('an alias that an envelope claims may be listed in the policy, where one that S3 shows may not', () => {
    const args = { layer: 'cse', reference: 'alias/x', cause: 'foreign-alias' } as const;
    expect(codes(unknown({ code: 'KEY_UNRESOLVED', args }))).toEqual(['LIST_ALIAS']);
  });

  it.each(Object.values(REASONS))('$code: the one step that lets it be decided', (one) => {
    expect(codes(unknown(one))).toEqual(BY_REASON[one.code]);
  });

  it('refusals of several permissions are one sentence, with each permission once', () => {
    const denied = (permission: string, resource: string): UnknownReason => ({
      code: 'ACCESS_DENIED',
      args: { permission, resource } as Extract<UnknownReason, { code: 'ACCESS_DENIED' }>['args'],
    });
    const [first] = remediesFor(
      unknown(
        denied('s3:GetObject', 'arn:aws:s3:::b/1'),
        denied('kms:DescribeKey', 'arn:aws:kms:eu-west-1:111122223333:key/k'),
        denied('s3:GetObject', 'arn:aws:s3:::b/2'),
        denied('s3:GetObject', 'arn:aws:s3:::b/2'),
        denied('s3:GetObject', 'arn:aws:s3:::b/3'),
      ),
    );
    expect(first?.text).toContain(
      'Allow the role of the auditor s3:GetObject on arn:aws:s3:::b/1, arn:aws:s3:::b/2, arn:aws:s3:::b/3; kms:DescribeKey on arn:aws:kms:eu-west-1:111122223333:key/k, then',
    );
  });

  it('a session that a directory bucket refused hides no object that is gone', () => {
    const resource = 'arn:aws:s3express:eu-west-1:*:bucket/fast--euw1-az1--x-s3';
    const [first] = remediesFor(
      unknown({ code: 'ACCESS_DENIED', args: { permission: 's3express:CreateSession', resource } }),
    );
    expect(first?.text).toBe(
      `Allow the role of the auditor s3express:CreateSession on ${resource}, then audit again.`,
    );
  });

  it('a refusal comes before all else', () => {
    expect(codes(unknown(REASONS.SSE_UNRECOGNISED, REASONS.ACCESS_DENIED))).toEqual([
      'GRANT_PERMISSION',
      'UPDATE_AUDITOR',
    ]);
  });
});

describe('the list of remedies', () => {
  it('an uncovered object needs a rule or an exemption', () => {
    expect(codes({ outcome: 'uncovered' })).toEqual(['ADD_RULE']);
  });

  it('what holds nothing wrong has no remedy', () => {
    expect(remediesFor({ outcome: 'compliant' })).toEqual([]);
  });

  it('is at most six long, each once, mending last', () => {
    const all = codes({
      outcome: 'violation',
      violations: [...Object.values(VIOLATIONS), ...Object.values(VIOLATIONS)],
      reasons: Object.values(REASONS),
      diagnosis: Object.values(DIAGNOSES),
    });
    expect(all).toHaveLength(6);
    expect(new Set(all).size).toBe(6);
    const two = codes(violation(VIOLATIONS.KMS_KEY_NOT_ALLOWED, VIOLATIONS.BUCKET_KEY_NOT_AS_REQUIRED));
    expect(two.at(-1)).toBe('REENCRYPT');
  });
});
