import { type AuditDeps, giveUp, recordOf, settle } from '../audit/audit-object.ts';
import { auditWritten } from '../audit/audit-written.ts';
import { RetryableFailure } from '../audit/failures.ts';
import type { BucketName, WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { ListedObject } from './ports.ts';
import { type Patience, withPatience } from './run-retry.ts';

export interface ListedAudit {
  readonly record: AuditRecord;
  /** The other of an object and its instruction file may still come: it is looked at once more at the end. */
  readonly waits: boolean;
}

export interface Where {
  readonly bucket: BucketName;
  readonly region?: string;
}

/** Audits one object of a listing, by the same judgement as the event path; what does not pass becomes `UNAVAILABLE`. Throws `CallerRefused`. */
export async function auditListed(
  listed: ListedObject,
  { bucket, region }: Where,
  deps: AuditDeps & { readonly patience: Patience },
): Promise<ListedAudit> {
  const { key, sizeBytes } = listed;
  const versionId = listed.versionId === 'null' ? undefined : listed.versionId;
  const object: WrittenObject = {
    change: 'write',
    bucket,
    key,
    sizeBytes,
    ...(versionId === undefined ? {} : { versionId }),
    ...(region === undefined ? {} : { region }),
  };
  try {
    return await withPatience(() => judge(object, listed, deps), deps.patience);
  } catch (error) {
    if (!(error instanceof RetryableFailure)) throw error;
    return { record: giveUp(object, error, deps), waits: false };
  }
}

async function judge(object: WrittenObject, listed: ListedObject, deps: AuditDeps): Promise<ListedAudit> {
  if (object.versionId === undefined && !listed.isLatest) {
    // Without a version id S3 would answer of the current version; the record counts `null` as none.
    const audited = await settle({ ...object, versionId: 'null' }, deps);
    return { record: withListing(recordOf(object, audited, deps), listed), waits: false };
  }
  const { records, waitsUntilMs } = await auditWritten(object, deps);
  // The companion of an instruction file is listed itself, or lies outside the prefix: its record is not this object's.
  const [own] = records;
  if (own === undefined) throw new Error('an audit gave no record');
  return { record: withListing(own, listed), waits: waitsUntilMs !== undefined };
}

/** What is not HEADed has its size and age from the listing, so that exempt and uncovered bytes can be counted. */
function withListing(record: AuditRecord, listed: ListedObject): AuditRecord {
  const { outcome, source } = record;
  if (source !== undefined || (outcome !== 'exempt' && outcome !== 'uncovered')) return record;
  const { id, policy, auditedAt, ...before } = record;
  const { sizeBytes, etag, lastModifiedMs, storageClass = 'STANDARD' } = listed;
  const lastModified = `${new Date(lastModifiedMs).toISOString().slice(0, 19)}Z`;
  return { ...before, size: sizeBytes, etag, lastModified, storageClass, id, policy, auditedAt };
}
