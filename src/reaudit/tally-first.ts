import { compareKeys } from '../objects/byte-order.ts';
import { type Guard, isText, isTrue, listOf, shape } from './tally-guard.ts';

export interface FirstJson<J> {
  readonly items: readonly J[];
  /** Whether there were others. */
  readonly more?: true;
}

export const isFirstJson = <J>(item: Guard<J>): Guard<FirstJson<J>> =>
  shape<FirstJson<J>>({ items: listOf(item) }, { more: isTrue });

interface Item<T> {
  readonly order: readonly [string, string];
  readonly value: T;
}

/** The first few distinct values in a fixed order, whatever the order of arrival: examples, of which nothing is counted. */
export class FirstItems<T> {
  readonly #most: number;
  readonly #orderOf: (value: T) => readonly [string, string];
  #items: Item<T>[] = [];
  #more = false;

  constructor(most: number, orderOf: (value: T) => readonly [string, string]) {
    this.#most = most;
    this.#orderOf = orderOf;
  }

  /** False where a value that begins its order with this text would not be kept; saves making the value. */
  hasRoomFor(order: string): boolean {
    const last = this.#items.at(this.#most - 1)?.order[0];
    if (this.#most > 0 && (last === undefined || compareKeys(order, last) <= 0)) return true;
    this.#more = true;
    return false;
  }

  add(value: T): void {
    const order = this.#orderOf(value);
    let place = this.#items.length;
    for (; place > 0; place--) {
      const compared = compareOrders(order, this.#items[place - 1]?.order ?? ['', '']);
      if (compared === 0) return;
      if (compared > 0) break;
    }
    this.#items.splice(place, 0, { order, value });
    this.trim(this.#most);
  }

  merge(other: FirstItems<T>): void {
    for (const { value } of other.#items) this.add(value);
    this.#more ||= other.#more;
  }

  trim(most: number): void {
    if (this.#items.length <= most) return;
    this.#items = this.#items.slice(0, most);
    this.#more = true;
  }

  get values(): readonly T[] {
    return this.#items.map((item) => item.value);
  }

  get more(): boolean {
    return this.#more;
  }

  toJSON(): FirstJson<T> {
    return this.#more ? { items: this.values, more: true } : { items: this.values };
  }

  restore(json: FirstJson<T>): this {
    for (const value of json.items) this.add(value);
    this.#more ||= json.more === true;
    return this;
  }
}

/** Texts in byte order. */
export const firstTexts = (most: number): FirstItems<string> => new FirstItems(most, (text) => [text, '']);
export const isTextsJson = isFirstJson(isText);

function compareOrders(a: readonly [string, string], b: readonly [string, string]): number {
  return compareKeys(a[0], b[0]) || compareKeys(a[1], b[1]);
}
