import { describe, expect, it } from 'vitest';
import type { ClientEncryption } from '../../src/emr/client-encryption.ts';
import type { Choice } from '../../src/emr/export-choice.ts';
import { algorithmOf, chooseForWrite, planMeets } from '../../src/emr/export-plan.ts';
import { type Asker, chooseServerSide } from '../../src/emr/export-server-side.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import type { Policy, Rule } from '../../src/policy/types.ts';
import { keyArn } from '../support/keys.ts';
import { policyOf, TODAY } from '../support/policy.ts';
import { rulesOf } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];

/** The one rule that these requirements make, and the keys that a configuration can name under it. */
function asked(requirements: string) {
  const policy: Policy = policyOf(rulesOf(`match: s3://acme-lake/a/, ${requirements}`));
  const [rule]: readonly Rule[] = policy.rules;
  if (rule === undefined) throw new Error('a policy without a rule');
  return { rule, scope: { policy, today: TODAY, resolve: () => undefined } };
}

const meets = (client: ClientEncryption, requirements: string): boolean => {
  const { rule, scope } = asked(requirements);
  return planMeets({ client, bucketKey: 'any' }, rule, scope);
};

const reference = (text: string) => {
  const parsed = parseKeyReference(text);
  if (parsed === undefined) throw new Error(`${text} is no key`);
  return { kind: 'reference', reference: parsed } as const;
};

const CUSTOM = { type: 'cse-custom', provider: 'Lake', storage: 'metadata' } as const;
const CUSTOMER_KEY = { type: 'sse-c' } as const;
const UNSTATED = { type: 'unstated' } as const;
const UNDECIDED = { type: 'undecided', why: 'two values' } as const;
const ENVELOPE = { type: 'cse-kms', key: reference(A), wrap: 'kms', storage: 'metadata' } as const;

describe('what a client does, as S3 names the algorithm', () => {
  it.each<readonly [ClientEncryption, string | undefined]>([
    [{ type: 'sse-s3' }, 'AES256'],
    [{ type: 'sse-kms', key: { kind: 'absent' } }, 'aws:kms'],
    [{ type: 'dsse-kms', key: reference(A) }, 'aws:kms:dsse'],
    [UNSTATED, undefined],
    [CUSTOMER_KEY, undefined],
    [ENVELOPE, undefined],
    [CUSTOM, undefined],
    [UNDECIDED, undefined],
  ])('is none where it asks S3 for none: %j is %s', (encryption, algorithm) => {
    expect(algorithmOf(encryption)).toBe(algorithm);
  });
});

describe('a plan is known to meet a rule', () => {
  it.each([
    ['a key of the customer’s', CUSTOMER_KEY],
    ['a custom provider of keys', CUSTOM],
    ['what contradicts itself', UNDECIDED],
    ['nothing, and no default', UNSTATED],
  ])('about any server-side encryption, but not by %s', (_what, client) => {
    expect(meets(client, 'sse: { bucketKey: any }')).toBe(false);
    expect(meets({ type: 'sse-s3' }, 'sse: { bucketKey: any }')).toBe(true);
  });

  it.each([
    ['a custom provider of keys, whose envelopes nobody knows', CUSTOM],
    ['a key of the customer’s', CUSTOMER_KEY],
    ['nothing', UNSTATED],
    ['what contradicts itself', UNDECIDED],
  ])('about client-side encryption under any key, but not by %s', (_what, client) => {
    expect(meets(client, 'cse: { format: [V1, V2] }')).toBe(false);
    expect(meets(ENVELOPE, 'cse: { format: [V1, V2] }')).toBe(true);
  });
});

describe('client-side encryption with server-side encryption around it', () => {
  const outer = (sse: string): Choice | undefined => {
    const { rule, scope } = asked(`sse: ${sse}, cse: { key: "${B}" }`);
    return chooseForWrite({ rule, captures: {} }, 's3-emrfs', scope).outer;
  };

  it('leaves that to the default of the bucket, which takes the key whose ARN is known and says the rest itself', () => {
    expect(outer(`{ key: [alias/lake, "${A}"], algorithm: ["aws:kms"], bucketKey: required }`)).toEqual({
      kind: 'chosen',
      encryption: { type: 'sse-kms', key: reference(A) },
      notes: [],
      remarks: [],
    });
  });

  it('can have DSSE there, though EMRFS cannot ask for it', () => {
    expect(outer(`{ key: "${A}", algorithm: ["aws:kms:dsse"] }`)).toMatchObject({
      kind: 'chosen',
      encryption: { type: 'dsse-kms', key: reference(A) },
    });
  });
});

describe('the S3 Bucket Key of a rule', () => {
  const remarks = (requirements: string, asker: Asker): readonly unknown[] => {
    const { rule, scope } = asked(`sse: ${requirements}`);
    if (rule.sse === undefined) throw new Error('a rule without server-side encryption');
    const choice = chooseServerSide({ sse: rule.sse, captures: {}, asker, scope });
    if (choice.kind === 'none') throw new Error('nothing was chosen');
    return choice.remarks;
  };
  const needs = (word: string, value: boolean) => ({
    id: 'emr/not-expressible',
    message: `the rule has bucketKey: ${word}, and no property of the client says so: S3 follows the bucket, whose default encryption needs BucketKeyEnabled ${value}`,
  });

  it.each<readonly [string, boolean, Asker]>([
    ['required', true, 's3-emrfs'],
    ['required', true, 's3a-s3a'],
    ['forbidden', false, 's3a-s3a'],
  ])('%s is no property of a client: the bucket needs %s beside %s', (word, value, asker) => {
    const sse = `{ key: "${A}", algorithm: ["aws:kms"], bucketKey: ${word} }`;
    expect(remarks(sse, asker)).toEqual([needs(word, value)]);
  });

  it.each(['required', 'forbidden'])('%s is nothing to say beside the default of the bucket', (word) => {
    const sse = `{ key: "${A}", algorithm: ["aws:kms"], bucketKey: ${word} }`;
    expect(remarks(sse, 'bucket-default')).toEqual([]);
  });

  it('is nothing to say under DSSE-KMS, which has none', () => {
    const { rule, scope } = asked(`sse: { key: "${A}", algorithm: ["aws:kms:dsse"] }`);
    if (rule.sse === undefined) throw new Error('a rule without server-side encryption');
    const sse = { ...rule.sse, bucketKey: 'required' } as const;
    expect(chooseServerSide({ sse, captures: {}, asker: 's3a-s3a', scope })).toMatchObject({
      kind: 'chosen',
      encryption: { type: 'dsse-kms', key: reference(A) },
      remarks: [],
    });
  });
});
