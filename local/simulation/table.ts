import type { RunResult } from './run.ts';

type Figures = Omit<RunResult, 'seed'>;

/** Of the requests that each service had while it had faults, the share that it failed: shares of 1. */
export const failedShares = (figures: Figures) => ({
  s3: figures.s3Unavailable / figures.s3Asked,
  kms: figures.kmsThrottled / figures.kmsAsked,
  sns: (figures.snsFailed + figures.snsLost) / figures.snsAsked,
});

export const percent = (share: number): string => (100 * share).toFixed(1);

/** Its name, its width, and what stands in it. */
export type Column<Row> = readonly [string, number, (row: Row) => number | string];

const COLUMNS: readonly Column<Figures>[] = [
  ['events', 7, ({ events }) => events],
  ['twice', 6, ({ duplicates }) => duplicates],
  ['poison', 6, ({ poison }) => poison],
  ['calls', 6, ({ invocations }) => invocations],
  ['timeouts', 8, ({ timeouts }) => timeouts],
  ['crashes', 7, ({ crashes }) => crashes],
  ['expired', 7, ({ expired }) => expired],
  ['S3 503', 6, ({ s3Unavailable }) => s3Unavailable],
  ['S3 %', 4, (figures) => percent(failedShares(figures).s3)],
  ['KMS 400', 7, ({ kmsThrottled }) => kmsThrottled],
  ['KMS %', 5, (figures) => percent(failedShares(figures).kms)],
  ['SNS 500', 7, ({ snsFailed }) => snsFailed],
  ['SNS lost', 8, ({ snsLost }) => snsLost],
  ['SNS %', 5, (figures) => percent(failedShares(figures).sns)],
  ['violating', 9, ({ violating }) => violating],
  ['alerts', 7, ({ alerts }) => alerts],
  ['redriven', 8, ({ redriven }) => redriven],
  ['dead', 6, ({ deadLetters }) => deadLetters],
  ['trace', 8, ({ trace }) => trace],
];

const FIRST = 5;

/** Lines of a table whose first column is the name of a row. */
export function linesOf<Row>(columns: readonly Column<Row>[]) {
  const joined = (first: string, cells: readonly string[]): string =>
    [first.padStart(FIRST), ...cells.map((cell, index) => cell.padStart(columns[index]?.[1] ?? 0))]
      .join(' ')
      .trimEnd();
  const names = columns.map(([name]) => name);
  return {
    header: joined('seed', names),
    row: (name: string, row: Row): string =>
      joined(
        name,
        columns.map(([, , of]) => String(of(row))),
      ),
  };
}

const LINES = linesOf(COLUMNS);
export const headerText = LINES.header;
export const rowText = LINES.row;

/** The sum of every figure; a trace has none. */
export function totalOf(results: readonly RunResult[]): Figures {
  const sum = (of: (result: RunResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    events: sum(({ events }) => events),
    duplicates: sum(({ duplicates }) => duplicates),
    poison: sum(({ poison }) => poison),
    invocations: sum(({ invocations }) => invocations),
    timeouts: sum(({ timeouts }) => timeouts),
    crashes: sum(({ crashes }) => crashes),
    crashesBeforePublish: sum(({ crashesBeforePublish }) => crashesBeforePublish),
    expired: sum(({ expired }) => expired),
    lostDeletes: sum(({ lostDeletes }) => lostDeletes),
    s3Asked: sum(({ s3Asked }) => s3Asked),
    kmsAsked: sum(({ kmsAsked }) => kmsAsked),
    snsAsked: sum(({ snsAsked }) => snsAsked),
    s3Unavailable: sum(({ s3Unavailable }) => s3Unavailable),
    kmsThrottled: sum(({ kmsThrottled }) => kmsThrottled),
    snsFailed: sum(({ snsFailed }) => snsFailed),
    snsLost: sum(({ snsLost }) => snsLost),
    slow: sum(({ slow }) => slow),
    refusedPolicies: sum(({ refusedPolicies }) => refusedPolicies),
    brokenPolicies: sum(({ brokenPolicies }) => brokenPolicies),
    violating: sum(({ violating }) => violating),
    alerts: sum(({ alerts }) => alerts),
    redriven: sum(({ redriven }) => redriven),
    deadLetters: sum(({ deadLetters }) => deadLetters),
    virtualSeconds: sum(({ virtualSeconds }) => virtualSeconds),
    trace: '',
  };
}

/** What has no column of its own. */
export const besideText = (total: Figures): string =>
  [
    `While faults were on S3 had ${total.s3Asked} requests, KMS ${total.kmsAsked} and SNS ${total.snsAsked}; the columns with % are the shares that failed.`,
    `Of the crashes, ${total.crashesBeforePublish} came after a HEAD was answered and before the alert was accepted.`,
    `${total.slow} answers were slow, ${total.lostDeletes} deletes were lost, and ${total.refusedPolicies} times a policy was held because the new one could not be read.`,
  ].join('\n');
