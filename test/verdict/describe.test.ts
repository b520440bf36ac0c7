import { describe, expect, it } from 'vitest';
import {
  describeCaptures,
  describeDiagnosis,
  describeReason,
  describeViolation,
} from '../../src/verdict/describe.ts';
import type { Diagnosis, UnknownReason, Violation } from '../../src/verdict/verdict.ts';
import { DIAGNOSES, KEY_A, KEY_B, REASONS, VIOLATIONS } from '../alerts/records.ts';

const violations: Readonly<Record<Violation['code'], string>> = {
  SSE_MISSING: 'not encrypted by S3 at all, but the policy wants aws:kms',
  SSE_ALGORITHM_NOT_ALLOWED: 'encrypted with AES256, but the policy allows only aws:kms or aws:kms:dsse',
  SSE_C_NOT_ALLOWED:
    'encrypted with a key that the writer supplies with each request (SSE-C), but the policy allows only AES256, aws:kms or aws:fsx',
  KMS_KEY_NOT_ALLOWED: `encrypted under ${KEY_A}, but the policy allows only ${KEY_B}`,
  CSE_KEY_NOT_ALLOWED: `client-side encrypted under ${KEY_A}, as its envelope claims, but the policy allows only ${KEY_B}`,
  KMS_KEY_EXPIRED: `encrypted on 2026-02-01 under ${KEY_A}, which the policy allows only for what was written up to 2026-01-31; keys that the policy names: ${KEY_B} or ${KEY_A}`,
  KMS_KEY_UNTRUSTED_ACCOUNT: `encrypted under ${KEY_A}, a key of account 111122223333, but the policy trusts only keys of 444455556666`,
  KMS_KEY_UNUSABLE: `encrypted under ${KEY_A}, a key in state PendingDeletion: while it is in that state the object cannot be decrypted`,
  BUCKET_KEY_NOT_AS_REQUIRED: 'encrypted without an S3 Bucket Key, but by the policy one is required',
  CSE_MISSING: 'no client-side encryption envelope was found, but the policy requires one',
  CSE_NOT_ALLOWED: 'client-side encrypted (V2 kms), but the policy forbids client-side encryption',
  CSE_WRAP_NOT_ALLOWED: 'its data key is wrapped with AESWrap, but the policy allows only kms',
  CSE_FORMAT_NOT_ALLOWED: 'its envelope is of format V1, but the policy allows only V2 or V3',
  CSE_SUITE_NOT_ALLOWED:
    'its content is encrypted with AES/CBC/PKCS5Padding, but the policy allows only AES/GCM/NoPadding',
  CSE_CONTEXT_MISMATCH:
    'its KMS encryption context is not what the policy wants: "tenant" should be "b", but it is "a"',
  CSE_DESCRIPTION_MISMATCH:
    'its material description is not what the policy wants: "keyname" should be "p-2026", but there is no such entry',
  CSE_ENVELOPE_MALFORMED: 'its client-side encryption envelope is malformed: x-amz-iv is missing',
  CSE_INSTRUCTION_FILE_MISSING:
    'its metadata say that an instruction file holds the envelope, but a/b.instruction is not there',
};

const reasons: Readonly<Record<UnknownReason['code'], string>> = {
  ACCESS_DENIED: 'the auditor was refused: it needs s3:GetObject on arn:aws:s3:::acme-lake/a',
  BUCKET_UNREACHABLE: 'the bucket does not answer in Region eu-west-1, or is in another',
  KEY_UNRESOLVED: 'the key alias/tenant-b (server-side) could not be told: KMS knows no such key or alias',
  CSE_PROOF_UNDECIDED:
    'no key of the policy could be proven to have wrapped the data key; the answers were: AccessDeniedException',
  KEY_NOT_REPORTED: 'S3 says that a KMS key encrypts the object, but not which one',
  CSE_KEY_NOT_NAMED: 'the envelope, with the wrap kms+context, does not name its key',
  METADATA_TRUNCATED: 'S3 left out 3 of the metadata entries, so that an envelope may be among them',
  SSE_UNRECOGNISED: 'S3 reports the encryption "aws:quantum", which the auditor does not know',
  SSE_C_HIDES_METADATA:
    'the object is under SSE-C, which hides the metadata and with them any client-side encryption',
  BAD_REQUEST:
    'S3 refused the request with status 400 (InvalidArgument), and nothing shows that SSE-C is why',
  KEY_ENCODING:
    'nothing is at the key as the event gives it, but an object is at "a+b": the route encodes keys otherwise',
  INSTRUCTION_FILE_UNREADABLE: 'the instruction file a.instruction cannot be read: it is no JSON',
  INSTRUCTION_FILE_VERSION:
    'the version is not the current one, and the instruction file a.instruction may belong to another version',
  UNAVAILABLE: 's3:HeadObject kept failing until the auditor gave up',
};

const diagnoses: Readonly<Record<Diagnosis['code'], string>> = {
  KEY_OF_ANOTHER_RULE:
    'the key is the one that rule tenants with tenant=a asks for: probably one client with cached settings wrote for both',
  DESCRIPTION_OF_ANOTHER_RULE:
    'the envelope says what rule partners asks for: probably one client with cached settings wrote for both',
  AWS_MANAGED_KEY: `${KEY_A} is an AWS managed key: probably the writer asked for aws:kms without naming a key`,
  DEFAULT_APPLIED:
    'probably the writer asked for no encryption, and the default encryption of the bucket or of S3 was applied',
  KEY_OF_ANOTHER_ACCOUNT:
    "the key belongs to account 999988887777, but the policy's keys belong to 111122223333: probably an alias or a bare key id was resolved in the writer's account",
  CSE_NOT_APPLIED:
    'probably client-side encryption is off in the writer, or the writer does not go through EMRFS or an encryption client, as with the S3 browser of Hue',
  INSTRUCTION_FILE_ORPHAN: 'this is an instruction file whose object a is not there',
  INSTRUCTION_FILE_UNUSED:
    'this is an instruction file, but its object a has an envelope of its own and does not use it',
};

describe('every code has its sentence', () => {
  it.each(Object.values(VIOLATIONS))('violation $code', (violation) => {
    expect(describeViolation(violation)).toBe(violations[violation.code]);
  });

  it.each(Object.values(REASONS))('reason $code', (reason) => {
    expect(describeReason(reason)).toBe(reasons[reason.code]);
  });

  it.each(Object.values(DIAGNOSES))('diagnosis $code', (diagnosis) => {
    expect(describeDiagnosis(diagnosis)).toBe(diagnoses[diagnosis.code]);
  });

  it.each([
    ['not-found', 'KMS knows no such key or alias'],
    ['denied', 'the auditor may not ask KMS about it'],
    ['unlookable', 'it is nothing that can be looked up in KMS and compared with the policy'],
    ['foreign-alias', "it is an alias of the writer's account, and what it meant there cannot be known here"],
  ] as const)('a key that is unresolved because of %s', (cause, text) => {
    const reason: UnknownReason = {
      code: 'KEY_UNRESOLVED',
      args: { layer: 'cse', reference: 'alias/x', cause },
    };
    expect(describeReason(reason)).toBe(`the key alias/x (client-side) could not be told: ${text}`);
  });

  it('a code that no version of this program knows is refused, never told as another', () => {
    const unheard = { code: 'NEVER_HEARD', args: {} } as unknown as Violation;
    expect(() => describeViolation(unheard)).toThrow(TypeError);
  });
});

describe('the values in a sentence', () => {
  it('an expired client-side key is told as client-side', () => {
    const { args } = VIOLATIONS.KMS_KEY_EXPIRED;
    const violation: Violation = { code: 'KMS_KEY_EXPIRED', args: { ...args, layer: 'cse' } as typeof args };
    expect(describeViolation(violation)).toMatch(/^client-side encrypted on 2026-02-01 under /);
  });

  it.each(['KMS_KEY_NOT_ALLOWED', 'CSE_KEY_NOT_ALLOWED'] as const)(
    'keys that are all past their last day are told as that, and not as allowed: %s',
    (code) => {
      const args = { allowed: [KEY_B], actual: KEY_A, lapsed: '2026-01-31' };
      expect(describeViolation({ code, args }).replace('client-side ', '')).toBe(
        `encrypted under ${KEY_A},${code === 'CSE_KEY_NOT_ALLOWED' ? ' as its envelope claims,' : ''} but by the policy every key was past its last day by then (2026-01-31): ${KEY_B}`,
      );
    },
  );

  it('entries show as JSON, Maps included', () => {
    const violation: Violation = {
      code: 'CSE_CONTEXT_MISMATCH',
      args: { entries: [{ name: 'n', expected: new Map([['x', [1, null]]]), actual: { y: true } }] },
    };
    expect(describeViolation(violation)).toContain('"n" should be {"x":[1,null]}, but it is {"y":true}');
  });

  it('an empty list is said, never left as a hole', () => {
    expect(describeViolation({ code: 'SSE_MISSING', args: { allowed: [] } })).toMatch(/wants nothing$/);
  });

  it('untrusted text comes back printable', () => {
    const why = 'a\u001b[31m\nb\u202e';
    expect(describeViolation({ code: 'CSE_ENVELOPE_MALFORMED', args: { why } })).toContain(
      'a\\u{1B}[31m\\u{A}b\\u{202E}',
    );
    expect(describeReason({ code: 'SSE_UNRECOGNISED', args: { raw: '\u009b' } })).toContain('\\u{9B}');
    expect(describeDiagnosis({ code: 'INSTRUCTION_FILE_ORPHAN', args: { companion: '\u200b' } })).toContain(
      '\\u{200B}',
    );
    expect(describeCaptures({ tenant: 'b\u0007', day: '1' })).toBe('tenant=b\\u{7}, day=1');
  });
});
