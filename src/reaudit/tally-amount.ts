import { type Guard, isCount } from './tally-guard.ts';

/** What an `Amount` is in JSON: objects, bytes as decimal digits, objects without a size. */
export type AmountJson = readonly [objects: number, bytes: string, unsized: number];

const DIGITS = /^(?:0|[1-9][0-9]{0,30})$/;

export const isAmountJson: Guard<AmountJson> = (value): value is AmountJson =>
  Array.isArray(value) &&
  value.length === 3 &&
  isCount(value[0]) &&
  typeof value[1] === 'string' &&
  DIGITS.test(value[1]) &&
  isCount(value[2]);

/**
 * How many objects, and how many bytes they hold. Bytes are a bigint because billions of objects pass 2^53, above
 * which the order of additions would change the sum.
 */
export class Amount {
  objects = 0;
  bytes = 0n;
  /** How many of the objects told no size: their bytes are missing from the sum. */
  unsized = 0;

  add(size: number | undefined): void {
    this.objects += 1;
    if (size === undefined) this.unsized += 1;
    else this.bytes += BigInt(size);
  }

  merge(other: Amount): void {
    this.objects += other.objects;
    this.bytes += other.bytes;
    this.unsized += other.unsized;
  }

  /** What is here and not in the other, where the other is a part of this. */
  without(part: Amount): Amount {
    const rest = new Amount();
    rest.objects = Math.max(0, this.objects - part.objects);
    rest.bytes = this.bytes > part.bytes ? this.bytes - part.bytes : 0n;
    rest.unsized = Math.max(0, this.unsized - part.unsized);
    return rest;
  }

  toJSON(): AmountJson {
    return [this.objects, String(this.bytes), this.unsized];
  }

  static from([objects, bytes, unsized]: AmountJson): Amount {
    const amount = new Amount();
    amount.objects = objects;
    amount.bytes = BigInt(bytes);
    amount.unsized = unsized;
    return amount;
  }

  static sum(amounts: Iterable<Amount>): Amount {
    const sum = new Amount();
    for (const amount of amounts) sum.merge(amount);
    return sum;
  }
}
