import { compareKeys } from '../objects/byte-order.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import type { Writer } from '../objects/object.ts';
import { type Captures, SEVERITIES, type Severity, type UncoveredAction } from '../policy/types.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Remedy } from '../verdict/remedy.ts';
import type { Diagnosis } from '../verdict/verdict.ts';
import { type AlertingOutcome, Group, groupOf } from './group.ts';
import type { Listed } from './listed.ts';

/** A record as an alert shows it: whole, but for the source address, with long strings cut. */
export type Sample = Omit<AuditRecord, 'writer'> & { readonly writer?: Omit<Writer, 'sourceIp'> };

/** What to do next: sentences, and commands that hold real values. A command that would have to be cut is left out. */
export interface NextSteps {
  readonly steps: readonly Remedy[];
  /** Shows what HEAD shows of one of the objects. */
  readonly check?: string;
  /** Re-keys one of the objects in place; only where the policy leaves one key to choose. */
  readonly mend?: string;
  /** Audits the prefix that all of the objects share. */
  readonly reaudit?: string;
}

/** Many records with one cause, told once: contract section 6. Members stand in the order in which they are written. */
export interface Digest {
  readonly version: 1;
  readonly outcome: AlertingOutcome;
  readonly severity: Severity;
  readonly trigger: 'event' | 'run';
  /** When the digest was made. */
  readonly at: string;
  readonly bucket: string;
  readonly rule?: string;
  readonly codes: NonEmpty<string>;
  /** Exact, however much else was left out. */
  readonly count: number;
  /** First and last in the byte order of their UTF-8 form, as S3 lists them. */
  readonly firstKey: string;
  readonly lastKey: string;
  /** The span of Last-Modified, where HEAD gave one. */
  readonly written?: { readonly first: string; readonly last: string };
  readonly captures: Listed<Captures>;
  /** Keys that were found, server-side and as envelopes claim. */
  readonly keys: Listed<string>;
  readonly principals: Listed<string>;
  readonly owners: Listed<string>;
  readonly diagnosis: Listed<Diagnosis>;
  readonly next: NextSteps;
  readonly samples: Listed<Sample>;
  /** How many samples were left out to keep the message below the size that SNS takes. */
  readonly samplesOmitted?: number;
}

export interface DigestContext {
  readonly trigger: 'event' | 'run';
  readonly defaultSeverity: Severity;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly uncovered: UncoveredAction;
  /** What the re-audit command names after `--policy`; default `policy.yaml`. */
  readonly policySource?: string;
}

/** Groups records as they come; holds one small group for each cause, whatever the number of records. */
export class DigestBuilder {
  readonly #context: DigestContext;
  readonly #groups = new Map<string, Group>();

  constructor(context: DigestContext) {
    this.#context = context;
  }

  add(record: AuditRecord): void {
    const cause = groupOf(record, this.#context.uncovered);
    if (cause === undefined) return;
    const id = JSON.stringify([cause.bucket, cause.rule ?? null, cause.outcome, cause.codes]);
    const group = this.#groups.get(id);
    if (group !== undefined) group.add(record);
    else this.#groups.set(id, new Group(cause, record, this.#context.defaultSeverity));
  }

  /** The digests so far, the most severe first. */
  finish(): readonly Digest[] {
    return [...this.#groups.values()].map((group) => group.digest(this.#context)).sort(compareDigests);
  }
}

/** The digests of one invocation; the order of the records plays no part. */
export function buildDigests(records: readonly AuditRecord[], context: DigestContext): readonly Digest[] {
  const builder = new DigestBuilder(context);
  for (const record of records) builder.add(record);
  return builder.finish();
}

function compareDigests(a: Digest, b: Digest): number {
  const bySeverity = SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
  if (bySeverity !== 0) return bySeverity;
  const text = (one: Digest) => JSON.stringify([one.bucket, one.rule ?? '', one.outcome, one.codes]);
  return compareKeys(text(a), text(b));
}
