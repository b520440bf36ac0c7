import { jsonText } from '../objects/json-text.ts';
import { isCaptures } from './fold-findings.ts';
import { OUTCOMES } from './fold-record.ts';
import { AS_OF, NOW } from './report-bar.ts';
import { census } from './report-keys.ts';
import { pairsOf } from './report-matrix.ts';
import type { ReportMeta } from './report-meta.ts';
import { gaps } from './report-meta.ts';
import type { Tally } from './tally.ts';
import type { Amount } from './tally-amount.ts';
import { counts, toldCauses } from './tally-digests.ts';
import { JUDGED, type Ledger, SOURCES } from './tally-ledger.ts';

/** Bytes stand as text of digits: billions of objects pass what a JSON number holds exactly. */
interface AmountSummary {
  readonly objects: number;
  readonly bytes: string;
  readonly withoutSize?: number;
}

const amount = ({ objects, bytes, unsized }: Amount): AmountSummary => ({
  objects,
  bytes: String(bytes),
  ...(unsized === 0 ? {} : { withoutSize: unsized }),
});

const byOutcome = (ledger: Ledger): Readonly<Record<string, number>> =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, ledger.count(outcome)]));

/** The report's figures as one JSON document, version 1: what the page shows, without the map and the samples. */
export function summaryJson(tally: Tally, meta: ReportMeta): string {
  const context = { trigger: 'run', defaultSeverity: 'medium', uncovered: 'alert' } as const;
  const causes = toldCauses(tally, { ...context, at: tally.audited.last ?? meta.generatedAt });
  const incomplete = gaps(tally, meta);
  const summary = {
    version: 1,
    generatedAt: meta.generatedAt,
    auditor: meta.version,
    ...(meta.scope === undefined ? {} : { scope: meta.scope }),
    ...(incomplete.length === 0 ? {} : { incomplete }),
    audited: tally.audited,
    policies: tally.policies.entries().map(([hash]) => hash),
    outcomes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, amount(tally.total.amount([outcome]))])),
    compliance: compliance(tally),
    coverage: coverage(tally),
    rules: Object.fromEntries(tally.rules.entries().map(([rule, ledger]) => [rule, byOutcome(ledger)])),
    causes: causes.map(({ digest, cause }) => ({
      outcome: digest.outcome,
      severity: digest.severity,
      bucket: digest.bucket,
      rule: digest.rule,
      codes: digest.codes,
      ...amount(cause.amount),
      firstKey: digest.firstKey,
      lastKey: digest.lastKey,
      written: digest.written,
      captures: counts(cause.captures, isCaptures).map(([captures, of]) => ({ captures, ...amount(of) })),
      diagnosis: digest.diagnosis.items,
    })),
    mismatches: pairsOf(tally),
    keys: census(tally).map(({ layer, type, key, tally: one }) => ({
      layer,
      type,
      key,
      ...amount(one.all),
      inViolation: one.violating.objects,
      ...(one.states.values.length === 0 ? {} : { states: one.states.values }),
    })),
    exemptions: Object.fromEntries(tally.exemptions.entries().map(([glob, of]) => [glob, amount(of)])),
    unknown: tally.reasons.entries().map(([name, reason]) => ({
      reason: name,
      ...amount(reason.unknown),
      resources: reason.resources.values,
    })),
  };
  return `${jsonText(summary, 2)}\n`;
}

/** Now and as of an earlier time, apart; exempt and gone objects are in neither. */
function compliance({ total }: Tally) {
  const share = (sources: typeof NOW) => ({
    compliant: total.amount(['compliant'], sources).objects,
    of: total.amount(JUDGED, sources).objects,
  });
  return { now: share(NOW), asOfEarlier: share(AS_OF) };
}

function coverage(tally: Tally) {
  const { total, listed, ignored, unreadable, superseded, versioned, asOf } = tally;
  return {
    ...(listed === 0 ? {} : { listed }),
    verdicts: total.count(),
    gone: total.count('gone'),
    bySource: Object.fromEntries(SOURCES.map((source) => [source, total.amount(OUTCOMES, [source]).objects])),
    asOf,
    ignored,
    unreadableLines: unreadable,
    superseded,
    namedByVersion: versioned,
  };
}
