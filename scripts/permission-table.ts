// Prints what each role of template.yaml may do, as a table; docs/permissions.md holds what it prints.
import { differences } from '../test/permissions/compare.ts';
import { CONTRACT, type Row } from '../test/permissions/contract.ts';
import { ALL_PARAMETERS, stackOf } from '../test/permissions/roles.ts';

const TITLES: Readonly<Record<Row['role'], string>> = {
  AuditRole: 'AuditRole: audit-queue, audit-event and s3-batch-operations',
  ReauditRole: 'ReauditRole: reaudit-batch and reaudit-summary (with ReportBucket)',
  ReauditStateMachineRole: 'ReauditStateMachineRole: the state machine (with ReportBucket)',
};
const HEAD = ['Statement', 'Action', 'On', 'Brought by', 'Without it'];

const cellsOf = ({ sid, actions, on, switchedBy }: Row): readonly (readonly string[])[] =>
  Object.entries(actions).map(([action, without]) => [
    sid,
    action,
    on,
    switchedBy?.parameter ?? '-',
    without,
  ]);

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

const { Policy, ...inS3 } = ALL_PARAMETERS;
const unlike = [inS3, { ...inS3, Policy }].flatMap((given) => differences(stackOf(given), given));
if (unlike.length > 0) {
  console.error(`template.yaml is not what the table says:\n${unlike.join('\n')}`);
  process.exitCode = 1;
} else {
  const parts = Object.entries(TITLES).map(([role, title]) => {
    const rows = CONTRACT.filter((row) => row.role === role).flatMap(cellsOf);
    return `${title}\n\n${table([HEAD, ...rows])}\n`;
  });
  console.log(parts.join('\n').trimEnd());
}
