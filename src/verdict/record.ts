import type { Writer } from '../objects/object.ts';
import type { Captures, Severity } from '../policy/types.ts';
import type { Diagnosis, Outcome, UnknownReason, Violation } from './verdict.ts';

/** The server-side layer in a record: as observed, `raw` only where it was not recognised. */
export interface RecordedSse {
  readonly type: string;
  readonly key?: string;
  readonly bucketKey?: boolean;
  readonly raw?: string;
}

/** The client-side layer in a record: never a wrapped key or IV; of a description only what the rule names, and the other names. */
export interface RecordedCse {
  readonly type: 'none' | 'envelope' | 'malformed' | 'instruction-file-missing';
  readonly format?: string;
  readonly wrap?: string;
  readonly suite?: string;
  readonly storage?: string;
  readonly claimedKey?: string;
  readonly basis?: 'claimed' | 'decrypt-dry-run';
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly otherNames?: readonly string[];
  readonly why?: string;
}

/**
 * One verdict as one JSON line: contract section 4. Members stand in the order in which they are written;
 * absent members and empty lists are left out.
 */
export interface AuditRecord {
  readonly object: { readonly bucket: string; readonly key: string; readonly versionId?: string };
  readonly outcome: Outcome;
  readonly rule?: string;
  readonly severity?: Severity;
  readonly captures?: Captures;
  readonly violations?: readonly Violation[];
  readonly reasons?: readonly UnknownReason[];
  readonly exemption?: string;
  readonly owner?: string;
  readonly diagnosis?: readonly Diagnosis[];
  readonly observed?: { readonly sse: RecordedSse; readonly cse?: RecordedCse };
  readonly writer?: Writer;
  readonly superseded?: true;
  readonly size?: number;
  readonly etag?: string;
  /** UTC to the second, for example 2026-11-21T02:00:00Z. */
  readonly lastModified?: string;
  readonly storageClass?: string;
  readonly source?: 'head' | 'inventory' | 'metadata-table';
  readonly asOf?: string;
  readonly id: string;
  readonly policy: string;
  readonly auditedAt: string;
}
