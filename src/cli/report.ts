import { printable } from '../objects/printable.ts';
import { LineFold, MOST_LINES_NAMED } from '../reaudit/fold.ts';
import { type ReportMeta, renderReport } from '../reaudit/report.ts';
import { summaryCsv } from '../reaudit/summary-csv.ts';
import { summaryJson } from '../reaudit/summary-json.ts';
import { Tally } from '../reaudit/tally.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { BadInput, type CliIo, checkFiles, placeName, readLines, tell } from './io.ts';
import { policyWord } from './load-policy.ts';
import { openSink } from './sink.ts';
import { VERSION } from './version.ts';

export const REPORT_FORMATS = ['html', 'csv', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** `report RECORDS.ndjson -o FILE.html [--format html|csv|json] [--scope TEXT] [--policy P]`. */
export interface ReportInvocation {
  readonly command: 'report';
  /** A file of records, or `-` for standard input. */
  readonly records: string;
  /** Absent: standard output. */
  readonly output?: string;
  readonly format: ReportFormat;
  /** What was audited, as the page says it. */
  readonly scope?: string;
  /** What the commands on the page name after `--policy`; it is not read. */
  readonly policy?: string;
}

/**
 * Folds records into one report, a line at a time in bounded memory. The exit status is that of the audit that the
 * records are of; lines that could not be read make it 3, and where nothing could be read nothing is written.
 */
export async function report(invocation: ReportInvocation, io: CliIo): Promise<ExitStatus> {
  const { records, output } = invocation;
  checkFiles({ RECORDS: records }, { '--output': output });
  checkFormat(invocation);
  const tally = new Tally();
  const fold = new LineFold(tally);
  for await (const line of readLines(records, io)) fold.add(line);
  for (const { line, why } of fold.bad) tell(io, printable(`${placeName(records)}:${line}: ${why}`));
  if (tally.unreadable > MOST_LINES_NAMED) {
    const more = tally.unreadable - MOST_LINES_NAMED;
    tell(io, `... and ${more} more line${more === 1 ? '' : 's'} that could not be read`);
  }
  const status = statusOf(tally, fold.read);
  if (status === EXIT.badUsage) {
    tell(io, printable(`${placeName(records)} holds no audit record: no report was made`));
    return status;
  }
  if (fold.read === 0)
    tell(io, printable(`${placeName(records)} holds no record: the report tells of nothing`));
  // Opened only now: where nothing could be read, a report that is there is not destroyed.
  const sink = await openSink(output, io);
  await sink.write(render(invocation, tally, new Date(io.now()).toISOString()).replace(/\n$/, ''));
  await sink.close();
  return status;
}

/** The figures alone have no commands, and a table has no place for what was audited. Throws `BadInput`. */
function checkFormat({ format, policy, scope }: ReportInvocation): void {
  if (policy !== undefined && format !== 'html') {
    throw new BadInput(
      `--policy is for the commands on the page, and --format ${format} has none: leave it out`,
    );
  }
  if (scope !== undefined && format === 'csv') {
    throw new BadInput(
      '--scope is for the page and for JSON, and --format csv has no place for it: leave it out',
    );
  }
}

function statusOf({ total, unreadable, alertingUncovered }: Tally, read: number): ExitStatus {
  const counts = {
    compliant: total.count('compliant'),
    violation: total.count('violation'),
    uncovered: total.count('uncovered'),
    exempt: total.count('exempt'),
    unknown: total.count('unknown'),
    gone: total.count('gone'),
  };
  return exitStatus({ counts, uncovered: alertingUncovered > 0 ? 'alert' : 'report', unreadable, read });
}

function render(
  { records, format, scope, policy }: ReportInvocation,
  tally: Tally,
  generatedAt: string,
): string {
  const meta: ReportMeta = {
    generatedAt,
    version: VERSION,
    ...(records === '-' ? {} : { records }),
    ...(scope === undefined ? {} : { scope }),
    ...(policy === undefined ? {} : { policySource: policyWord(policy) }),
  };
  switch (format) {
    case 'html':
      return renderReport(tally, meta);
    case 'json':
      return summaryJson(tally, meta);
    case 'csv':
      return summaryCsv(tally, meta);
  }
}
