import { compareKeys } from '../objects/byte-order.ts';

/** A list in an alert: at most twenty, and whether there were others. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly more?: true;
}

export const MOST_LISTED = 20;

interface Entry<T> {
  /** By parts, in byte order: what comes first is the same in whatever order records arrive. */
  readonly order: readonly string[];
  readonly value: T;
}

/**
 * Keeps the first twenty of however many values, in byte order, so that a run of millions needs little memory and
 * the result does not depend on the order of arrival.
 */
export class FirstOnes<T> {
  readonly #entries: Entry<T>[] = [];
  readonly #distinct: boolean;
  #more = false;

  constructor({ distinct }: { readonly distinct: boolean }) {
    this.#distinct = distinct;
  }

  /** False where a value that begins its order with this text would not be kept; saves making the value. */
  hasRoomFor(order: string): boolean {
    const last = this.#entries.at(MOST_LISTED - 1)?.order[0];
    if (last === undefined || compareKeys(order, last) <= 0) return true;
    this.#more = true;
    return false;
  }

  add(order: readonly string[], value: T): void {
    let place = this.#entries.length;
    for (; place > 0; place--) {
      const compared = compareOrders(order, this.#entries[place - 1]?.order ?? []);
      if (compared === 0 && this.#distinct) return;
      if (compared >= 0) break;
    }
    this.#entries.splice(place, 0, { order, value });
    if (this.#entries.length > MOST_LISTED) {
      this.#entries.pop();
      this.#more = true;
    }
  }

  /** The values kept, first ones first. */
  listed(): Listed<T> {
    const items = this.#entries.map((entry) => entry.value);
    return this.#more ? { items, more: true } : { items };
  }
}

function compareOrders(a: readonly string[], b: readonly string[]): number {
  for (const [i, part] of a.entries()) {
    const compared = compareKeys(part, b[i] ?? '');
    if (compared !== 0) return compared;
  }
  return 0;
}
