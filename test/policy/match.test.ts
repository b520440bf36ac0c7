import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileRules, decideRule, tryRule } from '../../src/policy/match.ts';
import { buildRule, buildRules, deciding } from './build.ts';

const capturesOf = (match: string, key: string) =>
  decideRule(compileRules([buildRule(match)]), bucketName('lake'), objectKey(key))?.captures;

const governs = (match: string, uri: string): boolean => deciding([buildRule(match)], uri) !== undefined;

describe('what a prefix governs', () => {
  test('s3://b means s3://b/, which governs the whole bucket', () => {
    expect(governs('s3://lake', 's3://lake/any/key')).toBe(true);
    expect(governs('s3://lake', 's3://lake//')).toBe(true);
    expect(governs('s3://lake', 's3://lake2/any')).toBe(false);
  });

  test('a prefix that ends in / governs what lies below it and the marker object of that very key', () => {
    expect(governs('s3://lake/finance/', 's3://lake/finance/a/b')).toBe(true);
    expect(governs('s3://lake/finance/', 's3://lake/finance/')).toBe(true);
  });

  test('a prefix that ends in / governs neither the key without the / nor a longer name', () => {
    expect(governs('s3://lake/finance/', 's3://lake/finance')).toBe(false);
    expect(governs('s3://lake/finance/', 's3://lake/finance10/a')).toBe(false);
  });

  test('a prefix that does not end in / is raw: it also governs prefix10/', () => {
    expect(governs('s3://lake/finance', 's3://lake/finance10/a')).toBe(true);
    expect(governs('s3://lake/finance', 's3://lake/finance')).toBe(true);
    expect(governs('s3://lake/finance', 's3://lake/finanz')).toBe(false);
    expect(governs('s3://lake/finance', 's3://lake/')).toBe(false);
  });

  test('* in a bucket is any run of characters in the name, an empty one too', () => {
    expect(governs('s3://acme-*/', 's3://acme-lake/x')).toBe(true);
    expect(governs('s3://acme-*/', 's3://acme-/x')).toBe(true);
    expect(governs('s3://acme-*-eu-*/', 's3://acme-lake-eu-west/x')).toBe(true);
    expect(governs('s3://acme-*-eu-*/', 's3://acme-eu-west/x')).toBe(false);
    expect(governs('s3://a*a/', 's3://a/x')).toBe(false);
  });

  test('the key is compared byte for byte: case, composition and encoding all count', () => {
    expect(governs('s3://lake/Finance/', 's3://lake/finance/x')).toBe(false);
    expect(governs('s3://lake/caf\u00e9/', 's3://lake/cafe\u0301/x')).toBe(false);
    expect(governs('s3://lake/a b/', 's3://lake/a+b/x')).toBe(false);
    expect(governs('s3://lake/a b/', 's3://lake/a%20b/x')).toBe(false);
  });

  test('an empty segment of a key is a segment: a//b does not lie below a/b/', () => {
    expect(governs('s3://lake/a/b/', 's3://lake/a//b/')).toBe(false);
    expect(governs('s3://lake/a//b/', 's3://lake/a//b/x')).toBe(true);
  });

  test('no rules govern nothing', () => {
    expect(deciding([], 's3://lake/a')).toBeUndefined();
  });

  test('a segment named like a property of every object is a literal like any other', () => {
    const rules = buildRules('s3://lake/__proto__/', 's3://lake/constructor', 's3://__proto__/x/');
    expect(deciding(rules, 's3://lake/__proto__/x')).toBe('s3://lake/__proto__/');
    expect(deciding(rules, 's3://lake/constructors')).toBe('s3://lake/constructor');
    expect(deciding(rules, 's3://lake/toString/x')).toBeUndefined();
    expect(deciding(rules, 's3://__proto__/x/')).toBe('s3://__proto__/x/');
    expect(deciding(rules, 's3://constructor/x/')).toBeUndefined();
  });

  test('a key of 512 empty segments and one with a lone surrogate are governed like any other', () => {
    expect(governs(`s3://lake/${'/'.repeat(500)}`, `s3://lake/${'/'.repeat(512)}`)).toBe(true);
    expect(governs('s3://lake/{x}/\ud83d/', 's3://lake/\udc00/\ud83d/y')).toBe(true);
    expect(governs('s3://lake/\ud83d/', 's3://lake/\ud83d\ude00/y')).toBe(false);
  });
});

describe('captures', () => {
  test('a bare capture is the whole segment', () => {
    expect(capturesOf('s3://lake/tenants/{tenant}/', 'tenants/b/part-0')).toEqual({ tenant: 'b' });
  });

  test('a capture beside literal text is what stands between that text', () => {
    expect(capturesOf('s3://lake/tenant={tenant}.d/', 'tenant=b.c.d/x')).toEqual({ tenant: 'b.c' });
  });

  test('a capture is non-empty, so tenants//x is not {tenant}', () => {
    expect(capturesOf('s3://lake/tenants/{tenant}/', 'tenants//x')).toBeUndefined();
    expect(capturesOf('s3://lake/tenant={tenant}/', 'tenant=/x')).toBeUndefined();
    expect(capturesOf('s3://lake/a{x}a/', 'aa/')).toBeUndefined();
  });

  test('a capture stays within one segment, which a / must end', () => {
    expect(capturesOf('s3://lake/{a}/end/', 'x/y/end/')).toBeUndefined();
    expect(capturesOf('s3://lake/{a}/', 'x')).toBeUndefined();
  });

  test('captures keep the order of the match, and their own names where two rules share a place', () => {
    const rules = buildRules('s3://lake/{b}/{a}/one/', 's3://lake/{c}/{d}/two/');
    const index = compileRules(rules);
    const one = decideRule(index, bucketName('lake'), objectKey('1/2/one/'));
    expect(Object.entries(one?.captures ?? {})).toEqual([
      ['b', '1'],
      ['a', '2'],
    ]);
    expect(decideRule(index, bucketName('lake'), objectKey('1/2/two/'))?.captures).toEqual({
      c: '1',
      d: '2',
    });
  });

  test('a capture may be named constructor', () => {
    expect(capturesOf('s3://lake/{constructor}/', 'x/')).toEqual({ constructor: 'x' });
  });

  test('literal braces are literal', () => {
    expect(capturesOf('s3://lake/{{x}}/', '{x}/y')).toEqual({});
    expect(capturesOf('s3://lake/{{{x}}}/', '{1}/y')).toEqual({ x: '1' });
  });
});

describe('one rule by itself', () => {
  const lake = bucketName('lake');

  test('says that the bucket is another one', () => {
    expect(tryRule(buildRule('s3://acme-*/x/'), lake, objectKey('x/1'))).toEqual({
      kind: 'does-not',
      at: 'bucket',
      expected: 'acme-*',
      found: 'lake',
    });
  });

  test('says which segment fails first, as the policy writes it and as the key has it', () => {
    expect(tryRule(buildRule('s3://lake/x/t={{{t}/'), lake, objectKey('x/t={/y/z'))).toEqual({
      kind: 'does-not',
      at: 'segment',
      position: 1,
      expected: 't={{{t}/',
      found: 't={/',
    });
  });

  test('says that a segment is not ended by showing it without its /', () => {
    expect(tryRule(buildRule('s3://lake/x/'), lake, objectKey('x'))).toMatchObject({
      expected: 'x/',
      found: 'x',
    });
  });

  test('says that the raw tail fails, with all that the key has in its place', () => {
    expect(tryRule(buildRule('s3://lake/x/ab'), lake, objectKey('x/a/b'))).toEqual({
      kind: 'does-not',
      at: 'tail',
      position: 1,
      expected: 'ab',
      found: 'a/b',
    });
  });
});
