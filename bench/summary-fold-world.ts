import { type PreparedPolicy, preparePolicy } from '../src/audit/prepared-policy.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type ReportStore, recordsKey, runFolder, type StoredObject } from '../src/reaudit/batch-ports.ts';
import type { BatchResult } from '../src/reaudit/batch-result.ts';
import { Tally } from '../src/reaudit/tally.ts';
import { compactTally } from '../src/reaudit/tally-compact.ts';
import type { AuditRecord } from '../src/verdict/record.ts';

export const PER_BATCH = 1_000;
const FILES = 4;
const TENANTS = 1_500;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-06-01T00:00:00Z');

export const batches = (objects: number): number => Math.ceil(objects / PER_BATCH);

export function preparedPolicy(): PreparedPolicy {
  const text =
    'version: 1\nrules: [{ id: tenants, match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }]\n';
  const { policy } = parsePolicy(text, { today: '2026-11-21' });
  if (policy === undefined) throw new Error('the policy of the bench is no policy');
  return preparePolicy(policy, 'sha256:bench');
}

const key = (tenant: number): string =>
  `arn:aws:kms:eu-west-1:111122223333:key/${String(tenant).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** One record of many alike: tenants by key order, one in fifty under the key of another, a few unknown, exempt and gone. */
function record(index: number, objects: number): AuditRecord {
  const tenant = Math.floor((index * TENANTS) / objects);
  const at = new Date(START_MS + ((index * 7_919) % 170) * DAY_MS).toISOString().replace('.000', '');
  const base = {
    object: {
      bucket: 'acme-lake',
      key: `tenants/t${String(tenant).padStart(4, '0')}/dt=${at.slice(0, 10)}/part-${index}.parquet`,
    },
    ...{ id: `sha256:${index}`, policy: 'sha256:bench', auditedAt: '2026-11-21T02:00:00.000Z' },
  };
  if (index % 101 === 0) return { ...base, outcome: 'gone', rule: 'tenants' };
  if (index % 67 === 0) return { ...base, outcome: 'exempt', exemption: 's3://acme-lake/**/_tmp/**' };
  const captures = { tenant: `t${tenant}` };
  const governed = {
    ...base,
    rule: 'tenants',
    severity: 'high',
    captures,
    size: 1_048_576 + (index % 4_096),
    lastModified: at,
    source: 'head',
  } as const;
  if (index % 997 === 0)
    return {
      ...governed,
      outcome: 'unknown',
      reasons: [{ code: 'UNAVAILABLE', args: { operation: 's3:HeadObject' } }],
    };
  if (index % 50 !== 0)
    return { ...governed, outcome: 'compliant', observed: { sse: { type: 'sse-kms', key: key(tenant) } } };
  const actual = key((tenant + 1) % TENANTS);
  return {
    ...governed,
    outcome: 'violation',
    violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [key(tenant)], actual } }],
    diagnosis: [
      { code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'tenants', captures: { tenant: `t${tenant + 1}` } } },
    ],
    observed: { sse: { type: 'sse-kms', key: actual } },
  };
}

function result(batch: number, objects: number, runId: string): BatchResult {
  const tally = new Tally();
  const end = Math.min(objects, (batch + 1) * PER_BATCH);
  for (let index = batch * PER_BATCH; index < end; index++) tally.add(record(index, objects));
  const items = end - batch * PER_BATCH;
  tally.addListed(items);
  const id = batch.toString(16).padStart(32, '0');
  return {
    ...{ version: 1, runId, batch: id, records: recordsKey(runId, id), items, skipped: 0, omitted: 0 },
    unreadable: { count: 0, examples: [] },
    policy: 'sha256:bench',
    tally: compactTally(tally, 180 * 1024),
  };
}

/** The results of a run, made as they are read, so that none of them lies in memory before. */
export class SyntheticStore implements ReportStore {
  readonly bucket = 'acme-reports';
  readonly runId = 'bench';
  bytes = 0;
  readonly #objects: number;
  readonly #onBatch: () => void;

  constructor(objects: number, onBatch: () => void) {
    this.#objects = objects;
    this.#onBatch = onBatch;
  }

  async put(): Promise<void> {}

  async *list(): AsyncGenerator<StoredObject> {
    yield { key: `${this.#folder}manifest.json`, bytes: 1 };
    for (let file = 0; file < FILES; file++) yield { key: this.#file(file), bytes: 1 };
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    if (name.endsWith('manifest.json')) {
      const SUCCEEDED = Array.from({ length: FILES }, (_, file) => ({ Key: this.#file(file), Size: 1 }));
      yield Buffer.from(JSON.stringify({ ResultFiles: { SUCCEEDED, FAILED: [], PENDING: [] } }));
      return;
    }
    const file = Number(/_(\d+)\./.exec(name)?.[1]);
    for (let batch = file; batch < batches(this.#objects); batch += FILES) {
      const line = Buffer.from(`${JSON.stringify(result(batch, this.#objects, this.runId))}\n`);
      this.bytes += line.byteLength;
      for (let at = 0; at < line.byteLength; at += 65_536) yield line.subarray(at, at + 65_536);
      this.#onBatch();
    }
  }

  get #folder(): string {
    return `${runFolder(this.runId)}results/map-run/`;
  }

  #file(file: number): string {
    return `${this.#folder}SUCCEEDED_${file}.jsonl`;
  }
}
