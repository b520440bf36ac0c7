import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import type { ProblemLog, Span } from './problem-log.ts';
import { expectedAndMeant, meantOrExpected, quoted, shown } from './problem-text.ts';
import type { Entry, ListNode, MapNode, Node, TextNode } from './read-node.ts';
import { didYouMean } from './suggest.ts';

export const POLICY_PAGE = 'docs/policy.md';

/** What is being read, for messages: `"severity" in rule "finance"`. */
export interface Field {
  readonly name: string;
  readonly log: ProblemLog;
}

/** The entries of one map whose keys have been checked. */
export interface Fields {
  readonly node: MapNode;
  /** `rule "finance"`. */
  readonly where: string;
  readonly log: ProblemLog;
  /** Keys that an unknown key was probably meant to be: they are not missing as well. */
  readonly misspelt: ReadonlySet<string>;
}

const KINDS = { map: 'a map', list: 'a list', text: 'text', null: 'nothing', refused: 'nothing' } as const;

function found(node: Node): string {
  if (node.kind === 'number') return `the number ${shown(node.source)}`;
  if (node.kind === 'boolean') return `the boolean ${node.value}`;
  return KINDS[node.kind];
}

/** In a flow map `{partner}` is the map `{partner: null}`, which is what an unquoted capture turns into. */
function looksLikeCapture(node: Node): boolean {
  if (node.kind !== 'map' || node.entries.size !== 1) return false;
  const [only] = node.entries.values();
  return only?.value.kind === 'null';
}

function quotingHint(node: Node): string {
  if (node.kind === 'number') return `: quote it as "${shown(node.source)}"`;
  if (node.kind === 'boolean') return `: quote it as "${node.value}"`;
  return looksLikeCapture(node) ? ': quote text that begins with "{"' : '';
}

/** Reports a value of the wrong type; a value that is not there at all is `policy/empty`. `hint` follows what was expected. */
export function wrongType(node: Node, field: Field, expected: string, hint = ''): undefined {
  if (node.kind === 'refused') return undefined;
  if (node.kind === 'null') {
    field.log.add('policy/empty', node, `${field.name} has no value, expected ${expected}`);
    return undefined;
  }
  const advice = hint === '' && expected.startsWith('text') ? quotingHint(node) : hint;
  field.log.add('policy/wrong-type', node, `${field.name} is ${found(node)}, expected ${expected}${advice}`);
  return undefined;
}

/** The first key of a map, or all of an empty one: where to say what the whole map lacks. */
export function headOf(node: MapNode): Span {
  const [first] = node.entries.values();
  return first?.keySpan ?? node;
}

/**
 * Takes a value that should be a map, the sentence part that names it, and the keys that it may have. Gives its fields,
 * or `undefined` where it is no map; unknown keys are reported and else ignored. `elsewhere` tells of a key's right place.
 */
export function readFields(
  node: Node,
  map: Field & { readonly where: string },
  keys: readonly string[],
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Fields | undefined {
  if (node.kind !== 'map') return wrongType(node, map, 'a map');
  const misspelt = new Set<string>();
  for (const { key, keySpan } of node.entries.values()) {
    if (keys.includes(key)) continue;
    const unknown = `unknown key ${quoted(key)} in ${map.where}`;
    const advice = elsewhere.get(key) ?? meantOrExpected(key, keys, POLICY_PAGE);
    map.log.add('policy/unknown-key', keySpan, `${unknown}. ${advice}`);
    const meant = didYouMean(key, keys);
    if (meant !== undefined) misspelt.add(meant);
  }
  return { node, where: map.where, log: map.log, misspelt };
}

/** The entry of one key; `undefined` where it is absent. */
export const entryOf = (fields: Fields, key: string): Entry | undefined => fields.node.entries.get(key);

/** The same, and an absent one is reported. */
export function requiredEntry(fields: Fields, key: string): Entry | undefined {
  const entry = entryOf(fields, key);
  if (entry === undefined) missing(fields, key);
  return entry;
}

/** Reports a key that is not there, unless it is there misspelt; `why` follows its name. */
export function missing(fields: Fields, key: string, why = ''): void {
  if (fields.misspelt.has(key) || !fields.node.complete) return;
  fields.log.add(
    'policy/missing-key',
    headOf(fields.node),
    `missing key ${quoted(key)}${why} in ${fields.where}`,
  );
}

/** How messages call an entry of these fields. */
export const fieldOf = (fields: Fields, key: string): Field => ({
  name: `${quoted(key)} in ${fields.where}`,
  log: fields.log,
});

/** Takes a value that should be text with something in it; whitespace alone is nothing. */
export function readText(node: Node, field: Field): TextNode | undefined {
  if (node.kind !== 'text') return wrongType(node, field, 'text');
  if (node.value.trim() !== '') return node;
  field.log.add('policy/empty', node, `${field.name} is an empty text`);
  return undefined;
}

/** Takes a value that should be one of a few words. */
export function readWord<T extends string>(node: Node, field: Field, words: readonly T[]): T | undefined {
  const text = readText(node, field);
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text.value);
  if (word !== undefined) return word;
  const advice = expectedAndMeant(text.value, words, POLICY_PAGE);
  field.log.add('policy/not-allowed', text, `${field.name} may not be ${quoted(text.value)}. ${advice}`);
  return undefined;
}

/** Takes a value that should be a list with something in it. */
export function readList(node: Node, field: Field): ListNode | undefined {
  if (node.kind !== 'list') {
    const alone =
      node.kind === 'number'
        ? `"${shown(node.source)}"`
        : node.kind === 'text'
          ? shown(node.value)
          : undefined;
    return wrongType(node, field, 'a list', alone === undefined ? '' : `: write [${alone}]`);
  }
  if (node.items.length > 0) return node;
  field.log.add('policy/empty', node, `${field.name} is an empty list, expected at least one member`);
  return undefined;
}

/** Takes a list and reads each member; `undefined` where any member is bad, after all have been read. */
export function readMembers<T>(
  node: Node,
  field: Field,
  read: (member: Node, field: Field) => T | undefined,
): NonEmpty<T> | undefined {
  const list = readList(node, field);
  if (list === undefined) return undefined;
  const member: Field = { name: `a member of ${field.name}`, log: field.log };
  const good = list.items.map((item) => read(item, member)).filter((item) => item !== undefined);
  return good.length === list.items.length && isNonEmpty(good) ? good : undefined;
}
