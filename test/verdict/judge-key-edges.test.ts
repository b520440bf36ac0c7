import { describe, expect, it } from 'vitest';
import { type AliasAnswer, type KeyAnswer, KeyEnquiry } from '../../src/keys/enquiry.ts';
import { type KeyArn, parseKeyReference } from '../../src/keys/reference.ts';
import { keyOption } from '../../src/policy/parse-key-reference.ts';
import type { KeyOption } from '../../src/policy/types.ts';
import { judgeKey, type KeyQuery } from '../../src/verdict/judge-key.ts';
import { optionMeaning } from '../../src/verdict/key-option.ts';
import type { UnresolvedCause } from '../../src/verdict/verdict.ts';
import { buildTemplate } from '../policy/build.ts';
import { keyArn, keyReference } from '../support/keys.ts';

const A = keyArn('a');
const B = keyArn('b');
const C = keyArn('c');
const D = keyArn('d');
const ID_A = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
const WRITERS_ARN = 'arn:aws:kms:eu-west-1:444455556666:alias/writers';
const S3_ARN = 'arn:aws:kms:eu-west-1:444455556666:alias/aws/s3';
const NOON = Date.parse('2026-02-01T12:00:00Z');

/** A key as a policy names it, with `until` where one is given. */
function option(text: string, until?: string): KeyOption {
  const reference = parseKeyReference(text);
  if (reference !== undefined) return keyOption(reference, until);
  return { kind: 'alias-name', template: buildTemplate(text), ...(until === undefined ? {} : { until }) };
}

interface Known {
  readonly aliases?: Readonly<Record<string, AliasAnswer>>;
  readonly keys?: Readonly<Record<string, KeyAnswer>>;
}

/** What KMS has answered so far. */
function answered({ aliases = {}, keys = {} }: Known): KeyEnquiry {
  const enquiry = new KeyEnquiry();
  for (const [text, answer] of Object.entries(aliases)) {
    const reference = parseKeyReference(text);
    if (reference?.kind !== 'alias-name' && reference?.kind !== 'alias-arn')
      throw new Error(`no alias: ${text}`);
    enquiry.setAlias(reference, answer);
  }
  for (const [arn, answer] of Object.entries(keys)) enquiry.setKey(keyReference(arn).arn, answer);
  return enquiry;
}

const stands = (arn: string): AliasAnswer => ({ kind: 'key', arn: keyReference(arn).arn });

function judged(found: string, allowed: KeyOption, more: Partial<KeyQuery> & { known?: Known } = {}) {
  const { known = {}, ...rest } = more;
  const enquiry = answered(known);
  const scope = { captures: {}, listedAliases: new Map<string, KeyArn>(), enquiry };
  const query: KeyQuery = { layer: 'sse', found, options: [allowed], ...scope, ...rest };
  return { ...judgeKey(query), asks: enquiry.takeQuestions() };
}

const UNDECIDED = { comparison: 'undecidable', violations: [], reasons: [] };
const SAME = { comparison: 'same', violations: [], reasons: [], asks: [] };
const unresolved = (reference: string, cause: UnresolvedCause, layer = 'sse') => ({
  ...UNDECIDED,
  reasons: [{ code: 'KEY_UNRESOLVED', args: { layer, reference, cause } }],
  asks: [],
});
const wrong = (allowed: readonly string[], actual: string, code = 'KMS_KEY_NOT_ALLOWED') => ({
  comparison: 'different',
  violations: [{ code, args: { allowed, actual } }],
  reasons: [],
  asks: [],
});

describe('a key that HEAD shows', () => {
  it('as text that names no key is unlookable, and the text is told', () => {
    expect(judged('nonsense', option(A))).toEqual(unresolved('nonsense', 'unlookable'));
  });

  it('as an alias was resolved for the writer: neither a list of the policy nor the same name tells its key', () => {
    const listedAliases = new Map([['alias/x', keyReference(A).arn]]);
    const foreign = unresolved('alias/x', 'foreign-alias');
    expect(judged('alias/x', option(A), { listedAliases })).toEqual(foreign);
    expect(judged('alias/x', option('alias/x'), { known: { aliases: { 'alias/x': stands(A) } } })).toEqual(
      foreign,
    );
  });
});

describe("a claim by the writer's alias", () => {
  const claimed = (found: string, allowed: KeyOption, known: Known = {}, listed?: string) =>
    judged(found, allowed, {
      layer: 'cse',
      known,
      listedAliases: new Map(listed === undefined ? [] : [[found, keyReference(listed).arn]]),
    });

  it('is undecided where the policy names another alias, though that one is resolved', () => {
    const known = { aliases: { 'alias/ours': stands(A) } };
    expect(claimed('alias/theirs', option('alias/ours'), known)).toEqual(
      unresolved('alias/theirs', 'foreign-alias', 'cse'),
    );
  });

  it('is undecided where the policy names an alias ARN of that name: an ARN matches that ARN alone', () => {
    const known = { aliases: { [WRITERS_ARN]: stands(A) } };
    expect(claimed('alias/writers', option(WRITERS_ARN), known)).toEqual(
      unresolved('alias/writers', 'foreign-alias', 'cse'),
    );
  });

  it('is the key that the policy lists it for, and no other', () => {
    expect(claimed('alias/x', option(A), {}, A)).toEqual(SAME);
    expect(claimed('alias/x', option(B), {}, A)).toEqual(wrong([B], 'alias/x', 'CSE_KEY_NOT_ALLOWED'));
  });

  it('by ARN is resolved as that ARN', () => {
    expect(claimed(WRITERS_ARN, option(A), { aliases: { [WRITERS_ARN]: stands(A) } })).toEqual(SAME);
    expect(claimed(WRITERS_ARN, option(B), { aliases: { [WRITERS_ARN]: stands(A) } })).toEqual(
      wrong([B], WRITERS_ARN, 'CSE_KEY_NOT_ALLOWED'),
    );
  });

  it('by ARN is neither a pass nor a reason while KMS has yet to be asked, and the question is noted', () => {
    expect(claimed(WRITERS_ARN, option(A))).toEqual({
      ...UNDECIDED,
      asks: [{ ask: 'alias', alias: parseKeyReference(WRITERS_ARN) }],
    });
  });

  it.each([['not-found'], ['denied'], ['unlookable']] as const)('by ARN that is %s is unresolved', (kind) => {
    expect(claimed(WRITERS_ARN, option(A), { aliases: { [WRITERS_ARN]: { kind } } })).toEqual(
      unresolved(WRITERS_ARN, kind, 'cse'),
    );
  });

  it("by the ARN of another account's alias/aws/s3 is never asked of KMS, and unlookable", () => {
    expect(claimed(S3_ARN, option(A))).toEqual(unresolved(S3_ARN, 'unlookable', 'cse'));
  });
});

describe('alias/aws/s3 in a rule', () => {
  const managed = (found: string, answer?: KeyAnswer, named = 'alias/aws/s3') =>
    judged(found, option(named), answer === undefined ? {} : { known: { keys: { [found]: answer } } });
  const described = (manager: 'AWS' | 'CUSTOMER'): KeyAnswer => ({
    kind: 'described',
    manager,
    state: 'Enabled',
  });

  it.each([['alias/aws/s3'], [S3_ARN]])('written %s holds where AWS manages the found key', (named) => {
    expect(managed(A, described('AWS'), named)).toEqual(SAME);
    expect(managed(A, described('CUSTOMER'), named)).toEqual(wrong(['alias/aws/s3'], A));
  });

  it('is unlookable for a found key without an account, which cannot be described', () => {
    expect(managed(ID_A)).toEqual(unresolved(ID_A, 'unlookable'));
  });

  it.each([['not-found'], ['denied'], ['unlookable']] as const)(
    'is unresolved where DescribeKey answers %s, and the found key is named',
    (kind) => {
      expect(managed(A, { kind })).toEqual(unresolved(A, kind));
    },
  );

  it('asks for the found key, never for the alias', () => {
    expect(managed(A)).toEqual({ ...UNDECIDED, asks: [{ ask: 'key', arn: A }] });
  });
});

describe('what an alias of the policy stands for', () => {
  const captured = (tenant: string) => judged(A, option('alias/t-{tenant}'), { captures: { tenant } });

  it.each(['a b', 'ä', 'x.y', 'x/y'])('with the captured text %j is not asked of KMS', (tenant) => {
    expect(captured(tenant)).toEqual(unresolved(`alias/t-${tenant}`, 'unlookable'));
  });

  it('with plain captured text is asked of KMS', () => {
    expect(captured('a_B-9').asks).toEqual([
      { ask: 'alias', alias: { kind: 'alias-name', name: 'alias/t-a_B-9' } },
    ]);
  });

  it.each([['not-found'], ['denied'], ['unlookable']] as const)('%s leaves it unresolved', (kind) => {
    const known = { aliases: { 'alias/ours': { kind } } };
    expect(judged(A, option('alias/ours'), { known })).toEqual(unresolved('alias/ours', kind));
  });

  it('told as something that is no key ARN is unlookable, never a pass', () => {
    const known = { aliases: { 'alias/ours': { kind: 'key', arn: 'alias/theirs' as KeyArn } } } as const;
    expect(judged(A, option('alias/ours'), { known })).toEqual(unresolved('alias/theirs', 'unlookable'));
    const nonsense = { aliases: { 'alias/ours': { kind: 'key', arn: 'nonsense' as KeyArn } } } as const;
    expect(judged(A, option('alias/ours'), { known: nonsense })).toEqual(
      unresolved('nonsense', 'unlookable'),
    );
  });

  it('by name goes with that name, by ARN with none', () => {
    const scope = { captures: {}, listedAliases: new Map(), enquiry: new KeyEnquiry() };
    expect(optionMeaning(option('alias/ours'), scope)).toStrictEqual({
      kind: 'pending',
      reference: 'alias/ours',
      aliasName: 'alias/ours',
    });
    expect(optionMeaning(option(WRITERS_ARN), scope)).toStrictEqual({
      kind: 'pending',
      reference: WRITERS_ARN,
    });
  });
});

describe('a key with a last day', () => {
  const lapsed = (allowed: readonly string[], actual: string, day: string) => ({
    ...wrong(allowed, actual),
    violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed, actual, lapsed: day } }],
  });
  const until = '2026-01-31';
  const LAST_MOMENT = Date.parse('2026-01-31T23:59:59.999Z');

  it('is as good as any up to the end of that day, UTC', () => {
    expect(judged(A, option(A, until), { writtenMs: LAST_MOMENT })).toEqual(SAME);
  });

  it.each(['sse', 'cse'] as const)('is told with both days and its layer (%s) after it', (layer) => {
    const options = [option(A, until), option(B)] as const;
    expect(judged(A, option(A), { layer, options, writtenMs: NOON })).toEqual({
      comparison: 'different',
      violations: [
        {
          code: 'KMS_KEY_EXPIRED',
          args: { layer, allowed: [B], actual: A, until: '2026-01-31', written: '2026-02-01' },
        },
      ],
      reasons: [],
      asks: [],
    });
  });

  it('cannot be told good where the day of writing is not known, and the key is named', () => {
    expect(judged(A, option(A, until))).toEqual(unresolved(A, 'unlookable'));
  });

  it('is different where the day of writing is not known, if the found key is another in any case', () => {
    expect(judged(B, option(A, until))).toEqual(wrong([A], B));
  });

  it('is different after it also where the found key cannot be told', () => {
    expect(judged('nonsense', option(A, until), { writtenMs: NOON })).toEqual(lapsed([A], 'nonsense', until));
  });

  it('is named with the last of all last days where every key is past it', () => {
    const options = [option(A, '2026-01-30'), option(B, until), option(D, '2025-12-31')] as const;
    expect(judged(C, option(A), { options, writtenMs: NOON })).toEqual(lapsed([A, B, D], C, until));
  });

  it('that is past leaves the other keys to be compared', () => {
    const options = [option(B, until), option(A)] as const;
    expect(judged(A, option(A), { options, writtenMs: NOON })).toEqual(SAME);
    expect(judged(C, option(A), { options, writtenMs: NOON })).toEqual(wrong([A], C));
  });
});
