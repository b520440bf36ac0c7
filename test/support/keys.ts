import { type KeyArnReference, parseKeyReference } from '../../src/keys/reference.ts';

/** Key ARNs for tests, told apart by one hexadecimal digit. */
export const keyArn = (digit: string, { account = '111122223333', region = 'eu-west-1' } = {}): string =>
  `arn:aws:kms:${region}:${account}:key/${digit.repeat(8)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(12)}`;

/** The same as a parsed reference. */
export function keyReference(arn: string): KeyArnReference {
  const reference = parseKeyReference(arn);
  if (reference?.kind !== 'key-arn') throw new Error(`no key ARN: ${arn}`);
  return reference;
}
