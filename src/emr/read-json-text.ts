import { quoted } from '../policy/problem-text.ts';
import { type JsonFault, readPlainJson } from '../policy/read-json.ts';
import type { Entry, MapNode, Node } from '../policy/read-node.ts';
import type { ReadingLog } from './read-log.ts';
import { lineOf, type Placing } from './read-place.ts';

/** A JSON text with the log and the places of what it says. */
export interface JsonText {
  readonly log: ReadingLog;
  readonly place: Placing;
}

const COMMENT = /^\s*(?:\/\/|\/\*|#)/u;
const CLOSING = /^\s*[\]}]/u;

function hint(text: string, { at, expected }: JsonFault): string {
  const rest = text.slice(at, at + 200);
  if (rest === '') return 'the text ends too early';
  if (COMMENT.test(rest)) return 'JSON has no comments: remove it';
  const trailingComma = CLOSING.test(rest) && text.slice(0, at).trimEnd().endsWith(',');
  if (trailingComma) return 'a comma stands before the closing bracket: remove the comma';
  if (rest.startsWith("'")) return 'JSON quotes by double quotes: write " for \'';
  return `${quoted(Array.from(rest)[0] ?? '')} stands where ${expected} was expected`;
}

function reportFault(text: string, fault: JsonFault, { log, place }: JsonText): undefined {
  const at = place(fault.at);
  if (fault.expected === 'the end of the text' && !COMMENT.test(text.slice(fault.at, fault.at + 200))) {
    const message = 'more text follows the end of the JSON value: keep one value in the file';
    return log.problem('emr/trailing-text', at, message);
  }
  const inside = at.path === undefined ? '' : ` (in the JSON text that is the value of ${at.path})`;
  const found = `not readable as JSON${inside}: ${hint(text, fault)}`;
  return log.problem('emr/syntax', at, found);
}

function sameText(a: Node, b: Node): boolean {
  return a.kind === 'text' && b.kind === 'text' && a.value === b.value;
}

/** Takes a JSON text and gives its value; of a key that stands twice the last, as JSON readers do. */
export function readJsonText(text: string, within: JsonText): Node | undefined {
  const { log, place } = within;
  const read = readPlainJson(text, (entries, entry) => {
    const first = entries.get(entry.key);
    entries.delete(entry.key);
    entries.set(entry.key, entry);
    if (first === undefined || sameText(first.value, entry.value)) return;
    const where = `the key ${quoted(entry.key)} stands twice in one object (first in ${lineOf(place(first.keySpan.start))})`;
    const message = `${where}: the last one wins, because JSON readers take the last. keep one`;
    log.problem('emr/duplicate', place(entry.keySpan.start), message);
  });
  return 'kind' in read ? read : reportFault(text, read, within);
}

/** Takes a map and names that a key may have, and gives the first that is there: EMR writes capitals, EMR on EKS none. */
export function entryOf(map: MapNode, ...names: readonly string[]): Entry | undefined {
  return names.map((name) => map.entries.get(name)).find((entry) => entry !== undefined);
}

/** The text of a text, number or boolean; `undefined` for everything else. */
export function scalarText(node: Node): string | undefined {
  if (node.kind === 'text') return node.value;
  if (node.kind === 'number') return node.source;
  return node.kind === 'boolean' ? String(node.value) : undefined;
}
