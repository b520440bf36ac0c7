import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { audit, type TestBed, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const OTHER = keyArn('c');
const idOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1);
const ofAccount = (arn: string, account: string): string => arn.replace(/:\d{12}:/, `:${account}:`);

const kms = (key: string): Partial<ObjectHead> => ({ serverSideEncryption: 'aws:kms', kmsKeyId: key });
const envelope = (description: object, wrap = 'kms'): Partial<ObjectHead> => ({
  serverSideEncryption: 'AES256',
  metadata: new Map([
    ['x-amz-key-v2', 'd3JhcHBlZA=='],
    ['x-amz-iv', 'aXZpdml2aXZpdml2aXZpdg=='],
    ['x-amz-wrap-alg', wrap],
    ['x-amz-cek-alg', 'AES/GCM/NoPadding'],
    ['x-amz-tag-len', '128'],
    ['x-amz-matdesc', JSON.stringify(description)],
  ]),
});

async function diagnosisOf(
  rules: string,
  head: Partial<ObjectHead>,
  more: (bed: TestBed) => void = () => {},
) {
  const bed = testBed(`version: 1\n${rules}`);
  more(bed);
  bed.heads.put('lake/p/o', found(head));
  return (await audit(bed, written('lake/p/o'))).diagnosis;
}

const rules = (...others: readonly string[]): string =>
  `rules:\n  - { id: own, match: "s3://lake/p/", sse: { key: "${A}" } }\n${others.map((one) => `  - ${one}\n`).join('')}`;
const anotherRule = (args: object) => [{ code: 'KEY_OF_ANOTHER_RULE', args }];

describe('a wrong key is diagnosed', () => {
  it.each([
    ['its ARN', `"${B}"`],
    ['its id', `"${idOf(B)}"`],
    ['its ARN in a list', `["${OTHER}", "${B}"]`],
  ])('as the key of the rule that names %s', async (_how, key) => {
    const other = `{ id: other, match: "s3://lake/q/", sse: { key: ${key} } }`;
    expect(await diagnosisOf(rules(other), kms(B))).toEqual(anotherRule({ rule: 'other' }));
  });

  it('as that of the first rule in the file, where several name it', async () => {
    const others = ['z', 'a'].map((id) => `{ id: ${id}, match: "s3://lake/${id}/", sse: { key: "${B}" } }`);
    expect(await diagnosisOf(rules(...others), kms(B))).toEqual(anotherRule({ rule: 'z' }));
  });

  it('by the alias that points at it, also one that is an ARN or is chosen by a capture', async () => {
    const alias = `${B.slice(0, B.indexOf('key/'))}alias/other`;
    const byArn = `{ id: other, match: "s3://lake/q/", sse: { key: "${alias}" } }`;
    const point = (bed: TestBed) => bed.keys.point('alias/other', B).point(alias, B);
    expect(await diagnosisOf(rules(byArn), kms(B), point)).toEqual(anotherRule({ rule: 'other' }));
    const captured = '{ id: team, match: "s3://lake/t/{team}/", sse: { key: "alias/{team}-key" } }';
    const red = (bed: TestBed) => bed.keys.point('alias/x-key', B);
    expect(
      await diagnosisOf(rules(captured.replace('alias/{team}-key', 'alias/x-{team}')), kms(B), red),
    ).toEqual(anotherRule({ rule: 'team', captures: { team: 'key' } }));
  });

  it('as nothing that is known, where no rule names it and its account is an expected one', async () => {
    expect(await diagnosisOf(rules(), kms(B))).toBeUndefined();
    const inner = `{ id: other, match: "s3://lake/q/", cse: { key: "${B}" } }`;
    expect(await diagnosisOf(rules(inner), kms(B))).toBeUndefined();
  });

  it('as that of another account, where every allowed key shows its own', async () => {
    const foreign = ofAccount(B, '999988887777');
    expect(await diagnosisOf(rules(), kms(foreign))).toEqual([
      { code: 'KEY_OF_ANOTHER_ACCOUNT', args: { account: '999988887777', expected: ['111122223333'] } },
    ]);
    const own = `rules: [{ id: own, match: "s3://lake/p/", sse: { key: "${idOf(A)}" } }]\n`;
    expect(await diagnosisOf(own, kms(foreign))).toBeUndefined();
  });

  it('as the AWS-managed key before all else, and with the account where that differs', async () => {
    const managed = ofAccount(B, '999988887777');
    const asked = (bed: TestBed) => bed.keys.describe(managed, 'AWS');
    const other = `{ id: other, match: "s3://lake/q/", sse: { key: "${managed}" } }`;
    expect(await diagnosisOf(rules(other), kms(managed), asked)).toEqual([
      { code: 'AWS_MANAGED_KEY', args: { key: managed } },
      { code: 'KEY_OF_ANOTHER_ACCOUNT', args: { account: '999988887777', expected: ['111122223333'] } },
    ]);
  });

  it('as the default where it is SSE-S3, and not where it is DSSE', async () => {
    expect(await diagnosisOf(rules(), { serverSideEncryption: 'AES256' })).toEqual([
      { code: 'DEFAULT_APPLIED', args: {} },
    ]);
    const only = `rules: [{ id: own, match: "s3://lake/p/", sse: { algorithm: [aws:kms], key: "${A}" } }]\n`;
    const dsse = { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: A };
    expect(await diagnosisOf(only, dsse)).toBeUndefined();
  });
});

describe("an envelope's wrong key is diagnosed", () => {
  const own = `{ id: own, match: "s3://lake/p/", cse: { key: "${A}", wrap: [kms] } }`;
  const other = `{ id: other, match: "s3://lake/q/", cse: { key: "${B}", wrap: [kms] } }`;

  it('as the key of another rule by its ARN', async () => {
    const made = await diagnosisOf(`rules:\n  - ${own}\n  - ${other}\n`, envelope({ kms_cmk_id: B }));
    expect(made).toEqual(anotherRule({ rule: 'other' }));
  });

  it('as nothing where a bare id is claimed and rules name ARNs: it may be a key of any account', async () => {
    const made = await diagnosisOf(`rules:\n  - ${own}\n  - ${other}\n`, envelope({ kms_cmk_id: idOf(B) }));
    expect(made).toBeUndefined();
  });

  it("by the writer's alias where the policy lists it for that key", async () => {
    const keys = `keys:\n  b: { key: "${B}", aliases: [alias/writers] }\n  a: { key: "${A}", aliases: [alias/own] }\n`;
    const listed = '{ id: other, match: "s3://lake/q/", cse: { key: b, wrap: [kms] } }';
    const text = `${keys}rules:\n  - ${own}\n  - ${listed}\n`;
    expect(await diagnosisOf(text, envelope({ kms_cmk_id: 'alias/writers' }))).toEqual(
      anotherRule({ rule: 'other' }),
    );
  });
});

describe('a wrong description is diagnosed', () => {
  const cse = (id: string, requirement: string, match = id): string =>
    `  - { id: ${id}, match: "s3://lake/${match}/", cse: ${requirement} }\n`;
  const elsewhere = (args: object) => [{ code: 'DESCRIPTION_OF_ANOTHER_RULE', args }];
  const staticWrap = 'AESWrap';

  it('as that of another rule, with the captures that lead there', async () => {
    const text = `rules:\n${cse('own', '{ description: { team: red } }', 'p')}${cse('q', '{ description: { team: "{team}-key" } }', 'q/{team}')}`;
    expect(await diagnosisOf(text, envelope({ team: 'blue-key' }, staticWrap))).toEqual(
      elsewhere({ rule: 'q', captures: { team: 'blue' } }),
    );
  });

  it('as that of the same rule under other captures', async () => {
    const text = `rules:\n${cse('own', '{ description: { team: "{team}-key" } }', '{team}')}`;
    expect(await diagnosisOf(text, envelope({ team: 'blue-key' }, staticWrap))).toEqual(
      elsewhere({ rule: 'own', captures: { team: 'blue' } }),
    );
  });

  it.each([
    ['a number that is another', '{ level: 2 }', { level: 3 }],
    ['a name that is not held', '{ grade: 1 }', { level: 3 }],
    ['a text where a number is held', '{ level: "{x}" }', { level: 3 }],
    ['a capture that would be two texts', '{ a: "{x}", b: "{x}" }', { a: '1', b: '2' }],
  ])('as nothing, where another rule wants %s', async (_what, wanted, held) => {
    const text = `rules:\n${cse('own', '{ description: { team: red } }', 'p')}${cse('q', `{ description: ${wanted} }`, 'q/{x}')}`;
    expect(await diagnosisOf(text, envelope(held, staticWrap))).toBeUndefined();
  });

  it('by context where the rule asks for context, and by values that are no text', async () => {
    const text = `rules:\n${cse('own', '{ context: { team: red } }', 'p')}${cse('q', '{ context: { level: "3" } }')}${cse('r', '{ description: { level: "3" } }')}`;
    expect(await diagnosisOf(text, envelope({ level: '3', kms_cmk_id: A }))).toEqual(
      elsewhere({ rule: 'q' }),
    );
    const numbers = `rules:\n${cse('own', '{ description: { team: red } }', 'p')}${cse('q', '{ description: { level: 3, list: [1, a] } }')}`;
    expect(await diagnosisOf(numbers, envelope({ level: 3, list: [1, 'a'] }, staticWrap))).toEqual(
      elsewhere({ rule: 'q' }),
    );
  });
});
