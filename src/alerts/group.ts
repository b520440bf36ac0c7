import { assertNever } from '../objects/assert-never.ts';
import { compareKeys } from '../objects/byte-order.ts';
import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import { type Captures, SEVERITIES, type Severity, type UncoveredAction } from '../policy/types.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Diagnosis } from '../verdict/verdict.ts';
import type { Digest, DigestContext, Sample } from './digest.ts';
import { cutStrings, cutText, jsonForm } from './json-form.ts';
import { FirstOnes } from './listed.ts';
import { nextSteps } from './next-steps.ts';

export type AlertingOutcome = 'violation' | 'unknown' | 'uncovered';

/** What the records of one digest have in common. */
export interface Cause {
  readonly bucket: string;
  readonly rule?: string;
  readonly outcome: AlertingOutcome;
  /** Sorted, each once. */
  readonly codes: NonEmpty<string>;
}

/** The cause that a record belongs to; `undefined` where its outcome does not alert. */
export function groupOf(record: AuditRecord, uncovered: UncoveredAction): Cause | undefined {
  switch (record.outcome) {
    case 'violation':
      return cause(record, record.outcome, record.violations ?? []);
    case 'unknown':
      return cause(record, record.outcome, record.reasons ?? []);
    case 'uncovered':
      return uncovered === 'alert' ? cause(record, record.outcome, []) : undefined;
    case 'compliant':
    case 'exempt':
    case 'gone':
      return undefined;
    default:
      return assertNever(record.outcome);
  }
}

function cause(
  record: AuditRecord,
  outcome: AlertingOutcome,
  findings: readonly { readonly code: string }[],
): Cause {
  const codes = [...new Set(findings.map((finding) => finding.code))].sort();
  return {
    bucket: record.object.bucket,
    ...(record.rule === undefined ? {} : { rule: record.rule }),
    outcome,
    // A record without its codes still alerts.
    codes: isNonEmpty(codes) ? codes : [outcome.toUpperCase()],
  };
}

/** What a sample is chosen and commands are made by: never cut. */
export interface Kept {
  readonly object: AuditRecord['object'];
  readonly sample: Sample;
}

/** Gathers the records of one cause in bounded memory. */
export class Group {
  readonly #cause: Cause;
  #severity: Severity;
  #count = 0;
  #firstKey: string;
  #lastKey: string;
  #firstWritten: string | undefined;
  #lastWritten: string | undefined;
  readonly #captures = new FirstOnes<Captures>({ distinct: true });
  readonly #keys = new FirstOnes<string>({ distinct: true });
  readonly #principals = new FirstOnes<string>({ distinct: true });
  readonly #owners = new FirstOnes<string>({ distinct: true });
  readonly #diagnosis = new FirstOnes<Diagnosis>({ distinct: true });
  readonly #samples = new FirstOnes<Kept>({ distinct: false });

  constructor(cause: Cause, first: AuditRecord, defaultSeverity: Severity) {
    this.#cause = cause;
    this.#severity = first.severity ?? defaultSeverity;
    this.#firstKey = first.object.key;
    this.#lastKey = first.object.key;
    this.add(first);
  }

  add(record: AuditRecord): void {
    this.#count += 1;
    const { key } = record.object;
    if (compareKeys(key, this.#firstKey) < 0) this.#firstKey = key;
    if (compareKeys(key, this.#lastKey) > 0) this.#lastKey = key;
    // A policy that changed within a batch may leave two severities in one group: the higher one counts.
    this.#severity = higher(this.#severity, record.severity ?? this.#severity);
    this.#addWritten(record.lastModified);
    addJson(this.#captures, record.captures);
    for (const diagnosis of record.diagnosis ?? []) addJson(this.#diagnosis, diagnosis);
    addText(this.#keys, record.observed?.sse.key);
    addText(this.#keys, record.observed?.cse?.claimedKey);
    addText(this.#principals, record.writer?.principal);
    addText(this.#owners, record.owner);
    if (this.#samples.hasRoomFor(key)) {
      const sample = sampleOf(record);
      this.#samples.add([key, jsonForm(sample)], { object: record.object, sample });
    }
  }

  digest(context: DigestContext): Digest {
    const { outcome, bucket, rule, codes } = this.#cause;
    const samples = this.#samples.listed();
    const lists = {
      captures: this.#captures.listed(),
      keys: this.#keys.listed(),
      principals: this.#principals.listed(),
      owners: this.#owners.listed(),
      diagnosis: this.#diagnosis.listed(),
    };
    const [firstKey, lastKey] = [this.#firstKey, this.#lastKey];
    const diagnosis = lists.diagnosis.items;
    const policySource = context.policySource ?? 'policy.yaml';
    const kept = samples.items;
    const { captures } = lists;
    const count = this.#count;
    return {
      version: 1,
      outcome,
      severity: this.#severity,
      trigger: context.trigger,
      at: context.at,
      bucket: cutText(bucket),
      ...(rule === undefined ? {} : { rule: cutText(rule) }),
      codes,
      count,
      firstKey: cutText(firstKey),
      lastKey: cutText(lastKey),
      ...this.#written(),
      ...lists,
      next: nextSteps({
        outcome,
        bucket,
        firstKey,
        lastKey,
        kept,
        diagnosis,
        captures,
        count,
        policySource,
      }),
      samples: { ...samples, items: kept.map((one) => one.sample) },
    };
  }

  #addWritten(at: string | undefined): void {
    if (at === undefined) return;
    if (this.#firstWritten === undefined || at < this.#firstWritten) this.#firstWritten = at;
    if (this.#lastWritten === undefined || at > this.#lastWritten) this.#lastWritten = at;
  }

  #written(): Pick<Digest, 'written'> {
    if (this.#firstWritten === undefined || this.#lastWritten === undefined) return {};
    return { written: { first: cutText(this.#firstWritten), last: cutText(this.#lastWritten) } };
  }
}

const higher = (a: Severity, b: Severity): Severity =>
  SEVERITIES.indexOf(b) > SEVERITIES.indexOf(a) ? b : a;

function addText(list: FirstOnes<string>, text: string | undefined): void {
  if (text === undefined) return;
  const cut = cutText(text);
  list.add([cut], cut);
}

function addJson<T extends object>(list: FirstOnes<T>, value: T | undefined): void {
  if (value === undefined) return;
  const cut = cutStrings(value) as T;
  list.add([jsonForm(cut)], cut);
}

/** The source address stays in the record and never goes into an alert. */
function sampleOf(record: AuditRecord): Sample {
  if (record.writer === undefined) return cutStrings(record) as Sample;
  const { sourceIp: _, ...writer } = record.writer;
  return cutStrings({ ...record, writer }) as Sample;
}
