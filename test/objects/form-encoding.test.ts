import { describe, expect, it } from 'vitest';
import { formDecoded } from '../../src/objects/form-encoding.ts';

describe('a text that is encoded as forms are', () => {
  it.each([
    ['', ''],
    ['a+b%2Bc', 'a b+c'],
    ['pr%C3%BCfung/%E2%82%AC', 'prüfung/€'],
    ['day=1/a', 'day=1/a'],
    ['a%252Bb', 'a%2Bb'],
  ])('%s is %s, decoded once', (text, decoded) => expect(formDecoded(text)).toBe(decoded));

  it.each(['%', '%zz', 'a%2', '%FF', '%C3', '%ED%A0%80'])('%s is none', (text) => {
    expect(formDecoded(text)).toBeUndefined();
  });
});
