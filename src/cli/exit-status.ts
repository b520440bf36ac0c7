import type { UncoveredAction } from '../policy/types.ts';
import type { Outcome } from '../verdict/verdict.ts';

/** Contract section 5: 0 nothing to report, 1 violations, 2 bad usage or policy, 3 not everything could be audited. */
export const EXIT = { nothing: 0, violations: 1, badUsage: 2, incomplete: 3 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export interface RunSummary {
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly uncovered: UncoveredAction;
  /** Inputs that could not be read, or objects that were not finished. */
  readonly unreadable: number;
  /** Inputs that could be read. */
  readonly read: number;
}

/** The one place that decides the exit status of a run. 3 wins over 1. */
export function exitStatus({ counts, uncovered, unreadable, read }: RunSummary): ExitStatus {
  if (read === 0 && unreadable > 0) return EXIT.badUsage;
  if (unreadable > 0 || counts.unknown > 0) return EXIT.incomplete;
  if (counts.violation > 0 || (counts.uncovered > 0 && uncovered === 'alert')) return EXIT.violations;
  return EXIT.nothing;
}
