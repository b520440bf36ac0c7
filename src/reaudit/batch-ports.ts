import type { WrittenAudit } from '../audit/audit-written.ts';
import type { RetryableFailure } from '../audit/failures.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';

/** Where a policy lies that a run names in place of the function's own. */
export interface PolicyInS3 {
  readonly kind: 's3';
  readonly bucket: string;
  readonly key: string;
}

/** One batch of a Distributed Map, as the intake reads it. */
export interface ReauditBatch {
  readonly runId: string;
  readonly policy?: PolicyInS3;
  readonly objects: readonly WrittenObject[];
  /** How many items the batch held, those included that are no objects or could not be read. */
  readonly items: number;
  readonly skipped: number;
  readonly unreadable: readonly string[];
  /** Equal for the same items, whenever and however often they come. */
  readonly identity: string;
}

interface Malformed {
  readonly kind: 'malformed';
  readonly why: string;
}

export type BatchReading = { readonly kind: 'batch'; readonly batch: ReauditBatch } | Malformed;

/** What a function was given has a shape that nobody here knows. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';

  constructor(why: string) {
    super(`the input could not be read: ${why}`);
  }
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** The report bucket, the one place that a run writes to. Throws `RetryableFailure` and `CallerRefused`, and `NotStored`. */
export interface ReportStore {
  readonly bucket: string;
  put(key: string, body: string, contentType: string): Promise<void>;
  list(prefix: string): AsyncIterable<StoredObject>;
  read(key: string): AsyncIterable<Uint8Array>;
}

/** Nothing stands under that key, or it may not be read or written: what is missing is in the message. */
export class NotStored extends Error {
  override readonly name = 'NotStored';
}

/** Nothing is ever written to a bucket that is audited. */
export class ReportBucketAudited extends Error {
  override readonly name = 'ReportBucketAudited';

  constructor(bucket: string) {
    super(
      `${bucket} is the report bucket, which may not be audited: reports would lie among what they speak of`,
    );
  }
}

/** The folder of one run in the report bucket; the state machine writes the map's results below the same one. */
export const runFolder = (runId: string): string => `reaudit/${runId}/`;

/** Where a batch's records lie: the same key however often the batch is tried. */
export const recordsKey = (runId: string, batchId: string): string =>
  `${runFolder(runId)}records/${batchId}.ndjson`;

/** Everything that audits need from outside, for one object at a time. */
export interface ObjectAudits {
  /** Throws `RetryableFailure` for what may pass. */
  readonly audit: (object: WrittenObject, policy: PreparedPolicy) => Promise<WrittenAudit>;
  /** The record of an object that was given up on. */
  readonly giveUp: (object: WrittenObject, failure: RetryableFailure, policy: PreparedPolicy) => AuditRecord;
  /** The policy to judge by: the one named, or the function's own. Throws `PolicyUnusable`. */
  readonly policy: (named?: PolicyInS3) => Promise<PreparedPolicy>;
  readonly concurrency: number;
  /** Aborts that many milliseconds from now. */
  readonly abortAfter: (ms: number) => AbortSignal;
}
