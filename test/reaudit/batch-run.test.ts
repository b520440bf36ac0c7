import { describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { BatchUnfinished, MOST_ATTEMPTS } from '../../src/reaudit/batch-attempts.ts';
import { ReportBucketAudited, UnreadableInput } from '../../src/reaudit/batch-ports.ts';
import { readBatchResult } from '../../src/reaudit/batch-result.ts';
import { MOST_RESULT_BYTES, runBatch } from '../../src/reaudit/batch-run.ts';
import { testBed } from '../support/audit.ts';
import { found } from '../support/memory.ts';
import { batchBed, batchOf, reading, recordsOf } from './batch-support.ts';

const POLICY = `
version: 1
rules: [{ id: a, match: s3://lake/a/, sse: { algorithm: [aws:kms] } }]
`;
const KMS = found({ serverSideEncryption: 'aws:kms', kmsKeyId: 'k' });
const NONE = found({ serverSideEncryption: 'AES256' });
const newBed = (yaml = POLICY) => batchBed(testBed(yaml));
const outcomes = (records: readonly { readonly outcome: string }[]) => records.map(({ outcome }) => outcome);
const MINUTE = 60_000;

describe('a batch', () => {
  it('has its records in the order of its items, as one part, and their tally as the answer', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', KMS).put('lake/a/2', NONE);
    const places = ['lake/a/1', 'lake/a/2', 'lake/a/gone', 'lake/other'];
    const result = await runBatch(reading(batchOf(places)), bed.batchDeps, MINUTE);
    expect(bed.store.puts).toEqual([result.records]);
    expect(outcomes(recordsOf(bed.store, result.records))).toEqual([
      'compliant',
      'violation',
      'gone',
      'uncovered',
    ]);
    expect(result).toMatchObject({ version: 1, runId: 'run', items: 4, skipped: 0, policy: 'sha256:test' });
    expect(result.tally.total.count('violation')).toBe(1);
    expect(result.tally.listed).toBe(4);
  });

  it('that comes again writes the same part, and answers the same', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', KMS);
    const [first, second] = [
      await runBatch(reading(batchOf(['lake/a/1'])), bed.batchDeps, MINUTE),
      await runBatch(reading(batchOf(['lake/a/1'])), bed.batchDeps, MINUTE),
    ];
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(bed.store.objects.size).toBe(1);
    const other = await runBatch(reading(batchOf(['lake/a/2'])), bed.batchDeps, MINUTE);
    expect(other.batch).not.toBe(first.batch);
  });

  it('survives as JSON', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', NONE);
    const result = await runBatch(reading(batchOf(['lake/a/1'])), bed.batchDeps, MINUTE);
    const again = readBatchResult(JSON.parse(JSON.stringify(result)));
    expect(JSON.stringify(again)).toBe(JSON.stringify(result));
    for (const bad of [
      null,
      {},
      { ...result, tally: {} },
      { ...result, version: 2 },
      { ...result, batch: 7 },
    ])
      expect(readBatchResult(bad)).toBeUndefined();
  });

  it('counts uncovered objects alone where the policy ignores them', async () => {
    const bed = newBed(`${POLICY}defaults: { uncovered: ignore }\n`);
    const result = await runBatch(reading(batchOf(['lake/x', 'lake/y'])), bed.batchDeps, MINUTE);
    expect(recordsOf(bed.store, result.records)).toEqual([]);
    expect([result.tally.ignored, result.tally.listed]).toEqual([2, 2]);
  });

  it('tells items that could not be read, and lists them, so that they are missed', async () => {
    const bed = newBed();
    const unreadable = Array.from({ length: 9 }, (_, index) => `Items[${index}]: ${'x'.repeat(5_000)}`);
    const batch = batchOf([], { items: 10, skipped: 1, unreadable });
    const result = await runBatch(reading(batch), bed.batchDeps, MINUTE);
    expect([result.unreadable.count, result.unreadable.examples.length, result.tally.listed]).toEqual([
      9, 5, 9,
    ]);
    expect(JSON.stringify(result.unreadable).length).toBeLessThan(3_000);
  });
});

describe('the answer of a batch', () => {
  it('stays below 200 KiB with a thousand long, hostile keys, with exact counts and the rest told as omitted', async () => {
    const bed = newBed();
    const places = Array.from(
      { length: 1_000 },
      (_, index) => `lake/a/${index}/${'"\u0001é'.repeat(20)}/${'\\'.repeat(700)}/${index}`,
    );
    for (const [index, place] of places.entries())
      bed.heads.put(place, found({ serverSideEncryption: 'AES256', lastModifiedMs: index * 86_400_000 }));
    const result = await runBatch(reading(batchOf(places)), bed.batchDeps, MINUTE);
    const bytes = Buffer.byteLength(JSON.stringify(result));
    expect(bytes).toBeLessThan(MOST_RESULT_BYTES);
    expect(bytes).toBeGreaterThan(1_000);
    expect(result.tally.total.count('violation')).toBe(1_000);
    const samples = result.tally.causes
      .entries()
      .reduce((sum, [, one]) => sum + one.samples.values.length, 0);
    expect(result.omitted).toBe(1_000 - samples);
    expect(recordsOf(bed.store, result.records).length).toBe(1_000);
  });
});

describe('what may pass', () => {
  it('is tried again after growing pauses, and then judged', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', { kind: 'transient' });
    const pause = async (ms: number) => {
      bed.pauses.push(ms);
      if (bed.pauses.length === 3) bed.heads.put('lake/a/1', KMS);
    };
    const result = await runBatch(reading(batchOf(['lake/a/1'])), { ...bed.batchDeps, pause }, MINUTE);
    expect(outcomes(recordsOf(bed.store, result.records))).toEqual(['compliant']);
    expect(bed.pauses).toEqual([150, 300, 600]);
  });

  it('and does not is unknown, UNAVAILABLE, and holds up no other object', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', { kind: 'transient' }).put('lake/a/2', KMS);
    const result = await runBatch(reading(batchOf(['lake/a/1', 'lake/a/2'])), bed.batchDeps, MINUTE);
    const [first, second] = recordsOf(bed.store, result.records);
    expect(first).toMatchObject({ outcome: 'unknown', rule: 'a', reasons: [{ code: 'UNAVAILABLE' }] });
    expect(second.outcome).toBe('compliant');
    expect(bed.heads.asked.filter((place) => place === 'lake/a/1').length).toBe(MOST_ATTEMPTS);
  });

  it.each([new CallerRefused('ExpiredToken', 'expired'), new TypeError('a fault of ours')])(
    'and speaks of no object fails the batch whole, with nothing written: %s',
    async (error) => {
      const bed = newBed();
      const audit = () => Promise.reject(error);
      await expect(
        runBatch(reading(batchOf(['lake/a/1'])), { ...bed.batchDeps, audit }, MINUTE),
      ).rejects.toBe(error);
      expect(bed.store.puts).toEqual([]);
    },
  );
});

describe('the deadline', () => {
  it('fails the batch whole, to be tried again, and nothing is written', async () => {
    const bed = newBed();
    bed.heads.put('lake/a/1', KMS);
    const abortAfter = () => AbortSignal.abort();
    const run = runBatch(reading(batchOf(['lake/a/1'])), { ...bed.batchDeps, abortAfter }, MINUTE);
    await expect(run).rejects.toBeInstanceOf(BatchUnfinished);
    expect(bed.store.puts).toEqual([]);
  });

  it('leaves time to write and to answer', async () => {
    const bed = newBed();
    const asked: number[] = [];
    const abortAfter = (ms: number) => {
      asked.push(ms);
      return new AbortController().signal;
    };
    await runBatch(reading(batchOf([])), { ...bed.batchDeps, abortAfter }, 80_000);
    await runBatch(reading(batchOf([])), { ...bed.batchDeps, abortAfter }, 100);
    expect(asked).toEqual([75_000, 0]);
  });
});

describe('what is refused', () => {
  it('is an input that cannot be read', async () => {
    const bed = newBed();
    const run = runBatch({ kind: 'malformed', why: 'Items: found nothing' }, bed.batchDeps, MINUTE);
    await expect(run).rejects.toBeInstanceOf(UnreadableInput);
  });

  it('is an audit of the report bucket, before anything is asked', async () => {
    const bed = newBed();
    const run = runBatch(reading(batchOf(['acme-reports/x'])), bed.batchDeps, MINUTE);
    await expect(run).rejects.toBeInstanceOf(ReportBucketAudited);
    expect([bed.heads.asked, bed.store.puts]).toEqual([[], []]);
  });

  it('passes through where the policy cannot be had', async () => {
    const bed = newBed();
    const error = new RetryableFailure('policy', 'no');
    const deps = { ...bed.batchDeps, policy: () => Promise.reject(error) };
    await expect(runBatch(reading(batchOf([])), deps, MINUTE)).rejects.toBe(error);
  });
});

describe('client-side encryption in a batch', () => {
  const CSE = `
version: 1
rules: [{ id: a, match: s3://lake/a/, cse: required }]
`;
  const envelope = JSON.stringify({
    'x-amz-key-v2': 'AAAA',
    'x-amz-iv': 'AAAA',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-wrap-alg': 'kms+context',
    'x-amz-tag-len': '128',
    'x-amz-matdesc': '{}',
  });

  it('looks once more, at its end, at an object whose instruction file was not there yet', async () => {
    const bed = newBed(CSE);
    bed.heads.put('lake/a/1', found({ metadata: new Map([['x-amz-unencrypted-content-length', '1']]) }));
    bed.heads.put('lake/a/2', found({}));
    const audit: typeof bed.batchDeps.audit = async (object, policy) => {
      const answer = await bed.batchDeps.audit(object, policy);
      if (object.key === 'a/2') bed.files.put('lake/a/1.instruction', envelope);
      return { ...answer, waitsUntilMs: 1 };
    };
    const result = await runBatch(
      reading(batchOf(['lake/a/1', 'lake/a/2'])),
      { ...bed.batchDeps, audit },
      MINUTE,
    );
    const [first] = recordsOf(bed.store, result.records);
    expect(first.observed.cse).toMatchObject({ type: 'envelope', storage: 'instruction-file' });
    expect(bed.heads.asked.filter((place) => place === 'lake/a/1').length).toBeGreaterThan(1);
  });

  it('gives an instruction file one record and its object another, though both are looked at for either', async () => {
    const bed = newBed(CSE);
    bed.heads.put('lake/a/1', found({ metadata: new Map([['x-amz-unencrypted-content-length', '1']]) }));
    bed.heads.put('lake/a/1.instruction', found({ sizeBytes: 100 }));
    bed.files.put('lake/a/1.instruction', envelope);
    const places = ['lake/a/1', 'lake/a/1.instruction'];
    const result = await runBatch(reading(batchOf(places)), bed.batchDeps, MINUTE);
    const keys = recordsOf(bed.store, result.records).map(({ object }) => `lake/${object.key}`);
    expect(keys).toEqual(places);
  });
});
