import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/reaudit/batch-run.ts';
import { batchOf, type MemoryStore, reading } from './batch-support.ts';
import { batch, lines, MINUTE, newBed, RESULTS, summarise, write } from './summary-run-support.ts';

describe('a run that does not cover everything', () => {
  const input = (...keys: readonly string[]) => ({
    BatchInput: { runId: 'run', bucket: 'lake', prefix: '', keyEncoding: 'raw', policy: '' },
    Items: keys.map((Key) => ({ Key, Size: 1 })),
  });
  const lost = (status: string, ...keys: readonly string[]) => ({
    Status: status,
    Input: JSON.stringify(input(...keys)),
    Error: 'Sandbox.Timedout',
    Cause: 'Task timed out after 80.00 seconds',
  });

  it('tells the objects of failed and of pending batches as unknown, in records, report and digests', async () => {
    const bed = newBed();
    write(bed.store, {
      'SUCCEEDED_0.jsonl': lines(await batch(bed, 'lake/a/1')),
      'FAILED_0.jsonl': lines(lost('FAILED', 'a/2', 'a/3')),
      'PENDING_0.jsonl': lines(lost('PENDING', 'a/4')),
    });
    const summary = await summarise(bed);
    expect(summary).toMatchObject({
      complete: false,
      objects: 4,
      outcomes: { violation: 1, unknown: 3 },
      incomplete: [
        '1 batch failed and 1 batch never began: 3 objects of them have no verdict and are told as unknown.',
        'Why batches failed: 1 × Sandbox.Timedout: Task timed out after 80.00 seconds.',
      ],
    });
    expect(bed.told.find(({ outcome }) => outcome === 'unknown')).toMatchObject({
      codes: ['UNAVAILABLE'],
      count: 3,
      firstKey: 'a/2',
      lastKey: 'a/4',
      rule: 'a',
    });
    expect([...bed.store.objects.keys()].filter((key) => key.includes('/records/')).length).toBe(3);
    expect(bed.store.objects.get('reaudit/run/report.html')).toContain('Task timed out');
  });

  it('says of how many batches not even the objects are known', async () => {
    const bed = newBed();
    write(bed.store, { 'FAILED_0.jsonl': lines({ Status: 'FAILED' }, { Status: 'TIMED_OUT', Input: 'x' }) });
    const { incomplete } = await summarise(bed);
    expect(incomplete[0]).toMatch(/^2 batches failed: 0 objects/);
    expect(incomplete).toContainEqual(expect.stringMatching(/^Of 2 batches not even the objects are known/));
    expect(incomplete).toContainEqual(expect.stringContaining('1 × TIMED_OUT'));
  });

  it.each([
    [
      'a file that a manifest names and that is not there',
      (store: MemoryStore) => store.objects.delete(`${RESULTS}SUCCEEDED_0.jsonl`),
      'is not there',
    ],
    [
      'a file of another size',
      (store: MemoryStore) => store.objects.set(`${RESULTS}SUCCEEDED_0.jsonl`, ''),
      'the manifest says',
    ],
    [
      'no manifest',
      (store: MemoryStore) => store.objects.delete(`${RESULTS}manifest.json`),
      'the map has not ended',
    ],
    [
      'a manifest that is none',
      (store: MemoryStore) => store.objects.set(`${RESULTS}manifest.json`, '{'),
      'is no manifest',
    ],
    [
      'a file cut short',
      (store: MemoryStore) => store.objects.set(`${RESULTS}FAILED_0.jsonl`, '{"Status":'),
      'is no JSON',
    ],
    [
      'a result that is none',
      (store: MemoryStore) => store.objects.set(`${RESULTS}SUCCEEDED_1.jsonl`, '{}\n'),
      '1 result could not be read',
    ],
  ])('says so with %s', async (_, damage, sentence) => {
    const bed = newBed();
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(await batch(bed, 'lake/a/1')) });
    damage(bed.store);
    const summary = await summarise(bed);
    expect(summary.complete).toBe(false);
    expect(summary.incomplete.join(' ')).toContain(sentence);
  });

  it('says so where the manifest that the map told of is not the one that is there', async () => {
    const bed = newBed();
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(await batch(bed, 'lake/a/1')) });
    const { incomplete } = await summarise(bed, { manifestKey: 'reaudit/run/results/other/manifest.json' });
    expect(incomplete).toEqual(['reaudit/run/results/other/manifest.json is not there.']);
  });

  it('counts items that could not be read as listed and without a verdict', async () => {
    const bed = newBed();
    const odd = batchOf([], {
      items: 2,
      unreadable: ['Items[0].Key: found nothing', 'Items[1].Key: found nothing'],
    });
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(await runBatch(reading(odd), bed.batchDeps, MINUTE)) });
    const { incomplete } = await summarise(bed);
    expect(incomplete).toEqual([
      expect.stringMatching(/^2 items could not be read as objects: Items\[0\]/),
      expect.stringMatching(/^2 .*listed have no verdict/),
    ]);
  });

  it('counts a batch that two manifests name as lost once', async () => {
    const bed = newBed();
    write(bed.store, { 'FAILED_0.jsonl': lines(lost('FAILED', 'a/2')) });
    const redriven = 'reaudit/run/results/redriven/';
    write(bed.store, { 'PENDING_0.jsonl': lines(lost('PENDING', 'a/2')) }, redriven);
    expect(await summarise(bed)).toMatchObject({
      objects: 1,
      outcomes: { unknown: 1 },
      incomplete: [expect.stringMatching(/^1 batch failed: 1 object /), expect.anything()],
    });
  });

  it('counts no result of another run that strayed into its folder', async () => {
    const bed = newBed();
    const result = await batch(bed, 'lake/a/1');
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines({ ...result, runId: 'another' }) });
    expect(await summarise(bed)).toMatchObject({
      objects: 0,
      incomplete: [expect.stringMatching(/^1 result could not be read, or came of another run/)],
    });
  });

  it('fails where the records of a lost batch cannot be written', async () => {
    const bed = newBed();
    write(bed.store, { 'FAILED_0.jsonl': lines(lost('FAILED', 'a/2')) });
    const error = new Error('no bucket');
    bed.store.put = () => Promise.reject(error);
    await expect(summarise(bed)).rejects.toBe(error);
  });
});
