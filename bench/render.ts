import type { Cell, Column, Section, Table } from './results.ts';

const DIGITS = 1;

/** A number with its digits; a median with its quartiles. */
export function cellText(cell: Cell, digits = DIGITS): string {
  if (typeof cell === 'string') return cell;
  // What is no number becomes null on its way through JSON.
  const text = (value: number | null): string =>
    value === null
      ? 'n/a'
      : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return typeof cell === 'number'
    ? text(cell)
    : `${text(cell.median)} (${text(cell.q1)} to ${text(cell.q3)})`;
}

/** A table as Markdown whose columns stand one below the other, so that it can be read as text too. */
export function tableText({ title, columns, rows }: Table): string {
  const cells = rows.map((row) => row.map((cell, at) => cellText(cell, columns[at]?.digits)));
  const names = columns.map(({ name }) => name);
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [title, '', line(names), rule, ...cells.map(line)].join('\n');
}

const BUDGET_COLUMNS: readonly Column[] = [
  { name: 'budget' },
  { name: 'wanted' },
  { name: 'measured', digits: 2 },
  { name: '' },
];

/** The machine, the tree and the day. */
function measuredOn({ machine, commit, at }: Section): string {
  const { cpu, cores, memory, platform, release, node } = machine;
  return [
    ...[cpu, `${cores} cores`],
    ...(memory === undefined ? [] : [`${Math.round(memory / 2 ** 30)} GiB`]),
    release === undefined ? platform : `${platform} ${release}`,
    `Node ${node}`,
    ...(commit === undefined ? [] : [`commit ${commit}`]),
    at.slice(0, 10),
  ].join(', ');
}

/** All that a part found out, as Markdown. */
export function sectionText(section: Section): string {
  const { settings, tables, budgets, notes } = section;
  const smoke = section.quick ? ' A SMOKE RUN: these figures are rough.' : '';
  const about = `${settings} ${measuredOn(section)}. Medians (quartiles).${smoke}`;
  const checked: readonly Table[] =
    budgets.length === 0
      ? []
      : [
          {
            title: 'Budgets',
            columns: BUDGET_COLUMNS,
            rows: budgets.map(({ name, wanted, measured, met }) => [
              name,
              wanted,
              measured,
              met ? 'met' : 'NOT MET',
            ]),
          },
        ];
  return [about, ...[...tables, ...checked].map(tableText), ...notes.map((note) => `- ${note}`)].join('\n\n');
}
