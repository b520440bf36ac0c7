import { counted, number } from './report-format.ts';
import type { Tally } from './tally.ts';

/** What a report says of a run and the tally does not hold. All of it is text that is shown as it is. */
export interface ReportMeta {
  /** When the report was made, ISO 8601, UTC. */
  readonly generatedAt: string;
  /** The auditor's version. */
  readonly version: string;
  /** What was audited, for example `s3://acme-lake/tenants/`. */
  readonly scope?: string;
  /** What the re-audit commands name after `--policy`; default `policy.yaml`. */
  readonly policySource?: string;
  /** Where the records are. */
  readonly records?: string;
  /** Why the run did not finish, a sentence each. */
  readonly incomplete?: readonly string[];
  /** The command that takes an unfinished run up again. */
  readonly resume?: string;
}

/** Objects for which there is a record, or by policy none is needed. */
export const accounted = (tally: Tally): number => tally.total.amount().objects + tally.ignored;

/** Every reason why the report does not cover what it should; none where it does. */
export function gaps(tally: Tally, meta: ReportMeta): readonly string[] {
  const missing = tally.listed - accounted(tally);
  return [
    ...(meta.incomplete ?? []),
    ...(tally.unreadable === 0
      ? []
      : [
          `${counted(tally.unreadable, 'line')} of the records could not be read and ${tally.unreadable === 1 ? 'is' : 'are'} not in any figure below.`,
        ]),
    ...(tally.listed === 0 || missing <= 0
      ? []
      : [
          `${number(missing)} of the ${counted(tally.listed, 'object')} listed ${missing === 1 ? 'has' : 'have'} no verdict.`,
        ]),
  ];
}
