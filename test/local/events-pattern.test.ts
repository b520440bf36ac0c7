import { describe, expect, it } from 'vitest';
import { InvalidEventPattern, readEventPattern } from '../../local/events/pattern.ts';

const matches = (pattern: unknown, event: unknown): boolean => readEventPattern(pattern)(event);

describe('an event pattern', () => {
  it.each([
    ['the very value', { a: ['x'] }, { a: 'x' }, true],
    ['another value', { a: ['x'] }, { a: 'xx' }, false],
    ['one of several', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['a number, however it is written', { a: [300] }, { a: 3.0e2 }, true],
    ['never a number for its digits', { a: ['1'] }, { a: 1 }, false],
    ['null, which is not the empty string', { a: [null] }, { a: '' }, false],
    ['null', { a: [null] }, { a: null }, true],
    ['null, which is not an absent field', { a: [null] }, {}, false],
    ['every field, not one of them', { a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
    ['fields that it does not name', { a: ['x'] }, { a: 'x', b: 'z' }, true],
    ['what stands deeper', { a: { b: { c: ['x'] } } }, { a: { b: { c: 'x' } } }, true],
    ['a field of the same name elsewhere', { a: { b: ['x'] } }, { b: 'x' }, false],
    ['a list that holds one of its values', { a: ['x'] }, { a: ['w', 'x'] }, true],
    [
      'a list of objects of which one fits whole',
      { a: { b: ['x'], c: ['y'] } },
      { a: [{ b: 'x', c: 'y' }] },
      true,
    ],
    [
      'two objects that fit only together',
      { a: { b: ['x'], c: ['y'] } },
      { a: [{ b: 'x' }, { c: 'y' }] },
      false,
    ],
    ['a name that every object inherits', { constructor: ['x'] }, {}, false],
    ['what is no object', { a: ['x'] }, 'x', false],
  ])('takes %s', (_what, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it.each([
    ['prefix', { prefix: 'eu-' }, 'eu-west-1', 'us-eu-1'],
    ['suffix', { suffix: '.csv' }, 'a.csv', 'a.csv.gz'],
    ['anything-but a value', { 'anything-but': 'x' }, 'y', 'x'],
    ['anything-but a list', { 'anything-but': ['x', 'y'] }, 'z', 'y'],
    ['anything-but numbers', { 'anything-but': [1, 2] }, 3, 2],
    ['anything-but a prefix', { 'anything-but': { prefix: 'tmp' } }, 'a-tmp', 'tmp-a'],
    ['anything-but a suffix', { 'anything-but': { suffix: '.tmp' } }, '.tmp.a', 'a.tmp'],
    ['exists', { exists: true }, null, undefined],
    ['exists: false', { exists: false }, undefined, 'x'],
  ])('knows %s', (_what, operator, taken, left) => {
    const event = (value: unknown) => (value === undefined ? {} : { a: value });
    expect([taken, left].map((value) => matches({ a: [operator] }, event(value)))).toEqual([true, false]);
  });

  it('anything-but asks for something to be there', () => {
    expect(matches({ a: [{ 'anything-but': 'x' }] }, {})).toBe(false);
  });

  it('exists looks at leaves: an object that is there does not exist for it', () => {
    expect(matches({ a: [{ exists: true }] }, { a: { b: 1 } })).toBe(false);
    expect(matches({ a: { b: [{ exists: false }] } }, {})).toBe(true);
  });

  it.each([
    ['no object', 'x', 'must be an object'],
    ['an empty object', {}, 'is empty'],
    ['a bare value', { a: 'x' }, 'a must be an object or an array'],
    ['an empty list', { detail: { a: [] } }, 'detail.a is an empty array'],
    ['an operator that it does not know', { a: [{ numeric: ['>', 1] }] }, 'a.numeric'],
    ['$or', { $or: [{ a: ['x'] }] }, '$or'],
    ['two operators in one', { a: [{ prefix: 'x', suffix: 'y' }] }, 'neither a value nor one operator'],
    [
      'a prefix that is no string',
      { a: [{ prefix: { 'equals-ignore-case': 'x' } }] },
      'a.prefix must be a string',
    ],
    ['anything-but of mixed kinds', { a: [{ 'anything-but': ['x', 1] }] }, 'a.anything-but'],
    ['anything-but nothing', { a: [{ 'anything-but': [] }] }, 'a.anything-but'],
    [
      'anything-but an operator that it does not know',
      { a: [{ 'anything-but': { wildcard: '*' } }] },
      'wildcard',
    ],
    ['exists that is no boolean', { a: [{ exists: 'yes' }] }, 'a.exists must be true or false'],
  ])('is refused when it is or holds %s, and told where', (_what, pattern, why) => {
    expect(() => readEventPattern(pattern)).toThrow(InvalidEventPattern);
    expect(() => readEventPattern(pattern)).toThrow(why);
  });
});
