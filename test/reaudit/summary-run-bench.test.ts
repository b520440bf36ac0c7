import { describe, expect, it } from 'vitest';
import { foldRun } from '../../bench/summary-fold.ts';

describe('the bench that folds a run', () => {
  it('counts every synthetic record exactly once, at a size that a test can take', async () => {
    const shares: number[] = [];
    const { tally, batches, incomplete } = await foldRun(20_500, (share) => shares.push(share));
    expect([tally.listed, tally.total.amount().objects, batches, incomplete]).toEqual([
      20_500,
      20_500,
      21,
      [],
    ]);
    const counts = { gone: 0, exempt: 0, unknown: 0, violation: 0 };
    for (let index = 0; index < 20_500; index++) {
      if (index % 101 === 0) counts.gone += 1;
      else if (index % 67 === 0) counts.exempt += 1;
      else if (index % 997 === 0) counts.unknown += 1;
      else if (index % 50 === 0) counts.violation += 1;
    }
    for (const [outcome, count] of Object.entries(counts) as [keyof typeof counts, number][])
      expect([outcome, tally.total.count(outcome)]).toEqual([outcome, count]);
    expect(shares.length).toBeGreaterThanOrEqual(10);
  });
});
