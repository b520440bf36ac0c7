import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../template/parse.ts';
import { ALL, CAUSES, forget, output, WHOLE, worldOfNine } from './nine-objects.ts';
import { folder, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await worldOfNine();
});
afterAll(() => world.close());
afterEach(() => forget(world));

const holds = (payload: Json, key: string): boolean => JSON.stringify(payload).includes(`"Key":"${key}"`);
class Crash extends Error {
  override readonly name = 'Crash';
}
/** Every invocation for the batch that holds this key ends as a function does that crashes. */
const crashOn = (key: string) => (_arn: string, payload: Json) => {
  if (holds(payload, key)) throw new Crash(`at ${key}`);
};

describe('a batch that fails', () => {
  it('and works when it is tried again leaves no trace: one part, one count', async () => {
    let failures = 0;
    world.beforeInvoke = (_arn, payload) => {
      if (!holds(payload, 'b/1') || failures === 2) return;
      failures += 1;
      throw Object.assign(new Error('5 of 9'), { name: 'BatchUnfinished' });
    };
    const ended = await world.execution(WHOLE, { name: 'again', itemsPerBatch: 2 }).run();
    expect(failures).toBe(2);
    expect(output(ended)).toMatchObject({ complete: true, batches: 5, objects: 9 });
    expect(await world.records('again')).toEqual(ALL);
  });

  it('for good, but is tolerated, makes the run incomplete, its objects unknown, and the execution fail', async () => {
    world.beforeInvoke = crashOn('b/1');
    const given = { ReauditToleratedFailurePercentage: '50' };
    const ended = await world.execution(WHOLE, { name: 'failed', itemsPerBatch: 2, given }).run();
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'RunIncomplete',
      cause: expect.stringMatching(
        /1 batch failed: 2 objects of them have no verdict.*Crash: at b\/1.*Report: s3:/s,
      ),
    });
    const records = await world.records('failed');
    expect(records.filter((line) => line.startsWith('unknown'))).toEqual(['unknown a/é/3', 'unknown b/1']);
    expect(records.length).toBe(9);
    // One for each of the two rules.
    expect((await world.digests()).filter((digest) => digest === 'run: unknown UNAVAILABLE 1').length).toBe(
      2,
    );
    const report = await world.text(`${folder('failed')}report.html`);
    expect(report).toContain('1 batch failed: 2 objects of them have no verdict');
  });
});

describe.each(['everything', 'what is new'] as const)(
  'a redrive, where its manifest names %s',
  (redriveNames) => {
    const name = `redrive-${redriveNames.replaceAll(' ', '-')}`;

    it('after a map that stopped tries only what is not done, and counts each batch once', async () => {
      const given = { ReauditToleratedFailurePercentage: '10' };
      const execution = world.execution(WHOLE, { name, itemsPerBatch: 2, given, redriveNames });
      world.beforeInvoke = crashOn('a/2 b+c');
      expect(await execution.run()).toMatchObject({
        status: 'FAILED',
        error: 'States.ExceedToleratedFailureThreshold',
      });
      expect(execution.children('AuditListing')).toEqual([
        'SUCCEEDED',
        'FAILED',
        'PENDING',
        'PENDING',
        'PENDING',
      ]);

      const partial = await world.invoke('x:ReauditSummaryFunction', {
        runId: folder(name).slice(8, -1),
        ...WHOLE,
      });
      expect(partial).toMatchObject({
        complete: false,
        objects: 9,
        outcomes: { compliant: 2, unknown: 7 },
        incomplete: [
          expect.stringMatching(/^1 batch failed and 3 batches never began: 7 objects/),
          expect.stringContaining('Crash'),
        ],
      });
      await world.digests();

      world.beforeInvoke = () => {};
      world.invocations = 0;
      expect(output(await execution.run())).toMatchObject({
        complete: true,
        batches: 5,
        objects: 9,
        outcomes: { compliant: 4, violation: 3, unknown: 0, uncovered: 1, exempt: 1 },
      });
      // Four batches and the summary.
      expect(world.invocations).toBe(5);
      expect(await world.records(name)).toEqual(ALL);
      expect(await world.digests()).toEqual(CAUSES);
      expect(
        (await world.keys(`${folder(name)}results/`)).filter((key) => key.endsWith('manifest.json')).length,
      ).toBe(2);
    });
  },
);
