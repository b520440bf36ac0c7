import { describe, expect, it } from 'vitest';
import { assertNever } from '../../src/objects/assert-never.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';

describe('brands', () => {
  it('leave the text as it is', () => {
    expect(bucketName('acme-lake')).toBe('acme-lake');
    expect(objectKey('a b+c%2B')).toBe('a b+c%2B');
  });
});

describe('assertNever', () => {
  it('throws with the value that no case took', () => {
    const unheardOf = { kind: 'new' } as never;
    expect(() => assertNever(unheardOf)).toThrow('unexpected value: {"kind":"new"}');
  });
});
