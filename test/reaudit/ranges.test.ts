import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../src/objects/byte-order.ts';
import { comparePlaces, type Interval, NotInRemaining, WHOLE, without } from '../../src/reaudit/ranges.ts';
import { type ListPage, takePage } from '../../src/reaudit/ranges-page.ts';
import { spanOf, splitKey } from '../../src/reaudit/ranges-split.ts';
import { ListingOutOfOrder } from '../../src/reaudit/run-errors.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { anyKey } from './arbitraries.ts';
import { listedObject } from './memory-lister.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('a split point', () => {
  it('lies strictly between the last key listed and the end of the range, in byte order, below the prefix', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyKey, fc.boolean(), fc.boolean(), (prefix, a, b, open, deep) => {
        const [low, high] = [prefix + a, prefix + b].sort(compareKeys);
        if (low === undefined || high === undefined || low === high) return;
        const key = splitKey({ after: low, prefix, deep, ...(open ? {} : { upTo: high }) });
        if (key === undefined) return;
        expect(key.isWellFormed()).toBe(true);
        expect(key.startsWith(prefix)).toBe(true);
        expect(Buffer.compare(bytes(key), bytes(low))).toBe(1);
        if (!open) expect(Buffer.compare(bytes(key), bytes(high))).toBe(-1);
      }),
      { numRuns: fuzzRuns({ atLeast: 3_000 }) },
    );
  });

  it('is found wherever the range ends with the prefix', () => {
    fc.assert(
      fc.property(anyKey, anyKey, fc.boolean(), (prefix, rest, deep) => {
        expect(splitKey({ after: prefix + rest, prefix, deep })).toBeDefined();
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('is not found where no text lies between', () => {
    expect(splitKey({ after: 'a', upTo: 'a\0', prefix: '', deep: false })).toBeUndefined();
  });

  it('halves in bytes, so that among ASCII keys a handful of steps is near the middle', () => {
    expect(splitKey({ after: 'logs/2', upTo: 'logs/4', prefix: 'logs/', deep: false })).toBe('logs/3');
    expect(splitKey({ after: 'logs/2024', upTo: 'logs/3', prefix: 'logs/', deep: false })).toMatch(
      /^logs\/2./,
    );
  });

  it('is chosen in the range that is widest by its ends', () => {
    expect(spanOf('p/a', 'p/c', 'p/')).toBeGreaterThan(spanOf('p/a', 'p/b', 'p/'));
    expect(spanOf('p/a', undefined, 'p/')).toBeGreaterThan(spanOf('p/a', 'p/\u{10ffff}', 'p/'));
  });
});

describe('what remains', () => {
  const holds = (intervals: readonly Interval[], key: string): number =>
    intervals.filter(
      ({ after, upTo }) =>
        (after === undefined || compareKeys(key, after.key) > 0) &&
        (upTo === undefined || compareKeys(key, upTo.key) <= 0),
    ).length;

  it('and what was done hold every key exactly once, in whatever order stretches are done', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyKey), fc.array(fc.nat()), anyKey, (cuts, order, key) => {
        const sorted = cuts.sort(compareKeys);
        const stretches: Interval[] = [undefined, ...sorted].map((cut, index) => ({
          ...(cut === undefined ? {} : { after: { key: cut } }),
          ...(sorted[index] === undefined ? {} : { upTo: { key: sorted[index] } }),
        }));
        let remaining = WHOLE;
        const done: Interval[] = [];
        for (const pick of order) {
          const [stretch] = stretches.splice(pick % Math.max(1, stretches.length), 1);
          if (stretch === undefined) break;
          remaining = without(remaining, stretch);
          done.push(stretch);
          expect(holds(remaining, key) + holds(done, key)).toBe(1);
        }
        if (stretches.length === 0) expect(remaining).toEqual([]);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('refuses a stretch that was done already, in whole or in part', () => {
    const remaining = without(WHOLE, { after: { key: 'b' }, upTo: { key: 'd' } });
    for (const [after, upTo] of [
      ['b', 'd'],
      ['a', 'c'],
      ['c', 'e'],
      ['b', 'c'],
    ] as const) {
      const again = { after: { key: after }, upTo: { key: upTo } };
      expect(() => without(remaining, again)).toThrow(NotInRemaining);
    }
    expect(() => without([], {})).toThrow(NotInRemaining);
  });

  it('orders places within a key by their pages, and before the end of the key', () => {
    const places = [
      { key: 'a' },
      { key: 'b', within: { versionId: 'x', nth: 1 } },
      { key: 'b', within: { versionId: 'a', nth: 2 } },
      { key: 'b' },
    ];
    expect(places.toReversed().sort(comparePlaces)).toEqual(places);
  });
});

describe('a page of a range', () => {
  const page = (keys: readonly string[], next?: string): ListPage => ({
    kind: 'page',
    objects: keys.map((key) => listedObject({ key })),
    deleteMarkers: 0,
    ...(next === undefined ? {} : { next: { key: next } }),
  });
  const listing = { prefix: '', versions: false, ordered: true };

  it('gives what lies in the range, and says what is left of it', () => {
    const range = { after: { key: 'a' }, upTo: { key: 'f' } };
    const taken = takePage(range, page(['b', 'c'], 'c'), listing);
    expect(taken.objects.map(({ key }) => key)).toEqual(['b', 'c']);
    expect(taken.done).toEqual({ after: { key: 'a' }, upTo: { key: 'c' } });
    expect(taken.rest).toEqual({ after: { key: 'c' }, upTo: { key: 'f' } });
  });

  it('ends the range where the page goes past it, and leaves what lies beyond', () => {
    const range = { after: { key: 'a' }, upTo: { key: 'c' } };
    const taken = takePage(range, page(['b', 'c', 'd'], 'd'), listing);
    expect(taken.objects.map(({ key }) => key)).toEqual(['b', 'c']);
    expect(taken.done).toEqual(range);
    expect(taken.rest).toBeUndefined();
  });

  it.each([
    ['keys that go back', page(['b', 'a'])],
    ['a key twice', page(['b', 'b'])],
    ['a key at or before where the page was to begin', page(['a'])],
    ['surrogate pairs before U+FFFF, as UTF-16 orders them', page(['\u{10000}', '\uffff'])],
    ['a next place that lies before its last key', page(['b', 'c'], 'b')],
    ['a next place that is where it began', page([], 'a')],
  ])('is refused with %s: ranges rest on byte order', (_, wrong) => {
    expect(() => takePage({ after: { key: 'a' } }, wrong, listing)).toThrow(ListingOutOfOrder);
  });

  it('is refused with a key that has not the prefix', () => {
    const below = { prefix: 'p/', versions: false, ordered: true };
    expect(() => takePage({}, page(['q/x']), below)).toThrow(ListingOutOfOrder);
  });

  it('of a directory bucket may come in any order, and goes on by the token that S3 gave', () => {
    const unordered = { prefix: '', versions: false, ordered: false };
    const first = takePage({}, page(['z', 'a'], 'token-1'), unordered);
    expect(first.objects).toHaveLength(2);
    expect(first.rest?.after?.within).toEqual({ versionId: 'token-1', nth: 1 });
    const second = takePage(first.rest ?? {}, page(['m'], 'token-2'), unordered);
    const third = takePage(second.rest ?? {}, page(['b']), unordered);
    const remaining = [first, second, third].reduce((left, { done }) => without(left, done), WHOLE);
    expect(remaining).toEqual([]);
  });
});
