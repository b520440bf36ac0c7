import { describe, expect, it } from 'vitest';
import {
  filterPolicyProblems,
  matchesBodyFilterPolicy,
  matchesFilterPolicy,
} from '../../local/sns/filter-policy.ts';

const text = (Value: string) => ({ Type: 'String', Value });
const number = (Value: number) => ({ Type: 'Number', Value: String(Value) });
const list = (...members: unknown[]) => ({ Type: 'String.Array', Value: JSON.stringify(members) });

type Attribute = ReturnType<typeof text>;

describe('an attribute matches', () => {
  const cases: [string, unknown, Attribute[], Attribute[]][] = [
    ['an exact string, by case', ['a', 'b'], [text('a'), text('b')], [text('A'), text('c'), number(1)]],
    ['an exact number', [1.5], [number(1.5)], [number(2), text('1.5')]],
    ['a boolean member', [true], [list(true)], [list(false), text('true')]],
    ['a list when any member does', ['a'], [list('x', 'a')], [list('x', 'y'), list()]],
    ['prefix', [{ prefix: 'in/' }], [text('in/a'), list('x', 'in/')], [text('out/in/'), number(1)]],
    ['suffix', [{ suffix: '.csv' }], [text('a.csv')], [text('.csv.gz')]],
    ['anything-but a string', [{ 'anything-but': 'a' }], [text('b'), list('a', 'b')], [text('a'), list('a')]],
    ['anything-but a list', [{ 'anything-but': ['a', 7] }], [text('7'), number(8)], [text('a'), number(7)]],
    [
      'anything-but a prefix',
      [{ 'anything-but': { prefix: 'in/' } }],
      [text('out/a'), text('in')],
      [text('in/a')],
    ],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'High' }], [text('hIGH')], [text('higher')]],
    ['exists true', [{ exists: true }], [text('a'), list()], []],
    ['numeric equality', [{ numeric: ['=', 3] }], [number(3)], [number(4), text('3')]],
    ['numeric above', [{ numeric: ['>', 3] }], [number(4)], [number(3)]],
    ['numeric not below', [{ numeric: ['>=', 3] }], [number(3)], [number(2.9)]],
    ['numeric below', [{ numeric: ['<', 3] }], [number(2)], [number(3)]],
    ['numeric not above', [{ numeric: ['<=', 3] }], [number(3)], [number(3.1)]],
    ['a numeric range', [{ numeric: ['>', 0, '<=', 5] }], [number(5), list(9, 1)], [number(0), number(6)]],
    ['any of several conditions', ['a', { prefix: 'b' }], [text('a'), text('bc')], [text('c')]],
  ];
  it.each(cases)('%s, and nothing else', (_, rule, matching, others) => {
    expect(filterPolicyProblems({ key: rule })).toEqual([]);
    for (const key of matching) expect(matchesFilterPolicy({ key: rule }, { key })).toBe(true);
    for (const key of others) expect(matchesFilterPolicy({ key: rule }, { key })).toBe(false);
  });

  it('no condition but exists false when it is absent or Binary', () => {
    const binary = { key: { Type: 'Binary', Value: 'AQI=' } };
    for (const attributes of [{}, binary]) {
      expect(matchesFilterPolicy({ key: [{ exists: false }] }, attributes)).toBe(true);
      expect(matchesFilterPolicy({ key: [{ 'anything-but': 'a' }] }, attributes)).toBe(false);
      expect(matchesFilterPolicy({ key: [{ exists: true }] }, attributes)).toBe(false);
    }
    expect(matchesFilterPolicy({ key: [{ exists: false }] }, { key: text('a') })).toBe(false);
  });
});

describe('a policy', () => {
  it('needs every key to match', () => {
    const policy = { a: ['1'], b: ['2'] };
    expect(matchesFilterPolicy(policy, { a: text('1'), b: text('2') })).toBe(true);
    expect(matchesFilterPolicy(policy, { a: text('1'), b: text('x') })).toBe(false);
    expect(matchesFilterPolicy({}, {})).toBe(true);
  });

  it('with $or needs one alternative beside the other keys', () => {
    const policy = { a: ['1'], $or: [{ b: ['2'] }, { c: [{ numeric: ['>', 5] }] }] };
    expect(matchesFilterPolicy(policy, { a: text('1'), c: number(6) })).toBe(true);
    expect(matchesFilterPolicy(policy, { a: text('1'), b: text('2') })).toBe(true);
    expect(matchesFilterPolicy(policy, { a: text('1'), c: number(5) })).toBe(false);
    expect(matchesFilterPolicy(policy, { b: text('2') })).toBe(false);
  });

  it('of body scope looks into nested objects and lists', () => {
    const policy = { object: { bucket: ['b'], tags: [{ prefix: 'p' }] } };
    const body = (object: unknown) => JSON.stringify({ object });
    expect(matchesBodyFilterPolicy(policy, body({ bucket: 'b', tags: ['x', 'pq'] }))).toBe(true);
    expect(matchesBodyFilterPolicy(policy, body([{ bucket: 'b' }, { tags: 'p' }]))).toBe(true);
    expect(matchesBodyFilterPolicy(policy, body({ bucket: 'c', tags: ['p'] }))).toBe(false);
    expect(matchesBodyFilterPolicy({ n: [null] }, '{"n":null}')).toBe(true);
    expect(matchesBodyFilterPolicy({ n: [{ exists: false }] }, '{"n":1}')).toBe(false);
    expect(matchesBodyFilterPolicy(policy, 'no json')).toBe(false);
  });
});

describe('AWS refuses a policy', () => {
  it.each([
    ['that is no object', [], /JSON object/],
    ['with a bare value', { a: 'b' }, /object or an array/],
    ['with an empty list', { a: [] }, /Empty arrays/],
    ['with an unknown operator', { a: [{ wildcrd: 'x' }] }, /Unrecognized match type wildcrd/],
    ['with two operators in one condition', { a: [{ prefix: 'x', suffix: 'y' }] }, /Only one key/],
    ['with a prefix that is no string', { a: [{ prefix: 1 }] }, /must be a string/],
    ['with exists that is no boolean', { a: [{ exists: 'true' }] }, /true or false/],
    ['with an unknown operator under anything-but', { a: [{ 'anything-but': { x: 'y' } }] }, /one prefix/],
    ['with an unknown comparison', { a: [{ numeric: ['!=', 1] }] }, /operator: !=/],
    ['with an empty range', { a: [{ numeric: ['>', 5, '<', 5] }] }, /Bottom must be less/],
    ['with a number out of range', { a: [{ numeric: ['=', 1e10] }] }, /1,000,000,000/],
    ['nested in attribute scope', { a: { b: ['c'] } }, /does not support nested/],
    ['with six keys', Object.fromEntries([...'abcdef'].map((key) => [key, ['x']])), /more than 5 keys/],
    ['hiding a bad operator in $or', { $or: [{ a: ['x'] }, { b: [{ nope: 1 }] }] }, /match type nope/],
  ])('%s', (_, policy, problem) => {
    expect(filterPolicyProblems(policy).join()).toMatch(problem);
  });

  it('with more than 150 combinations, nested keys weighing by their depth', () => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);
    expect(filterPolicyProblems({ a: values(15), b: values(10) })).toEqual([]);
    expect(filterPolicyProblems({ a: values(151) }).join()).toMatch(/too complex/);
    expect(filterPolicyProblems({ a: { b: values(75) } }, 'MessageBody')).toEqual([]);
    expect(filterPolicyProblems({ a: { b: values(76) } }, 'MessageBody').join()).toMatch(/too complex/);
  });
});
