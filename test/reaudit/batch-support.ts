import { createHash } from 'node:crypto';
import { giveUp } from '../../src/audit/audit-object.ts';
import { auditWritten } from '../../src/audit/audit-written.ts';
import type { PreparedPolicy } from '../../src/audit/prepared-policy.ts';
import {
  NotStored,
  type ReauditBatch,
  type ReportStore,
  type StoredObject,
} from '../../src/reaudit/batch-ports.ts';
import type { BatchDeps } from '../../src/reaudit/batch-run.ts';
import { NOW_MS, type TestBed, written } from '../support/audit.ts';

/** A report bucket in memory; what it reads comes in pieces of a few bytes. */
export class MemoryStore implements ReportStore {
  readonly bucket = 'acme-reports';
  readonly objects = new Map<string, string>();
  readonly puts: string[] = [];
  pieceBytes = 7;

  async put(key: string, body: string): Promise<void> {
    this.puts.push(key);
    this.objects.set(key, body);
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for (const [key, body] of [...this.objects].sort())
      if (key.startsWith(prefix)) yield { key, bytes: Buffer.byteLength(body) };
  }

  async *read(key: string): AsyncGenerator<Uint8Array> {
    const body = this.objects.get(key);
    if (body === undefined) throw new NotStored(`s3://${this.bucket}/${key}: HTTP 404`);
    const bytes = Buffer.from(body);
    for (let at = 0; at < bytes.length; at += this.pieceBytes) yield bytes.subarray(at, at + this.pieceBytes);
  }
}

export interface BatchBed extends TestBed {
  readonly store: MemoryStore;
  readonly batchDeps: BatchDeps;
  readonly pauses: number[];
}

/** The deps of a batch over memory: nothing waits, and nothing ends before the test says so. */
export function batchBed(bed: TestBed, more: Partial<BatchDeps> = {}): BatchBed {
  const store = new MemoryStore();
  const pauses: number[] = [];
  const depsFor = (policy: PreparedPolicy) => ({ ...bed.deps, policy });
  const batchDeps: BatchDeps = {
    audit: (object, policy) => auditWritten(object, depsFor(policy)),
    giveUp: (object, failure, policy) => giveUp(object, failure, depsFor(policy)),
    policy: async () => bed.deps.policy,
    concurrency: 4,
    abortAfter: () => new AbortController().signal,
    store,
    pause: async (ms) => {
      pauses.push(ms);
    },
    random: () => 0.5,
    ...more,
  };
  return { ...bed, store, batchDeps, pauses };
}

export const batchOf = (places: readonly string[], more: Partial<ReauditBatch> = {}): ReauditBatch => ({
  runId: 'run',
  objects: places.map((place) => written(place)),
  items: places.length,
  skipped: 0,
  unreadable: [],
  identity: JSON.stringify(places),
  ...more,
});

export const reading = (batch: ReauditBatch) => ({ kind: 'batch', batch }) as const;

export const recordsOf = (store: MemoryStore, key: string) =>
  (store.objects.get(key) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
export { NOW_MS };
