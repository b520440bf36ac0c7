import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/simulation/clock.ts';
import { VirtualQueue } from '../../local/simulation/queue.ts';
import { runSeed } from '../../local/simulation/run.ts';

describe('the simulation on a virtual clock', () => {
  it('keeps every promise for a seed, with every fault there is, and can be replayed', async () => {
    const first = await runSeed({ seed: 1, events: 1_000 });
    expect(await runSeed({ seed: 1, events: 1_000 })).toEqual(first);
    const { s3Unavailable, kmsThrottled, snsFailed, snsLost, slow, crashes, timeouts, lostDeletes } = first;
    const happened = {
      s3Unavailable,
      kmsThrottled,
      snsFailed,
      snsLost,
      slow,
      crashes,
      timeouts,
      lostDeletes,
    };
    expect(Object.entries(happened).filter(([, times]) => times === 0)).toEqual([]);
    expect(first.deadLetters).toBe(first.poison);
    expect(first.violating).toBeGreaterThan(100);
  });

  it('goes another way for another seed', async () => {
    const traces = [2, 3].map(async (seed) => (await runSeed({ seed, events: 200 })).trace);
    expect(new Set(await Promise.all(traces)).size).toBe(2);
  });
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
