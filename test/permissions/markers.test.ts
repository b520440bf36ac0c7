import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARKERS, placesOf, SEEN, SOURCE_ADDRESS } from './markers.ts';
import { MarkersWorld } from './markers-world.ts';

let world: MarkersWorld;
let sinks: ReadonlyMap<string, string>;
beforeAll(async () => {
  world = await MarkersWorld.start();
  await world.auditAll();
  sinks = await world.sinks();
}, 120_000);
afterAll(() => world.close());

describe('what the functions log, answer, publish and keep', () => {
  it('is all looked at, and nowhere empty', () => {
    expect([...sinks.keys()]).toEqual([
      'answers',
      'alerts',
      'mail',
      'publishes',
      'log of audit-queue',
      'log of audit-event',
      'log of reaudit-batch',
      'log of reaudit-summary',
      'log of s3-batch-operations',
      'report bucket: records/PART.ndjson',
      'report bucket: report.html',
      'report bucket: results/drive-1/SUCCEEDED_0.jsonl',
      'report bucket: results/drive-1/manifest.json',
      'report bucket: summary.json',
      'report bucket: tally.json',
    ]);
    const quiet = ['log of reaudit-batch', 'log of reaudit-summary'];
    for (const [name, text] of sinks)
      if (!quiet.includes(name)) expect([name, text.length]).not.toEqual([name, 0]);
  });

  it.each(Object.entries(MARKERS))('never holds %s', (_, marker) => {
    expect(placesOf(marker, sinks)).toEqual([]);
  });

  it('never holds the access key of a role', () => {
    for (const role of ['AuditRole', 'ReauditRole'])
      expect(placesOf(world.deployment.credentials(role).accessKeyId, sinks)).toEqual([]);
  });

  it.each(Object.entries(SEEN))('holds %s, as the contract has it', (_, text) => {
    expect(placesOf(text, sinks)).toEqual(
      expect.arrayContaining(['alerts', 'publishes', 'log of audit-queue', 'log of audit-event']),
    );
  });

  it('holds the address of who wrote in logs alone, never in what is sent', () => {
    expect(placesOf(SOURCE_ADDRESS, sinks)).toEqual(['log of audit-queue', 'log of audit-event']);
  });

  it('speaks of every object that bears a marker', () => {
    const told = sinks.get('log of audit-queue') ?? '';
    for (const key of [
      'v1/whole',
      'v2/whole',
      'v2/description',
      'v3/whole',
      'file/whole',
      'file/no-json',
      'customer/key',
      'proof/wrong',
    ])
      expect(told).toContain(`"key":"${key}"`);
    expect(told.match(/CSE_ENVELOPE_MALFORMED/g)?.length).toBe(3);
  });
});
