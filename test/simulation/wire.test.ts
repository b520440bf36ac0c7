import { describe, it } from 'vitest';
import { runOverWire } from './wire.ts';

const EVENTS = 2_000;

// Side by side: much of a run is waiting for what never answers.
describe.concurrent.each([1, 2])('2,000 events over the wire under faults, seed %i', (seed) => {
  it('every violating object is alerted and no other, every poison message is kept whole, and the queue drains', async ({
    expect,
  }) => {
    const { world, day, faults, deadLetters, ...counts } = await runOverWire(seed, EVENTS);
    expect(world.events).toBeGreaterThanOrEqual(EVENTS);
    expect(deadLetters).toBe(world.poison.length);
    // The invariants say nothing where nothing went wrong.
    const { throttle, fail, reset, lost, slow } = faults;
    const happened = { throttle, fail, reset, lost, slow, crashes: day.crashes, expiries: day.expiries };
    for (const [name, times] of Object.entries(happened)) expect([name, times > 0]).toEqual([name, true]);
    expect(counts.queue.lostDelete).toBeGreaterThan(0);
  }, 240_000);
});
