import { printable } from '../objects/printable.ts';
import { OUTCOMES } from './fold-record.ts';
import { AS_OF } from './report-bar.ts';
import { census } from './report-keys.ts';
import { pairsOf } from './report-matrix.ts';
import type { ReportMeta } from './report-meta.ts';
import type { Tally } from './tally.ts';
import type { Amount } from './tally-amount.ts';
import { toldCauses } from './tally-digests.ts';

const COLUMNS = [
  'kind',
  'name',
  'detail',
  'outcome',
  'severity',
  'objects',
  'bytes',
  'first',
  'last',
] as const;

type Row = { readonly [Column in (typeof COLUMNS)[number]]?: string | number };

/** What a spreadsheet would take for a formula; some take the signs in full width, too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const QUOTED = /[",]/;

/**
 * One cell by RFC 4180, on one line and printable: the table may be shown on a terminal. Text that a spreadsheet would
 * run gets an apostrophe before it.
 */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const shown = printable(value);
  const safe = FORMULA.test(value) || FORMULA.test(shown) ? `'${shown}` : shown;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * The report's figures as one table: `kind` says of what a row is (outcome, rule, cause, mismatch, key, exemption, unknown).
 * Rows of one kind add up; rows of several kinds tell of the same objects.
 */
export function summaryCsv(tally: Tally, meta: ReportMeta): string {
  const lines = [COLUMNS.join(','), ...rowsOf(tally, meta).map(line)];
  return lines.map((text) => `${text}\r\n`).join('');
}

const line = (row: Row): string => COLUMNS.map((column) => csvCell(row[column])).join(',');

const sized = ({ objects, bytes, unsized }: Amount): Pick<Row, 'objects' | 'bytes'> => ({
  objects,
  // Where no size was told, nothing is claimed; digits beyond 2^53 stay exact as text.
  ...(unsized === objects && objects > 0 ? {} : { bytes: String(bytes) }),
});

function rowsOf(tally: Tally, meta: ReportMeta): readonly Row[] {
  const { total } = tally;
  const context = { trigger: 'run', defaultSeverity: 'medium', uncovered: 'alert' } as const;
  return [
    ...OUTCOMES.map((outcome) => ({
      kind: 'outcome',
      name: outcome,
      outcome,
      ...sized(total.amount([outcome])),
    })),
    {
      kind: 'as of earlier',
      name: 'compliant',
      outcome: 'compliant',
      ...sized(total.amount(['compliant'], AS_OF)),
    },
    ...tally.rules.entries().flatMap(([rule, ledger]) =>
      OUTCOMES.filter((outcome) => ledger.count(outcome) > 0).map((outcome) => ({
        kind: 'rule',
        name: rule,
        outcome,
        ...sized(ledger.amount([outcome])),
      })),
    ),
    ...toldCauses(tally, { ...context, at: tally.audited.last ?? meta.generatedAt }).map(
      ({ digest, cause }) => ({
        kind: 'cause',
        name: `${digest.bucket}: ${digest.rule ?? '(no rule)'}`,
        detail: digest.codes.join(' '),
        outcome: digest.outcome,
        severity: digest.severity,
        ...sized(cause.amount),
        ...digest.written,
      }),
    ),
    ...pairsOf(tally).map(({ expected, found, objects }) => ({
      kind: 'mismatch',
      name: found,
      detail: `wanted ${expected.join(' or ')}`,
      outcome: 'violation',
      objects,
    })),
    ...census(tally).map(({ layer, type, key, tally: one }) => ({
      kind: 'key',
      name: key ?? type,
      detail: [layer, type, ...one.states.values].join(' '),
      ...sized(one.all),
    })),
    ...tally.exemptions
      .entries()
      .map(([glob, of]) => ({ kind: 'exemption', name: glob, outcome: 'exempt', ...sized(of) })),
    ...tally.reasons.entries().map(([name, { unknown, resources }]) => ({
      kind: 'unknown',
      name,
      detail: resources.values.join(' '),
      outcome: 'unknown',
      ...sized(unknown),
    })),
  ];
}
