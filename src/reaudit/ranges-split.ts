import { compareKeys } from '../objects/byte-order.ts';

const LAST_CODE_POINT = 0x10ffff;

export interface SplitRequest {
  /** The last key that was listed of the range. */
  readonly after: string;
  /** Where the range ends; absent where it ends with the prefix. */
  readonly upTo?: string;
  readonly prefix: string;
  /** Keys that share much of their beginning are told apart far to the right: look there instead of at the first difference. */
  readonly deep: boolean;
}

/**
 * A text between the last key listed and the end of the range, where it may be cut in two. The halves cover the range
 * exactly, whatever keys there are: the text only says where, by halving in byte order, and need not be a key.
 * `undefined` where there is no room between the two.
 *
 * @example
 * splitKey({ after: 'logs/2024', upTo: 'logs/2030', prefix: 'logs/', deep: false }) // logs/202 and a half
 */
export function splitKey({ after, upTo, prefix, deep }: SplitRequest): string | undefined {
  const low = [...after];
  const high = upTo === undefined ? undefined : [...upTo];
  const first = high === undefined ? [...prefix].length : sharedLength(low, high);
  const from = deep ? Math.floor((first + low.length) / 2) : first;
  for (let at = from; at <= low.length; at++) {
    const between = halfway(codePointAt(low, at), limitAt(high, first, at));
    if (between === undefined) continue;
    const key = low.slice(0, at).join('') + String.fromCodePoint(between);
    const fits = compareKeys(key, after) > 0 && (upTo === undefined || compareKeys(key, upTo) < 0);
    if (fits) return key;
  }
  return undefined;
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Below zero where the text has ended: every character comes after its end. */
const codePointAt = (text: readonly string[], at: number): number => text[at]?.codePointAt(0) ?? -1;

/** Right of the first difference any character keeps the text below the end. */
function limitAt(high: readonly string[] | undefined, first: number, at: number): number {
  return high === undefined || at > first ? LAST_CODE_POINT + 1 : codePointAt(high, at);
}

/** The code point in the middle, as bytes are counted: most keys are ASCII, and half way to U+10FFFF is far past them. */
function halfway(low: number, high: number): number | undefined {
  const middle = (weight(low) + weight(high)) / 2;
  let [below, above] = [low, high];
  while (above - below > 1) {
    const probe = Math.floor((below + above) / 2);
    if (weight(probe) < middle) below = probe;
    else above = probe;
  }
  const found = isSurrogate(above) ? 0xe000 : above;
  return found > low && found < high ? found : undefined;
}

const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** A code point's bytes in UTF-8 as the fraction that they are of the way through all bytes. */
function weight(codePoint: number): number {
  if (codePoint < 0) return 0;
  if (codePoint > LAST_CODE_POINT) return 0xf5 / 0x100;
  if (codePoint < 0x80) return codePoint / 0x100;
  const bytes = utf8(codePoint);
  return bytes.reduceRight((rest, byte) => (byte + rest) / 0x100, 0);
}

function utf8(codePoint: number): readonly number[] {
  const tail = (shift: number): number => 0x80 | ((codePoint >> shift) & 0x3f);
  if (codePoint < 0x800) return [0xc0 | (codePoint >> 6), tail(0)];
  if (codePoint < 0x10000) return [0xe0 | (codePoint >> 12), tail(6), tail(0)];
  return [0xf0 | (codePoint >> 18), tail(12), tail(6), tail(0)];
}

/** How far it is from one text to another of the same prefix, as a share of all there is: only to choose what to split. */
export function spanOf(after: string, upTo: string | undefined, prefix: string): number {
  return (upTo === undefined ? 1 : fraction(upTo, prefix)) - fraction(after, prefix);
}

function fraction(text: string, prefix: string): number {
  const points = [...text.slice(prefix.length, prefix.length + 8)];
  return points.reduceRight((rest, point) => {
    const codePoint = point.codePointAt(0) ?? 0;
    return weight(codePoint) + rest / 0x100;
  }, 0);
}
