import { describe, it } from 'vitest';
import { runOverWire, WIRE_EVENTS, WIRE_SEEDS } from './wire.ts';
import { failedShares } from './wire-table.ts';

// The clock is the real one: on a machine that others load too, a process may stand still for longer than is looked for.
const TIMES = { timeout: 600_000, retry: 2 };

// Side by side: much of a run is waiting for what never answers.
describe.concurrent.each(WIRE_SEEDS)('2,000 events over the wire under faults, seed %i', (seed) => {
  it(
    'every violating object is alerted and no other, every poison message is kept whole, and the queue drains',
    TIMES,
    async ({ expect }) => {
      const result = await runOverWire(seed, WIRE_EVENTS);
      const { world, day, faults, delivery, queue } = result;
      expect(world.events).toBeGreaterThanOrEqual(WIRE_EVENTS);
      expect(result.deadLetters).toBe(world.poison.length);
      // The invariants say nothing where nothing went wrong. That a function times out is certain on the virtual clock alone.
      const { throttle, fail, reset, lost, stall, slow } = faults.counts;
      const happened = {
        ...{ throttle, fail, reset, lost, stall, slow, lostDelete: queue.lostDelete },
        ...{ crashes: day.crashes, expired: day.expired },
        ...{ refusedPolicies: day.refusedPolicies, duplicates: world.duplicates },
        ...{ deliveredTwice: delivery.twice, late: delivery.late, outOfOrder: delivery.outOfOrder },
        bucketsUnavailable: faults.operations.get('s3 HeadBucket')?.throttle,
      };
      expect(Object.entries(happened).filter(([, times]) => !(Number(times) > 0))).toEqual([]);
      expect(delivery.lost).toBe(0);
      // S3 20 %, KMS 30 %, SNS 20 %. How often KMS is asked depends on how often the process starts cold.
      const shares = failedShares(result);
      expect(Math.abs(shares.s3 - 0.2)).toBeLessThan(0.04);
      expect(Math.abs(shares.kms - 0.3)).toBeLessThan(0.1);
      expect(Math.abs(shares.sns - 0.2)).toBeLessThan(0.06);
    },
  );
});
