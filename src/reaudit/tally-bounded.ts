import { cutText } from '../alerts/json-form.ts';
import { compareKeys } from '../objects/byte-order.ts';
import { type Guard, isText, listOf, pairOf, shape } from './tally-guard.ts';

/** A name longer than this in JSON is cut; S3 keys are at most 1,024 bytes, so only strange input meets it. */
export const MOST_NAME_BYTES = 2_048;

export interface Mergeable<V> {
  merge(other: V): void;
}

export interface BoundedJson<J> {
  /** The first name, in byte order, from which on nothing is kept. */
  readonly cut?: string;
  readonly entries: readonly (readonly [name: string, value: J])[];
}

/** The guard of a map whose values have the given form. */
export const isBoundedJson = <J>(value: Guard<J>): Guard<BoundedJson<J>> =>
  shape<BoundedJson<J>>({ entries: listOf(pairOf(isText, value)) }, { cut: isText });

/** How many names a map may overshoot its bound by before it sorts and cuts. */
const SLACK = 2;

/**
 * Values by name, for the first `most` names in byte order. What is kept is exact: a name among the first of all is
 * among the first of every part, so no part has ever dropped it. That makes merging associative and commutative,
 * whatever the parts and their bounds. The rest is known only as a difference from an exact total kept elsewhere.
 */
export class BoundedMap<V extends Mergeable<V>> {
  readonly #make: () => V;
  readonly #most: number;
  readonly #values = new Map<string, V>();
  #cut: string | undefined;

  constructor(most: number, make: () => V) {
    this.#most = most;
    this.#make = make;
  }

  /** The value to add to, or `undefined` where the name comes after all that is kept. */
  at(name: string): V | undefined {
    // Hit on nearly every record: neither cutting nor comparing is needed for a name that is there.
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const cut = cutText(name, MOST_NAME_BYTES);
    if (this.#cut !== undefined && compareKeys(cut, this.#cut) >= 0) return undefined;
    let value = this.#values.get(cut);
    if (value === undefined) {
      value = this.#make();
      this.#values.set(cut, value);
      if (this.#values.size > this.#most * SLACK) this.trim();
    }
    return value;
  }

  get(name: string): V | undefined {
    return this.#values.get(name);
  }

  /** The values kept by name, first names first. */
  entries(): readonly (readonly [string, V])[] {
    if (this.#values.size > this.#most) this.trim();
    return [...this.#values].sort(([a], [b]) => compareKeys(a, b));
  }

  /** Whether some names were dropped. */
  get isCut(): boolean {
    if (this.#values.size > this.#most) this.trim();
    return this.#cut !== undefined;
  }

  merge(other: BoundedMap<V>): void {
    if (other.#cut !== undefined) this.#cutAt(other.#cut);
    for (const [name, value] of other.#values) this.at(name)?.merge(value);
  }

  /** Keeps only the first names, as many as given. */
  trim(most: number = this.#most): void {
    if (this.#values.size <= most) return;
    const names = [...this.#values.keys()].sort(compareKeys);
    const first = names[most];
    if (first !== undefined) this.#cutAt(first);
  }

  toJSON(): BoundedJson<V> {
    const entries = this.entries();
    return this.#cut === undefined ? { entries } : { cut: this.#cut, entries };
  }

  /** Takes up what was written as JSON. */
  restore<J>(json: BoundedJson<J>, revive: (value: J) => V): this {
    if (json.cut !== undefined) this.#cutAt(json.cut);
    for (const [name, value] of json.entries) this.at(name)?.merge(revive(value));
    return this;
  }

  #cutAt(name: string): void {
    if (this.#cut !== undefined && compareKeys(name, this.#cut) >= 0) return;
    this.#cut = name;
    for (const kept of this.#values.keys()) {
      if (compareKeys(kept, name) >= 0) this.#values.delete(kept);
    }
  }
}
