import { styleText } from 'node:util';
import { printable } from '../objects/printable.ts';
import { describeReason, describeViolation } from '../verdict/describe.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';

/** How many rows a table shows; what comes after is counted. */
const MOST_ROWS = 200;

/** What a table shows first: what needs a person comes before what does not. */
const ORDER: readonly Outcome[] = ['violation', 'unknown', 'uncovered', 'gone', 'exempt', 'compliant'];

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<Outcome, Style>> = {
  violation: 'red',
  unknown: 'yellow',
  uncovered: 'magenta',
  gone: 'dim',
  exempt: 'dim',
  compliant: 'green',
};

/** The rows of a table, at most so many of each outcome; the rest is counted. */
export class TableRows {
  readonly #rows = new Map<Outcome, AuditRecord[]>();
  omitted = 0;

  add(record: AuditRecord): void {
    const rows = this.#rows.get(record.outcome) ?? [];
    this.#rows.set(record.outcome, rows);
    if (rows.length < MOST_ROWS) rows.push(record);
    else this.omitted += 1;
  }

  sorted(): readonly AuditRecord[] {
    return ORDER.flatMap((outcome) => this.#rows.get(outcome) ?? []);
  }
}

export interface TableOptions {
  readonly columns: number;
  readonly color: boolean;
}

/** A table for people: outcome, rule, object, and below it what is wrong in words. Keys are escaped for the terminal. */
export function renderTable(rows: TableRows, { color }: TableOptions): string {
  const records = rows.sorted();
  const width = Math.max(4, ...records.map(({ rule = '-' }) => rule.length));
  const paint = (style: Style, text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const lines = records.flatMap((record) => {
    const { bucket, key, versionId } = record.object;
    const version = versionId === undefined ? '' : ` (version ${printable(versionId)})`;
    const rule = (record.rule ?? '-').padEnd(width);
    const outcome = paint(STYLES[record.outcome], record.outcome.padEnd(9));
    const wrong = [
      ...(record.violations ?? []).map(describeViolation),
      ...(record.reasons ?? []).map(describeReason),
    ];
    return [
      `${outcome}  ${rule}  s3://${printable(bucket)}/${printable(key)}${version}`,
      ...wrong.map((sentence) => `           ${paint('dim', sentence)}`),
    ];
  });
  const more = rows.omitted > 0 ? [`... and ${rows.omitted} more`] : [];
  const head =
    records.length > 0 ? [paint('bold', `${'outcome'.padEnd(9)}  ${'rule'.padEnd(width)}  object`)] : [];
  return [...head, ...lines, ...more].map((line) => `${line}\n`).join('');
}
