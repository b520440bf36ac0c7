import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of the bench, in the order in which they run. */
export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const;
export type Part = (typeof PARTS)[number];

/** The median with the first and the third quartile. */
export interface Spread {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

export type Cell = string | number | Spread;

export interface Column {
  readonly name: string;
  /** Digits after the point. */
  readonly digits?: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Budget {
  readonly name: string;
  readonly wanted: string;
  readonly measured: Cell;
  readonly met: boolean;
}

/** What one part found out. */
export interface Finding {
  readonly title: string;
  /** Sizes and counts of the run, in words. */
  readonly settings: string;
  readonly tables: readonly Table[];
  readonly budgets: readonly Budget[];
  readonly notes: readonly string[];
  /** Numbers that other parts work with, by name. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** Bytes; absent in results of before it was told. */
  readonly memory?: number;
  /** Of the operating system's kernel. */
  readonly release?: string;
}

export interface Section extends Finding {
  /** When it was measured, as ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  /** What was measured: the commit, with a mark where the tree held more than it. Absent in results of before it was told. */
  readonly commit?: string;
  /** True for a smoke run, whose figures are rough. */
  readonly quick: boolean;
  readonly seconds: number;
}

export type Results = Readonly<Partial<Record<Part, Section>>>;

/** What a part is given. */
export interface PartInput {
  readonly quick: boolean;
  /** What the other parts have found out, now or the last time that they ran. */
  readonly results: Results;
}

const FILE = join(import.meta.dirname, 'results.json');

/** The last results of every part that has ever run; none where there is no file of this form. */
export function readResults(): Results {
  let text: string;
  try {
    text = readFileSync(FILE, 'utf8');
  } catch {
    return {};
  }
  const { parts = {} }: { readonly parts?: Results } = JSON.parse(text);
  return parts;
}

export const writeResults = (parts: Results): void =>
  writeFileSync(FILE, `${JSON.stringify({ parts }, null, 1)}\n`);
