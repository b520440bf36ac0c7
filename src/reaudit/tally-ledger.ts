import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { OUTCOMES } from './fold-record.ts';
import { Amount, type AmountJson, isAmountJson } from './tally-amount.ts';
import { type Guard, listOf, oneOf, pairOf } from './tally-guard.ts';

/** What a verdict rests on. `listing`: neither a HEAD nor a table was needed, the name of the key was enough. */
export const SOURCES = ['head', 'inventory', 'metadata-table', 'listing'] as const;
export type Source = (typeof SOURCES)[number];

/** Outcomes that count into a compliance percentage; `exempt` and `gone` never do. */
export const JUDGED = [
  'violation',
  'unknown',
  'uncovered',
  'compliant',
] as const satisfies readonly Outcome[];

/** A record without a source comes from a HEAD, but for the two outcomes that need none. */
export function sourceOf(record: AuditRecord): Source {
  if (record.source !== undefined) return record.source;
  return record.outcome === 'exempt' || record.outcome === 'uncovered' ? 'listing' : 'head';
}

/** One cell: source and outcome, written `head:compliant`. */
type Cell = `${Source}:${Outcome}`;
const CELLS: readonly Cell[] = SOURCES.flatMap((source) =>
  OUTCOMES.map((outcome) => `${source}:${outcome}` as const),
);

export type LedgerJson = readonly (readonly [Cell, AmountJson])[];
export const isLedgerJson: Guard<LedgerJson> = listOf(pairOf(oneOf(CELLS), isAmountJson));

/** Amounts by source and outcome, so that what was settled without a HEAD is always told apart. */
export class Ledger {
  readonly #cells = new Map<Cell, Amount>();

  add(source: Source, outcome: Outcome, size: number | undefined): void {
    this.#at(`${source}:${outcome}`).add(size);
  }

  merge(other: Ledger): void {
    for (const [cell, amount] of other.#cells) this.#at(cell).merge(amount);
  }

  /** The sum over these outcomes and sources; over all where none are given. */
  amount(outcomes: readonly Outcome[] = OUTCOMES, sources: readonly Source[] = SOURCES): Amount {
    const sum = new Amount();
    for (const source of sources) {
      for (const outcome of outcomes) {
        const amount = this.#cells.get(`${source}:${outcome}`);
        if (amount !== undefined) sum.merge(amount);
      }
    }
    return sum;
  }

  /** How many objects have one of these outcomes; all objects where none is given. */
  count(...outcomes: readonly Outcome[]): number {
    return this.amount(outcomes.length === 0 ? OUTCOMES : outcomes).objects;
  }

  /** What is here and not in the parts given. */
  without(parts: Iterable<Ledger>): Ledger {
    const sum = new Ledger();
    for (const part of parts) sum.merge(part);
    const rest = new Ledger();
    for (const [cell, amount] of this.#cells) {
      const left = amount.without(sum.#at(cell));
      if (left.objects > 0) rest.#at(cell).merge(left);
    }
    return rest;
  }

  toJSON(): LedgerJson {
    return CELLS.flatMap((cell) => {
      const amount = this.#cells.get(cell);
      return amount === undefined || amount.objects === 0 ? [] : [[cell, amount.toJSON()] as const];
    });
  }

  static from(json: LedgerJson): Ledger {
    const ledger = new Ledger();
    for (const [cell, amount] of json) ledger.#at(cell).merge(Amount.from(amount));
    return ledger;
  }

  #at(cell: Cell): Amount {
    let amount = this.#cells.get(cell);
    if (amount === undefined) {
      amount = new Amount();
      this.#cells.set(cell, amount);
    }
    return amount;
  }
}
