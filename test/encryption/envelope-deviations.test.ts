import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../src/encryption/envelope.ts';
import type { Envelope } from '../../src/encryption/observation.ts';

const KEY = 'd3JhcHBlZC1kYXRhLWtleS1ub3QtZm9yLWxvZ3M=';
const V2 = {
  'x-amz-key-v2': KEY,
  'x-amz-iv': 'aXYtbm90LWxvZ3Mh',
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
};
const V3 = { 'x-amz-3': KEY, 'x-amz-c': '115', 'x-amz-d': 'Y29tbWl0', 'x-amz-i': 'bWVzc2Fn' };

const read = (metadata: Readonly<Record<string, string>>): Envelope => {
  const reading = readEnvelope(new Map(Object.entries(metadata)));
  if (reading.type !== 'envelope') throw new Error(JSON.stringify(reading));
  return reading;
};
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('the claimed key', () => {
  it('is kms_cmk_id under the wrap kms, beside whatever else the description holds', () => {
    const description =
      '{"Path":"s3:\\/\\/a\\/b","kms_cmk_id":"arn:aws:kms:eu-west-1:111122223333:alias\\/a"}';
    expect(read({ ...V2, 'x-amz-matdesc': description }).claimedKey).toBe(
      'arn:aws:kms:eu-west-1:111122223333:alias/a',
    );
  });

  it.each([
    'kms+context',
    'AES/GCM',
    'AESWrap',
    'RSA-OAEP-SHA1',
    'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
    'KMS',
    'kms ',
    'kms, kms',
    'acme',
  ])('is nobody’s under the wrap %s: the same text is then the caller’s own', (wrap) => {
    const envelope = read({ ...V2, 'x-amz-wrap-alg': wrap, 'x-amz-matdesc': '{"kms_cmk_id":"alias/a"}' });
    expect(envelope).not.toHaveProperty('claimedKey');
    expect(envelope.wrap).toBe(wrap);
    expect(envelope.description).toEqual(new Map([['kms_cmk_id', 'alias/a']]));
  });

  it('is nobody’s in V1 and V3', () => {
    const v1 = { 'x-amz-key': KEY, 'x-amz-iv': 'aXYt', 'x-amz-matdesc': '{"kms_cmk_id":"alias/a"}' };
    expect(read(v1)).not.toHaveProperty('claimedKey');
    for (const code of ['02', '11', '12', '22', 'kms']) {
      const v3 = {
        ...V3,
        'x-amz-w': code,
        'x-amz-t': '{"kms_cmk_id":"alias/a"}',
        'x-amz-m': '{"kms_cmk_id":"alias/a"}',
      };
      expect(read(v3)).not.toHaveProperty('claimedKey');
    }
  });

  it('is absent where the description names two', () => {
    const envelope = read({
      ...V2,
      'x-amz-matdesc': '{"kms_cmk_id":"alias/good","kms_cmk_id":"alias/evil"}',
    });
    expect(envelope).not.toHaveProperty('claimedKey');
    expect(envelope).not.toHaveProperty('description');
  });

  it('is what the writer says, also where another key did the wrapping: nothing in the metadata tells', () => {
    expect(
      read({ ...V2, 'x-amz-matdesc': '{"kms_cmk_id":"alias/not-the-key-that-wrapped"}' }).claimedKey,
    ).toBe('alias/not-the-key-that-wrapped');
  });
});

describe('V3', () => {
  it.each([
    ['02', 'AES/GCM'],
    ['12', 'kms+context'],
    ['22', 'RSA-OAEP-SHA1'],
    ['01', '01'],
    ['11', '11'],
    ['21', '21'],
    ['2', '2'],
    ['99', '99'],
  ])('the code %s of a wrap is written %s', (code, wrap) => {
    expect(read({ ...V3, 'x-amz-w': code }).wrap).toBe(wrap);
  });

  it('a suite that nobody has heard of is kept as it came', () => {
    expect(read({ ...V3, 'x-amz-c': '116', 'x-amz-w': '12' }).suite).toBe('116');
  });

  it.each([
    ['12', { 'x-amz-t': '{"a":"t"}', 'x-amz-m': '{"a":"m"}' }, new Map([['a', 't']])],
    ['12', { 'x-amz-m': '{"a":"m"}' }, new Map()],
    ['02', { 'x-amz-t': '{"a":"t"}', 'x-amz-m': '{"a":"m"}' }, new Map([['a', 'm']])],
    ['02', { 'x-amz-t': '{"a":"t"}' }, new Map([['a', 't']])],
    ['02', { 'x-amz-t': '{"a":"t"}', 'x-amz-m': '' }, new Map([['a', 't']])],
    ['22', { 'x-amz-m': '' }, new Map()],
    ['22', {}, new Map()],
    ['99', { 'x-amz-t': '{"a":"t"}' }, new Map([['a', 't']])],
    ['99', {}, undefined],
    ['12', { 'x-amz-t': 'no JSON' }, undefined],
  ])('under the code %s the description of %j is found', (code, members, description) => {
    expect(read({ ...V3, 'x-amz-w': code, ...members }).description).toEqual(description);
  });
});

describe('what S3 and the SDK do to headers', () => {
  const json = '{"kms_cmk_id":"alias/zürich","ort":"日本"}';
  const expected = new Map([
    ['kms_cmk_id', 'alias/zürich'],
    ['ort', '日本'],
  ]);

  it.each([
    ['raw UTF-8 read as Latin-1', latin1(json)],
    ['one word, doubly encoded', `=?UTF-8?B?${Buffer.from(latin1(json), 'utf8').toString('base64')}?=`],
    ['escapes within the JSON', '{"kms_cmk_id":"alias\\/z\\u00fcrich","ort":"\\u65e5\\u672c"}'],
  ])('a description that is not ASCII arrives as %s, and is read', (_how, value) => {
    const envelope = read({ ...V2, 'x-amz-matdesc': value });
    expect(envelope.description).toEqual(expected);
    expect(envelope.claimedKey).toBe('alias/zürich');
  });

  it('names compare without case', () => {
    const upper = Object.fromEntries(Object.entries(V2).map(([name, value]) => [name.toUpperCase(), value]));
    expect(read(upper)).toEqual(read(V2));
  });

  it('two spellings of one name are a header that came twice', () => {
    expect(readEnvelope(new Map([...Object.entries(V2), ['X-Amz-Key-V2', KEY]]))).toEqual({
      type: 'malformed',
      why: 'x-amz-key-v2 is not base64',
      storage: 'metadata',
    });
  });
});
