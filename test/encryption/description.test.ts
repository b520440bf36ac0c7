import { describe, expect, it } from 'vitest';
import { claimedKeyOf, readDescription } from '../../src/encryption/description.ts';

describe('readDescription', () => {
  it.each([
    ['PHP escapes the solidus and what is not ASCII', '{"a\\/b":"\\u00e9"}', new Map([['a/b', 'é']])],
    ['Go escapes the signs of HTML', '{"a":"\\u003cb\\u003e\\u0026"}', new Map([['a', '<b>&']])],
    [
      'Python puts blanks behind separators',
      '{"a": "1", "b": "2"}',
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ],
    ['Ruby takes an array', '["a",1]', ['a', 1]],
    ['Ruby takes a string', '"finance"', 'finance'],
    ['an empty one is an empty object', '{}', new Map()],
  ])('any JSON is a description: %s', (_why, text, expected) => {
    expect(readDescription(text)).toEqual(expected);
  });

  it.each([undefined, '', 'finance-2026', '{"a":1', '{"kms_cmk_id":"a","kms_cmk_id":"b"}'])(
    'what is absent, no JSON or says a thing twice is no description: %s',
    (text) => {
      expect(readDescription(text)).toBeUndefined();
    },
  );
});

describe('claimedKeyOf', () => {
  it('is the text of kms_cmk_id, verbatim', () => {
    expect(claimedKeyOf(readDescription('{"kms_cmk_id":" alias/A "}'))).toBe(' alias/A ');
  });

  it.each([
    '{}',
    '{"kms_cmk_id":""}',
    '{"kms_cmk_id":7}',
    '{"kms_cmk_id":null}',
    '{"kms_cmk_id":["a"]}',
    '["kms_cmk_id"]',
    '"kms_cmk_id"',
    '{"KMS_CMK_ID":"a"}',
    '{"x":{"kms_cmk_id":"a"}}',
  ])('there is no claim in %s', (text) => {
    expect(claimedKeyOf(readDescription(text))).toBeUndefined();
  });
});
