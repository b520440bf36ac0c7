import type { Digest } from '../alerts/digest.ts';
import type { WrittenAudit } from '../audit/audit-written.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';

/** Everything that a batch of events needs from outside: the whole list of what a function can reach. */
export interface QueueDeps {
  /** The policy to judge by now; throws `PolicyUnusable` while none has ever been loaded. */
  readonly policy: () => Promise<PreparedPolicy>;
  readonly audit: (object: WrittenObject, policy: PreparedPolicy) => Promise<WrittenAudit>;
  /** Resolves when every topic has accepted the digest. */
  readonly alert: (digest: Digest) => Promise<void>;
  /** Where the policy lies, for the re-audit command that an alert names. */
  readonly policySource?: string;
  /** How often SQS hands a message out before it goes to the dead-letter queue: on the last time nothing is waited for. */
  readonly maxReceives?: number;
  /** CloudWatch's namespace for the counters, where it is not the usual one. */
  readonly metricNamespace?: string;
  readonly concurrency: number;
  readonly now: () => number;
  /** Aborts that many milliseconds from now. */
  readonly abortAfter: (ms: number) => AbortSignal;
  readonly report: QueueReport;
}

/** What a batch tells of itself, apart from its answer. */
export interface QueueReport {
  /** A verdict that somebody may want to look up later: anything but compliant, exempt and gone. */
  record(record: AuditRecord): void;
  /** Why a message goes back. */
  failure(source: string, why: string): void;
  metrics(lines: readonly string[]): void;
}
