import { jsonText } from '../objects/json-text.ts';
import { printable } from '../objects/printable.ts';
import { utf8Length } from '../objects/utf8.ts';

/** A string in an alert takes at most this many bytes of JSON, its quotes and the mark included. */
export const MOST_STRING_BYTES = 1024;

/** Ends a string that was cut. */
export const CUT_MARK = '…[cut]';

/** Deeper values are cut too: no record of an honest writer comes near, and recursion must end. */
const MOST_DEPTH = 12;

const MARK_BYTES = utf8Length(CUT_MARK);

/** Text of which each character is one byte of JSON. */
const PLAIN = /^[ !#-[\]-~]*$/;

const SHORT_ESCAPES: ReadonlySet<string> = new Set(['"', '\\', '\b', '\t', '\n', '\f', '\r']);

/** JSON in which every character that a terminal obeys or a reader cannot see is written as an escape. */
export const jsonForm = (value: unknown): string => jsonText(value);

/** Cuts a text so that its JSON form, with quotes and mark, keeps to the limit; never within a character. */
export function cutText(text: string, limit: number = MOST_STRING_BYTES): string {
  const most = limit - 2;
  if (text.length * 6 <= most) return text;
  if (PLAIN.test(text)) return text.length <= most ? text : text.slice(0, most - MARK_BYTES) + CUT_MARK;
  let bytes = 0;
  let kept = 0;
  for (const character of text) {
    bytes += formBytes(character);
    if (bytes > most) return text.slice(0, kept) + CUT_MARK;
    if (bytes <= most - MARK_BYTES) kept += character.length;
  }
  return text;
}

function formBytes(character: string): number {
  if (SHORT_ESCAPES.has(character)) return 2;
  return printable(character) === character ? utf8Length(character) : 6 * character.length;
}

/** The same value with every string in it, names included, cut. */
export function cutStrings(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cutText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MOST_DEPTH) return CUT_MARK;
  if (Array.isArray(value)) return value.map((item) => cutStrings(item, depth + 1));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [cutText(String(name)), cutStrings(item, depth + 1)]),
  );
}
