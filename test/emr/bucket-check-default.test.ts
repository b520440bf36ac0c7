import { describe, expect, it } from 'vitest';
import {
  type DefaultJudgement,
  defaultHead,
  defaultJudgement,
  defaultKey,
  governedByDefault,
  managedKeyRefused,
} from '../../src/emr/bucket-check-default.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { clientSideFromMetadata } from '../../src/encryption/envelope.ts';
import { type KeyAnswer, KeyEnquiry } from '../../src/keys/enquiry.ts';
import type { Policy } from '../../src/policy/types.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const NOW_MS = Date.parse(`${TODAY}T02:00:00.000Z`);
const ACCOUNT = '111122223333';
const A = keyArn('a');
const B = keyArn('b');
const ALIAS_ARN = `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/lake`;
const BARE_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const CUSTOMER: KeyAnswer = { kind: 'described', manager: 'CUSTOMER', state: 'Enabled' };

const aes: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] };
const keyless: BucketDefault = { ...aes, algorithm: 'aws:kms' };
const under = (kmsKeyId: string): BucketDefault => ({ ...keyless, kmsKeyId });

const rules = (...lines: readonly string[]): Policy =>
  policyOf(`version: 1\nrules:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
const tenants = (key: string): Policy =>
  rules(`{ id: lake, match: "s3://acme-lake/{tenant}/{day}/", sse: { key: "${key}" } }`);
const keyed = (...keys: readonly string[]): Policy =>
  policyOf(
    `version: 1\nkeys: { lake: [${keys.map((key) => `"${key}"`).join(', ')}] }\nrules:\n  - { id: lake, match: "s3://acme-lake/{tenant}/{day}/", sse: { key: lake } }\n`,
  );

interface Known {
  /** The key that the default's alias stands for in `ACCOUNT`. */
  readonly alias?: string;
  readonly described?: Readonly<Record<string, KeyAnswer>>;
}

/** What is told of the first rule, by the judge that judges objects. */
function judged(policy: Policy, byDefault: BucketDefault | undefined, known: Known = {}): DefaultJudgement {
  const [rule] = policy.rules;
  if (rule === undefined) throw new Error('the policy has a rule');
  const resolved = known.alias === undefined ? undefined : keyReference(known.alias);
  const head = defaultHead(byDefault, NOW_MS, resolved?.arn);
  const evidence = { head, cse: clientSideFromMetadata(head.metadata), instructionKey: '' };
  const described = new Map(
    Object.entries(known.described ?? {}).map(([arn, answer]) => [keyReference(arn).arn, answer]),
  );
  return defaultJudgement({
    rule,
    key: byDefault === undefined ? { kind: 'none' } : defaultKey(byDefault),
    ...(rule.sse === undefined
      ? {}
      : { verdict: judge(policy, governedByDefault(rule), evidence, new KeyEnquiry()) }),
    ...(resolved === undefined ? {} : { resolvedIn: resolved.account }),
    described,
    policy,
    today: TODAY,
  });
}

/** What is told, without the rule of which it is told. */
const told = (policy: Policy, byDefault: BucketDefault | undefined, known: Known = {}) => {
  const { rule, ...rest } = judged(policy, byDefault, known);
  expect(rule).toBe(policy.rules[0]);
  return rest;
};
const NOTHING = { violations: [], reasons: [], diagnosis: [], dependsOn: [] };

describe('what HEAD would show of an object without an encryption header', () => {
  it.each([
    ['SSE-KMS without a key shows aws/s3', keyless, 'alias/aws/s3'],
    ['dual-layer SSE-KMS without a key too', { ...keyless, algorithm: 'aws:kms:dsse' }, 'alias/aws/s3'],
    [
      'aws/s3 by its ARN shows its name: the account is the one of the writer',
      under(`arn:aws:kms:eu-west-1:${ACCOUNT}:alias/aws/s3`),
      'alias/aws/s3',
    ],
    ['an alias that nobody resolved stays as it was put', under('alias/lake'), 'alias/lake'],
    ['a key is shown as it was put', under(A), A],
  ])('%s', (_, byDefault, kmsKeyId) => {
    expect(defaultHead(byDefault, NOW_MS, undefined)).toStrictEqual({
      serverSideEncryption: byDefault.algorithm,
      kmsKeyId,
      bucketKeyEnabled: false,
      metadata: new Map(),
      missingMetadata: 0,
      lastModifiedMs: NOW_MS,
    });
  });

  it('SSE-S3 shows no key, not even an empty one', () => {
    expect(defaultHead(aes, NOW_MS, undefined)).not.toHaveProperty('kmsKeyId');
  });

  it('no default shows the metadata of an object that has none', () => {
    expect(defaultHead(undefined, NOW_MS, undefined)).toStrictEqual({
      metadata: new Map(),
      missingMetadata: 0,
      lastModifiedMs: NOW_MS,
    });
  });
});

describe('a rule as it governs any of its objects', () => {
  it('is its outer layer alone, and each capture stands for itself', () => {
    const [rule] = rules(
      `{ id: lake, match: "s3://acme-lake/raw/{tenant}/day={day}/", sse: { key: "${A}" }, cse: required }`,
    ).rules;
    if (rule === undefined) throw new Error('the policy has a rule');
    const { cse, ...outer } = rule;
    expect(cse?.kind).toBe('required');
    expect(governedByDefault(rule)).toStrictEqual({
      rule: outer,
      captures: { tenant: '{tenant}', day: '{day}' },
    });
  });
});

describe('what a rule says of a default', () => {
  it('the very key satisfies it', () => {
    expect(told(keyed(A), under(A))).toStrictEqual({ ...NOTHING, outcome: 'satisfies' });
  });

  it('another key breaks it, and the rule whose key it is is named', () => {
    const two = rules(
      `{ id: lake, match: "s3://acme-lake/", sse: { key: "${B}" } }`,
      `{ id: finance, match: "s3://acme-lake/finance/", sse: { key: "${A}" } }`,
    );
    expect(told(two, under(A))).toStrictEqual({
      ...NOTHING,
      outcome: 'breaks',
      violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [B], actual: A } }],
      diagnosis: [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'finance' } }],
    });
  });

  it('what is broken and what is open beside it are both told', () => {
    const policy = rules(
      '{ id: lake, match: "s3://acme-lake/", sse: { key: "alias/lake", bucketKey: required } }',
    );
    expect(told(policy, under('alias/other'))).toStrictEqual({
      ...NOTHING,
      outcome: 'breaks',
      violations: [{ code: 'BUCKET_KEY_NOT_AS_REQUIRED', args: { required: 'required', actual: false } }],
      reasons: [
        {
          code: 'KEY_UNRESOLVED',
          args: { layer: 'sse', reference: 'alias/other', cause: 'foreign-alias' },
        },
      ],
    });
  });

  it('a rule of client-side encryption alone asks nothing of it', () => {
    const policy = rules('{ id: cse, match: "s3://acme-lake/", cse: required }');
    expect(told(policy, under(A))).toStrictEqual({ ...NOTHING, outcome: 'not-asked' });
  });

  it('no default breaks a rule that wants encryption', () => {
    expect(told(keyed(A), undefined)).toMatchObject({
      outcome: 'breaks',
      violations: [{ code: 'SSE_MISSING' }],
    });
  });

  it('a reference that nobody can read is not told, and stays so', () => {
    expect(told(keyed(A), under('<KMS Key Id>'))).toStrictEqual({
      ...NOTHING,
      outcome: 'cannot-tell',
      reasons: [
        {
          code: 'KEY_UNRESOLVED',
          args: { layer: 'sse', reference: '<KMS Key Id>', cause: 'unlookable' },
        },
      ],
    });
  });

  it('an alias that is right in one account is not known for the writers of others', () => {
    const foreign = {
      ...NOTHING,
      outcome: 'cannot-tell',
      reasons: [
        { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: 'alias/lake', cause: 'foreign-alias' } },
      ],
    };
    expect(told(keyed(A), under('alias/lake'), { alias: A })).toStrictEqual({
      ...foreign,
      onlyForAccount: ACCOUNT,
    });
    expect(told(keyed(A), under('alias/lake'))).toStrictEqual(foreign);
    expect(told(keyed('alias/lake'), under('alias/lake'))).toStrictEqual(foreign);
  });

  it('an alias that nobody resolved is not known even where any key would do', () => {
    const policy = rules('{ id: lake, match: "s3://acme-lake/", sse: { algorithm: ["aws:kms"] } }');
    expect(told(policy, under('alias/lake'))).toStrictEqual({
      ...NOTHING,
      outcome: 'cannot-tell',
      reasons: [
        { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: 'alias/lake', cause: 'foreign-alias' } },
      ],
    });
  });

  it('captures in its alias are told once each, in the order in which they stand there', () => {
    const policy = tenants('alias/of-{tenant}-on-{day}-of-{tenant}');
    expect(told(policy, aes)).toMatchObject({ outcome: 'breaks', dependsOn: ['tenant', 'day'] });
    expect(told(keyed(A, 'alias/lake', ALIAS_ARN, BARE_ID), aes).dependsOn).toEqual([]);
  });
});

describe('what a rule says of SSE-KMS without a key, which is aws/s3 of the writer', () => {
  const managed = (policy: Policy, described: Readonly<Record<string, KeyAnswer>> = {}) =>
    told(policy, keyless, { described });

  it.each([
    [{ ...keyless, algorithm: 'aws:kms:v9' }, 'aws:kms:v9'],
    [{ ...under('alias/aws/s3'), algorithm: '' }, ''],
    [{ ...under('alias/aws/s3'), algorithm: 'AES256' }, 'AES256'],
  ])('an algorithm that is not known is never a pass by its key: %j', (byDefault, raw) => {
    expect(told(keyed('alias/aws/s3'), byDefault)).toStrictEqual({
      ...NOTHING,
      outcome: 'cannot-tell',
      reasons: [{ code: 'SSE_UNRECOGNISED', args: { raw } }],
    });
  });

  it.each([
    ['{ key: alias/old, until: 2020-01-01 }, alias/new', ['alias/new']],
    ['{ key: alias/aws/s3, until: 2020-01-01 }, alias/new', ['alias/new']],
    ['{ key: alias/old, until: 2020-01-01 }', ['alias/old'], { lapsed: '2020-01-01' }],
    [`{ key: alias/older, until: 2020-01-01 }, { key: alias/old, until: ${TODAY} }`, ['alias/old']],
  ])(
    'a key past its last day is not told as allowed, unless all are: %s',
    (keys, allowed, lapsed?: { lapsed: string }) => {
      const policy = policyOf(
        `version: 1\nkeys: { lake: [${keys}] }\nrules:\n  - { id: lake, match: s3://acme-lake/, sse: { key: lake } }\n`,
      );
      expect(managed(policy)).toStrictEqual({
        ...NOTHING,
        outcome: 'breaks',
        violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed, actual: 'alias/aws/s3', ...lapsed } }],
      });
    },
  );

  it('a rule that allows alias/aws/s3 is satisfied', () => {
    expect(managed(keyed('alias/aws/s3'))).toStrictEqual({ ...NOTHING, outcome: 'satisfies' });
  });

  it('a rule that names keys of customers alone is broken, with all that it allows', () => {
    expect(managed(keyed(A, 'alias/lake', ALIAS_ARN), { [A]: CUSTOMER })).toStrictEqual({
      ...NOTHING,
      outcome: 'breaks',
      violations: [
        {
          code: 'KMS_KEY_NOT_ALLOWED',
          args: { allowed: [A, 'alias/lake', ALIAS_ARN], actual: 'alias/aws/s3' },
        },
      ],
    });
  });

  it('a rule whose alias captures choose is broken, and the alias is named as the policy writes it', () => {
    expect(managed(tenants('alias/of-{tenant}-{day}'))).toStrictEqual({
      ...NOTHING,
      dependsOn: ['tenant', 'day'],
      outcome: 'breaks',
      violations: [
        {
          code: 'KMS_KEY_NOT_ALLOWED',
          args: { allowed: ['alias/of-{tenant}-{day}'], actual: 'alias/aws/s3' },
        },
      ],
    });
  });

  it('a rule that names a key of which nothing is known is not told, for the reason of the judge', () => {
    expect(managed(keyed(A))).toStrictEqual({
      ...NOTHING,
      outcome: 'cannot-tell',
      reasons: [
        { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: 'alias/aws/s3', cause: 'foreign-alias' } },
      ],
    });
  });

  it('a rule that is broken by the algorithm is broken whatever the key is', () => {
    const policy = rules('{ id: lake, match: "s3://acme-lake/", sse: { algorithm: [AES256] } }');
    expect(managed(policy)).toMatchObject({
      outcome: 'breaks',
      violations: [{ code: 'SSE_ALGORITHM_NOT_ALLOWED' }],
    });
  });
});

describe('a verdict that no default can have', () => {
  const verdicts: readonly Verdict[] = [
    { outcome: 'uncovered' },
    { outcome: 'exempt', exemption: 's3://acme-lake/**' },
    { outcome: 'gone' },
  ];
  it.each(verdicts)('$outcome is refused, and never taken for a pass', (verdict) => {
    const policy = keyed(A);
    const [rule] = policy.rules;
    if (rule === undefined) throw new Error('the policy has a rule');
    const key = { kind: 'key-arn', text: A } as const;
    expect(() =>
      defaultJudgement({ rule, verdict, key, described: new Map(), policy, today: TODAY }),
    ).toThrow(`a default cannot be ${verdict.outcome}`);
  });
});

describe('what a violation says of the AWS-managed key', () => {
  const captures = { tenant: 'b', day: '2026-11-21' };
  const refused = (rule: Policy['rules'][number] | undefined) =>
    rule && managedKeyRefused(rule, captures, TODAY);

  it.each([
    ['a key ARN', A, A],
    ['a bare id', BARE_ID, BARE_ID],
    ['an alias ARN', ALIAS_ARN, ALIAS_ARN],
    ['an alias', 'alias/lake', 'alias/lake'],
    ['an alias with what was captured', 'alias/of-{tenant}-{day}', 'alias/of-b-2026-11-21'],
  ])('names %s as the key that is allowed', (_, key, text) => {
    expect(refused(tenants(key).rules[0])).toStrictEqual({ allowed: [text], actual: 'alias/aws/s3' });
  });

  it('leaves out a key that is past its last day, unless every key is: then it says since when', () => {
    const named = (keys: string) => {
      const rules = 'rules: [{ id: r, match: "s3://lake/p/", sse: { key: k } }]';
      return refused(policyOf(`version: 1\nkeys: { k: [${keys}] }\n${rules}\n`).rules[0]);
    };
    const until = (key: string, day: string) => `{ key: "${key}", until: ${day} }`;
    expect(named(`${until(A, '2026-11-20')}, ${until(B, '2026-11-21')}`)).toStrictEqual({
      allowed: [B],
      actual: 'alias/aws/s3',
    });
    expect(named(`${until(A, '2026-11-20')}, ${until(B, '2026-11-19')}`)).toStrictEqual({
      allowed: [A, B],
      actual: 'alias/aws/s3',
      lapsed: '2026-11-20',
    });
  });
});
