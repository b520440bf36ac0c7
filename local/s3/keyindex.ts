/** Compares as S3 lists: by UTF-8 bytes, which UTF-16 order breaks only for surrogates against U+E000 to U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

const NEEDS_UTF8_ORDER = /[\ud800-\uffff]/;

/**
 * The keys of a bucket in UTF-8 order, sorted only when somebody lists. Removed keys may still be in `sorted()`
 * until the next merge: a reader skips what its table no longer holds.
 */
export class KeyIndex {
  readonly #exists: (key: string) => boolean;
  #sorted: string[] = [];
  #added: string[] = [];
  #removed = 0;
  #utf8Order = false;

  constructor(exists: (key: string) => boolean) {
    this.#exists = exists;
  }

  add(key: string): void {
    this.#added.push(key);
    if (!this.#utf8Order && NEEDS_UTF8_ORDER.test(key)) {
      this.#utf8Order = true;
      this.#sorted.sort(compareUtf8);
    }
  }

  remove(): void {
    this.#removed += 1;
  }

  sorted(): readonly string[] {
    if (this.#added.length > 0 || this.#removed * 2 > this.#sorted.length) this.#merge();
    return this.#sorted;
  }

  #merge(): void {
    // The engine's own order is many times faster than a comparator, and the same while all keys are below U+D800.
    const added = this.#utf8Order ? this.#added.sort(compareUtf8) : this.#added.sort();
    const old = this.#sorted;
    const merged: string[] = [];
    const push = (key: string): void => {
      if (key !== merged.at(-1) && this.#exists(key)) merged.push(key);
    };
    let index = 0;
    for (const key of added) {
      while (index < old.length) {
        const candidate = old[index] as string;
        if (this.compare(candidate, key) > 0) break;
        push(candidate);
        index += 1;
      }
      push(key);
    }
    for (; index < old.length; index += 1) push(old[index] as string);
    this.#sorted = merged;
    this.#added = [];
    this.#removed = 0;
  }

  compare(a: string, b: string): number {
    if (this.#utf8Order) return compareUtf8(a, b);
    if (a === b) return 0;
    return a < b ? -1 : 1;
  }
}

/** The first index whose key satisfies a predicate that is false, then true, along the sorted keys. */
export function firstIndex(keys: readonly string[], from: number, holds: (key: string) => boolean): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(keys[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
