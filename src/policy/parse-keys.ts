import { isKeyId, type KeyArn, type KeyReference, referenceText } from '../keys/reference.ts';
import { KEY_FORMS, keyOption, readReference, type TrustedAccounts } from './parse-key-reference.ts';
import { ListedAliases } from './parse-listed-aliases.ts';
import type { ProblemLog, Span } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import { readDate } from './read-date.ts';
import {
  entryOf,
  type Field,
  type Fields,
  fieldOf,
  readFields,
  readList,
  readText,
  requiredEntry,
  wrongType,
} from './read-fields.ts';
import type { Node } from './read-node.ts';
import type { KeyOption } from './types.ts';

const NAME = /^[a-z][a-z0-9_-]*$/;
const ITEM_KEYS = ['key', 'until', 'aliases'];

/** What `keys` says. Names with a bad item are in it too, with the others: a rule that uses one makes no mistake. */
export interface KeyBook {
  readonly names: ReadonlyMap<string, readonly KeyOption[]>;
  readonly listedAliases: ReadonlyMap<string, KeyArn>;
  /** Every alias that `keys` speaks of: as an item, or under `aliases`. */
  readonly knownAliases: ReadonlySet<string>;
  readonly trusted: TrustedAccounts;
}

/** Reads `keys`, and holds what has been read of it so far. */
class KeysReader {
  readonly names = new Map<string, readonly KeyOption[]>();
  readonly aliasItems = new Set<string>();
  readonly listed: ListedAliases;
  readonly #log: ProblemLog;
  readonly #trusted: TrustedAccounts;
  #allNames: ReadonlySet<string> = new Set();

  constructor(log: ProblemLog, trusted: TrustedAccounts) {
    this.listed = new ListedAliases(log, trusted);
    this.#log = log;
    this.#trusted = trusted;
  }

  read(node: Node): void {
    if (node.kind !== 'map') {
      wrongType(node, { name: '"keys" in the policy', log: this.#log }, 'a map of names to keys');
      return;
    }
    this.#allNames = new Set(node.entries.keys());
    for (const { key, keySpan, value } of node.entries.values()) {
      this.#checkName(key, keySpan);
      this.names.set(key, this.#items(value, { name: `${quoted(key)} in "keys"`, log: this.#log }));
    }
  }

  #checkName(name: string, span: Span): void {
    if (NAME.test(name) && !isKeyId(name)) return;
    const why = isKeyId(name)
      ? 'has the shape of a key id, and would hide that key'
      : 'is not allowed: expected a lower-case letter, then lower-case letters, digits, "_" and "-"';
    this.#log.add('policy/not-allowed', span, `the name ${quoted(name)} in "keys" ${why}`);
  }

  #items(value: Node, field: Field): readonly KeyOption[] {
    if (value.kind !== 'list') return this.#item(value, field);
    const member: Field = { name: `a key of ${field.name}`, log: field.log };
    return (readList(value, field)?.items ?? []).flatMap((item) => this.#item(item, member));
  }

  #item(node: Node, field: Field): readonly KeyOption[] {
    if (node.kind === 'text') return this.#option(this.#reference(node, field), undefined);
    if (node.kind !== 'map') {
      wrongType(node, field, 'text, or a map with "key"');
      return [];
    }
    const fields = readFields(node, { ...field, where: field.name }, ITEM_KEYS);
    return fields === undefined ? [] : this.#itemMap(fields);
  }

  #itemMap(fields: Fields): readonly KeyOption[] {
    const key = requiredEntry(fields, 'key');
    const until = entryOf(fields, 'until');
    const aliases = entryOf(fields, 'aliases');
    const reference = key === undefined ? undefined : this.#reference(key.value, fieldOf(fields, 'key'));
    const lastDay = until === undefined ? undefined : readDate(until.value, fieldOf(fields, 'until'));
    if (aliases === undefined) return this.#option(reference, lastDay);
    const field = fieldOf(fields, 'aliases');
    if (reference !== undefined && reference.kind !== 'key-arn') {
      const beside = quoted(referenceText(reference));
      const message = `${field.name} stands beside ${beside}: aliases may be listed for a key ARN alone`;
      this.#log.add('policy/bad-key-reference', aliases.keySpan, message);
    }
    this.listed.add(aliases.value, field, reference);
    return this.#option(reference, lastDay);
  }

  #option(reference: KeyReference | undefined, until: string | undefined): readonly KeyOption[] {
    if (reference === undefined) return [];
    if (reference.kind === 'alias-name' || reference.kind === 'alias-arn')
      this.aliasItems.add(referenceText(reference));
    return [keyOption(reference, until)];
  }

  #reference(node: Node, field: Field): KeyReference | undefined {
    const text = readText(node, field);
    if (text === undefined) return undefined;
    if (/[{}]/.test(text.value)) {
      const message = `${field.name} holds a brace: captures belong to rules, so a key in "keys" has none`;
      this.#log.add('policy/bad-capture', text, message);
      return undefined;
    }
    if (this.#allNames.has(text.value) && NAME.test(text.value) && !isKeyId(text.value)) {
      const message = `${field.name} is ${quoted(text.value)}, a name in "keys" itself: expected ${KEY_FORMS}`;
      this.#log.add('policy/bad-key-reference', text, message);
      return undefined;
    }
    return readReference(text, field, this.#trusted);
  }
}

/** Takes the value of `keys` (or nothing) and the accounts that are trusted; gives what rules may name. */
export function readKeys(node: Node | undefined, log: ProblemLog, trusted: TrustedAccounts): KeyBook {
  const reader = new KeysReader(log, trusted);
  if (node !== undefined) reader.read(node);
  const knownAliases = new Set([...reader.aliasItems, ...reader.listed.all()]);
  return { names: reader.names, listedAliases: reader.listed.toKeys(), knownAliases, trusted };
}
