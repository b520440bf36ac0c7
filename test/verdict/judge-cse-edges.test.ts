import { describe, expect, it } from 'vitest';
import type { ClientSideEncryption, Envelope, Json } from '../../src/encryption/observation.ts';
import { type AliasAnswer, KeyEnquiry, type ProofAnswer } from '../../src/keys/enquiry.ts';
import type { Captures } from '../../src/policy/types.ts';
import { judgeCse } from '../../src/verdict/judge-cse.ts';
import { keyArn } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';

const A = keyArn('a');
const B = keyArn('b');
const WRAPPED = 'd3JhcHBlZA==';
const NONE: ClientSideEncryption = { type: 'none' };
const MALFORMED: ClientSideEncryption = {
  type: 'malformed',
  why: 'x-amz-iv is missing',
  storage: 'metadata',
};
const FILE_MISSING: ClientSideEncryption = { type: 'instruction-file-missing' };

/** An envelope of V2 under the wrap `kms`, changed as a test says. */
const envelope = (more: Partial<Envelope> = {}): Envelope => ({
  type: 'envelope',
  format: 'V2',
  wrap: 'kms',
  suite: 'AES/GCM/NoPadding',
  storage: 'metadata',
  wrappedKey: WRAPPED,
  ...more,
});

const description = (entries: Readonly<Record<string, Json>>): ReadonlyMap<string, Json> =>
  new Map(Object.entries(entries));

interface Given {
  readonly missingMetadata?: number;
  readonly captures?: Captures;
  readonly enquiry?: KeyEnquiry;
}

/** The findings under a rule with this `cse`, as the policy file writes it. */
function judged(cse: string, observed: ClientSideEncryption, given: Given = {}) {
  const policy = policyOf(
    `version: 1\nrules: [{ id: r, match: "s3://lake/{tenant}/{day}/", cse: ${cse} }]\n`,
  );
  const requirement = policy.rules[0]?.cse;
  if (requirement === undefined) throw new Error('the rule has no cse');
  const { missingMetadata = 0, captures = { tenant: 't', day: '1' }, enquiry = new KeyEnquiry() } = given;
  const { listedAliases } = policy;
  const instructionKey = 'p/o.instruction';
  return judgeCse({
    observed,
    requirement,
    missingMetadata,
    instructionKey,
    captures,
    listedAliases,
    enquiry,
  });
}

const NOTHING = { violations: [], reasons: [] };
const fails = (code: string, args: object) => ({ violations: [{ code, args }], reasons: [] });
const unknown = (code: string, args: object) => ({ violations: [], reasons: [{ code, args }] });

describe('what stands in place of an envelope', () => {
  it.each([
    ['nothing', NONE, fails('CSE_MISSING', {})],
    ['a malformed envelope', MALFORMED, fails('CSE_ENVELOPE_MALFORMED', { why: 'x-amz-iv is missing' })],
    [
      'a missing instruction file',
      FILE_MISSING,
      fails('CSE_INSTRUCTION_FILE_MISSING', { expected: 'p/o.instruction' }),
    ],
  ])(
    '%s fails with what is needed to act on it, and is told as cut where HEAD left metadata out',
    (_what, observed, expected) => {
      expect(judged('required', observed)).toEqual(expected);
      expect(judged('required', observed, { missingMetadata: 3 })).toEqual(
        unknown('METADATA_TRUNCATED', { missing: 3 }),
      );
    },
  );

  it.each([
    ['a malformed envelope', MALFORMED, 'malformed envelope'],
    ['a missing instruction file', FILE_MISSING, 'instruction-file mode'],
    ['an envelope', envelope({ format: 'V3', wrap: 'AES/GCM' }), 'V3 AES/GCM'],
  ])('%s is not allowed under forbidden, cut metadata or not', (_what, observed, actual) => {
    const expected = fails('CSE_NOT_ALLOWED', { actual });
    expect(judged('forbidden', observed)).toEqual(expected);
    expect(judged('forbidden', observed, { missingMetadata: 1 })).toEqual(expected);
  });

  it('nothing at all is right under forbidden only where HEAD showed all metadata', () => {
    expect(judged('forbidden', NONE)).toEqual(NOTHING);
    expect(judged('forbidden', NONE, { missingMetadata: 1 })).toEqual(
      unknown('METADATA_TRUNCATED', { missing: 1 }),
    );
  });
});

describe('format, wrap and suite', () => {
  it.each([
    ['{ format: [V1, V3] }', 'CSE_FORMAT_NOT_ALLOWED', { allowed: ['V1', 'V3'], actual: 'V2' }],
    [
      '{ wrap: [kms+context, AES/GCM] }',
      'CSE_WRAP_NOT_ALLOWED',
      { allowed: ['kms+context', 'AES/GCM'], actual: 'kms' },
    ],
    [
      '{ suite: [AES/CBC/PKCS5Padding] }',
      'CSE_SUITE_NOT_ALLOWED',
      { allowed: ['AES/CBC/PKCS5Padding'], actual: 'AES/GCM/NoPadding' },
    ],
  ])('outside %s are told with what is allowed', (cse, code, args) => {
    expect(judged(cse, envelope())).toEqual(fails(code, args));
  });

  it('a wrap that is listed passes, whatever its kind', () => {
    expect(judged('{ wrap: [AESWrap, kms] }', envelope({ wrap: 'AESWrap' }))).toEqual(NOTHING);
  });

  it('under a key a KMS wrap outside the list fails as itself, and the key is judged beside it', () => {
    const found = envelope({ wrap: 'kms+context', description: description({}) });
    expect(judged(`{ key: "${A}", wrap: [kms] }`, found)).toEqual({
      violations: [{ code: 'CSE_WRAP_NOT_ALLOWED', args: { allowed: ['kms'], actual: 'kms+context' } }],
      reasons: [{ code: 'CSE_KEY_NOT_NAMED', args: { wrap: 'kms+context' } }],
    });
  });

  it.each([[`{ key: "${A}" }`], [`{ key: "${A}", wrap: [kms, AES/GCM] }`]])(
    'under %s a wrap without KMS fails once, and only wraps with KMS are named as allowed',
    (cse) => {
      const found = envelope({ wrap: 'AES/GCM', description: description({ kms_cmk_id: A }) });
      expect(judged(cse, found)).toEqual(
        fails('CSE_WRAP_NOT_ALLOWED', { allowed: ['kms', 'kms+context'], actual: 'AES/GCM' }),
      );
    },
  );
});

describe('entries of a context or description', () => {
  const context = '{ context: { tenant: "{tenant}", day: "d-{day}", level: 2 } }';
  const held = (entries: Readonly<Record<string, Json>>): Envelope =>
    envelope({ wrap: 'kms+context', description: description(entries) });

  it('that are wrong or absent are told one by one, with the value that was due; those that hold are not', () => {
    const found = judged(context, held({ tenant: 't', day: 'd-2', more: 'x' }));
    expect(found.violations).toStrictEqual([
      {
        code: 'CSE_CONTEXT_MISMATCH',
        args: {
          entries: [
            { name: 'day', expected: 'd-1', actual: 'd-2' },
            { name: 'level', expected: 2 },
          ],
        },
      },
    ]);
  });

  it('compare as JSON, and are told as plain JSON', () => {
    const cse = '{ context: { o: { list: [1, { deep: "{tenant}" }] } } }';
    const nested = (deep: Json): Envelope =>
      held({ o: description({ list: [1, description({ deep, more: null })] }) });
    expect(judged(cse, held({ o: description({ list: [1, description({ deep: 't' })] }) }))).toEqual(NOTHING);
    const args = {
      entries: [
        {
          name: 'o',
          expected: { list: [1, { deep: 't' }] },
          actual: { list: [1, { deep: 'u', more: null }] },
        },
      ],
    };
    expect(judged(cse, nested('u'))).toEqual(fails('CSE_CONTEXT_MISMATCH', args));
    expect(JSON.parse(JSON.stringify(judged(cse, nested('u'))))).toEqual(fails('CSE_CONTEXT_MISMATCH', args));
  });

  it.each([
    [
      'a context under a wrap without KMS',
      '{ context: { n: 1 } }',
      'AES/GCM',
      description({ n: 1 }),
      'CONTEXT',
    ],
    ['a description under kms', '{ description: { n: 1 } }', 'kms', description({ n: 1 }), 'DESCRIPTION'],
    ['a description that is absent', '{ description: { n: 1 } }', 'AESWrap', undefined, 'DESCRIPTION'],
    ['a description that is a list', '{ description: { n: 1 } }', 'AESWrap', ['n'], 'DESCRIPTION'],
    ['a description that is text', '{ description: { n: 1 } }', 'AESWrap', 'n', 'DESCRIPTION'],
  ] as const)('%s is as if no entry were there', (_what, cse, wrap, given, layer) => {
    const found = envelope({ wrap, ...(given === undefined ? {} : { description: given }) });
    expect(judged(cse, found).violations).toStrictEqual([
      { code: `CSE_${layer}_MISMATCH`, args: { entries: [{ name: 'n', expected: 1 }] } },
    ]);
  });
});

describe('the key of an envelope', () => {
  const cse = `{ key: "${A}" }`;

  it.each([
    ['kms+context', { wrap: 'kms+context' }],
    ['kms+context though a claim stands beside it', { wrap: 'kms+context', claimedKey: A }],
  ])('under %s is not named', (_what, more) => {
    expect(judged(cse, envelope({ description: description({}), ...more }))).toEqual(
      unknown('CSE_KEY_NOT_NAMED', { wrap: 'kms+context' }),
    );
  });

  it('under kms without a claim is not named either', () => {
    expect(judged(cse, envelope({ description: description({}) }))).toEqual(
      unknown('CSE_KEY_NOT_NAMED', { wrap: 'kms' }),
    );
  });

  it('is the one that is claimed, as a client-side key', () => {
    expect(judged(cse, envelope({ claimedKey: A }))).toEqual(NOTHING);
    expect(judged(cse, envelope({ claimedKey: B }))).toEqual(
      fails('CSE_KEY_NOT_ALLOWED', { allowed: [A], actual: B }),
    );
  });
});

describe('a proof', () => {
  const proof = (...keys: readonly string[]): string =>
    `{ key: [${keys.map((key) => `"${key}"`).join(', ')}], proof: decrypt-dry-run }`;
  const context = new Map([
    ['tenant', 't'],
    ['aws:x-amz-cek-alg', 'AES/GCM/NoPadding'],
  ]);
  const found = envelope({ wrap: 'kms+context', description: context });
  const request = (key: string) => ({ key, wrappedKey: WRAPPED, context });
  const NO_CONTEXT = 'the encryption context is no JSON object of strings';

  function proving(
    keys: readonly string[],
    answers: Readonly<Record<string, ProofAnswer>>,
    aliases: Readonly<Record<string, AliasAnswer>> = {},
  ) {
    const enquiry = new KeyEnquiry();
    for (const [key, answer] of Object.entries(answers)) enquiry.setProof(request(key), answer);
    for (const [name, answer] of Object.entries(aliases)) {
      enquiry.setAlias({ kind: 'alias-name', name }, answer);
    }
    return { ...judged(proof(...keys), found, { enquiry }), asks: enquiry.takeQuestions() };
  }
  const undecided = (...answers: readonly string[]) => unknown('CSE_PROOF_UNDECIDED', { answers });
  const unproven = (answer: string): ProofAnswer => ({ kind: 'unproven', answer });

  it('is asked for each key with the wrapped key and the whole encryption context', () => {
    expect(proving([A, B], {})).toEqual({
      ...undecided(),
      asks: [A, B].map((key) => ({ ask: 'proof', request: request(key) })),
    });
  });

  it('by one key is enough, whatever the others answer', () => {
    expect(proving([A, B], { [A]: unproven('IncorrectKeyException'), [B]: { kind: 'proven' } })).toEqual({
      ...NOTHING,
      asks: [],
    });
  });

  it('that failed tells each answer once; one that is still to come is not told as an answer', () => {
    const refused = unproven('AccessDeniedException');
    expect(proving([A, B], { [A]: refused, [B]: refused })).toEqual({
      ...undecided('AccessDeniedException'),
      asks: [],
    });
    expect(proving([A, B], { [A]: refused })).toEqual({
      ...undecided('AccessDeniedException'),
      asks: [{ ask: 'proof', request: request(B) }],
    });
  });

  it('waits for an alias to be resolved, and says where it could not be', () => {
    expect(proving(['alias/ours'], {})).toEqual({
      ...undecided(),
      asks: [{ ask: 'alias', alias: { kind: 'alias-name', name: 'alias/ours' } }],
    });
    expect(proving(['alias/ours'], {}, { 'alias/ours': { kind: 'not-found' } })).toEqual({
      ...undecided('the key is not resolved'),
      asks: [],
    });
  });

  it.each([
    ['is absent', undefined],
    ['is a list', ['tenant']],
    ['is text', 'tenant'],
    ['is null', null],
    ['holds a number', description({ tenant: 't', n: 1 })],
  ])('is not asked for where the context %s', (_what, given) => {
    const enquiry = new KeyEnquiry();
    const odd = envelope({
      wrap: 'kms+context',
      ...(given === undefined ? {} : { description: given as Json }),
    });
    expect(judged(proof(A), odd, { enquiry })).toEqual(undecided(NO_CONTEXT));
    expect(enquiry.takeQuestions()).toEqual([]);
  });
});
