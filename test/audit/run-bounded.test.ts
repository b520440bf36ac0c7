import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runBounded } from '../../src/audit/run-bounded.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const never = new AbortController().signal;
const items = (count: number) => Array.from({ length: count }, (_, index) => ({ index }));

describe('bounded work', () => {
  it('answers in the order of the items, whatever the order in which they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean()),
        fc.integer({ min: 1, max: 9 }),
        async (failures, concurrency) => {
          const settled = await runBounded(
            failures.map((fails, index) => ({ fails, index })),
            async ({ fails, index }) => {
              for (let i = 0; i < (index * 7) % 5; i++) await Promise.resolve();
              if (fails) throw new Error(`${index}`);
              return index;
            },
            { concurrency, deadline: never },
          );
          expect(settled.map((one) => (one.kind === 'done' ? one.result : one.kind))).toEqual(
            failures.map((fails, index) => (fails ? 'failed' : index)),
          );
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('never has more under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    await runBounded(
      items(50),
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      },
      { concurrency: 4, deadline: never },
    );
    expect(most).toBe(4);
  });

  it('at the deadline calls unfinished exactly what has not ended, and starts nothing more', async () => {
    const controller = new AbortController();
    const started: number[] = [];
    const running = runBounded(
      items(5),
      ({ index }) => {
        started.push(index);
        return index === 0 ? Promise.resolve('done') : new Promise<string>(() => {});
      },
      { concurrency: 2, deadline: controller.signal },
    );
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    const settled = await running;
    expect(settled.map(({ kind }) => kind)).toEqual([
      'done',
      'unfinished',
      'unfinished',
      'unfinished',
      'unfinished',
    ]);
    expect(started).toEqual([0, 1, 2]);
  });

  it('with a deadline that is already over starts nothing', async () => {
    const settled = await runBounded(items(2), async () => 'x', {
      concurrency: 1,
      deadline: AbortSignal.abort(),
    });
    expect(settled.map(({ kind }) => kind)).toEqual(['unfinished', 'unfinished']);
  });

  it('of nothing is done at once', async () => {
    expect(await runBounded([], async () => 'x', { concurrency: 1, deadline: never })).toEqual([]);
  });
});
