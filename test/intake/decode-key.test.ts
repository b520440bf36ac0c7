import { describe, expect, it } from 'vitest';
import { decodeFormKey } from '../../src/intake/decode-key.ts';

describe('decodeFormKey', () => {
  it.each([
    ['tenants/a/part-0.parquet', 'tenants/a/part-0.parquet'],
    ['a+b%2Bc', 'a b+c'],
    ['a%20b', 'a b'],
    ['in//x', 'in//x'],
    ['%2F', '/'],
    ['%252B', '%2B'],
    ['caf%C3%A9', 'café'],
    ['%F0%9F%94%91', '🔑'],
    ['é', 'é'],
    ['%EF%BF%BD', '\uFFFD'],
    ['%00', '\u0000'],
  ])('reads %j as %j, decoding once', (raw, key) => {
    expect(decodeFormKey(raw)).toEqual({ kind: 'decoded', key });
  });

  it.each([
    ['a percent sign without hexadecimal digits', '%ZZ', '"%ZZ"'],
    ['a percent sign at the end', 'a%', '"a%"'],
    ['truncated UTF-8', 'caf%C3', '"caf%C3"'],
    ['a byte that UTF-8 never holds', '%FF', '"%FF"'],
    ['an overlong form', '%C0%AF', '"%C0%AF"'],
    ['an encoded surrogate', '%ED%A0%80', '"%ED%A0%80"'],
    ['a lone surrogate', 'a\uD83D', '"a\\ud83d"'],
  ])('refuses %s instead of putting U+FFFD in its place', (_, raw, shown) => {
    expect(decodeFormKey(raw)).toEqual({
      kind: 'undecodable',
      why: `found ${shown}, expected form-urlencoded UTF-8`,
    });
  });
});
