import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, sameKey } from '../../src/keys/compare.ts';
import { parseKeyReference, referenceText } from '../../src/keys/reference.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { keyArn, keyReference } from '../support/keys.ts';

const id = keyReference(keyArn('a')).keyId;
const mrk = `mrk-${'0123456789abcdef'.repeat(2)}`;
const reference = (text: string) => {
  const parsed = parseKeyReference(text);
  if (parsed === undefined) throw new Error(`no reference: ${text}`);
  return parsed;
};

describe('two key references', () => {
  it.each([
    ['a key ARN is the same as itself', keyArn('a'), keyArn('a'), 'same'],
    [
      'a key ARN of another account is different',
      keyArn('a'),
      keyArn('a', { account: '444455556666' }),
      'different',
    ],
    [
      'a key ARN of another Region is different',
      keyArn('a'),
      keyArn('a', { region: 'us-east-1' }),
      'different',
    ],
    ['a bare id means that id in any account', id, keyArn('a', { account: '444455556666' }), 'same'],
    ['a bare id is different from another id', id, keyArn('b'), 'different'],
    [
      'a bare multi-Region id takes every replica',
      mrk,
      `arn:aws:kms:us-east-1:111122223333:key/${mrk}`,
      'same',
    ],
    [
      'an ARN of one replica is not the ARN of another',
      `arn:aws:kms:eu-west-1:111122223333:key/${mrk}`,
      `arn:aws:kms:us-east-1:111122223333:key/${mrk}`,
      'different',
    ],
    [
      'another partition is different',
      keyArn('a'),
      keyArn('a').replace('arn:aws:', 'arn:aws-cn:'),
      'different',
    ],
    ['an alias is undecidable until KMS resolved it', 'alias/x', keyArn('a'), 'undecidable'],
    [
      'even the same alias name is undecidable: it is resolved in the account of whoever uses it',
      'alias/x',
      'alias/x',
      'undecidable',
    ],
    ['an alias tells nothing of a bare id', 'alias/x', id, 'undecidable'],
    [
      'even the same alias ARN is undecidable: it may have been pointed elsewhere',
      'arn:aws:kms:eu-west-1:111122223333:alias/x',
      'arn:aws:kms:eu-west-1:111122223333:alias/x',
      'undecidable',
    ],
  ] as const)('%s', (_title, a, b, expected) => {
    expect(sameKey(reference(a), reference(b))).toBe(expected);
    expect(sameKey(reference(b), reference(a))).toBe(expected);
  });

  it('are never compared by substring: an id that begins another is different', () => {
    const longer = `${id.slice(0, -1)}b`;
    expect(sameKey(reference(id), reference(longer))).toBe('different');
  });
});

describe('a list of keys', () => {
  it.each([
    [['different', 'same'], 'same'],
    [['undecidable', 'same'], 'same'],
    [['different', 'undecidable'], 'undecidable'],
    [['different', 'different'], 'different'],
    [[], 'undecidable'],
  ] as const)('%j is %s', (comparisons, expected) => {
    expect(anyOf(comparisons)).toBe(expected);
  });
});

describe('reading a key reference', () => {
  it.each([
    'finance',
    '',
    'alias/',
    'alias',
    'ALIAS/x',
    id.toUpperCase(),
    `${id} `,
    'mrk-123',
    'arn:aws:kms:eu-west-1:1111:key/x',
    'arn:aws:s3:eu-west-1:111122223333:key/x',
    `arn:aws:kms:eu-west-1:111122223333:key/${id}\n`,
    'arn:aws:kms:eu-west-1:111122223333:alias/',
    'arn:aws:kms:-:111122223333:alias/x',
    'arn:aws:kms:eu-west:111122223333:alias/x',
    'arn:aws:kms:eu-west-1-:111122223333:alias/x',
    'arn:aws:kms:eu-west-1.evil.example:111122223333:alias/x',
    'arn:aws:kms:eu--west-1:111122223333:alias/x',
    'arn:aws:kms:west-1:111122223333:alias/x',
    `arn:aws:kms:${'a'.repeat(70)}:111122223333:alias/x`,
    `arn:aws:kms:eu-${'a'.repeat(70)}-1:111122223333:alias/x`,
    'alias/a b',
    'alias/ä',
  ])('%j is no reference', (text) => {
    expect(parseKeyReference(text)).toBeUndefined();
  });

  // Of every partition, and the newest and longest names of `aws`.
  it.each([
    ...['eu-west-1', 'ap-southeast-7', 'ap-northeast-3', 'il-central-1', 'mx-central-1', 'me-south-1'],
    ...['cn-north-1', 'cn-northwest-1', 'us-gov-west-1', 'us-gov-east-1', 'us-iso-east-1', 'us-iso-west-1'],
    ...['us-isob-east-1', 'us-isob-west-1', 'eu-isoe-west-1', 'us-isof-south-1', 'us-isof-east-1'],
    ...['eusc-de-east-1', 'ap-southeast-12'],
  ])('%s is a Region of a key and of an alias', (region) => {
    for (const resource of [`key/${id}`, 'alias/x']) {
      const text = `arn:aws:kms:${region}:111122223333:${resource}`;
      expect(parseKeyReference(text)).toMatchObject({ arn: text, region });
    }
  });

  it('reads as a Region only what can be a label of a host name', () => {
    const longest = `${'a'.repeat(8)}-${'b'.repeat(16)}-${'c'.repeat(16)}-${'d'.repeat(16)}-99`;
    expect(longest).toHaveLength(62);
    expect(parseKeyReference(`arn:aws:kms:${longest}:111122223333:alias/x`)).toBeDefined();
  });

  it('gives back the text it was made from, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(id, mrk, 'alias/a/b', keyArn('c'))), (text) => {
        const parsed = parseKeyReference(text);
        if (parsed !== undefined) expect(referenceText(parsed)).toBe(text);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
