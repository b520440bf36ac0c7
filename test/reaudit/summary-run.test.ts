import { describe, expect, it } from 'vitest';
import { ReportBucketAudited, UnreadableInput } from '../../src/reaudit/batch-ports.ts';
import { summariseRun } from '../../src/reaudit/summary-run.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { batch, lines, MINUTE, newBed, RESULTS, request, summarise, write } from './summary-run-support.ts';

describe('the summary of a run', () => {
  it('folds its results, whichever files they are in, into one tally, one report and one digest for each cause', async () => {
    const bed = newBed();
    const [one, two, three] = [
      await batch(bed, 'lake/a/1', 'lake/a/2'),
      await batch(bed, 'lake/a/3'),
      await batch(bed, 'lake/x'),
    ];
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(one, two), 'SUCCEEDED_1.jsonl': lines(three) });
    const summary = await summarise(bed, { manifestKey: `${RESULTS}manifest.json` });
    expect(summary).toMatchObject({ complete: true, batches: 3, objects: 4, digests: 2 });
    expect(bed.told.map(({ outcome, count, trigger }) => [outcome, count, trigger])).toEqual([
      ['violation', 3, 'run'],
      ['uncovered', 1, 'run'],
    ]);
    const tally = Tally.from(JSON.parse(bed.store.objects.get('reaudit/run/tally.json') ?? ''));
    expect(tally.total.amount()).toMatchObject({ objects: 4, bytes: 15n });
    expect(bed.store.objects.get('reaudit/run/report.html')).toContain('<!doctype html>');
    expect(JSON.parse(bed.store.objects.get('reaudit/run/summary.json') ?? '')).toMatchObject({
      version: 1,
      scope: 's3://lake/',
    });
  });

  it('is the same in whatever order and however often results come', async () => {
    const texts: string[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 0, 1, 1, 2],
      [1, 2, 0, 0],
    ]) {
      const bed = newBed();
      const results = [
        await batch(bed, 'lake/a/1', 'lake/a/2'),
        await batch(bed, 'lake/a/3'),
        await batch(bed, 'lake/x'),
      ];
      write(bed.store, { 'SUCCEEDED_0.jsonl': lines(...order.map((index) => results[index])) });
      await summarise(bed);
      texts.push(
        `${bed.store.objects.get('reaudit/run/tally.json')}${bed.store.objects.get('reaudit/run/report.html')}`,
      );
    }
    expect(new Set(texts).size).toBe(1);
  });

  it('takes what ResultWriter writes by itself, one list a file, as well', async () => {
    const bed = newBed();
    write(bed.store, {
      'SUCCEEDED_0.json': JSON.stringify([await batch(bed, 'lake/a/1'), await batch(bed, 'lake/a/2')]),
    });
    expect(await summarise(bed)).toMatchObject({ complete: true, batches: 2 });
  });

  it('reads the part of a batch whose answer had to leave causes out, so that no cause goes untold', async () => {
    const bed = newBed();
    const whole = await batch(bed, 'lake/a/1', 'lake/x');
    const cut = new Tally();
    cut.merge(whole.tally);
    cut.causes.trim(0);
    expect(cut.causes.isCut).toBe(true);
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines({ ...whole, tally: cut }) });
    const summary = await summarise(bed);
    expect(summary).toMatchObject({ complete: true, objects: 2, digests: 2 });
  });

  it('asks for nothing of the folders of other runs', async () => {
    const bed = newBed();
    const result = await batch(bed, 'lake/a/1');
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(result) });
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(result) }, 'reaudit/run-2/results/x/');
    expect(await summarise(bed)).toMatchObject({ batches: 1 });
  });
});

describe('a summary that cannot be made', () => {
  it('is refused for the report bucket, and for what is no request', async () => {
    const bed = newBed();
    await expect(summarise(bed, { bucket: 'acme-reports' })).rejects.toBeInstanceOf(ReportBucketAudited);
    const malformed = { kind: 'malformed', why: 'runId: found nothing' } as const;
    await expect(summariseRun(malformed, bed.deps, MINUTE)).rejects.toBeInstanceOf(UnreadableInput);
    expect(bed.store.puts).toEqual([]);
  });

  it('fails where a digest is not accepted, with the report already written', async () => {
    const bed = newBed();
    write(bed.store, { 'SUCCEEDED_0.jsonl': lines(await batch(bed, 'lake/a/1')) });
    const error = new Error('no topic');
    const deps = { ...bed.deps, alert: () => Promise.reject(error) };
    await expect(summariseRun(request(), deps, MINUTE)).rejects.toBe(error);
    expect(bed.store.puts).toContain('reaudit/run/report.html');
  });
});
