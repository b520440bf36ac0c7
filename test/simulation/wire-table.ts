import { shareOf } from '../../local/faults.ts';
import { type Column, linesOf, percent } from '../../local/simulation/table.ts';
import type { WireResult } from './wire.ts';

/** Of the requests that each service had while it had faults, the share that it refused or left without an answer. */
export const failedShares = ({ faults }: Pick<WireResult, 'faults'>) => ({
  s3: shareOf(faults, 's3', ['throttle']),
  kms: shareOf(faults, 'kms', ['throttle']),
  sns: shareOf(faults, 'sns', ['fail', 'reset', 'lost']),
});

const of = (service: string, { faults }: WireResult, kind: 'asked' | 'throttle'): number =>
  [...faults.operations]
    .filter(([name]) => name.startsWith(`${service} `))
    .reduce((sum, [, counts]) => sum + counts[kind], 0);

const COLUMNS: readonly Column<WireResult>[] = [
  ['events', 6, ({ world }) => world.events],
  ['twice', 5, ({ world }) => world.duplicates],
  ['poison', 6, ({ world }) => world.poison.length],
  ['timeouts', 8, ({ day }) => day.timeouts],
  ['crashes', 7, ({ day }) => day.crashes],
  ['expired', 7, ({ day }) => day.expired],
  ['shared', 6, ({ day }) => day.shared],
  ['stalls', 6, ({ faults }) => faults.counts.stall],
  ['policies', 8, ({ day }) => day.refusedPolicies],
  ['S3', 5, (result) => of('s3', result, 'asked')],
  ['S3 %', 4, (result) => percent(failedShares(result).s3)],
  ['KMS', 4, (result) => of('kms', result, 'asked')],
  ['KMS %', 5, (result) => percent(failedShares(result).kms)],
  ['SNS', 4, (result) => of('sns', result, 'asked')],
  ['SNS %', 5, (result) => percent(failedShares(result).sns)],
  ['again', 5, ({ delivery }) => delivery.twice],
  ['late', 4, ({ delivery }) => delivery.late],
  ['swapped', 7, ({ delivery }) => delivery.outOfOrder],
  ['violating', 9, ({ world }) => [...world.subjects.values()].filter(({ must }) => must).length],
  ['alerts', 6, ({ alerts }) => alerts],
  ['dead', 4, ({ deadLetters }) => deadLetters],
];

const LINES = linesOf(COLUMNS);
export const headerText = LINES.header;
export const rowText = LINES.row;
