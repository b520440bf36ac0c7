import type { Digest } from '../../src/alerts/digest.ts';
import { readMapBatch } from '../../src/intake/read-map-batch.ts';
import { type BatchDeps, runBatch } from '../../src/reaudit/batch-run.ts';
import { renderReport } from '../../src/reaudit/report.ts';
import { summaryJson } from '../../src/reaudit/summary-json.ts';
import { type SummaryDeps, summariseRun } from '../../src/reaudit/summary-run.ts';
import { NOW_MS, testBed } from '../support/audit.ts';
import { found } from '../support/memory.ts';
import { type BatchBed, batchBed, batchOf, type MemoryStore, reading } from './batch-support.ts';

const POLICY = `
version: 1
rules: [{ id: a, match: s3://lake/a/, sse: { algorithm: [aws:kms] } }]
`;
export const RESULTS = 'reaudit/run/results/map-run/';
export const MINUTE = 60_000;

/** A run over memory, with the digests that it told. */
export interface SummaryBed extends Omit<BatchBed, 'deps'> {
  readonly deps: SummaryDeps;
  readonly told: Digest[];
}

export function newBed(more: Partial<BatchDeps> = {}): SummaryBed {
  const bed = batchBed(testBed(POLICY), more);
  const told: Digest[] = [];
  const deps: SummaryDeps = {
    ...bed.batchDeps,
    readBatch: readMapBatch,
    report: renderReport,
    summary: summaryJson,
    alert: async (digest) => {
      told.push(digest);
    },
    policySource: () => 's3://config/policy.yaml',
    version: '0.0.0',
    now: () => NOW_MS,
  };
  return { ...bed, deps, told };
}

export const request = (more = {}) =>
  ({ kind: 'request', request: { runId: 'run', bucket: 'lake', prefix: '', ...more } }) as const;

/** Writes result files and the manifest that names them, as ResultWriter does. */
export function write(store: MemoryStore, files: Readonly<Record<string, string>>, folder = RESULTS): void {
  const named: Record<string, { Key: string; Size: number }[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
  for (const [name, body] of Object.entries(files)) {
    store.objects.set(folder + name, body);
    named[name.split('_')[0] ?? '']?.push({ Key: folder + name, Size: Buffer.byteLength(body) });
  }
  store.objects.set(`${folder}manifest.json`, JSON.stringify({ DestinationBucket: 'x', ResultFiles: named }));
}

export const lines = (...values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

export async function batch(bed: SummaryBed, ...places: readonly string[]) {
  for (const place of places) bed.heads.put(place, found({ serverSideEncryption: 'AES256', sizeBytes: 5 }));
  return runBatch(reading(batchOf(places)), bed.batchDeps, MINUTE);
}

export const summarise = (bed: SummaryBed, more = {}) => summariseRun(request(more), bed.deps, MINUTE);
