import { DigestBuilder, type DigestContext } from '../alerts/digest.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { readRecordLine } from './fold-record.ts';
import { addVerdict, type Progress } from './progress.ts';
import { StateUnusable } from './run-errors.ts';
import { Tally } from './tally.ts';

export interface TotalsOptions {
  /** Given where digests are wanted. */
  readonly digests?: DigestContext;
  /** Whether a report is wanted. */
  readonly report: boolean;
}

/** What a run's records come to, in bounded memory: counts, and the report and the digests where they are wanted. */
export class RunTotals {
  readonly counts: Record<Outcome, number> = {
    compliant: 0,
    violation: 0,
    uncovered: 0,
    exempt: 0,
    unknown: 0,
    gone: 0,
  };
  readonly tally: Tally | undefined;
  readonly digests: DigestBuilder | undefined;

  constructor({ digests, report }: TotalsOptions) {
    this.tally = report ? new Tally() : undefined;
    this.digests = digests === undefined ? undefined : new DigestBuilder(digests);
  }

  add(record: AuditRecord): void {
    this.counts[record.outcome] += 1;
    this.tally?.add(record);
    this.digests?.add(record);
  }

  /** Takes what an earlier sitting has kept: its records, from their file. Throws `StateUnusable`. */
  async replay(lines: AsyncIterable<string>, progress: Progress): Promise<void> {
    let number = 0;
    for await (const line of lines) {
      number += 1;
      const read = readRecordLine(line);
      if (read.kind === 'malformed') {
        throw new StateUnusable(
          `line ${number} of the records is damaged: ${read.why}. Begin anew with another state file`,
        );
      }
      this.add(read.record);
      addVerdict(progress, read.record.outcome);
    }
  }

  /** Adds what has no record: how many were listed, and how many are uncovered under `uncovered: ignore`. */
  finish({ listed, ignored }: { readonly listed: number; readonly ignored: number }): void {
    this.counts.uncovered += ignored;
    this.tally?.addListed(listed);
    this.tally?.addIgnored(ignored);
  }
}
