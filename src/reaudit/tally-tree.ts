import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { type BoundedJson, BoundedMap, isBoundedJson } from './tally-bounded.ts';
import { type Guard, listOf } from './tally-guard.ts';
import { isLedgerJson, Ledger, type LedgerJson, type Source } from './tally-ledger.ts';
import { LIMITS } from './tally-limits.ts';

export type TreeJson = readonly BoundedJson<LedgerJson>[];
export const isTreeJson: Guard<TreeJson> = listOf(isBoundedJson(isLedgerJson));

/**
 * Objects by prefix. Each level (bucket, then one segment more) keeps its first prefixes in byte order, each with exact
 * figures; what a prefix holds and its kept children do not is the difference.
 */
export class PrefixTree {
  readonly #levels: readonly BoundedMap<Ledger>[];

  constructor(most: number = LIMITS.prefixes) {
    this.#levels = Array.from(
      { length: LIMITS.prefixLevels },
      () => new BoundedMap(most, () => new Ledger()),
    );
  }

  add(
    { bucket, key }: AuditRecord['object'],
    source: Source,
    outcome: Outcome,
    size: number | undefined,
  ): void {
    let end = 0;
    for (const [depth, level] of this.#levels.entries()) {
      if (depth > 0) end = key.indexOf('/', end) + 1;
      if (depth > 0 && end === 0) return;
      level.at(`${bucket}/${key.slice(0, end)}`)?.add(source, outcome, size);
    }
  }

  merge(other: PrefixTree): void {
    for (const [depth, level] of this.#levels.entries()) {
      const same = other.#levels[depth];
      if (same !== undefined) level.merge(same);
    }
  }

  /** Keeps so many levels, and fewer prefixes at each. */
  trim(levels: number, most: number): void {
    for (const [depth, level] of this.#levels.entries()) level.trim(depth < levels ? most : 0);
  }

  get isCut(): boolean {
    return this.#levels.some((level) => level.isCut);
  }

  /** The buckets, each a prefix like `bucket/`, in byte order. */
  roots(): readonly (readonly [string, Ledger])[] {
    return this.#levels[0]?.entries() ?? [];
  }

  /** For each prefix that has any, the kept prefixes one segment below it, in byte order. */
  children(): ReadonlyMap<string, readonly (readonly [string, Ledger])[]> {
    const below = new Map<string, (readonly [string, Ledger])[]>();
    for (const level of this.#levels.slice(1)) {
      for (const entry of level.entries()) {
        const [path] = entry;
        const parent = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
        const siblings = below.get(parent);
        if (siblings === undefined) below.set(parent, [entry]);
        else siblings.push(entry);
      }
    }
    return below;
  }

  /** What is kept of one prefix. */
  get(path: string): Ledger | undefined {
    for (const level of this.#levels) {
      const found = level.get(path);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  toJSON(): readonly BoundedMap<Ledger>[] {
    return this.#levels;
  }

  restore(levels: TreeJson): this {
    for (const [depth, json] of levels.entries()) this.#levels[depth]?.restore(json, Ledger.from);
    return this;
  }
}
