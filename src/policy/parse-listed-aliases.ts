import { AWS_MANAGED_S3_ALIAS, type KeyArn, type KeyReference, referenceText } from '../keys/reference.ts';
import { readReference, type TrustedAccounts } from './parse-key-reference.ts';
import type { ProblemLog, Span } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import { type Field, readList, readText } from './read-fields.ts';
import type { Node } from './read-node.ts';

interface ListedAlias {
  /** Absent where the item's key is bad: the alias still counts as listed, so that nothing else is said of it. */
  readonly key?: KeyArn;
  readonly item: number;
  readonly span: Span;
}

/** Collects what the items of `keys` list under `aliases`. */
export class ListedAliases {
  readonly #log: ProblemLog;
  readonly #trusted: TrustedAccounts;
  readonly #listed = new Map<string, ListedAlias>();
  #items = 0;

  constructor(log: ProblemLog, trusted: TrustedAccounts) {
    this.#log = log;
    this.#trusted = trusted;
  }

  /** Takes the `aliases` of one item, and the item's key where it is good. */
  add(node: Node, field: Field, key: KeyReference | undefined): void {
    // A number, not the node: a YAML alias may make one node two items.
    const item = this.#items++;
    const member: Field = { name: `a member of ${field.name}`, log: this.#log };
    for (const aliasNode of readList(node, field)?.items ?? []) this.#addOne(aliasNode, member, item, key);
  }

  /** Every alias that is listed, also for a key that could not be read. */
  all(): Iterable<string> {
    return this.#listed.keys();
  }

  /** Alias name or ARN, as listed, to its key. */
  toKeys(): ReadonlyMap<string, KeyArn> {
    return new Map(
      [...this.#listed].flatMap(([alias, { key }]) => (key === undefined ? [] : [[alias, key] as const])),
    );
  }

  #addOne(node: Node, field: Field, item: number, key: KeyReference | undefined): void {
    const text = readText(node, field);
    if (text === undefined) return;
    const reference = readReference(text, field, this.#trusted);
    if (reference === undefined) return;
    const fault = faultOf(reference);
    if (fault !== undefined) {
      this.#log.add('policy/bad-key-reference', text, `${field.name} is ${quoted(text.value)}, ${fault}`);
      return;
    }
    const alias = referenceText(reference);
    const earlier = this.#listed.get(alias);
    if (earlier === undefined) {
      this.#listed.set(alias, { ...(key?.kind === 'key-arn' ? { key: key.arn } : {}), item, span: text });
    } else if (earlier.item !== item) {
      const line = this.#log.line(earlier.span);
      const message = `the alias ${quoted(alias)} is listed for two keys (the other in line ${line})`;
      this.#log.add('policy/duplicate-alias', text, message);
    }
  }
}

function faultOf(reference: KeyReference): string | undefined {
  if (reference.kind === 'key-arn' || reference.kind === 'key-id')
    return 'a key: expected an alias name or an alias ARN';
  return reference.name === AWS_MANAGED_S3_ALIAS
    ? 'which AWS keeps for itself: it stands for no key of yours'
    : undefined;
}
