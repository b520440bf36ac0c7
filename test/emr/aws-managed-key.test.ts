import { describe, expect, it } from 'vitest';
import { allowsManagedKey, keysNamedBy } from '../../src/emr/aws-managed-key.ts';
import type { KeyAnswer } from '../../src/keys/enquiry.ts';
import type { Rule } from '../../src/policy/types.ts';
import { buildRule, buildTemplate } from '../policy/build.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const A = keyArn('a');
const B = keyArn('b');
const BARE_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const CUSTOMER: KeyAnswer = { kind: 'described', manager: 'CUSTOMER', state: 'Enabled' };
const AWS: KeyAnswer = { kind: 'described', manager: 'AWS', state: 'Enabled' };

/** The rule that allows these keys, each with its last day where it has one. */
function allowing(...keys: readonly (string | readonly [key: string, until: string])[]): Rule {
  const listed = keys.map((key) =>
    typeof key === 'string' ? `{ key: "${key}" }` : `{ key: "${key[0]}", until: ${key[1]} }`,
  );
  const [rule] = policyOf(
    `version: 1\nkeys: { lake: [${listed.join(', ')}] }\nrules:\n  - { id: lake, match: "s3://acme-lake/{tenant}/", sse: { key: lake } }\n`,
  ).rules;
  if (rule === undefined) throw new Error('the policy has one rule');
  return rule;
}

const answers = (
  rule: Rule,
  described: Readonly<Record<string, KeyAnswer>> = {},
  trustedAccounts?: readonly [string],
) =>
  allowsManagedKey({
    rule,
    trustedAccounts,
    described: new Map(Object.entries(described).map(([arn, answer]) => [keyReference(arn).arn, answer])),
    today: TODAY,
  });

describe('whether aws/s3 of the writer is a key that a rule allows', () => {
  it.each([
    ['its alias is allowed by name', ['alias/aws/s3'], 'same'],
    ['its alias is allowed by an ARN', ['arn:aws:kms:eu-west-1:111122223333:alias/aws/s3'], 'same'],
    ['an alias of a customer never points at it', ['alias/lake'], 'different'],
    ['nor does one that is named by an ARN', ['arn:aws:kms:eu-west-1:111122223333:alias/lake'], 'different'],
    ['a bare id may be any key', [BARE_ID], 'undecidable'],
    ['one key that matches is enough', ['alias/lake', BARE_ID, 'alias/aws/s3'], 'same'],
    ['one key that may match leaves it open', ['alias/lake', BARE_ID], 'undecidable'],
    ['several that do not match are no match', ['alias/lake', 'alias/finance'], 'different'],
  ] as const)('%s', (_, keys, expected) => {
    expect(answers(allowing(...keys))).toBe(expected);
  });

  it('an alias that a capture chooses is one of a customer', () => {
    const template = buildTemplate('alias/aws-{tenant}');
    const sse = { keys: [{ kind: 'alias-name', template }], bucketKey: 'any' } as const;
    expect(answers(buildRule('s3://acme-lake/{tenant}/', { sse }))).toBe('different');
  });

  it.each([
    ['a key of a customer is another key', CUSTOMER, 'different'],
    ['a key that AWS manages may be the one of the writer', AWS, 'undecidable'],
    ['a key that KMS does not know may be in another account', { kind: 'not-found' }, 'undecidable'],
    ['a key about which KMS may not be asked is left open', { kind: 'denied' }, 'undecidable'],
    ['a key that cannot be looked up is left open', { kind: 'unlookable' }, 'undecidable'],
  ] as const)('by an ARN: %s', (_, answer, expected) => {
    expect(answers(allowing(A), { [A]: answer })).toBe(expected);
  });

  it('by an ARN that nobody described is left open, whatever was said of another key', () => {
    expect(answers(allowing(A))).toBe('undecidable');
    expect(answers(allowing(A), { [B]: CUSTOMER })).toBe('undecidable');
  });

  it('it counts up to its last day, that day included', () => {
    expect(answers(allowing(['alias/aws/s3', '2026-11-22']))).toBe('same');
    expect(answers(allowing(['alias/aws/s3', TODAY]))).toBe('same');
    expect(answers(allowing(['alias/aws/s3', '2026-11-20'], 'alias/lake'))).toBe('different');
  });

  it('a bare id that is past its last day leaves nothing open', () => {
    expect(answers(allowing([BARE_ID, '2026-11-20'], 'alias/lake'))).toBe('different');
  });

  it('a rule that names no key allows it, and so does one that asks for client-side encryption alone', () => {
    const { sse: _, ...withoutServerSide } = buildRule('s3://acme-lake/');
    expect(answers(buildRule('s3://acme-lake/'))).toBe('same');
    expect(answers(withoutServerSide)).toBe('same');
  });

  it('under trustedAccounts it hangs on whose account the writer is, whatever the rule says', () => {
    for (const rule of [allowing('alias/aws/s3'), allowing('alias/lake'), buildRule('s3://acme-lake/')]) {
      expect(answers(rule, {}, ['111122223333'])).toBe('undecidable');
    }
  });
});

describe('the keys that KMS is asked about', () => {
  it('are those that rules name by a key ARN, each once, in the order of the rules', () => {
    const { sse: _, ...withoutServerSide } = buildRule('s3://acme-lake/');
    const rules = [
      withoutServerSide,
      buildRule('s3://acme-lake/'),
      allowing(B, 'alias/lake', 'arn:aws:kms:eu-west-1:111122223333:alias/lake', BARE_ID),
      allowing(A, B),
    ];
    expect(keysNamedBy(rules)).toEqual([B, A]);
  });

  it('are none where no rule names one', () => {
    expect(keysNamedBy([buildRule('s3://acme-lake/'), allowing('alias/lake')])).toEqual([]);
  });
});
