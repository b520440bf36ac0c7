import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { ObjectHeads } from '../../src/audit/ports.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { Aimd, backoffMs, Rate } from '../../src/reaudit/limiter.ts';
import { PacedHeads } from '../../src/reaudit/limiter-heads.ts';
import { fuzzRuns } from '../support/fuzz.ts';

interface Server {
  /** How many at once it takes; more are throttled. */
  readonly takes: number;
  readonly latencyMs: (busy: number) => number;
}

/** Rounds of a full window against a server on a clock of its own; gives the limit after each. */
function rounds(aimd: Aimd, { takes, latencyMs }: Server, count: number, from = 0): readonly number[] {
  let nowMs = from;
  return Array.from({ length: count }, () => {
    const busy = aimd.limit;
    const latency = latencyMs(busy);
    for (let i = 0; i < busy; i++) {
      aimd.ended({ startedMs: nowMs, endedMs: nowMs + latency, throttled: i >= takes }, busy);
    }
    nowMs += latency;
    return aimd.limit;
  });
}

const steady = (takes: number, ms = 30): Server => ({ takes, latencyMs: () => ms });

describe('the limit of requests at once', () => {
  it('doubles from its start to the ceiling while everything is well', () => {
    const limits = rounds(new Aimd({ ceiling: 64, start: 8 }), steady(1_000), 4);
    expect(limits).toEqual([16, 32, 64, 64]);
  });

  it('is halved once for all that was throttled together, and then grows by one a round', () => {
    const aimd = new Aimd({ ceiling: 64, start: 40 });
    for (let i = 0; i < 10; i++) aimd.ended({ startedMs: i, endedMs: 30 + i, throttled: true }, 40);
    expect(aimd.limit).toBe(20);
    expect(rounds(aimd, steady(1_000), 2, 1_000)).toEqual([20, 21]);
    aimd.ended({ startedMs: 2_000, endedMs: 2_030, throttled: true }, 20);
    expect(aimd.limit).toBe(10);
  });

  it('stays near what the server takes, and never above the ceiling nor below one', () => {
    const aimd = new Aimd({ ceiling: 64, start: 8 });
    const limits = rounds(aimd, steady(20), 200).slice(50);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...limits)).toBeLessThanOrEqual(21);
    const none = rounds(aimd, steady(0), 20, 1e6);
    expect(none.at(-1)).toBe(1);
  });

  it('is eased where latency rises with the load, before anything is refused', () => {
    const aimd = new Aimd({ ceiling: 64, start: 8 });
    // A server that answers 20 at once in 30 ms, and makes more than that wait.
    const limits = rounds(
      aimd,
      { takes: 1_000, latencyMs: (busy) => 30 * Math.max(1, busy / 10) },
      300,
    ).slice(50);
    expect(Math.max(...limits)).toBeLessThan(50);
    expect(Math.min(...limits)).toBeGreaterThan(5);
  });

  it('reaches the ceiling where latency is high but steady', () => {
    const limits = rounds(new Aimd({ ceiling: 64, start: 8 }), steady(1_000, 400), 4);
    expect(limits.at(-1)).toBe(64);
  });

  it('takes a network that became slower for the new normal', () => {
    const aimd = new Aimd({ ceiling: 64, start: 8 });
    rounds(aimd, steady(1_000, 10), 10);
    const slower = rounds(aimd, steady(1_000, 200), 2_000, 1_000);
    expect(slower.at(-1)).toBe(64);
  });

  it('is not raised while it is not used up', () => {
    const aimd = new Aimd({ ceiling: 64, start: 8 });
    for (let i = 0; i < 100; i++) aimd.ended({ startedMs: i, endedMs: i + 1, throttled: false }, 3);
    expect(aimd.limit).toBe(8);
  });
});

describe('the rate', () => {
  it('is never passed in any second, however callers come, but for the burst of a tenth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.nat({ max: 50 })), (perSecond, gaps) => {
        const rate = new Rate(perSecond);
        let nowMs = 0;
        const turns = gaps.map((gap) => {
          nowMs += gap;
          return nowMs + rate.take(nowMs);
        });
        for (const [index, turn] of turns.entries()) {
          const within = turns.slice(index).filter((other) => other < turn + 1_000).length;
          expect(within).toBeLessThanOrEqual(perSecond * 1.1 + 1);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('is used up by callers that are always there', () => {
    const rate = new Rate(100);
    const waits = Array.from({ length: 201 }, () => rate.take(0));
    expect(waits.at(-1)).toBeCloseTo(1_910, 0);
  });
});

describe('the wait before another try', () => {
  it('is any time up to a bound that doubles with each try and has an end', () => {
    expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, () => 1))).toEqual([100, 200, 400, 800]);
    expect(backoffMs(40, () => 1)).toBe(20_000);
    expect(backoffMs(3, () => 0)).toBe(0);
  });
});

describe('HEADs with a limit', () => {
  const object = { bucket: bucketName('b'), key: objectKey('k') };

  /** HEADs that end when the test says so. */
  function held() {
    const ends: ((error?: Error) => void)[] = [];
    let busy = 0;
    const ask = async (): Promise<never> => {
      busy += 1;
      await new Promise<void>((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      });
      busy -= 1;
      return { kind: 'not-found' } as never;
    };
    const heads: ObjectHeads = { head: ask, errorDocument: ask, bucket: ask };
    return { heads, ends, busy: () => busy };
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are never more at once than the limit, whichever question they ask, and all get their turn', async () => {
    const { heads, ends, busy } = held();
    const paced = new PacedHeads(heads, { concurrency: 3, now: () => 0, sleep: async () => {} });
    const asked = Array.from({ length: 9 }, (_, i) =>
      i % 3 === 0
        ? paced.head(object)
        : i % 3 === 1
          ? paced.bucket(object.bucket)
          : paced.errorDocument(object),
    );
    for (let ended = 0; ended < 9; ended++) {
      await settled();
      expect(busy()).toBe(Math.min(3, 9 - ended));
      ends[ended]?.();
    }
    await Promise.all(asked);
  });

  it('ask for less after a failure that may pass, and hand the failure on', async () => {
    const heads = held();
    const paced = new PacedHeads(heads.heads, { concurrency: 8, now: () => 0, sleep: async () => {} });
    const asked = paced.head(object);
    await settled();
    heads.ends[0]?.(new RetryableFailure('s3:HeadObject', 'HTTP 503'));
    await expect(asked).rejects.toThrow(RetryableFailure);
    expect(paced.limit).toBe(4);
  });

  it('wait for their turn of the rate, and leave their place where the run stops meanwhile', async () => {
    const waits: number[] = [];
    const { heads, ends } = held();
    const stopped = new Error('stopped');
    const paced = new PacedHeads(heads, {
      concurrency: 1,
      maxRate: 2,
      now: () => 0,
      sleep: async (ms) => {
        waits.push(ms);
        throw stopped;
      },
    });
    const first = paced.head(object);
    await settled();
    ends[0]?.();
    await first;
    await expect(paced.head(object)).rejects.toBe(stopped);
    await expect(paced.head(object)).rejects.toBe(stopped);
    expect(waits).toEqual([500, 1_000]);
  });
});
