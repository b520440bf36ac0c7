import { beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/simulation/clock.ts';
import { VirtualQueue } from '../../local/simulation/queue.ts';
import { type RunResult, runSeed } from '../../local/simulation/run.ts';
import { failedShares } from '../../local/simulation/table.ts';

// A seed whose first 1,000 events meet every fault: not every one does. A broken policy has to stand about as long as a
// good one is held, a minute, for the function to meet it.
const OPTIONS = { seed: 8, events: 1_000, lastsMs: 300_000 };
const LONGEST_MS = 120_000;

describe('the simulation on a virtual clock', () => {
  let first: RunResult;
  beforeAll(async () => {
    first = await runSeed(OPTIONS);
  }, LONGEST_MS);

  it(
    'keeps every promise for a seed, with every fault there is, and can be replayed',
    async () => {
      expect(await runSeed(OPTIONS)).toEqual(first);
      const happened = {
        ...{ s3Unavailable: first.s3Unavailable, kmsThrottled: first.kmsThrottled },
        ...{ snsFailed: first.snsFailed, snsLost: first.snsLost, slow: first.slow },
        ...{ crashes: first.crashes, crashesBeforePublish: first.crashesBeforePublish },
        ...{ timeouts: first.timeouts, expired: first.expired, lostDeletes: first.lostDeletes },
        ...{ brokenPolicies: first.brokenPolicies, duplicates: first.duplicates },
      };
      expect(Object.entries(happened).filter(([, times]) => times === 0)).toEqual([]);
      expect(first.deadLetters).toBe(first.poison);
      expect(first.violating).toBeGreaterThan(100);
    },
    LONGEST_MS,
  );

  it('S3 fails 20 % of the requests, KMS 30 % and SNS 20 %, within three points', () => {
    const shares = failedShares(first);
    expect(Math.abs(shares.s3 - 0.2)).toBeLessThan(0.03);
    expect(Math.abs(shares.kms - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(shares.sns - 0.2)).toBeLessThan(0.03);
  });

  it(
    'goes another way for another seed',
    async () => {
      const traces = [2, 3].map(async (seed) => (await runSeed({ seed, events: 200 })).trace);
      expect(new Set(await Promise.all(traces)).size).toBe(2);
    },
    LONGEST_MS,
  );
});

describe('a virtual clock', () => {
  it('fires timers in order of time, and those of one moment in the order in which they were set', async () => {
    const clock = new VirtualClock(1_000);
    const fired: string[] = [];
    for (const [name, ms] of Object.entries({ c: 30, a: 10, b: 10, e: 50, d: 40 })) {
      clock.after(ms, () => fired.push(`${name} ${clock.now()}`));
    }
    await clock.until(() => fired.length === 5);
    expect(fired).toEqual(['a 1010', 'b 1010', 'c 1030', 'd 1040', 'e 1050']);
  });

  it('lets what waits for one moment go on before the next', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const walk = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10);
        seen.push(clock.now());
      }
    };
    clock.after(25, () => seen.push(-1));
    void walk();
    await clock.until(() => seen.length === 4);
    expect(seen).toEqual([10, 20, -1, 30]);
  });

  it('says so when nothing is left to happen', async () => {
    await expect(new VirtualClock(0).until(() => false)).rejects.toThrow('nothing is left to happen');
  });
});

describe('a virtual queue', () => {
  const made = (maxReceives = 2) => {
    const clock = new VirtualClock(0);
    return { clock, queue: new VirtualQueue({ clock, visibilityMs: 100, maxReceives }) };
  };
  const pass = (clock: VirtualClock, ms: number) => clock.until(() => clock.now() >= ms);

  it('hides what it hands out, hands it out again, and then keeps it whole as a dead letter', async () => {
    const { clock, queue } = made();
    clock.after(100, () => {});
    clock.after(200, () => {});
    queue.send('é {');
    expect(queue.receive(10).map(({ receives }) => receives)).toEqual([1]);
    expect(queue.receive(10)).toEqual([]);
    await pass(clock, 100);
    expect(queue.receive(10).map(({ receives }) => receives)).toEqual([2]);
    await pass(clock, 200);
    expect([queue.receive(10), queue.size, queue.deadLetters]).toEqual([[], 0, ['é {']]);
    expect([queue.redrive(), queue.deadLetters, queue.size]).toEqual([1, [], 1]);
    expect(queue.receive(10).map(({ receives }) => receives)).toEqual([1]);
  });

  it('does not delete by the handle of an earlier receive', async () => {
    const { clock, queue } = made(5);
    clock.after(100, () => {});
    queue.send('x');
    const [earlier] = queue.receive(1);
    await pass(clock, 100);
    const [later] = queue.receive(1);
    if (earlier === undefined || later === undefined) throw new Error('nothing was received');
    expect([queue.delete(earlier), queue.size]).toEqual(['late', 1]);
    expect([queue.delete(later), queue.size]).toEqual(['deleted', 0]);
  });
});
