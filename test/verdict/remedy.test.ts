import { describe, expect, it } from 'vitest';
import { type RemedyFacts, remediesFor } from '../../src/verdict/remedy.ts';
import type { UnknownReason, Violation } from '../../src/verdict/verdict.ts';
import { DIAGNOSES, REASONS, VIOLATIONS } from '../alerts/records.ts';

const codes = (facts: RemedyFacts): readonly string[] => remediesFor(facts).map((remedy) => remedy.code);
const violation = (...violations: readonly Violation[]): RemedyFacts => ({
  outcome: 'violation',
  violations,
});
const unknown = (...reasons: readonly UnknownReason[]): RemedyFacts => ({ outcome: 'unknown', reasons });

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

  it('every violation has something to do about it', () => {
    for (const one of Object.values(VIOLATIONS)) expect(codes(violation(one)), one.code).not.toEqual([]);
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
    ['foreign-alias', 'LIST_ALIAS'],
  ] as const)('a key unresolved because of %s: %s', (cause, code) => {
    const reason: UnknownReason = {
      code: 'KEY_UNRESOLVED',
      args: { layer: 'sse', reference: 'alias/x', cause },
    };
    expect(codes(unknown(reason))).toEqual([code]);
  });

  it('every reason has something to do about it', () => {
    for (const one of Object.values(REASONS)) expect(codes(unknown(one)), one.code).not.toEqual([]);
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
