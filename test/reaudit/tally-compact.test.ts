import { describe, expect, it } from 'vitest';
import { mergeTallies, NotATally, Tally } from '../../src/reaudit/tally.ts';
import { compactTally, LEAST_COMPACT_BYTES } from '../../src/reaudit/tally-compact.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { at, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';

const tallyOf = (records: Iterable<AuditRecord>): Tally => {
  const tally = new Tally();
  for (const record of records) tally.add(record);
  return tally;
};
const json = (tally: Tally): string => JSON.stringify(tally);

describe('a shortened tally', () => {
  const full = tallyOf(world(20_000));

  it.each([LEAST_COMPACT_BYTES, 40_000, 150 * 1024])(
    'fits into %i bytes with every outcome exact',
    (limit) => {
      const short = compactTally(full, limit);
      expect(Buffer.byteLength(json(short))).toBeLessThanOrEqual(limit);
      expect(JSON.stringify(short.total)).toBe(JSON.stringify(full.total));
      expect(JSON.stringify(Tally.from(JSON.parse(json(short))))).toBe(json(short));
      expect(short.compacted).toBe(Buffer.byteLength(json(full)) > limit);
    },
  );

  it('merges in any order to the same', () => {
    const parts = [1, 2, 3].map((seed) =>
      compactTally(tallyOf(world(3_000, seed)), LEAST_COMPACT_BYTES * seed),
    );
    expect(json(mergeTallies(parts))).toBe(json(mergeTallies(parts.toReversed())));
    expect(mergeTallies(parts).total.count()).toBe(9_000);
  });

  it('is small also where every name is as long as names may be', () => {
    const long = '\u{1f600}'.repeat(3_000);
    const records = Array.from({ length: 40 }, (_, i) =>
      wrongKey(0, {
        ...at(`${i}${long}/${long}/x`),
        policy: `${i}${long}`,
        rule: `${i}${long}`,
        captures: { x: `${i}${long}` },
      }),
    );
    expect(Buffer.byteLength(json(compactTally(tallyOf(records), LEAST_COMPACT_BYTES)))).toBeLessThanOrEqual(
      LEAST_COMPACT_BYTES,
    );
  });

  it('is refused where not even counts are sure to fit', () => {
    expect(() => compactTally(full, 1_000)).toThrow(RangeError);
  });
});

describe('a tally read from JSON', () => {
  it.each([
    ['nothing', undefined],
    ['another version', { ...JSON.parse(json(new Tally())), version: 2 }],
    ['a count below zero', { ...JSON.parse(json(new Tally())), listed: -1 }],
    [
      'bytes that are no digits',
      { ...JSON.parse(json(new Tally())), total: [['head:compliant', [1, '1e9', 0]]] },
    ],
    [
      'an outcome that there is not',
      { ...JSON.parse(json(new Tally())), total: [['head:fine', [1, '1', 0]]] },
    ],
  ])('is refused where it is %s', (_what, value) => {
    expect(() => Tally.from(value)).toThrow(NotATally);
  });
});
