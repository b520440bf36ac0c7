import { describe, expect, it } from 'vitest';
import { KeyEnquiry, type KeyQuestion, type ProofRequest } from '../../src/keys/enquiry.ts';
import { type AliasReference, parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn, keyReference } from '../support/keys.ts';

const alias = (text: string): AliasReference => {
  const reference = parseKeyReference(text);
  if (reference?.kind !== 'alias-name' && reference?.kind !== 'alias-arn')
    throw new Error(`no alias: ${text}`);
  return reference;
};
const [X, Y] = [alias('alias/x'), alias('alias/y')];
const [A, B] = [keyReference(keyArn('a')).arn, keyReference(keyArn('b')).arn];
const proofOf = (key: string): ProofRequest => ({ key, wrappedKey: 'd2s=', context: new Map() });

const ASKED: readonly KeyQuestion[] = [
  { ask: 'alias', alias: X },
  { ask: 'alias', alias: Y },
  { ask: 'key', arn: A },
  { ask: 'key', arn: B },
  { ask: 'alias-names', arn: A },
  { ask: 'alias-names', arn: B },
  { ask: 'proof', request: proofOf(A) },
  { ask: 'proof', request: proofOf(B) },
];

function answerTo(question: KeyQuestion, enquiry: KeyEnquiry): unknown {
  switch (question.ask) {
    case 'alias':
      return enquiry.alias(question.alias);
    case 'key':
      return enquiry.key(question.arn);
    case 'alias-names':
      return enquiry.aliasNames(question.arn);
    case 'proof':
      return enquiry.proof(question.request);
  }
}

const ask = (enquiry: KeyEnquiry): readonly unknown[] => ASKED.map((question) => answerTo(question, enquiry));

describe('what is asked of KMS', () => {
  it('is noted where there is no answer yet: each alias, key, list of names and proof by itself', () => {
    const enquiry = new KeyEnquiry();
    expect(ask(enquiry)).toEqual(ASKED.map(() => undefined));
    expect(enquiry.takeQuestions()).toEqual(ASKED);
  });

  it('is noted once, however often it is asked, and taken once', () => {
    const enquiry = new KeyEnquiry();
    ask(enquiry);
    ask(enquiry);
    expect(enquiry.takeQuestions()).toHaveLength(ASKED.length);
    expect(enquiry.takeQuestions()).toEqual([]);
  });

  it('is answered for what it was asked for, and asked no more', () => {
    const enquiry = new KeyEnquiry();
    enquiry.setAlias(X, { kind: 'key', arn: A });
    enquiry.setKey(A, { kind: 'denied' });
    enquiry.setAliasNames(A, { kind: 'names', names: ['alias/x'] });
    enquiry.setProof(proofOf(A), { kind: 'proven' });
    expect(ask(enquiry)).toEqual([
      { kind: 'key', arn: A },
      undefined,
      { kind: 'denied' },
      undefined,
      { kind: 'names', names: ['alias/x'] },
      undefined,
      { kind: 'proven' },
      undefined,
    ]);
    expect(enquiry.takeQuestions()).toEqual(ASKED.filter((_, index) => index % 2 === 1));
  });
});
