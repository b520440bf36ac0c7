import { describe, expect, it } from 'vitest';
import type { ClientSideEncryption, Envelope } from '../../src/encryption/observation.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { Policy } from '../../src/policy/types.ts';
import { describeDiagnosis, describeReason, describeViolation } from '../../src/verdict/describe.ts';
import { judgeCse } from '../../src/verdict/judge-cse.ts';
import { judgeSse } from '../../src/verdict/judge-sse.ts';
import { optionMeaning } from '../../src/verdict/key-option.ts';
import { type RemedyFacts, remediesFor } from '../../src/verdict/remedy.ts';
import { toRecord } from '../../src/verdict/to-record.ts';
import type { Diagnosis, UnknownReason, Verdict, Violation } from '../../src/verdict/verdict.ts';
import { DIAGNOSES, KEY_A, KEY_B, REASONS, VIOLATIONS } from '../alerts/records.ts';
import { policyOf } from '../support/policy.ts';

const violation = (...violations: readonly Violation[]): RemedyFacts => ({
  outcome: 'violation',
  violations,
});

describe('the sentence of a violation', () => {
  it('says that a forbidden S3 Bucket Key is there', () => {
    const { code } = VIOLATIONS.BUCKET_KEY_NOT_AS_REQUIRED;
    expect(describeViolation({ code, args: { required: 'forbidden', actual: true } })).toBe(
      'encrypted with an S3 Bucket Key, but by the policy one is forbidden',
    );
  });

  it('sets several entries apart, and says where there is no value', () => {
    const entries = [
      { name: 'a', expected: 1, actual: 2 },
      { name: 'b', expected: undefined, actual: null },
      { name: 'c', expected: 'x' },
    ];
    expect(describeViolation({ code: 'CSE_CONTEXT_MISMATCH', args: { entries } })).toBe(
      'its KMS encryption context is not what the policy wants: "a" should be 1, but it is 2; "b" should be nothing, but it is null; "c" should be "x", but there is no such entry',
    );
  });
});

describe('the sentence of a reason', () => {
  it('leaves out the Region and the error code where they are not known', () => {
    expect(describeReason({ code: 'BUCKET_UNREACHABLE', args: {} })).toBe(
      'the bucket does not answer, or is in another Region',
    );
    expect(describeReason({ code: 'BAD_REQUEST', args: { status: 405 } })).toBe(
      'S3 refused the request with status 405, and nothing shows that SSE-C is why',
    );
  });
});

describe('a word that no version of this program knows', () => {
  const unheard = { code: 'NEVER_HEARD', args: {} };
  const refused = new TypeError('unexpected value: {"code":"NEVER_HEARD","args":{}}');
  const scope = { captures: {}, listedAliases: new Map(), enquiry: undefined as never };
  const observed = { type: 'never-heard' } as never;
  const unseen = new TypeError('unexpected value: {"type":"never-heard"}');

  it('is refused by name in place of a sentence or a remedy', () => {
    expect(() => describeViolation(unheard as unknown as Violation)).toThrow(refused);
    expect(() => describeReason(unheard as unknown as UnknownReason)).toThrow(refused);
    expect(() => describeDiagnosis(unheard as unknown as Diagnosis)).toThrow(refused);
    expect(() => remediesFor(violation(unheard as unknown as Violation))).toThrow(refused);
    const diagnosis = [unheard as unknown as Diagnosis];
    expect(() => remediesFor({ outcome: 'violation', diagnosis })).toThrow(refused);
    const args = { layer: 'sse', reference: 'alias/x', cause: 'never-heard' } as never;
    expect(() => describeReason({ code: 'KEY_UNRESOLVED', args })).toThrow('unexpected value: "never-heard"');
  });

  it('is refused in place of a verdict', () => {
    const sse = { requirement: { bucketKey: 'any' }, trustedAccounts: ['1'] } as const;
    expect(() => judgeSse({ ...scope, ...sse, observed })).toThrow(unseen);
    expect(() => optionMeaning(observed, scope)).toThrow(unseen);
    const cse = { kind: 'required', instructionSuffix: '.i', proof: 'claimed' } as const;
    const place = { requirement: cse, missingMetadata: 0, instructionKey: 'o.i' };
    expect(() => judgeCse({ ...scope, ...place, observed })).toThrow(unseen);
  });

  it('is refused in place of a record', () => {
    expect(() => recordOf(compliant(observed))).toThrow(unseen);
    expect(() => recordOf({ outcome: 'never-heard' } as never)).toThrow(
      new TypeError('unexpected value: {"outcome":"never-heard"}'),
    );
  });
});

describe('the remedies of a record', () => {
  const codes = (facts: RemedyFacts): readonly string[] => remediesFor(facts).map(({ code }) => code);

  it('for the envelope key of another rule are the two for its client, and the mending', () => {
    const facts = {
      ...violation(VIOLATIONS.CSE_KEY_NOT_ALLOWED),
      diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE],
    };
    expect(codes(facts)).toEqual([
      'NO_FILE_SYSTEM_CACHE',
      'ONE_APPLICATION_PER_KEY',
      'CONFIGURE_CLIENT_SIDE',
      'REWRITE_CLIENT_SIDE',
    ]);
  });

  it('have no member for settings where no property carries them out', () => {
    expect(remediesFor(violation(VIOLATIONS.BUCKET_KEY_NOT_AS_REQUIRED))).toStrictEqual([
      { code: 'SET_BUCKET_KEY', text: expect.stringMatching(/^Set the S3 Bucket Key in the writer/) },
    ]);
  });

  it('say why a refusal may hide a missing object where any permission of S3 is among those refused', () => {
    const resource = 'arn:aws:kms:eu-west-1:111122223333:key/k';
    const kms: UnknownReason = { code: 'ACCESS_DENIED', args: { permission: 'kms:Decrypt', resource } };
    const reasons = [kms, REASONS.ACCESS_DENIED];
    expect(remediesFor({ outcome: 'unknown', reasons })).toEqual([
      {
        code: 'GRANT_PERMISSION',
        text: `Allow the role of the auditor kms:Decrypt on ${resource}; s3:GetObject on arn:aws:s3:::acme-lake/a, then audit again. Where it has s3:GetObject already, look for a bucket policy that denies it, and allow s3:ListBucket on the bucket too: without it an object that is gone is refused like one that is not readable.`,
      },
    ]);
  });
});

describe('the settings beside a remedy', () => {
  /** `name=value` for EMRFS and for S3A, of the remedy with that code; `none` where it has no settings. */
  function told(code: string, facts: RemedyFacts) {
    const remedy = remediesFor(facts).find((one) => one.code === code);
    if (remedy === undefined) throw new Error(`there is no remedy ${code}`);
    if (remedy.settings === undefined) return 'none';
    const lines = remedy.settings.map(({ column, properties }) => [
      column,
      properties.map(({ name, value }) => `${name}=${value}`),
    ]);
    return Object.fromEntries(lines);
  }
  const outer = (emrfs: readonly string[], s3a: readonly string[]) => ({
    's3-emrfs': emrfs,
    's3-s3a': s3a,
    's3a-s3a': s3a,
  });
  const sseKms = (key: string) =>
    outer(
      ['fs.s3.enableServerSideEncryption=true', `fs.s3.serverSideEncryption.kms.keyId=${key}`],
      ['fs.s3a.encryption.algorithm=SSE-KMS', `fs.s3a.encryption.key=${key}`],
    );
  const dsse = (key: string) =>
    outer([], ['fs.s3a.encryption.algorithm=DSSE-KMS', `fs.s3a.encryption.key=${key}`]);
  const cseKms = outer(
    [
      'fs.s3.cse.enabled=true',
      'fs.s3.cse.encryptionMaterialsProvider=com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
      `fs.s3.cse.kms.keyId=${KEY_B}`,
    ],
    ['fs.s3a.encryption.algorithm=CSE-KMS', `fs.s3a.encryption.key=${KEY_B}`],
  );
  const { KMS_KEY_NOT_ALLOWED, KMS_KEY_UNTRUSTED_ACCOUNT, CSE_KEY_NOT_ALLOWED, CSE_NOT_ALLOWED } = VIOLATIONS;
  const missing = (...allowed: readonly string[]): Violation => ({ code: 'SSE_MISSING', args: { allowed } });

  it('of the outer layer stand with no remedy where an envelope is due: one client does not do both', () => {
    const asks = violation(missing('aws:kms'), CSE_KEY_NOT_ALLOWED);
    expect(told('ASK_FOR_ENCRYPTION', asks)).toBe('none');
    expect(told('CONFIGURE_CLIENT_SIDE', asks)).toEqual(cseKms);
    const untrusted = violation(KMS_KEY_UNTRUSTED_ACCOUNT, CSE_KEY_NOT_ALLOWED);
    expect(told('USE_KEY_ARN', untrusted)).toBe('none');
    expect(told('CONFIGURE_CLIENT_SIDE', untrusted)).toEqual(cseKms);
  });

  it('of the outer layer are told where the envelope that was found is forbidden', () => {
    const found = [{ sse: { type: 'sse-kms' }, cse: { type: 'envelope' } }] as const;
    expect(told('NAME_THE_KEY', { ...violation(KMS_KEY_NOT_ALLOWED, CSE_NOT_ALLOWED), found })).toEqual(
      sseKms(KEY_B),
    );
  });

  it('are told where nothing of the inner layer was seen', () => {
    expect(
      told('NAME_THE_KEY', { ...violation(KMS_KEY_NOT_ALLOWED), found: [{ sse: { type: 'sse-kms' } }] }),
    ).toEqual(sseKms(KEY_B));
  });

  it.each([
    [['dsse-kms'], dsse(KEY_B)],
    [['dsse-kms', 'dsse-kms'], dsse(KEY_B)],
    [['dsse-kms', 'sse-kms'], sseKms(KEY_B)],
    [['sse-kms'], sseKms(KEY_B)],
    [[], sseKms(KEY_B)],
  ])('for a wrong key keep DSSE-KMS only where all was under it: %j', (types, expected) => {
    const found = types.map((type) => ({ sse: { type }, cse: { type: 'none' as const } }));
    expect(told('NAME_THE_KEY', { ...violation(KMS_KEY_NOT_ALLOWED), found })).toEqual(expected);
  });

  it.each([
    ['AES256', [missing('AES256')]],
    ['AES256 in each of two records', [missing('AES256', 'aws:fsx'), missing('aws:backup', 'AES256')]],
  ])('for what is not encrypted ask for SSE-S3 where the policy allows %s alone', (_what, violations) => {
    expect(told('ASK_FOR_ENCRYPTION', violation(...violations))).toEqual(
      outer(
        ['fs.s3.enableServerSideEncryption=true', 'fs.s3.serverSideEncryptionAlgorithm=AES256'],
        ['fs.s3a.encryption.algorithm=AES256'],
      ),
    );
  });

  it.each([
    [missing('aws:kms:dsse', 'aws:kms'), missing('aws:kms'), sseKms('KEY_ARN')],
    [missing('aws:kms:dsse', 'aws:kms'), missing('aws:kms:dsse'), dsse('KEY_ARN')],
    [missing('aws:kms'), missing('AES256'), 'none'],
    [missing('aws:fsx'), missing('aws:fsx'), 'none'],
  ])('ask only for what every record allows: %j and %j', (one, other, expected) => {
    expect(told('ASK_FOR_ENCRYPTION', violation(one, other))).toEqual(expected);
  });

  it('leave the key open where no violation tells one', () => {
    expect(told('USE_KEY_ARN', violation(KMS_KEY_UNTRUSTED_ACCOUNT))).toEqual(sseKms('KEY_ARN'));
  });
});

const POLICY = policyOf(
  'version: 1\nrules:\n  - { id: required, match: "s3://lake/r/", cse: { description: { team: red } } }\n  - { id: forbidden, match: "s3://lake/f/", cse: forbidden }\n',
);

function governed({ rules }: Policy, id: string) {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return { rule, captures: {} };
}

function compliant(cse: ClientSideEncryption, id = 'required'): Verdict {
  const observed = { sse: { type: 'sse-s3' }, cse } as const;
  return { outcome: 'compliant', governed: governed(POLICY, id), observed, diagnosis: [] };
}

const recordOf = (verdict: Verdict) =>
  toRecord(
    verdict,
    { object: { bucket: bucketName('lake'), key: objectKey('r/o') } },
    { policy: POLICY, policyHash: 'sha256:p', auditedAt: '2026-11-21T03:00:00.000Z', hash: () => 'id' },
  );

describe('a member that is not known', () => {
  const envelope: Envelope = {
    type: 'envelope',
    format: 'V2',
    wrap: 'AESWrap',
    suite: 'AES/GCM/NoPadding',
    storage: 'metadata',
    description: new Map([
      ['team', 'red'],
      ['secret', 'hidden'],
    ]),
    wrappedKey: 'd3JhcHBlZA==',
  };
  const shown = {
    type: 'envelope',
    format: 'V2',
    wrap: 'AESWrap',
    suite: 'AES/GCM/NoPadding',
    storage: 'metadata',
  };

  it.each([
    [{ outcome: 'gone' }, ['object', 'outcome', 'id', 'policy', 'auditedAt']],
    [{ outcome: 'uncovered' }, ['object', 'outcome', 'severity', 'id', 'policy', 'auditedAt']],
    [{ outcome: 'exempt', exemption: 'x' }, ['object', 'outcome', 'exemption', 'id', 'policy', 'auditedAt']],
    [compliant({ type: 'none' }), ['object', 'outcome', 'rule', 'observed', 'id', 'policy', 'auditedAt']],
  ] as const)('is left out of the record of %j', (verdict, members) => {
    expect(Object.keys(recordOf(verdict))).toEqual(members);
  });

  it('is left out of an envelope: neither claim nor basis stand there without a value', () => {
    const cse = recordOf(compliant(envelope, 'forbidden')).observed?.cse;
    expect(cse).toStrictEqual({ ...shown, otherNames: ['team', 'secret'] });
    const claimed = recordOf(compliant({ ...envelope, wrap: 'kms', claimedKey: KEY_A }, 'forbidden'));
    expect(claimed.observed?.cse).toStrictEqual({
      ...{ ...shown, wrap: 'kms', claimedKey: KEY_A },
      otherNames: ['team', 'secret'],
    });
  });

  it('is left out of a missing instruction file, of which nothing is known', () => {
    expect(recordOf(compliant({ type: 'instruction-file-missing' })).observed).toStrictEqual({
      sse: { type: 'sse-s3' },
      cse: { type: 'instruction-file-missing' },
    });
  });

  it('leaves what was seen in the record of an object whose rule is not known, without any value of its description', () => {
    const made = recordOf({
      outcome: 'unknown',
      observed: { sse: { type: 'sse-s3' }, cse: envelope },
      reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }],
      diagnosis: [],
    });
    expect(made.observed).toStrictEqual({
      sse: { type: 'sse-s3' },
      cse: { ...shown, otherNames: ['team', 'secret'] },
    });
    expect(made).not.toHaveProperty('rule');
  });
});
