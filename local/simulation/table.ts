import type { RunResult } from './run.ts';

type Figures = Omit<RunResult, 'seed'>;

const COLUMNS: readonly (readonly [string, number, (figures: Figures) => number | string])[] = [
  ['events', 7, ({ events }) => events],
  ['twice', 6, ({ duplicates }) => duplicates],
  ['poison', 6, ({ poison }) => poison],
  ['calls', 6, ({ invocations }) => invocations],
  ['timeouts', 8, ({ timeouts }) => timeouts],
  ['crashes', 7, ({ crashes }) => crashes],
  ['expired', 7, ({ expired }) => expired],
  ['S3 503', 6, ({ s3Unavailable }) => s3Unavailable],
  ['KMS 400', 7, ({ kmsThrottled }) => kmsThrottled],
  ['SNS 500', 7, ({ snsFailed }) => snsFailed],
  ['SNS lost', 8, ({ snsLost }) => snsLost],
  ['violating', 9, ({ violating }) => violating],
  ['alerts', 7, ({ alerts }) => alerts],
  ['redriven', 8, ({ redriven }) => redriven],
  ['dead', 6, ({ deadLetters }) => deadLetters],
  ['trace', 8, ({ trace }) => trace],
];

const FIRST = 5;

const joined = (first: string, cells: readonly string[]): string =>
  [first.padStart(FIRST), ...cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[1] ?? 0))]
    .join(' ')
    .trimEnd();

export const headerText = (): string =>
  joined(
    'seed',
    COLUMNS.map(([name]) => name),
  );

export const rowText = (name: string, figures: Figures): string =>
  joined(
    name,
    COLUMNS.map(([, , of]) => String(of(figures))),
  );

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
    s3Unavailable: sum(({ s3Unavailable }) => s3Unavailable),
    kmsThrottled: sum(({ kmsThrottled }) => kmsThrottled),
    snsFailed: sum(({ snsFailed }) => snsFailed),
    snsLost: sum(({ snsLost }) => snsLost),
    slow: sum(({ slow }) => slow),
    refusedPolicies: sum(({ refusedPolicies }) => refusedPolicies),
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
    `Of the crashes, ${total.crashesBeforePublish} came after a HEAD was answered and before the alert was accepted.`,
    `${total.slow} answers were slow, ${total.lostDeletes} deletes were lost, and ${total.refusedPolicies} times a policy was held because the new one could not be read.`,
  ].join('\n');

export interface RunPlace {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly seconds: number;
  readonly on: string;
}

export const machineText = ({ node, platform, cpu, cores, seconds, on }: RunPlace): string =>
  `${on}, ${seconds} s; Node ${node} on ${platform}, ${cores} cores of ${cpu}`;
