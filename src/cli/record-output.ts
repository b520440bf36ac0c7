import type { UncoveredAction } from '../policy/types.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { type CliIo, tell } from './io.ts';
import { renderTable, TableRows } from './render-table.ts';
import { type LineSink, writeOut } from './sink.ts';

export interface RecordOutputOptions {
  readonly sink: LineSink;
  readonly toStandardOutput: boolean;
  /** `ignore`: an uncovered object is counted, and has no record. */
  readonly uncovered: UncoveredAction;
}

/** Writes records as NDJSON, or as a table where standard output is a terminal, and counts them by outcome. */
export class RecordOutput {
  readonly #sink: LineSink;
  readonly #rows: TableRows | undefined;
  readonly #uncovered: UncoveredAction;
  readonly #io: CliIo;
  readonly counts: Record<Outcome, number> = {
    compliant: 0,
    violation: 0,
    uncovered: 0,
    exempt: 0,
    unknown: 0,
    gone: 0,
  };

  constructor({ sink, toStandardOutput, uncovered }: RecordOutputOptions, io: CliIo) {
    this.#sink = sink;
    this.#uncovered = uncovered;
    this.#io = io;
    this.#rows = toStandardOutput && io.terminal ? new TableRows() : undefined;
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  async write(record: AuditRecord): Promise<void> {
    this.counts[record.outcome] += 1;
    if (record.outcome === 'uncovered' && this.#uncovered === 'ignore') return;
    if (this.#rows === undefined) await this.#sink.write(JSON.stringify(record));
    else this.#rows.add(record);
  }

  async close(): Promise<void> {
    await this.#sink.close();
    if (this.#rows !== undefined) {
      const { columns, color } = this.#io;
      await writeOut(renderTable(this.#rows, { columns, color }), this.#io);
    }
    if (this.#io.terminal) tell(this.#io, summaryLine(this.counts));
  }
}

/** For example `3 objects: 2 compliant, 1 violation`. */
export function summaryLine(counts: Readonly<Record<Outcome, number>>): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const list = parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `${total} object${total === 1 ? '' : 's'}${list === '' ? '' : `: ${list}`}`;
}
