import { describe, expect, it } from 'vitest';
import { audit, codesOf, type TestBed, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const WRAPPED = 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==';
const IV = 'AAAAAAAAAAAAAAAA';

const rule = (cse: string, more = ''): string =>
  `version: 1\n${more}rules:\n  - { id: r, match: "s3://lake/p/{tenant}/", cse: ${cse} }\n`;

/** Metadata of a V2 envelope, as a client with KMS writes it. */
const v2 = (wrap: string, description: object, suite = 'AES/GCM/NoPadding'): ReadonlyMap<string, string> =>
  new Map([
    ['x-amz-key-v2', WRAPPED],
    ['x-amz-iv', IV],
    ['x-amz-wrap-alg', wrap],
    ['x-amz-cek-alg', suite],
    ['x-amz-tag-len', '128'],
    ['x-amz-matdesc', JSON.stringify(description)],
  ]);

const bedWith = (yaml: string, metadata: ReadonlyMap<string, string>, missingMetadata = 0): TestBed => {
  const bed = testBed(yaml);
  bed.heads.put('lake/p/t/o', found({ metadata, missingMetadata }));
  return bed;
};

async function codes(
  yaml: string,
  metadata: ReadonlyMap<string, string>,
  missing = 0,
): Promise<readonly string[]> {
  const record = await audit(bedWith(yaml, metadata, missing), written('lake/p/t/o'));
  return [record.outcome, ...codesOf(record)];
}

describe('the short forms', () => {
  it.each([
    ['required takes any envelope', 'required', v2('kms', { kms_cmk_id: A }), ['compliant']],
    ['required fails without one', 'required', new Map(), ['violation', 'CSE_MISSING']],
    ['forbidden takes none', 'forbidden', new Map([['owner', 'me']]), ['compliant']],
    [
      'forbidden fails with any envelope',
      'forbidden',
      v2('kms', { kms_cmk_id: A }),
      ['violation', 'CSE_NOT_ALLOWED'],
    ],
    [
      'forbidden fails with a malformed one',
      'forbidden',
      new Map([['x-amz-key-v2', WRAPPED]]),
      ['violation', 'CSE_NOT_ALLOWED'],
    ],
    [
      'a malformed envelope fails with that alone',
      `{ key: "${A}", wrap: [kms] }`,
      new Map([['x-amz-key-v2', WRAPPED]]),
      ['violation', 'CSE_ENVELOPE_MALFORMED'],
    ],
    [
      'instruction-file mode without a file is missing that file',
      'required',
      new Map([['x-amz-unencrypted-content-length', '7']]),
      ['violation', 'CSE_INSTRUCTION_FILE_MISSING'],
    ],
  ] as const)('%s', async (_title, cse, metadata, expected) => {
    expect(await codes(rule(cse), metadata)).toEqual(expected);
  });

  it.each([
    ['an absent envelope', new Map()],
    ['a malformed envelope', new Map([['x-amz-key-v2', WRAPPED]])],
    ['a missing instruction file', new Map([['x-amz-unencrypted-content-length', '7']])],
  ])('%s is METADATA_TRUNCATED where HEAD left metadata out', async (_title, metadata) => {
    expect(await codes(rule('required'), metadata, 2)).toEqual(['unknown', 'METADATA_TRUNCATED']);
  });

  it('an absent envelope is METADATA_TRUNCATED under forbidden too: what is cut may be the envelope', async () => {
    expect(await codes(rule('forbidden'), new Map(), 1)).toEqual(['unknown', 'METADATA_TRUNCATED']);
  });
});

describe('the key that an envelope claims', () => {
  const listed = `keys:\n  k: { key: "${A}", aliases: [alias/mine, "arn:aws:kms:eu-west-1:111122223333:alias/mine-too"] }\n  other: { key: "${B}", aliases: [alias/theirs] }\n`;
  const claims = (claim: unknown, key = 'k'): Promise<readonly string[]> =>
    codes(rule(`{ key: ${key}, wrap: [kms] }`, listed), v2('kms', { kms_cmk_id: claim }));

  it.each([
    ['by ARN is compared as that ARN', A, ['compliant']],
    ['by another ARN is a violation', B, ['violation', 'CSE_KEY_NOT_ALLOWED']],
    ['by bare id is compared by id', A.slice(A.indexOf('/') + 1), ['compliant']],
    ['by an alias listed for the key is the same', 'alias/mine', ['compliant']],
    [
      'by an alias ARN listed for the key is the same',
      'arn:aws:kms:eu-west-1:111122223333:alias/mine-too',
      ['compliant'],
    ],
    [
      'by an alias listed for another key only is different',
      'alias/theirs',
      ['violation', 'CSE_KEY_NOT_ALLOWED'],
    ],
    [
      "by an alias nobody listed is unknown: it was the writer's",
      'alias/whose',
      ['unknown', 'KEY_UNRESOLVED'],
    ],
    [
      'by the name of an alias that is listed as an ARN alone is unknown',
      'alias/mine-too',
      ['unknown', 'KEY_UNRESOLVED'],
    ],
    ['by nonsense is unknown', 'a key of ours', ['unknown', 'KEY_UNRESOLVED']],
    ['by nothing at all is not named', undefined, ['unknown', 'CSE_KEY_NOT_NAMED']],
    ['by something that is no text is not named', 5, ['unknown', 'CSE_KEY_NOT_NAMED']],
  ])('%s', async (_title, claim, expected) => {
    expect(await claims(claim)).toEqual(expected);
  });

  it("by the very alias name that the policy names is the same, whatever that alias is in the auditor's account", async () => {
    const metadata = v2('kms', { kms_cmk_id: 'alias/tenant-t' });
    expect(await codes(rule('{ key: "alias/tenant-{tenant}", wrap: [kms] }'), metadata)).toEqual([
      'compliant',
    ]);
  });

  it('by an alias ARN is resolved as that ARN', async () => {
    const arn = 'arn:aws:kms:eu-west-1:444455556666:alias/x';
    const bed = bedWith(rule(`{ key: "${A}", wrap: [kms] }`), v2('kms', { kms_cmk_id: arn }));
    bed.keys.point(arn, A);
    expect((await audit(bed, written('lake/p/t/o'))).outcome).toBe('compliant');
  });

  it('passes only as a claim, and says so', async () => {
    const bed = bedWith(rule(`{ key: "${A}", wrap: [kms] }`), v2('kms', { kms_cmk_id: A }));
    expect((await audit(bed, written('lake/p/t/o'))).observed?.cse).toMatchObject({
      basis: 'claimed',
      claimedKey: A,
    });
  });

  it('under kms+context is not named, whatever the text beside it says', async () => {
    const metadata = v2('kms+context', { kms_cmk_id: A, 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' });
    expect(await codes(rule(`{ key: "${A}" }`), metadata)).toEqual(['unknown', 'CSE_KEY_NOT_NAMED']);
  });

  it('under a wrap without KMS is a wrong wrap, though the description holds a kms_cmk_id', async () => {
    expect(await codes(rule(`{ key: "${A}" }`), v2('AES/GCM', { kms_cmk_id: A }))).toEqual([
      'violation',
      'CSE_WRAP_NOT_ALLOWED',
    ]);
  });
});

describe('what can be seen of an envelope', () => {
  it.each([
    [
      'a wrap that nobody has heard of is compared as it came',
      '{ wrap: [my-wrap] }',
      v2('my-wrap', {}),
      ['compliant'],
    ],
    [
      'a suite outside the list',
      '{ suite: ["AES/GCM/NoPadding"] }',
      v2('kms', {}, 'AES/CBC/PKCS5Padding'),
      ['violation', 'CSE_SUITE_NOT_ALLOWED'],
    ],
    ['a format outside the list', '{ format: [V3] }', v2('kms', {}), ['violation', 'CSE_FORMAT_NOT_ALLOWED']],
    [
      'a context entry with a capture',
      '{ context: { tenant: "{tenant}" } }',
      v2('kms+context', { tenant: 't', more: 'x' }),
      ['compliant'],
    ],
    [
      'a context entry of another tenant',
      '{ context: { tenant: "{tenant}" } }',
      v2('kms+context', { tenant: 'u' }),
      ['violation', 'CSE_CONTEXT_MISMATCH'],
    ],
    [
      'a context under a static wrap, which has none',
      '{ context: { tenant: t } }',
      v2('AES/GCM', { tenant: 't' }),
      ['violation', 'CSE_CONTEXT_MISMATCH'],
    ],
    [
      'a description under a static wrap',
      '{ description: { n: 1 } }',
      v2('AES/GCM', { n: 1 }),
      ['compliant'],
    ],
    [
      'a description value of another JSON type',
      '{ description: { n: 1 } }',
      v2('AES/GCM', { n: '1' }),
      ['violation', 'CSE_DESCRIPTION_MISMATCH'],
    ],
    [
      'a description under a KMS wrap, which has none',
      '{ description: { n: 1 } }',
      v2('kms', { n: 1 }),
      ['violation', 'CSE_DESCRIPTION_MISMATCH'],
    ],
  ] as const)('%s', async (_title, cse, metadata, expected) => {
    expect(await codes(rule(cse), metadata)).toEqual(expected);
  });

  it('tells several wrong things together', async () => {
    const cse = `{ key: "${A}", wrap: [kms], suite: ["AES/GCM/NoPadding"] }`;
    expect(await codes(rule(cse), v2('kms', { kms_cmk_id: B }, 'AES/CBC/PKCS5Padding'))).toEqual([
      'violation',
      'CSE_SUITE_NOT_ALLOWED',
      'CSE_KEY_NOT_ALLOWED',
    ]);
  });

  it('records the entries that the rule names and only the names of the others', async () => {
    const bed = bedWith(
      rule('{ context: { tenant: "{tenant}" } }'),
      v2('kms+context', { tenant: 't', secret: 'S3CRET' }),
    );
    const record = await audit(bed, written('lake/p/t/o'));
    expect(record.observed?.cse).toMatchObject({ entries: { tenant: 't' }, otherNames: ['secret'] });
    expect(JSON.stringify(record)).not.toContain('S3CRET');
  });
});

describe('both layers', () => {
  const both = `version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { key: "${A}" }, cse: { key: "${A}", wrap: [kms] } }\n`;
  const judgeBoth = async (outer: string, inner: string): Promise<readonly string[]> => {
    const bed = testBed(both);
    const metadata = v2('kms', { kms_cmk_id: inner });
    bed.heads.put('lake/p/o', found({ serverSideEncryption: 'aws:kms', kmsKeyId: outer, metadata }));
    const record = await audit(bed, written('lake/p/o'));
    return [record.outcome, ...codesOf(record)];
  };

  it('are judged apart: a right outer key never hides a wrong inner one, nor the other way round', async () => {
    expect(await judgeBoth(A, A)).toEqual(['compliant']);
    expect(await judgeBoth(A, B)).toEqual(['violation', 'CSE_KEY_NOT_ALLOWED']);
    expect(await judgeBoth(B, A)).toEqual(['violation', 'KMS_KEY_NOT_ALLOWED']);
    expect(await judgeBoth(B, B)).toEqual(['violation', 'KMS_KEY_NOT_ALLOWED', 'CSE_KEY_NOT_ALLOWED']);
  });
});

describe('proof by a dry run', () => {
  const proof = rule(`{ key: ["${A}", "${B}"], proof: decrypt-dry-run }`);
  const metadata = v2('kms+context', { tenant: 't', 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' });

  it('passes where KMS proves one key of the list, and says on what it rests', async () => {
    const bed = bedWith(proof, metadata);
    bed.keys.proofs.set(B, { kind: 'proven' });
    const record = await audit(bed, written('lake/p/t/o'));
    expect([record.outcome, record.observed?.cse?.basis]).toEqual(['compliant', 'decrypt-dry-run']);
  });

  it('is undecided on every other answer, and names the answers', async () => {
    const bed = bedWith(proof, metadata);
    bed.keys.proofs.set(A, { kind: 'unproven', answer: 'IncorrectKeyException' });
    const record = await audit(bed, written('lake/p/t/o'));
    expect(record.reasons).toEqual([
      { code: 'CSE_PROOF_UNDECIDED', args: { answers: ['IncorrectKeyException', 'AccessDeniedException'] } },
    ]);
  });

  it('that failed never falls back to a claim that would have passed', async () => {
    const bed = bedWith(proof, v2('kms', { kms_cmk_id: A }));
    expect(codesOf(await audit(bed, written('lake/p/t/o')))).toEqual(['CSE_PROOF_UNDECIDED']);
  });

  it('outranks a claim that names another key', async () => {
    const bed = bedWith(proof, v2('kms', { kms_cmk_id: keyArn('c') }));
    bed.keys.proofs.set(A, { kind: 'proven' });
    expect((await audit(bed, written('lake/p/t/o'))).outcome).toBe('compliant');
  });

  it('is not asked for with a context that is no object of texts', async () => {
    const bed = bedWith(proof, v2('kms+context', { n: 1 }));
    expect(codesOf(await audit(bed, written('lake/p/t/o')))).toEqual(['CSE_PROOF_UNDECIDED']);
    expect(bed.keys.asked.some((question) => question.startsWith('prove'))).toBe(false);
  });
});

describe('why it probably happened, inside', () => {
  it('a missing envelope says that client-side encryption was not applied', async () => {
    const record = await audit(bedWith(rule('required'), new Map()), written('lake/p/t/o'));
    expect(record.diagnosis).toEqual([{ code: 'CSE_NOT_APPLIED', args: {} }]);
  });

  it('the claimed key of another rule is named', async () => {
    const yaml = `version: 1\nrules:\n  - { id: a, match: "s3://lake/p/t/", cse: { key: "${A}", wrap: [kms] } }\n  - { id: b, match: "s3://lake/b/", cse: { key: "${B}", wrap: [kms] } }\n`;
    const record = await audit(bedWith(yaml, v2('kms', { kms_cmk_id: B })), written('lake/p/t/o'));
    expect(record.diagnosis).toEqual([{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'b' } }]);
  });

  it('the claimed alias of another rule is named by what the policy lists it for', async () => {
    const yaml = `version: 1\nkeys:\n  k: { key: "${B}", aliases: [alias/b-cse] }\nrules:\n  - { id: a, match: "s3://lake/p/t/", cse: { key: "${A}", wrap: [kms] } }\n  - { id: b, match: "s3://lake/b/", cse: { key: k, wrap: [kms] } }\n`;
    const record = await audit(
      bedWith(yaml, v2('kms', { kms_cmk_id: 'alias/b-cse' })),
      written('lake/p/t/o'),
    );
    expect(record.diagnosis).toEqual([{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'b' } }]);
  });

  it('the description of another tenant is named with its capture', async () => {
    const yaml = rule('{ description: { keyname: "{tenant}-2026" } }');
    const record = await audit(bedWith(yaml, v2('AES/GCM', { keyname: 'u-2026' })), written('lake/p/t/o'));
    expect(record.diagnosis).toEqual([
      { code: 'DESCRIPTION_OF_ANOTHER_RULE', args: { rule: 'r', captures: { tenant: 'u' } } },
    ]);
  });
});
