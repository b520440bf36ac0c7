import type { Sample } from '../alerts/digest.ts';
import type { Cause } from '../alerts/group.ts';
import { cutStrings, cutText, jsonForm } from '../alerts/json-form.ts';
import { compareKeys } from '../objects/byte-order.ts';
import { SEVERITIES, type Severity } from '../policy/types.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Diagnosis } from '../verdict/verdict.ts';
import { isSeverity } from './fold-findings.ts';
import { isAuditRecord } from './fold-record.ts';
import { Amount, type AmountJson, isAmountJson } from './tally-amount.ts';
import { type BoundedJson, BoundedMap, isBoundedJson, MOST_NAME_BYTES } from './tally-bounded.ts';
import { FirstItems, type FirstJson, isFirstJson } from './tally-first.ts';
import { type Guard, isText, shape } from './tally-guard.ts';
import { LIMITS } from './tally-limits.ts';
import { isTimelineJson, Timeline, type TimelineJson } from './tally-timeline.ts';

type Amounts = BoundedJson<AmountJson>;

export interface CauseJson {
  readonly amount: AmountJson;
  readonly severity?: Severity;
  readonly firstKey?: string;
  readonly lastKey?: string;
  readonly written: TimelineJson;
  readonly captures: Amounts;
  readonly diagnosis: Amounts;
  readonly keys: Amounts;
  readonly principals: Amounts;
  readonly owners: Amounts;
  readonly samples: FirstJson<Sample>;
}

const isAmounts = isBoundedJson(isAmountJson);
/** A sample is a record without the writer's source address. */
const isSample: Guard<Sample> = (value): value is Sample => isAuditRecord(value);

export const isCauseJson: Guard<CauseJson> = shape<CauseJson>(
  {
    amount: isAmountJson,
    written: isTimelineJson,
    captures: isAmounts,
    diagnosis: isAmounts,
    keys: isAmounts,
    principals: isAmounts,
    owners: isAmounts,
    samples: isFirstJson(isSample),
  },
  { severity: isSeverity, firstKey: isText, lastKey: isText },
);

const amounts = (): BoundedMap<Amount> => new BoundedMap(LIMITS.causeValues, () => new Amount());

/** The objects of one cause: the same bucket, rule, outcome and codes, as digests group them. */
export class CauseTally {
  readonly amount = new Amount();
  severity: Severity | undefined;
  firstKey: string | undefined;
  lastKey: string | undefined;
  readonly written = new Timeline(LIMITS.causeColumns);
  /** Objects by what the rule captured, as JSON; the other maps likewise. */
  readonly captures = amounts();
  readonly diagnosis = amounts();
  /** Objects by key found, server-side and as envelopes claim. */
  readonly keys = amounts();
  readonly principals = amounts();
  readonly owners = amounts();
  readonly samples = new FirstItems<Sample>(LIMITS.causeSamples, (sample) => [
    sample.object.key,
    jsonForm(sample),
  ]);

  add(record: AuditRecord): void {
    const { object, size, severity, captures, observed } = record;
    this.amount.add(size);
    this.#raise(severity);
    const key = cutText(object.key, MOST_NAME_BYTES * 4);
    this.#reach(key, key);
    this.written.add(record.lastModified);
    const count = (map: BoundedMap<Amount>, name: string | undefined): void => {
      if (name !== undefined) map.at(name)?.add(size);
    };
    count(this.captures, captures === undefined ? undefined : jsonForm(captures));
    for (const diagnosis of distinct(record.diagnosis ?? [])) count(this.diagnosis, diagnosis);
    for (const key of new Set([observed?.sse.key, observed?.cse?.claimedKey])) count(this.keys, key);
    count(this.principals, record.writer?.principal);
    count(this.owners, record.owner);
    if (!this.samples.hasRoomFor(cutText(object.key))) return;
    const sample = sampleOf(record);
    if (sample !== undefined) this.samples.add(sample);
  }

  merge(other: CauseTally): void {
    this.amount.merge(other.amount);
    this.#raise(other.severity);
    if (other.firstKey !== undefined && other.lastKey !== undefined)
      this.#reach(other.firstKey, other.lastKey);
    this.written.merge(other.written);
    this.captures.merge(other.captures);
    this.diagnosis.merge(other.diagnosis);
    this.keys.merge(other.keys);
    this.principals.merge(other.principals);
    this.owners.merge(other.owners);
    this.samples.merge(other.samples);
  }

  /** Keeps fewer examples; counts stay. */
  shorten(samples: number, values: number): void {
    this.samples.trim(samples);
    for (const map of [this.captures, this.diagnosis, this.keys, this.principals, this.owners])
      map.trim(values);
    if (values === 0) this.written.coarsenTo(1);
  }

  toJSON() {
    const {
      amount,
      severity,
      firstKey,
      lastKey,
      written,
      captures,
      diagnosis,
      keys,
      principals,
      owners,
      samples,
    } = this;
    const rest = { written, captures, diagnosis, keys, principals, owners, samples };
    return { amount, severity, firstKey, lastKey, ...rest };
  }

  static from(json: CauseJson): CauseTally {
    const cause = new CauseTally();
    cause.amount.merge(Amount.from(json.amount));
    cause.#raise(json.severity);
    if (json.firstKey !== undefined && json.lastKey !== undefined) cause.#reach(json.firstKey, json.lastKey);
    cause.written.restore(json.written);
    for (const name of ['captures', 'diagnosis', 'keys', 'principals', 'owners'] as const) {
      cause[name].restore(json[name], Amount.from);
    }
    cause.samples.restore(json.samples);
    return cause;
  }

  #raise(severity: Severity | undefined): void {
    if (severity === undefined) return;
    if (this.severity === undefined || SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(this.severity)) {
      this.severity = severity;
    }
  }

  #reach(first: string, last: string): void {
    if (this.firstKey === undefined || compareKeys(first, this.firstKey) < 0) this.firstKey = first;
    if (this.lastKey === undefined || compareKeys(last, this.lastKey) > 0) this.lastKey = last;
  }
}

/** The name under which a cause is kept: also the order in which causes give way. */
export const causeName = ({ bucket, rule, outcome, codes }: Cause): string =>
  jsonForm([bucket, rule ?? null, outcome, ...codes]);

const distinct = (diagnoses: readonly Diagnosis[]): ReadonlySet<string> => new Set(diagnoses.map(jsonForm));

/** The source address stays in the record, and long strings are cut. */
function sampleOf(record: AuditRecord): Sample | undefined {
  if (record.writer === undefined) return asSample(cutStrings(record));
  const { sourceIp: _, ...writer } = record.writer;
  return asSample(cutStrings({ ...record, writer }));
}

const asSample = (value: unknown): Sample | undefined => (isSample(value) ? value : undefined);
