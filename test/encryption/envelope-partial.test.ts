import { describe, expect, it } from 'vitest';
import { readEnvelope, toClientSide } from '../../src/encryption/envelope.ts';

const KEY = 'd3JhcHBlZC1kYXRhLWtleS1ub3QtZm9yLWxvZ3M=';
const IV = 'aXYtbm90LWxvZ3Mh';
const V1 = { 'x-amz-key': KEY, 'x-amz-iv': IV, 'x-amz-matdesc': '{}' };
const V2 = {
  'x-amz-key-v2': KEY,
  'x-amz-iv': IV,
  'x-amz-matdesc': '{"kms_cmk_id":"alias/a"}',
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
};
const ON_OBJECT = { 'x-amz-c': '115', 'x-amz-d': 'Y29tbWl0bWVudA==', 'x-amz-i': 'bWVzc2FnZS1pZA==' };
const V3 = { ...ON_OBJECT, 'x-amz-3': KEY, 'x-amz-w': '12', 'x-amz-t': '{"aws:x-amz-cek-alg":"115"}' };

type Metadata = Readonly<Record<string, string>>;
const read = (metadata: Metadata) => readEnvelope(new Map(Object.entries(metadata)));
const without = (metadata: Metadata, name: string): Metadata =>
  Object.fromEntries(Object.entries(metadata).filter(([other]) => other !== name));
const malformed = (why: string) => ({ type: 'malformed', why, storage: 'metadata' });

describe('an incomplete envelope is malformed', () => {
  it.each([
    ['V1', V1, 'x-amz-iv'],
    ['V2', V2, 'x-amz-iv'],
    ['V2', V2, 'x-amz-wrap-alg'],
    ['V2', V2, 'x-amz-cek-alg'],
    ['V3', V3, 'x-amz-c'],
    ['V3', V3, 'x-amz-d'],
    ['V3', V3, 'x-amz-i'],
    ['V3', V3, 'x-amz-w'],
  ])('%s without one of its must-haves: %#', (_format, metadata, name) => {
    expect(read(without(metadata, name))).toEqual(malformed(`${name} is missing`));
    expect(read({ ...metadata, [name]: '' })).toEqual(malformed(`${name} is missing`));
  });

  it.each(['x-amz-key', 'x-amz-key-v2', 'x-amz-3'])('%s alone is the attempt of one', (name) => {
    expect(read({ [name]: KEY }).type).toBe('malformed');
    expect(read({ [name]: '' }).type).toBe('malformed');
  });

  it.each([
    ['V1', V1, 'x-amz-key'],
    ['V2', V2, 'x-amz-key-v2'],
    ['V3', V3, 'x-amz-3'],
  ])('%s whose wrapped key is empty says so', (_format, metadata, name) => {
    expect(read({ ...metadata, [name]: '' })).toEqual(malformed(`${name} is empty`));
  });

  it.each([
    ['V1', V1, 'x-amz-key'],
    ['V1', V1, 'x-amz-iv'],
    ['V2', V2, 'x-amz-key-v2'],
    ['V3', V3, 'x-amz-3'],
    ['V3', V3, 'x-amz-d'],
    ['V3', V3, 'x-amz-i'],
  ])('%s with a member that is no base64 is malformed: %#', (_format, metadata, name) => {
    for (const value of [
      KEY.slice(0, -3),
      `${KEY}, ${KEY}`,
      'a-_a',
      `${KEY}\n`,
      '====',
      ` ${KEY}`,
      'AAA\u00c3',
      'A===',
    ]) {
      expect(read({ ...metadata, [name]: value })).toEqual(malformed(`${name} is not base64`));
    }
  });

  it.each(['x-amz-iv', 'x-amz-matdesc', 'x-amz-wrap-alg', 'x-amz-cek-alg', 'x-amz-tag-len'])(
    '%s without a wrapped key is the remains of one: `none` would pass where the policy forbids envelopes',
    (name) => {
      expect(read({ owner: 'ana', [name]: 'x' })).toEqual(
        malformed(`${name} is there without a wrapped key`),
      );
    },
  );

  it('a description may be missing, as for the Java client', () => {
    expect(read(without(V1, 'x-amz-matdesc'))).toEqual({
      type: 'envelope',
      format: 'V1',
      wrap: 'unnamed',
      suite: 'unnamed',
      storage: 'metadata',
      wrappedKey: KEY,
    });
    expect(read(without(V2, 'x-amz-matdesc'))).toEqual({
      type: 'envelope',
      format: 'V2',
      wrap: 'kms',
      suite: 'AES/CBC/PKCS5Padding',
      storage: 'metadata',
      wrappedKey: KEY,
    });
  });
});

describe('a mixture of formats is malformed', () => {
  it.each([
    [{ ...V1, ...V2 }, 'x-amz-key and x-amz-key-v2 are both there'],
    [{ ...V1, ...V3 }, 'x-amz-key and x-amz-3 are both there'],
    [{ ...V2, ...V3 }, 'x-amz-key-v2 and x-amz-3 are both there'],
    [{ ...V2, 'x-amz-key': '' }, 'x-amz-key and x-amz-key-v2 are both there'],
    [{ ...V1, 'x-amz-wrap-alg': 'kms' }, 'x-amz-key and x-amz-wrap-alg belong to different formats'],
    [
      { ...V1, 'x-amz-cek-alg': 'AES/GCM/NoPadding' },
      'x-amz-key and x-amz-cek-alg belong to different formats',
    ],
    [{ ...V3, 'x-amz-wrap-alg': 'kms' }, 'x-amz-3 and x-amz-wrap-alg belong to different formats'],
    [{ ...V3, 'x-amz-iv': IV }, 'x-amz-3 and x-amz-iv belong to different formats'],
    [{ ...V1, ...ON_OBJECT }, 'x-amz-key and x-amz-c, x-amz-d, x-amz-i belong to different formats'],
    [{ ...V2, ...ON_OBJECT }, 'x-amz-key-v2 and x-amz-c, x-amz-d, x-amz-i belong to different formats'],
    [{ ...ON_OBJECT, 'x-amz-cek-alg': '115' }, 'x-amz-cek-alg is there without a wrapped key'],
  ])('%#: %s', (metadata, why) => {
    expect(read(metadata)).toEqual(malformed(why));
  });
});

describe('metadata that is no envelope', () => {
  it.each([
    [{}],
    [{ owner: 'zoe', 'x-amz-note': 'hi' }],
    [{ '': 'nameless', __proto__x: '1', constructor: 'c' }],
    [{ 'x-amz-c': 'red' }],
    [{ 'x-amz-c': '115' }],
    [{ 'x-amz-c': 'red', 'x-amz-d': '2026-01-01' }],
    [{ 'x-amz-w': '80', 'x-amz-t': 'shirt', 'x-amz-m': 'medium' }],
    [{ 'x-amz-c': '1', 'x-amz-i': '2', 'x-amz-w': '3', 'x-amz-t': '4', 'x-amz-m': '5' }],
    [{ 'x-amz-key-v3': KEY, 'amz-key': KEY }],
    [{ 'x-amz-crypto-instr-file': '' }],
    [{ 'x-amz-unencrypted-content-length': '' }],
  ])('is an application’s own: %j', (metadata) => {
    expect(read(metadata)).toEqual({ type: 'none' });
  });

  it('an application’s single letters beside an envelope change nothing', () => {
    expect(read({ ...V2, 'x-amz-c': 'red', 'x-amz-w': '80' })).toEqual(read(V2));
    expect(read({ ...V1, 'x-amz-d': 'x', 'x-amz-t': 'y' })).toEqual(read(V1));
  });
});

describe('instruction mode without the file', () => {
  it.each([
    [ON_OBJECT, 'V3'],
    [{ ...ON_OBJECT, 'x-amz-w': '12', 'x-amz-t': '{}' }, 'V3'],
    [{ ...ON_OBJECT, 'x-amz-unencrypted-content-length': '5' }, 'V3'],
    [{ 'x-amz-unencrypted-content-length': '5', owner: 'dave' }, 'unknown'],
    [{ 'x-amz-unencrypted-content-length': '5', 'x-amz-c': 'red' }, 'unknown'],
    [{ 'x-amz-unencrypted-content-md5': 'x' }, 'unknown'],
  ])('%j is what clients leave on the object', (metadata, format) => {
    const reading = read(metadata);
    expect(reading).toEqual({ type: 'instruction-mode', format });
    expect(toClientSide(reading)).toEqual({ type: 'instruction-file-missing' });
  });

  it('all three of V3’s names are no chance, so a broken one is a broken envelope', () => {
    expect(read({ ...ON_OBJECT, 'x-amz-i': 'not base64' })).toEqual(malformed('x-amz-i is not base64'));
  });
});
