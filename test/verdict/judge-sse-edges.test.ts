import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import type { Envelope } from '../../src/encryption/observation.ts';
import { type KeyAnswer, KeyEnquiry, type ProofAnswer } from '../../src/keys/enquiry.ts';
import { type Evidence, judge, judgeSseC } from '../../src/verdict/judge.ts';
import type { UnknownReason } from '../../src/verdict/verdict.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';

const A = keyArn('a');
const B = keyArn('b');
const FOREIGN = keyArn('c', { account: '999900001111' });
const ANY = ['AES256', 'aws:kms', 'aws:kms:dsse', 'aws:fsx', 'aws:backup'];
const TRUSTED = 'trustedAccounts: ["111122223333"]\n';

const kms = (kmsKeyId: string, more: Partial<ObjectHead> = {}): Partial<ObjectHead> => ({
  serverSideEncryption: 'aws:kms',
  kmsKeyId,
  ...more,
});

const ENVELOPE: Envelope = {
  type: 'envelope',
  format: 'V2',
  wrap: 'kms',
  suite: 'AES/GCM/NoPadding',
  storage: 'metadata',
  claimedKey: B,
  wrappedKey: 'd3JhcHBlZA==',
  description: new Map(),
};

const PROOF = `cse: { key: "${B}", proof: decrypt-dry-run }`;

interface Given extends Partial<Omit<Evidence, 'head'>> {
  /** What stands in the policy before its rules. */
  readonly before?: string;
  readonly keys?: Readonly<Record<string, KeyAnswer>>;
  /** What KMS answered to the dry run under the key that the rule names. */
  readonly proof?: ProofAnswer;
}

function verdictOf(requirements: string, head: Partial<ObjectHead>, given: Given = {}) {
  const { before = '', keys = {}, proof, ...evidence } = given;
  const policy = policyOf(
    `version: 1\n${before}rules: [{ id: r, match: "s3://lake/p/", ${requirements} }]\n`,
  );
  const [rule] = policy.rules;
  if (rule === undefined) throw new Error('the policy has no rule');
  const enquiry = new KeyEnquiry();
  for (const [arn, answer] of Object.entries(keys)) enquiry.setKey(keyReference(arn).arn, answer);
  if (proof !== undefined) {
    enquiry.setProof({ key: B, wrappedKey: ENVELOPE.wrappedKey, context: new Map() }, proof);
  }
  const whole: Evidence = {
    head: { metadata: new Map(), missingMetadata: 0, ...head },
    cse: { type: 'none' },
    instructionKey: 'p/o.instruction',
    ...evidence,
  };
  return judge(policy, { rule, captures: {} }, whole, enquiry);
}

/** Violations and reasons of the outer layer, whole. */
function findings(sse: string, head: Partial<ObjectHead>, given: Given = {}) {
  const verdict = verdictOf(`sse: ${sse}`, head, given);
  return {
    violations: 'violations' in verdict ? verdict.violations : [],
    reasons: 'reasons' in verdict ? verdict.reasons : [],
  };
}

const NOTHING = { violations: [], reasons: [] };
const fails = (code: string, args: object) => ({ violations: [{ code, args }], reasons: [] });
const unknown = (code: string, args: object) => ({ violations: [], reasons: [{ code, args }] });

describe('the algorithm that S3 reports', () => {
  it.each([
    ['none', {}, 'SSE_MISSING', { allowed: ['AES256', 'aws:kms'] }],
    ['SSE-C', { customerAlgorithm: 'AES256' }, 'SSE_C_NOT_ALLOWED', { allowed: ['AES256', 'aws:kms'] }],
    [
      'aws:fsx',
      { serverSideEncryption: 'aws:fsx' },
      'SSE_ALGORITHM_NOT_ALLOWED',
      { allowed: ['AES256', 'aws:kms'], actual: 'aws:fsx' },
    ],
    [
      'aws:backup',
      { serverSideEncryption: 'aws:backup' },
      'SSE_ALGORITHM_NOT_ALLOWED',
      { allowed: ['AES256', 'aws:kms'], actual: 'aws:backup' },
    ],
    [
      'aws:kms:dsse',
      { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: A },
      'SSE_ALGORITHM_NOT_ALLOWED',
      { allowed: ['AES256', 'aws:kms'], actual: 'aws:kms:dsse' },
    ],
  ])('%s, where another is due, fails with what is allowed and what is there', (_what, head, code, args) => {
    expect(findings('{ algorithm: [AES256, aws:kms] }', head)).toEqual(fails(code, args));
  });

  it('SSE-S3 where KMS is due fails with what is allowed and what is there', () => {
    expect(findings('{ algorithm: [aws:kms] }', { serverSideEncryption: 'AES256' })).toEqual(
      fails('SSE_ALGORITHM_NOT_ALLOWED', { allowed: ['aws:kms'], actual: 'AES256' }),
    );
  });

  it('that nobody has heard of is kept as it came', () => {
    expect(findings('{ algorithm: [AES256] }', { serverSideEncryption: 'aws:quantum' })).toEqual(
      unknown('SSE_UNRECOGNISED', { raw: 'aws:quantum' }),
    );
  });

  it('may be any but none and SSE-C under a rule that names neither algorithm nor key', () => {
    for (const serverSideEncryption of ['AES256', 'aws:fsx', 'aws:backup']) {
      expect(findings('{ bucketKey: any }', { serverSideEncryption })).toEqual(NOTHING);
    }
    for (const serverSideEncryption of ['aws:kms', 'aws:kms:dsse']) {
      expect(findings('{ bucketKey: any }', { serverSideEncryption, kmsKeyId: A })).toEqual(NOTHING);
    }
    expect(findings('{ bucketKey: any }', {})).toEqual(fails('SSE_MISSING', { allowed: ANY }));
  });
});

describe('the S3 Bucket Key', () => {
  it.each([
    ['required', undefined, fails('BUCKET_KEY_NOT_AS_REQUIRED', { required: 'required', actual: false })],
    ['required', true, NOTHING],
    ['forbidden', true, fails('BUCKET_KEY_NOT_AS_REQUIRED', { required: 'forbidden', actual: true })],
    ['forbidden', false, NOTHING],
    ['any', true, NOTHING],
    ['any', false, NOTHING],
    ['any', undefined, NOTHING],
  ] as const)('%s, and HEAD says %j', (bucketKey, enabled, expected) => {
    const head = kms(A, enabled === undefined ? {} : { bucketKeyEnabled: enabled });
    expect(findings(`{ key: "${A}", bucketKey: ${bucketKey} }`, head)).toEqual(expected);
  });
});

describe('the account of the found key', () => {
  const anyKms = '{ algorithm: [aws:kms] }';

  it('is told beside the accounts that are trusted', () => {
    expect(findings(anyKms, kms(A), { before: TRUSTED })).toEqual(NOTHING);
    expect(findings(anyKms, kms(FOREIGN), { before: TRUSTED })).toEqual(
      fails('KMS_KEY_UNTRUSTED_ACCOUNT', {
        trusted: ['111122223333'],
        actual: FOREIGN,
        account: '999900001111',
      }),
    );
    expect(findings(anyKms, kms(FOREIGN))).toEqual(NOTHING);
  });

  it.each(['nonsense', 'alias/x', 'cccccccc-cccc-cccc-cccc-cccccccccccc'])(
    'is unknown where the found key is %s, which shows none',
    (key) => {
      expect(findings(anyKms, kms(key), { before: TRUSTED })).toEqual(
        unknown('KEY_UNRESOLVED', { layer: 'sse', reference: key, cause: 'unlookable' }),
      );
    },
  );

  it('of a key that is no reference is told once, though the key itself could not be told either', () => {
    expect(findings(`{ key: "${A}" }`, kms('nonsense'), { before: TRUSTED })).toEqual(
      unknown('KEY_UNRESOLVED', { layer: 'sse', reference: 'nonsense', cause: 'unlookable' }),
    );
  });
});

describe('a key that cannot decrypt', () => {
  it('is told with its state, as KMS names it', () => {
    const keys = { [A]: { kind: 'described', manager: 'CUSTOMER', state: 'PendingDeletion' } } as const;
    expect(findings(`{ key: "${A}" }`, kms(A), { keys })).toEqual(
      fails('KMS_KEY_UNUSABLE', { actual: A, state: 'PendingDeletion' }),
    );
  });
});

describe('the whole verdict', () => {
  const both = `sse: { key: "${A}" }, cse: { key: k, wrap: [kms] }`;
  const before = `keys:\n  k: { key: "${B}", until: 2026-01-31 }\n`;
  const written = (iso: string): Partial<ObjectHead> => kms(A, { lastModifiedMs: Date.parse(iso) });
  const layers = (requirements: string, head: Partial<ObjectHead>, given: Given = {}) => {
    const { outcome, ...verdict } = verdictOf(requirements, head, { cse: ENVELOPE, before, ...given });
    const { violations = [], reasons = [] } = verdict as { violations?: []; reasons?: [] };
    return [outcome, ...violations, ...reasons];
  };
  const expired = {
    code: 'KMS_KEY_EXPIRED',
    args: { layer: 'cse', allowed: [B], actual: B, until: '2026-01-31', written: '2026-02-01' },
  };

  it("judges the last day of an envelope's key by Last-Modified", () => {
    expect(layers(both, written('2026-01-31T23:59:59Z'))).toEqual(['compliant']);
    expect(layers(both, written('2026-02-01T00:00:00Z'))).toEqual(['violation', expired]);
  });

  it('judges the outer key by the time of its re-keying, the envelope still by Last-Modified', () => {
    const rekeyedMs = Date.parse('2026-06-01T00:00:00Z');
    expect(layers(both, written('2026-01-31T00:00:00Z'), { rekeyedMs })).toEqual(['compliant']);
    const outer = `sse: { key: k }`;
    const rekeyed = layers(outer, { ...written('2026-01-31T00:00:00Z'), kmsKeyId: B }, { rekeyedMs });
    expect(rekeyed).toEqual([
      'violation',
      { code: 'KMS_KEY_EXPIRED', args: { ...expired.args, layer: 'sse', written: '2026-06-01' } },
    ]);
  });

  it('of a re-keying whose time is not told leaves the outer key open, and judges the envelope by Last-Modified', () => {
    const open = { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: B, cause: 'unlookable' } };
    const head = { ...written('2026-01-31T00:00:00Z'), kmsKeyId: B };
    const given: Given = { rekeyedMs: 'not-told' };
    expect(layers('sse: { key: k }', head, given)).toEqual(['unknown', open]);
    expect(layers('cse: { key: k, wrap: [kms] }', head, given)).toEqual(['compliant']);
  });

  it('cannot say of a key with a last day that it is right where HEAD gives no Last-Modified', () => {
    const reason = { code: 'KEY_UNRESOLVED', args: { layer: 'cse', reference: B, cause: 'unlookable' } };
    expect(layers(both, kms(A))).toEqual(['unknown', reason]);
  });

  it('of an unknown is its reasons, each once, with neither violation nor diagnosis', () => {
    const reason: UnknownReason = {
      code: 'INSTRUCTION_FILE_UNREADABLE',
      args: { key: 'p/o.instruction', why: 'it is no JSON' },
    };
    const verdict = verdictOf('cse: required', kms(A), { cseReasons: [reason, { ...reason }] });
    expect(verdict).toStrictEqual({
      outcome: 'unknown',
      governed: verdict.outcome === 'unknown' ? verdict.governed : undefined,
      observed: { sse: { type: 'sse-kms', key: A, bucketKey: false }, cse: { type: 'none' } },
      reasons: [reason],
      diagnosis: [],
    });
  });

  it('reasons about the inner layer stand in place of its judgement, and beside what fails outside', () => {
    const reason: UnknownReason = { code: 'INSTRUCTION_FILE_VERSION', args: { key: 'p/o.instruction' } };
    expect(layers(both, kms(B), { cse: { type: 'none' }, cseReasons: [reason] })).toEqual([
      'violation',
      { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [A], actual: B } },
      reason,
    ]);
  });

  it.each([
    ['an envelope is required and there', 'cse: required', ENVELOPE, {}, 'claimed'],
    ['the proof of its key is there', PROOF, ENVELOPE, { kind: 'proven' }, 'decrypt-dry-run'],
    ['a wrap without KMS leaves nothing to prove', PROOF, { ...ENVELOPE, wrap: 'AES/GCM' }, {}, 'claimed'],
  ] as const)('says what it rests on where %s', (_when, requirements, cse, proof, basis) => {
    const given = 'kind' in proof ? { cse, proof } : { cse };
    expect(verdictOf(requirements, kms(A), given)).toMatchObject({ basis });
  });

  it('rests on nothing where the proof is still asked for, or is none', () => {
    const failed = { kind: 'unproven', answer: 'AccessDeniedException' } as const;
    for (const given of [{ cse: ENVELOPE }, { cse: ENVELOPE, proof: failed }]) {
      const verdict = verdictOf(PROOF, kms(A), given);
      expect(verdict.outcome).toBe('unknown');
      expect(verdict).not.toHaveProperty('basis');
    }
  });

  it.each([
    ['nothing of the inner layer was judged', 'sse: { algorithm: [aws:kms] }', ENVELOPE],
    ['an envelope is forbidden', 'cse: forbidden', ENVELOPE],
    ['there is no envelope', 'cse: required', { type: 'none' }],
  ] as const)('rests on no claim where %s', (_when, requirements, cse) => {
    expect(verdictOf(requirements, kms(A), { cse })).not.toHaveProperty('basis');
  });

  it('on an instruction file is about its outer layer alone', () => {
    const given = { cse: { type: 'none' }, isInstructionFile: true } as const;
    expect(verdictOf('cse: required', kms(A), given).outcome).toBe('compliant');
    expect(verdictOf(`sse: { key: "${A}" }, cse: required`, kms(B), given)).toMatchObject({
      violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [A], actual: B } }],
    });
  });

  it.each([
    ['sse', `sse: { key: "${A}" }`, ['SSE_C_NOT_ALLOWED'], []],
    ['cse', 'cse: forbidden', [], ['SSE_C_HIDES_METADATA']],
    ['both', `sse: { key: "${A}" }, cse: required`, ['SSE_C_NOT_ALLOWED'], ['SSE_C_HIDES_METADATA']],
  ])('on an SSE-C object under a rule with %s', (_what, requirements, violations, reasons) => {
    const policy = policyOf(`version: 1\nrules: [{ id: r, match: "s3://lake/p/", ${requirements} }]\n`);
    const [rule] = policy.rules;
    if (rule === undefined) throw new Error('the policy has no rule');
    const verdict = judgeSseC(policy, { rule, captures: {} }, new KeyEnquiry());
    const allowed = ['aws:kms', 'aws:kms:dsse'];
    expect(verdict).toStrictEqual({
      outcome: violations.length > 0 ? 'violation' : 'unknown',
      governed: { rule, captures: {} },
      observed: { sse: { type: 'sse-c' } },
      ...(violations.length > 0
        ? { violations: violations.map((code) => ({ code, args: { allowed } })) }
        : {}),
      reasons: reasons.map((code) => ({ code, args: {} })),
      diagnosis: [],
    });
  });
});
