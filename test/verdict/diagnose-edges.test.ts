import { describe, expect, it } from 'vitest';
import type { Envelope, Json } from '../../src/encryption/observation.ts';
import { type KeyAnswer, KeyEnquiry } from '../../src/keys/enquiry.ts';
import type { Captures, Policy } from '../../src/policy/types.ts';
import { diagnose } from '../../src/verdict/diagnose.ts';
import { type KeyOwners, keyOwners, ownerOf } from '../../src/verdict/key-owners.ts';
import type { Governed, Observation, Violation } from '../../src/verdict/verdict.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';

const A = keyArn('a');
const B = keyArn('b');
const C = keyArn('c');
const ID_B = 'bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb';
const ALIAS_ARN = 'arn:aws:kms:eu-west-1:111122223333:alias/other';
const MANAGED: KeyAnswer = { kind: 'described', manager: 'AWS', state: 'Enabled' };
const OWN = `{ id: own, match: "s3://lake/p/", sse: { key: "${A}" }, cse: { key: "${A}", wrap: [kms] } }`;

const policy = (rules: readonly string[], before = ''): Policy =>
  policyOf(`version: 1\n${before}rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`);

/** The first rule of the policy governs, with these captures. */
function governing({ rules }: Policy, captures: Captures = {}, index = 0): Governed {
  const rule = rules[index];
  if (rule === undefined) throw new Error(`there is no rule ${index}`);
  return { rule, captures };
}

interface Given {
  readonly captures?: Captures;
  readonly observed?: Observation;
  readonly keys?: Readonly<Record<string, KeyAnswer>>;
  readonly aliasesOf?: Readonly<Record<string, readonly string[]>>;
}

function diagnosed(of: Policy, violation: Violation, given: Given = {}) {
  const { captures = {}, observed = { sse: { type: 'none' } }, keys = {}, aliasesOf = {} } = given;
  const enquiry = new KeyEnquiry();
  for (const [arn, answer] of Object.entries(keys)) enquiry.setKey(keyReference(arn).arn, answer);
  for (const [arn, names] of Object.entries(aliasesOf)) {
    enquiry.setAliasNames(keyReference(arn).arn, { kind: 'names', names });
  }
  const governed = governing(of, captures);
  const diagnosis = diagnose({ policy: of, governed, observed, violations: [violation], enquiry });
  return { diagnosis, asks: enquiry.takeQuestions() };
}

const wrongKey = (actual: string, code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED'): Violation => ({
  code,
  args: { allowed: [A], actual },
});
const outer = (actual: string): Violation => wrongKey(actual, 'KMS_KEY_NOT_ALLOWED');
const inner = (actual: string): Violation => wrongKey(actual, 'CSE_KEY_NOT_ALLOWED');
const NOTHING = { diagnosis: [], asks: [] };
const asksKey = { ask: 'key', arn: B };
const owned = (rule: string, captures?: Captures) => [
  { code: 'KEY_OF_ANOTHER_RULE', args: captures === undefined ? { rule } : { rule, captures } },
];

describe('the key of another rule', () => {
  const other = (key: string, layer = 'sse', id = 'other'): string =>
    `{ id: ${id}, match: "s3://lake/${id}/", ${layer}: { key: "${key}" } }`;

  it('by its ARN is told without captures, and no alias is asked for, though the policy has some', () => {
    const known = policy([OWN, other(B), other('alias/more', 'sse', 'more')]);
    const { diagnosis, asks } = diagnosed(known, outer(B), { keys: { [B]: { kind: 'denied' } } });
    expect(diagnosis).toStrictEqual(owned('other'));
    expect(asks).toEqual([]);
  });

  it('by an alias that the policy lists for it is told without asking KMS which aliases there are', () => {
    const listed = `keys:\n  b: { key: "${B}", aliases: [alias/listed] }\n`;
    const known = policy([OWN, other('alias/listed')], listed);
    expect(diagnosed(known, outer(B)).diagnosis).toStrictEqual(owned('other'));
    expect(diagnosed(known, outer(B)).asks).toEqual([asksKey]);
  });

  it('by an alias that KMS has yet to name is asked for only where the policy names aliases', () => {
    expect(diagnosed(policy([OWN, other('alias/other')]), outer(B)).asks).toEqual([
      asksKey,
      { ask: 'alias-names', arn: B },
    ]);
    expect(diagnosed(policy([OWN, other(C)]), outer(B)).asks).toEqual([asksKey]);
  });

  it.each([
    ['alias/other', ['alias/none', 'alias/other'], owned('other')],
    ['alias/t-{team}', ['alias/t-red'], owned('other', { team: 'red' })],
    [ALIAS_ARN, ['alias/other'], owned('other')],
    ['alias/other', ['alias/other2'], []],
    [ALIAS_ARN.replace('111122223333', '444455556666'), ['alias/other'], []],
    [ALIAS_ARN.replace('eu-west-1', 'us-east-1'), ['alias/other'], []],
  ])('that names %s is told where the aliases of the found key are %j', (alias, names, expected) => {
    const named = `{ id: other, match: "s3://lake/o/{team}/", sse: { key: "${alias}" } }`;
    const { diagnosis } = diagnosed(policy([OWN, named]), outer(B), { aliasesOf: { [B]: names } });
    expect(diagnosis).toStrictEqual(expected);
  });

  it.each([[ID_B], ['nonsense'], ['alias/writers']])(
    'is not guessed, and nothing is asked of KMS, where %s was found, which no rule names',
    (found) => {
      const known = policy([OWN, other('alias/t-other'), other(C, 'sse', 'more')]);
      expect(diagnosed(known, outer(found))).toEqual(NOTHING);
    },
  );

  it('is told of a bare id that another rule names', () => {
    expect(diagnosed(policy([OWN, other(ID_B)]), outer(ID_B)).diagnosis).toStrictEqual(owned('other'));
  });

  it("is told of a claimed alias that the policy lists; one that S3 shows was the writer's, and no list tells its key", () => {
    const listed = `keys:\n  b: { key: "${B}", aliases: [alias/writers] }\n`;
    const both = '{ id: other, match: "s3://lake/o/", sse: { key: b }, cse: { key: b, wrap: [kms] } }';
    const known = policy([OWN, both], listed);
    expect(diagnosed(known, inner('alias/writers')).diagnosis).toStrictEqual(owned('other'));
    expect(diagnosed(known, outer('alias/writers'))).toEqual(NOTHING);
  });

  it('of one layer says nothing of the other', () => {
    const known = policy([OWN, `{ id: other, match: "s3://lake/o/", cse: { key: "${B}", wrap: [kms] } }`]);
    expect(diagnosed(known, outer(B)).diagnosis).toEqual([]);
    expect(diagnosed(known, inner(B)).diagnosis).toEqual(owned('other'));
  });
});

describe('the AWS-managed key', () => {
  it('is told of a key of an account that is not trusted', () => {
    const args = { trusted: ['444455556666'], actual: B, account: '111122223333' };
    const untrusted: Violation = { code: 'KMS_KEY_UNTRUSTED_ACCOUNT', args };
    expect(diagnosed(policy([OWN]), untrusted, { keys: { [B]: MANAGED } })).toEqual({
      diagnosis: [{ code: 'AWS_MANAGED_KEY', args: { key: B } }],
      asks: [],
    });
    expect(diagnosed(policy([OWN]), untrusted)).toEqual({ diagnosis: [], asks: [asksKey] });
  });

  it('is neither told nor asked for of a key that an envelope claims', () => {
    expect(diagnosed(policy([OWN]), inner(B), { keys: { [B]: MANAGED } })).toEqual(NOTHING);
    expect(diagnosed(policy([OWN]), inner(B))).toEqual(NOTHING);
  });
});

describe('a violation that names no key', () => {
  it.each([
    { code: 'KMS_KEY_UNUSABLE', args: { actual: B, state: 'Disabled' } },
    { code: 'BUCKET_KEY_NOT_AS_REQUIRED', args: { required: 'required', actual: false } },
    { code: 'SSE_MISSING', args: { allowed: ['aws:kms'] } },
  ] as const)('$code has no cause that could be told', (violation) => {
    expect(diagnosed(policy([OWN]), violation)).toEqual(NOTHING);
  });
});

describe('the description of another rule', () => {
  const rule = (id: string, requirement: string, layer = 'cse'): string =>
    `{ id: ${id}, match: "s3://lake/${id}/{x}/", ${layer}: ${requirement} }`;
  const envelope = (description?: Json, wrap = 'AESWrap'): Observation => ({
    sse: { type: 'sse-s3' },
    cse: {
      type: 'envelope',
      format: 'V2',
      wrap,
      suite: 'AES/GCM/NoPadding',
      storage: 'metadata',
      wrappedKey: 'd3JhcHBlZA==',
      ...(description === undefined ? {} : { description }),
    } satisfies Envelope,
  });
  const wrong: Violation = { code: 'CSE_DESCRIPTION_MISMATCH', args: { entries: [] } };
  const own = rule('own', '{ description: { team: red } }');
  const diagnosis = (rules: readonly string[], observed: Observation) =>
    diagnosed(policy(rules), wrong, { captures: { x: '1' }, observed }).diagnosis;
  const elsewhere = (args: object) => [{ code: 'DESCRIPTION_OF_ANOTHER_RULE', args }];
  const blue = new Map([['team', 'blue']]);

  it.each([
    ['absent', undefined],
    ['a list', ['team']],
    ['text', 'team'],
  ])('is not guessed where the description is %s', (_what, description) => {
    expect(diagnosis([own, rule('q', '{ description: { team: blue } }')], envelope(description))).toEqual([]);
  });

  it.each([
    ['none was seen', { sse: { type: 'sse-c' } }],
    ['there is none', { sse: { type: 'sse-s3' }, cse: { type: 'none' } }],
  ] as const)('is not guessed of an envelope where %s', (_what, observed) => {
    expect(diagnosis([own, rule('q', '{ description: { team: blue } }')], observed)).toEqual([]);
  });

  it('is looked for past rules that ask for no description', () => {
    const others = [
      rule('a', '{ algorithm: [aws:kms] }', 'sse'),
      rule('b', 'forbidden'),
      rule('c', 'required'),
      rule('d', '{ context: { team: blue } }'),
      rule('e', '{ description: { team: blue, level: 1 } }'),
      rule('f', '{ description: { team: blue } }'),
    ];
    expect(diagnosis([own, ...others], envelope(blue))).toStrictEqual(elsewhere({ rule: 'f' }));
  });

  it('has one text for a capture that stands twice', () => {
    const twice = rule('q', '{ description: { a: "{x}", b: "{x}-key" } }');
    const held = new Map([
      ['a', 'one'],
      ['b', 'one-key'],
    ]);
    expect(diagnosis([own, twice], envelope(held))).toStrictEqual(
      elsewhere({ rule: 'q', captures: { x: 'one' } }),
    );
  });

  it('is not the rule that governs, which asks for the very same and fails for the wrap', () => {
    expect(diagnosis([own], envelope(new Map([['team', 'red']]), 'kms'))).toEqual([]);
  });
});

describe('which rules name which keys', () => {
  const named = (owners: KeyOwners, text: string) => owners.byText.get(text)?.map(({ id }) => id);
  const rule = (id: string, key: string, layer = 'sse'): string =>
    `{ id: ${id}, match: "s3://lake/${id}/{a}/{b}/", ${layer}: { key: ${key} } }`;

  it('is worked out once for each policy and layer', () => {
    const known = policy([OWN]);
    expect(keyOwners(known, 'sse')).toBe(keyOwners(known, 'sse'));
    expect(keyOwners(known, 'cse')).toBe(keyOwners(known, 'cse'));
    expect(keyOwners(known, 'cse')).not.toBe(keyOwners(known, 'sse'));
    expect(keyOwners(policy([OWN]), 'sse')).not.toBe(keyOwners(known, 'sse'));
  });

  it('holds each rule once for a key, in file order', () => {
    const known = policy([
      rule('z', `["${B}", "${B}", "${ID_B}"]`),
      rule('a', `["${B}", "${C}"]`),
      rule('m', `["${A}", "${B}", "${B}"]`),
    ]);
    const owners = keyOwners(known, 'sse');
    expect(named(owners, B)).toEqual(['z', 'a', 'm']);
    expect(named(owners, C)).toEqual(['a']);
    expect(named(owners, ID_B)).toEqual(['z']);
    expect([owners.byTemplate, owners.namesAliases]).toEqual([[], false]);
  });

  it('holds an alias as it is written, and the key that the policy lists it for', () => {
    const listed = `keys:\n  b: { key: "${B}", aliases: [alias/listed, "${ALIAS_ARN}"] }\n`;
    const known = policy(
      [rule('r', 'alias/listed'), rule('s', `"${ALIAS_ARN}"`), rule('t', 'alias/t')],
      listed,
    );
    const owners = keyOwners(known, 'sse');
    expect(named(owners, 'alias/listed')).toEqual(['r']);
    expect(named(owners, ALIAS_ARN)).toEqual(['s']);
    expect(named(owners, B)).toEqual(['r', 's']);
    expect(named(owners, 'alias/t')).toEqual(['t']);
    expect([owners.byTemplate, owners.namesAliases]).toEqual([[], true]);
    const unlisted = keyOwners(policy([rule('t', 'alias/t')], listed), 'sse');
    expect([...unlisted.byText.keys()]).toEqual(['alias/t']);
  });

  it('holds an alias that a capture completes apart, since it is no text yet', () => {
    const owners = keyOwners(policy([rule('r', '"alias/x-{a}"')]), 'sse');
    expect(owners.byTemplate.map((one) => one.rule.id)).toEqual(['r']);
    expect([owners.byText.size, owners.namesAliases]).toEqual([0, true]);
  });

  it('of the inner layer passes over rules that ask for no key there', () => {
    const known = policy([
      rule('outer', `"${B}"`),
      '{ id: none, match: "s3://lake/none/", cse: forbidden }',
      '{ id: any, match: "s3://lake/any/", cse: required }',
      rule('inner', `"${B}"`, 'cse'),
    ]);
    expect(named(keyOwners(known, 'cse'), B)).toEqual(['inner']);
    expect(named(keyOwners(known, 'sse'), B)).toEqual(['outer']);
  });

  const captured = (id: string): string => rule(id, '"alias/x-{a}-{b}"');
  const owner = (rules: readonly string[], texts: readonly string[], own: number, captures?: Captures) => {
    const known = policy(rules);
    const { rule: governs } = governing(known, {}, own);
    const found = ownerOf(keyOwners(known, 'sse'), texts, {
      rule: governs,
      ...(captures === undefined ? {} : { captures }),
    });
    return found && { ...found, rule: found.rule.id };
  };
  const TEXT = ['alias/x-1-2'];
  const LITERAL = rule('literal', 'alias/x-1-2');

  it('never answers with the rule that governs, by text or by its own captures', () => {
    expect(owner([LITERAL], TEXT, 0)).toBeUndefined();
    expect(owner([captured('own')], TEXT, 0, { a: '1', b: '2' })).toBeUndefined();
  });

  it.each([
    ['one capture differs', { a: '1', b: '3' }],
    ['the other differs', { a: '3', b: '2' }],
    ['its captures are not known', undefined],
  ])('answers with the governing rule where %s', (_when, captures) => {
    const expected = { rule: 'own', captures: { a: '1', b: '2' } };
    expect(owner([captured('own')], TEXT, 0, captures)).toEqual(expected);
  });

  it('answers with another rule that the same captures lead to', () => {
    const expected = { rule: 'other', captures: { a: '1', b: '2' } };
    expect(owner([captured('own'), captured('other')], TEXT, 0, { a: '1', b: '2' })).toEqual(expected);
  });

  it('prefers the governing rule under other captures to an earlier rule', () => {
    const expected = { rule: 'own', captures: { a: '1', b: '2' } };
    expect(owner([LITERAL, captured('own')], TEXT, 1, { a: '9', b: '9' })).toEqual(expected);
  });

  it('prefers the first rule of the file, whichever of its names was met first', () => {
    const rules = [OWN, rule('by-id', `"${ID_B}"`), rule('by-arn', `"${B}"`)];
    expect(owner(rules, [B, ID_B], 0)).toStrictEqual({ rule: 'by-id' });
    expect(owner([OWN, captured('first'), LITERAL], TEXT, 0)).toMatchObject({ rule: 'first' });
  });
});
