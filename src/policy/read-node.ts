import type { ProblemLog, Span } from './problem-log.ts';
import { quoted } from './problem-text.ts';

/** Of maps and lists within each other; a policy needs five, and a description may nest. */
export const DEEPEST_NESTING = 64;
/** In UTF-16 units; 100,000 rules of six lines fit. Reading takes about a hundred times this in memory. */
export const LONGEST_POLICY = 16 * 1024 * 1024;

/** A value of the policy file with its place: what JSON can hold, however it was written. */
export type Node = MapNode | ListNode | TextNode | NumberNode | BooleanNode | NullNode | RefusedNode;

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}
export interface MapNode extends Span {
  readonly kind: 'map';
  /** In file order; of a key that stands twice the first. A Map, so that `__proto__` is a key like any other. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** False where a key was refused and reported: then nothing can be called missing. */
  readonly complete: boolean;
}
export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly Node[];
}
export interface TextNode extends Span {
  readonly kind: 'text';
  readonly value: string;
  /** Where the value's first character stands, if the file writes the value character for character. */
  readonly verbatim?: number;
}
export interface NumberNode extends Span {
  readonly kind: 'number';
  readonly value: number;
  /** As the file writes it: `007` is 7. */
  readonly source: string;
}
export interface BooleanNode extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface NullNode extends Span {
  readonly kind: 'null';
}

/** What could not be read and has been reported: whoever meets it says nothing more. */
export interface RefusedNode extends Span {
  readonly kind: 'refused';
}

/** Takes a part of a text's value and gives where it stands in the file; the whole text where it is escaped or folded. */
export function spanWithin(node: TextNode, offset: number, length: number): Span {
  if (node.verbatim === undefined) return node;
  return { start: node.verbatim + offset, end: node.verbatim + offset + length };
}

/** Adds an entry to a map's, and reports it where its key is there already. */
export function keepFirst(entries: Map<string, Entry>, entry: Entry, log: ProblemLog): void {
  const first = entries.get(entry.key);
  if (first === undefined) {
    entries.set(entry.key, entry);
    return;
  }
  const line = log.line(first.keySpan);
  const message = `the key ${quoted(entry.key)} stands here a second time (the first is in line ${line})`;
  log.add('policy/duplicate-key', entry.keySpan, message);
}
