import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { RowItem, SourceRow } from '../../src/reaudit/row.ts';
import { RunInterrupted } from '../../src/reaudit/run-errors.ts';
import { holds, MOST_NAMED } from '../../src/reaudit/sample-check.ts';
import { RowSample, rankOf } from '../../src/reaudit/sample-check-draw.ts';
import { isSampleJson, readSample, sampleState } from '../../src/reaudit/sample-check-json.ts';
import { checkSentences } from '../../src/reaudit/sample-check-text.ts';
import { settleRow } from '../../src/reaudit/settle.ts';
import type { RowSource } from '../../src/reaudit/source.ts';
import { auditSource, type SourceStep } from '../../src/reaudit/source-run.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { audit, type TestBed, testBed } from '../support/audit.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';
import { rowOf } from './inventory-bytes.ts';

const POLICY =
  'version: 1\nrules:\n  - id: r\n    match: s3://lake/\n    sse: { algorithm: [AES256, aws:kms] }\n';
const MODIFIED = Date.parse('2026-11-01T10:11:12Z');
const bucket = bucketName('lake');

const row = (index: number, more: Partial<SourceRow> = {}): SourceRow =>
  rowOf({ bucket, key: objectKey(`k${index}`), ...more });

const head = (more: object = {}) =>
  found({ serverSideEncryption: 'AES256', etag: 'aa', lastModifiedMs: MODIFIED, sizeBytes: 3, ...more });

const sourceOf = (rows: readonly SourceRow[]): RowSource => ({
  source: 'inventory',
  name: 'inventory',
  asOf: '2026-11-20T00:00:00.000Z',
  notes: [],
  async *rows(behind) {
    const items = rows.map((one, i): RowItem => ({ kind: 'row', at: { file: 0, line: i + 1 }, row: one }));
    yield items.filter(({ at }) => at.line > (behind?.line ?? 0));
  },
});

/** The same, a few rows at a time. */
const piecemeal = (rows: readonly SourceRow[]): RowSource => ({
  ...sourceOf(rows),
  async *rows(behind) {
    for await (const items of sourceOf(rows).rows(behind)) {
      for (let i = 0; i < items.length; i += 3) yield items.slice(i, i + 3);
    }
  },
});

async function run(bed: TestBed, rows: readonly SourceRow[], sample = new RowSample(1)) {
  const steps: SourceStep[] = [];
  const check = await auditSource(
    sourceOf(rows),
    { versions: false, concurrency: 4, sample },
    {
      audit: bed.deps,
      look: (object) => audit(bed, object),
      keep: async (step) => void steps.push(step),
      onMalformed: () => {},
      signal: new AbortController().signal,
    },
  );
  const records: readonly AuditRecord[] = steps.flatMap((step) => step.records);
  return { check, steps, records };
}

describe('what was drawn is HEADed at the end, and compared', () => {
  test('a row that HEAD confirms agrees, and its record is the one by HEAD', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/k0', head());
    const { check, records } = await run(bed, [row(0)]);
    expect(check).toMatchObject({ settled: 1, sampled: 1, agreed: 1, disagreements: 0 });
    expect(records.map(({ outcome, source }) => [outcome, source])).toEqual([['compliant', 'head']]);
  });

  test('another key under the same ETag and Last-Modified is a disagreement, by name', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/k0', head({ serverSideEncryption: 'aws:kms', kmsKeyId: keyArn('b') }));
    const { check } = await run(bed, [row(0)]);
    expect(check).toMatchObject({ disagreements: 1, agreed: 0 });
    expect(check.named[0]).toMatchObject({
      object: { bucket: 'lake', key: 'k0' },
      row: { outcome: 'compliant', sse: 'sse-s3' },
      head: { outcome: 'compliant', sse: 'sse-kms', key: keyArn('b') },
    });
    expect(holds(check)).toBe(false);
  });

  test.each([
    ['another ETag', { etag: 'zz' }],
    ['a later Last-Modified', { lastModifiedMs: MODIFIED + 1_000 }],
  ])('%s is another write: the HEAD stands and nothing disagrees', async (_what, more) => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/k0', head({ serverSideEncryption: undefined, ...more }));
    const { check, records } = await run(bed, [row(0)]);
    expect(check).toMatchObject({ replaced: 1, disagreements: 0 });
    expect(records.map(({ outcome }) => outcome)).toEqual(['violation']);
  });

  test('a Last-Modified that is more exact in the row is the same write', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/k0', head({ serverSideEncryption: undefined }));
    const { check } = await run(bed, [row(0, { lastModifiedMs: MODIFIED + 345 })]);
    expect(check.disagreements).toBe(1);
  });

  test('gone objects and unanswered HEADs are counted, and are no disagreement', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/k1', { kind: 'denied' });
    const { check, records } = await run(bed, [row(0), row(1)]);
    expect(check).toMatchObject({ gone: 1, unanswered: 1, disagreements: 0 });
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(['gone', 'unknown']);
  });

  test('a disagreement is named in sentences that steer no terminal, and no object without a HEAD is called compliant', async () => {
    const bed = testBed(POLICY);
    const rows = Array.from({ length: MOST_NAMED + 3 }, (_, i) =>
      row(i, { key: objectKey(`\u001b[2J${i}`) }),
    );
    for (const { key } of rows) bed.heads.put(`lake/${key}`, head({ serverSideEncryption: undefined }));
    const { check } = await run(bed, rows);
    const text = checkSentences(check).join('\n');
    expect(text).not.toContain('\u001b');
    expect(text).toContain('no object without a HEAD is called compliant');
    expect(text).toContain('And 3 more.');
  });
});

describe('every row has one record', () => {
  test('what was not drawn keeps its own record, with source and time', async () => {
    const bed = testBed(POLICY);
    const rows = Array.from({ length: 50 }, (_, i) =>
      row(i, i % 5 === 0 ? { encryption: { type: 'sse-kms' } } : {}),
    );
    for (const { key } of rows) bed.heads.put(`lake/${key}`, head());
    const { check, records } = await run(bed, rows, new RowSample(7, 10));
    expect(records.map(({ object }) => object.key).sort()).toEqual(rows.map(({ key }) => key).sort());
    const tabled = records.filter(({ source }) => source === 'inventory');
    expect(tabled).toHaveLength(30);
    expect(new Set(tabled.map(({ asOf }) => asOf))).toEqual(new Set(['2026-11-20T00:00:00.000Z']));
    expect(check).toMatchObject({ settled: 40, sampled: 10, agreed: 10 });
  });

  test('what hangs on the name of the key alone is never drawn: no HEAD could say otherwise', async () => {
    const bed = testBed(
      'version: 1\nrules:\n  - id: r\n    match: s3://lake/a/\n    sse: { algorithm: [AES256] }\n',
    );
    const { check, records } = await run(bed, [row(0)]);
    expect(check.settled).toBe(0);
    expect(records.map(({ outcome }) => outcome)).toEqual(['uncovered']);
    expect(bed.heads.asked).toEqual([]);
  });
});

test('a run that dies between two stretches and is taken up again has the records of one that does not', async () => {
  const bed = testBed(POLICY);
  const rows = Array.from({ length: 60 }, (_, i) =>
    row(i, i % 4 === 0 ? { encryption: { type: 'sse-kms' } } : {}),
  );
  for (const { key } of rows) bed.heads.put(`lake/${key}`, head());
  const whole = await run(bed, rows, new RowSample(5, 10));
  const kept: AuditRecord[] = [];
  let state: unknown;
  let behind = { file: 0, line: 0 };
  const sitting = (steps: number, sample: RowSample) => {
    let left = steps;
    return auditSource(
      piecemeal(rows),
      { versions: false, concurrency: 3, sample, mostItems: 7, behind },
      {
        audit: bed.deps,
        look: (object) => audit(bed, object),
        keep: async (step) => {
          if (left-- === 0) throw new Error('killed');
          kept.push(...step.records);
          state = JSON.parse(JSON.stringify(sampleState(sample)));
          behind = step.behind;
        },
        onMalformed: () => {},
        signal: new AbortController().signal,
      },
    );
  };
  await expect(sitting(3, new RowSample(5, 10))).rejects.toThrow('killed');
  if (!isSampleJson(state)) throw new Error('no sample');
  const check = await sitting(Number.POSITIVE_INFINITY, RowSample.restore(readSample(state)));
  const told = (records: readonly AuditRecord[]) => records.map((one) => JSON.stringify(one)).sort();
  expect(told(kept)).toEqual(told(whole.records));
  expect(check).toEqual(whole.check);
});

test('a run that is asked to stop says so, and keeps nothing of the stretch', async () => {
  const bed = testBed(POLICY);
  const stop = new AbortController();
  stop.abort();
  const keep = async () => {
    throw new Error('kept');
  };
  const deps = { audit: bed.deps, look: () => new Promise<never>(() => {}), keep, onMalformed: () => {} };
  const options = { versions: false, concurrency: 1, sample: new RowSample(1) };
  await expect(auditSource(sourceOf([row(0)]), options, { ...deps, signal: stop.signal })).rejects.toThrow(
    RunInterrupted,
  );
});

describe('the draw', () => {
  const settledRecord = async (one: SourceRow): Promise<AuditRecord> => {
    const context = { source: 'inventory', asOf: '', versions: false } as const;
    const settled = await settleRow(one, context, testBed(POLICY).deps);
    if (settled.kind !== 'settled') throw new Error('not settled');
    return settled.record;
  };

  test('does not hang on the order of the rows, and holds no more than its size', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => row(i));
    const record = await settledRecord(row(0));
    const keys = (order: readonly SourceRow[], seed: number): readonly string[] => {
      const sample = new RowSample(seed, 7);
      for (const one of order) sample.offer(one, record);
      return sample.held.map((held) => held.row.key);
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 40 }), fc.nat(), (shuffled, seed) => {
        expect(keys(shuffled, seed)).toEqual(keys(rows, seed));
        expect(keys(rows, seed)).toHaveLength(7);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  test('reaches every row under some seed', () => {
    const rows = Array.from({ length: 20 }, (_, i) => row(i));
    const reached = new Set<number>();
    for (let seed = 0; seed < 2_000; seed++) {
      const ranks = rows.map((one) => rankOf(one, seed));
      reached.add(ranks.indexOf(Math.min(...ranks)));
    }
    expect([...reached].sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
  });

  test('comes back from JSON as it was, and goes on alike', async () => {
    const record = await settledRecord(row(0));
    const whole = new RowSample(3, 5);
    const half = new RowSample(3, 5);
    for (let i = 0; i < 20; i++) whole.offer(row(i), record);
    for (let i = 0; i < 10; i++) half.offer(row(i), record);
    const json: unknown = JSON.parse(JSON.stringify(sampleState(half)));
    if (!isSampleJson(json)) throw new Error('no sample');
    const again = RowSample.restore(readSample(json));
    for (let i = 10; i < 20; i++) again.offer(row(i), record);
    expect(sampleState(again)).toEqual(sampleState(whole));
  });
});
