import { groupOf } from '../alerts/group.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { Amount } from './tally-amount.ts';
import { BoundedMap } from './tally-bounded.ts';
import { CauseTally, causeName } from './tally-cause.ts';
import { isTallyJson, type TallyJson } from './tally-json.ts';
import { holdersOf, KeyTally, mismatchesOf, mismatchName, statesOf } from './tally-keys.ts';
import { Ledger, sourceOf } from './tally-ledger.ts';
import { LIMITS } from './tally-limits.ts';
import { ReasonTally, reasonName } from './tally-reason.ts';
import { Span } from './tally-span.ts';
import { Timeline } from './tally-timeline.ts';
import { PrefixTree } from './tally-tree.ts';

/** What was read is not a tally that this release knows. */
export class NotATally extends Error {
  override readonly name = 'NotATally';
}

const amounts = (most: number): BoundedMap<Amount> => new BoundedMap(most, () => new Amount());

const ATTENTION: ReadonlySet<Outcome> = new Set(['violation', 'unknown', 'uncovered']);

/**
 * Any number of audit records in bounded memory. Counts are exact; lists and splits keep what comes first in byte
 * order. `a.merge(b)` is associative and commutative: however records are dealt out to tallies and however these are
 * merged, the same report comes of it.
 *
 * @example
 * const tally = new Tally();
 * for (const record of records) tally.add(record);
 * const text = JSON.stringify(tally); // elsewhere: Tally.from(JSON.parse(text))
 */
export class Tally {
  /** By source and outcome. */
  readonly total = new Ledger();
  /** Objects that the listing held, where the run told it. */
  listed = 0;
  /** Objects without a record: `uncovered: ignore`. */
  ignored = 0;
  /** Lines of records that could not be read. */
  unreadable = 0;
  /** Uncovered objects that the policy alerts on: their records have a severity. */
  alertingUncovered = 0;
  superseded = 0;
  /** Records that name a version. */
  versioned = 0;
  /** Compliant by what the envelope claims, which a HEAD cannot prove. */
  readonly claimed = new Amount();
  readonly audited = new Span();
  readonly asOf = { inventory: new Span(), 'metadata-table': new Span() } as const;
  /** Violations by last-modified. */
  readonly written = new Timeline(LIMITS.timelineColumns);
  readonly policies = amounts(LIMITS.policies);
  /** Violations by severity. */
  readonly severities = amounts(LIMITS.policies);
  readonly rules = new BoundedMap(LIMITS.rules, () => new Ledger());
  readonly causes = new BoundedMap(LIMITS.causes, () => new CauseTally());
  readonly pairs = amounts(LIMITS.pairs);
  readonly keys = new BoundedMap(LIMITS.keys, () => new KeyTally());
  readonly exemptions = amounts(LIMITS.exemptions);
  readonly reasons = new BoundedMap(LIMITS.reasons, () => new ReasonTally());
  readonly prefixes = new PrefixTree();
  /** The same of what needs attention alone, so that it is still there where the other had to leave prefixes out. */
  readonly wrong = new PrefixTree();
  /** Whether a part was shortened beyond the usual limits. */
  compacted = false;

  add(record: AuditRecord): void {
    const { object, outcome, size, rule } = record;
    const source = sourceOf(record);
    this.total.add(source, outcome, size);
    this.prefixes.add(object, source, outcome, size);
    if (ATTENTION.has(outcome)) this.wrong.add(object, source, outcome, size);
    if (rule !== undefined) this.rules.at(rule)?.add(source, outcome, size);
    if (outcome === 'exempt') this.exemptions.at(record.exemption ?? '')?.add(size);
    this.policies.at(record.policy)?.add(size);
    this.audited.add(record.auditedAt);
    if (source === 'inventory' || source === 'metadata-table') this.asOf[source].add(record.asOf);
    if (outcome === 'uncovered' && record.severity !== undefined) this.alertingUncovered += 1;
    if (record.superseded === true) this.superseded += 1;
    if (object.versionId !== undefined) this.versioned += 1;
    if (outcome === 'compliant' && record.observed?.cse?.basis === 'claimed') this.claimed.add(size);
    this.#addFindings(record);
    this.#addKeys(record);
  }

  /** Says that the listing held so many objects. */
  addListed(objects: number): void {
    this.listed += objects;
  }

  /** Says that so many objects were uncovered and by policy have no record. */
  addIgnored(objects: number): void {
    this.ignored += objects;
  }

  /** Says that so many lines could not be read as records. */
  addUnreadable(lines: number): void {
    this.unreadable += lines;
  }

  merge(other: Tally): void {
    this.listed += other.listed;
    this.ignored += other.ignored;
    this.unreadable += other.unreadable;
    this.alertingUncovered += other.alertingUncovered;
    this.superseded += other.superseded;
    this.versioned += other.versioned;
    this.compacted ||= other.compacted;
    this.asOf.inventory.merge(other.asOf.inventory);
    this.asOf['metadata-table'].merge(other.asOf['metadata-table']);
    this.total.merge(other.total);
    this.claimed.merge(other.claimed);
    this.audited.merge(other.audited);
    this.written.merge(other.written);
    this.policies.merge(other.policies);
    this.severities.merge(other.severities);
    this.rules.merge(other.rules);
    this.causes.merge(other.causes);
    this.pairs.merge(other.pairs);
    this.keys.merge(other.keys);
    this.exemptions.merge(other.exemptions);
    this.reasons.merge(other.reasons);
    this.prefixes.merge(other.prefixes);
    this.wrong.merge(other.wrong);
  }

  toJSON() {
    return { version: 1 as const, ...this };
  }

  /** Takes what `JSON.parse` gave of a tally. Throws `NotATally`. */
  static from(json: unknown): Tally {
    if (!isTallyJson(json)) throw new NotATally('expected a tally of version 1');
    const tally = new Tally();
    tally.#restore(json);
    return tally;
  }

  #addFindings(record: AuditRecord): void {
    const { outcome, size } = record;
    if (outcome === 'violation') {
      this.written.add(record.lastModified);
      if (record.severity !== undefined) this.severities.at(record.severity)?.add(size);
      for (const mismatch of mismatchesOf(record)) this.pairs.at(mismatchName(mismatch))?.add(size);
    }
    const cause = groupOf(record, 'alert');
    if (cause !== undefined) this.causes.at(causeName(cause))?.add(record);
    if (outcome !== 'unknown' && outcome !== 'violation') return;
    const byName = new Map((record.reasons ?? []).map((reason) => [reasonName(reason), reason]));
    for (const [name, reason] of byName) this.reasons.at(name)?.add(reason, record);
  }

  #addKeys(record: AuditRecord): void {
    for (const holder of holdersOf(record)) {
      const key = this.keys.at(JSON.stringify(holder));
      if (key === undefined) continue;
      key.all.add(record.size);
      if (record.outcome === 'violation') key.violating.add(record.size);
      for (const [of, state] of statesOf(record)) if (of === holder[2]) key.states.add(state);
    }
  }

  #restore(json: TallyJson): void {
    this.listed = json.listed;
    this.ignored = json.ignored;
    this.unreadable = json.unreadable;
    this.alertingUncovered = json.alertingUncovered;
    this.superseded = json.superseded;
    this.versioned = json.versioned;
    this.compacted = json.compacted;
    this.asOf.inventory.merge(json.asOf.inventory);
    this.asOf['metadata-table'].merge(json.asOf['metadata-table']);
    this.total.merge(Ledger.from(json.total));
    this.claimed.merge(Amount.from(json.claimed));
    this.audited.merge(json.audited);
    this.written.restore(json.written);
    this.policies.restore(json.policies, Amount.from);
    this.severities.restore(json.severities, Amount.from);
    this.rules.restore(json.rules, Ledger.from);
    this.causes.restore(json.causes, CauseTally.from);
    this.pairs.restore(json.pairs, Amount.from);
    this.keys.restore(json.keys, KeyTally.from);
    this.exemptions.restore(json.exemptions, Amount.from);
    this.reasons.restore(json.reasons, ReasonTally.from);
    this.prefixes.restore(json.prefixes);
    this.wrong.restore(json.wrong);
  }
}

/** One tally of several, which stay as they are. */
export function mergeTallies(tallies: Iterable<Tally>): Tally {
  const sum = new Tally();
  for (const tally of tallies) sum.merge(tally);
  return sum;
}
