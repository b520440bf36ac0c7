import type { AuditDeps } from '../audit/audit-object.ts';
import { companionOf } from '../audit/instruction-role.ts';
import { judgeHead, judgeHidden } from '../audit/judge-head.ts';
import type { ObjectHead } from '../encryption/head.ts';
import { MAX_INSTRUCTION_FILE_BYTES } from '../encryption/instruction-file.ts';
import { parseKeyReference } from '../keys/reference.ts';
import type { ObjectRef, WrittenObject } from '../objects/object.ts';
import { findExemption } from '../policy/exempt.ts';
import { decideRule } from '../policy/match.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { type RecordFacts, toRecord } from '../verdict/to-record.ts';
import type { Governed, Verdict } from '../verdict/verdict.ts';
import type { SourceRow } from './row.ts';

/** Why a row does not settle its object's verdict. */
export type HeadWhy =
  /** KMS without a key in the row: key, key state and trusted accounts hang on it. */
  | 'key-not-told'
  /** The rule has `cse`, which metadata and instruction files decide. */
  | 'client-side'
  /** It may itself be an instruction file, which its body decides. */
  | 'instruction-file'
  /** A cell that the verdict hangs on is empty, a word is not known, or cells contradict each other. */
  | 'odd-row'
  /** A version that only a HEAD by its id can name. */
  | 'version';

export interface RowContext {
  readonly source: 'inventory' | 'metadata-table';
  readonly asOf: string;
  readonly versions: boolean;
  readonly region?: string;
}

export type RowSettlement =
  | { readonly kind: 'settled'; readonly record: AuditRecord; readonly rests: 'name' | 'row' }
  | { readonly kind: 'head'; readonly object: WrittenObject; readonly why: HeadWhy };

/**
 * Judges an object by a row, with the judge of every other route, where no HEAD that agrees with the row could be judged
 * otherwise; else says why one is needed. Only rows that `unwanted` lets through belong here.
 */
export async function settleRow(
  row: SourceRow,
  context: RowContext,
  deps: AuditDeps,
): Promise<RowSettlement> {
  const object = objectOf(row, context);
  const head = (why: HeadWhy): RowSettlement => ({ kind: 'head', object, why });
  const settled = (verdict: Verdict, rests: 'name' | 'row', shown: ObjectHead): RowSettlement => ({
    kind: 'settled',
    rests,
    record: recordOf(verdict, { row, object, shown, context }, deps),
  });
  const byName = decideByName(row, deps);
  const shown = headOf(row);
  const unnamed = row.isLatest === false && row.versionId === undefined;
  if (unnamed && byName.kind !== 'needs-size' && byName.sized) return head('version');
  if (byName.kind === 'exempt') {
    // A HEAD cannot show the size under SSE-C: there the table's word is all there is, as a listing's would be.
    const checkable = byName.sized && row.encryption.type !== 'sse-c';
    return settled({ outcome: 'exempt', exemption: byName.glob }, checkable ? 'row' : 'name', shown);
  }
  if (byName.kind === 'needs-size') return head('odd-row');
  const { governed, sized } = byName;
  if (governed === undefined) return settled({ outcome: 'uncovered' }, sized ? 'row' : 'name', shown);
  const why = needsHead(row, governed, object, deps);
  if (why !== undefined) return head(why);
  const verdict =
    row.encryption.type === 'sse-c'
      ? judgeHidden(governed, deps)
      : (await judgeHead(shown, object, governed, deps)).verdict;
  return settled(withoutInnerLayer(verdict), 'row', shown);
}

type ByName =
  | { readonly kind: 'exempt'; readonly glob: string; readonly sized: boolean }
  | { readonly kind: 'needs-size' }
  | { readonly kind: 'governed'; readonly governed: Governed | undefined; readonly sized: boolean };

/** Exemptions and the rule, in the order of every other route; `sized`: the row's size had a say. */
function decideByName(row: SourceRow, { policy, now }: AuditDeps): ByName {
  const { bucket, key, sizeBytes } = row;
  const query = { bucket, key, today: utcDay(now()) };
  const plain = findExemption(policy.exemptions, query);
  if (plain.kind === 'exempt') return { kind: 'exempt', glob: plain.exemption.text, sized: false };
  const governed = decideRule(policy.rules, bucket, key);
  if (plain.kind === 'none') return { kind: 'governed', governed, sized: false };
  if (sizeBytes === undefined) return { kind: 'needs-size' };
  const sized = findExemption(policy.exemptions, { ...query, sizeBytes });
  if (sized.kind === 'exempt') return { kind: 'exempt', glob: sized.exemption.text, sized: true };
  return { kind: 'governed', governed, sized: true };
}

/** Why the verdict may hang on something that the row does not tell. */
function needsHead(
  row: SourceRow,
  { rule }: Governed,
  object: ObjectRef,
  deps: AuditDeps,
): HeadWhy | undefined {
  if (rule.cse !== undefined || rule.sse === undefined) return 'client-side';
  if (row.isLatest === false && row.versionId === undefined) return 'version';
  const small = (row.sizeBytes ?? 0) <= MAX_INSTRUCTION_FILE_BYTES;
  if (small && companionOf(object, deps.policy) !== undefined) return 'instruction-file';
  // What a HEAD taken later is compared with, and what the record's id is made of.
  if (row.etag === undefined || row.lastModifiedMs === undefined) return 'odd-row';
  switch (row.encryption.type) {
    case 'not-told':
    case 'other':
      return 'odd-row';
    case 'none':
    case 'sse-s3':
    case 'sse-c':
      return row.kmsKeyArn === undefined ? undefined : 'odd-row';
    case 'sse-kms':
    case 'dsse-kms': {
      if (row.kmsKeyArn === undefined) return 'key-not-told';
      if (parseKeyReference(row.kmsKeyArn)?.kind !== 'key-arn') return 'odd-row';
      const asked = row.encryption.type === 'sse-kms' && rule.sse.bucketKey !== 'any';
      return asked && row.bucketKey === undefined ? 'odd-row' : undefined;
    }
  }
}

/** Named by its version where the run asks for versions, or where the row does not tell that it is the current one. */
export function objectOf(row: SourceRow, { versions, region }: RowContext): WrittenObject {
  const { bucket, key, versionId, isLatest } = row;
  const named = versions || isLatest === undefined;
  // S3 names the version without an id `null`; without a name a HEAD would show the current version in its place.
  const version = versionId ?? (isLatest === false ? 'null' : undefined);
  return {
    change: 'write',
    bucket,
    key,
    ...(named && version !== undefined ? { versionId: version } : {}),
    ...(region === undefined ? {} : { region }),
  };
}

const NO_METADATA: ReadonlyMap<string, string> = new Map();

const HEADERS = {
  none: undefined,
  'sse-s3': 'AES256',
  'sse-kms': 'aws:kms',
  'dsse-kms': 'aws:kms:dsse',
  'sse-c': undefined,
  'not-told': undefined,
  other: undefined,
} as const;

/** The HEAD that a row stands for, as far as the row goes. */
function headOf(row: SourceRow): ObjectHead {
  const algorithm = HEADERS[row.encryption.type];
  const { kmsKeyArn, bucketKey, sizeBytes, etag, lastModifiedMs, versionId, storageClass } = row;
  return {
    metadata: NO_METADATA,
    missingMetadata: 0,
    ...(algorithm === undefined ? {} : { serverSideEncryption: algorithm }),
    ...(kmsKeyArn === undefined ? {} : { kmsKeyId: kmsKeyArn }),
    ...(bucketKey === undefined ? {} : { bucketKeyEnabled: bucketKey }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModifiedMs === undefined ? {} : { lastModifiedMs: Math.floor(lastModifiedMs / 1_000) * 1_000 }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}

/** No metadata was seen, so nothing is said of the inner layer: `none` would be a lie. */
function withoutInnerLayer(verdict: Verdict): Verdict {
  if (!('observed' in verdict) || verdict.observed === undefined) return verdict;
  return { ...verdict, observed: { sse: verdict.observed.sse } };
}

interface Settled {
  readonly row: SourceRow;
  readonly object: WrittenObject;
  readonly shown: ObjectHead;
  readonly context: RowContext;
}

function recordOf(verdict: Verdict, { row, object, shown, context }: Settled, deps: AuditDeps): AuditRecord {
  const recordContext = {
    policy: deps.policy.policy,
    policyHash: deps.policy.hash,
    auditedAt: new Date(deps.now()).toISOString(),
    hash: deps.hash,
  };
  // A HEAD shows the version of what it finds; the other outcomes, and SSE-C, are told without one.
  const seen = 'observed' in verdict && row.encryption.type !== 'sse-c';
  const versionId = object.versionId ?? (seen ? row.versionId : undefined);
  const { bucket, key } = object;
  const facts: RecordFacts = {
    object: { bucket, key, ...(versionId === undefined ? {} : { versionId }) },
    source: context.source,
    asOf: row.asOf ?? context.asOf,
  };
  const record = toRecord(verdict, { ...facts, head: shown }, recordContext);
  if (seen) return withoutUntold(record, row);
  // The same finding by the other routes has an id without ETag and Last-Modified.
  return { ...record, id: toRecord(verdict, facts, recordContext).id };
}

/** Of a bucket key that the row does not tell, nothing is said. */
function withoutUntold(record: AuditRecord, row: SourceRow): AuditRecord {
  if (row.bucketKey !== undefined || record.observed?.sse.bucketKey === undefined) return record;
  const { bucketKey: _, ...sse } = record.observed.sse;
  return { ...record, observed: { ...record.observed, sse } };
}
