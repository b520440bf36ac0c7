import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { ProblemLog, Span } from './problem-log.ts';
import { quoted, shown } from './problem-text.ts';
import { DEEPEST_NESTING, type Entry, keepFirst, type Node, type TextNode } from './read-node.ts';

/** How often a file may use a YAML alias, and how many values these uses may bring in: nested, they grow exponentially. */
export const MOST_ALIASES = 100;
export const MOST_ALIASED_VALUES = 100_000;

const CORE_TAG = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq))$/;
/** What a plain value of a tag is read as. Where it does not fit, the library reads text instead. */
const TYPE_OF_TAG: ReadonlyMap<string, string> = new Map([
  ['!!str', 'string'],
  ['!!int', 'number'],
  ['!!float', 'number'],
  ['!!bool', 'boolean'],
  ['!!null', 'object'],
  ['!!map', 'object'],
  ['!!seq', 'object'],
]);

const shorthand = (tag: string): string => tag.replace('tag:yaml.org,2002:', '!!');

interface Anchored {
  readonly node: Node;
  readonly values: number;
  readonly height: number;
}
type Ranged = { readonly range?: readonly [number, number, number] | null | undefined };

const spanOf = ({ range }: Ranged): Span => ({ start: range?.[0] ?? 0, end: range?.[1] ?? 0 });

/** Turns yaml's nodes into ours: aliases followed, keys unique, nothing in it that JSON could not say. */
export class NodeReader {
  readonly #text: string;
  readonly #log: ProblemLog;
  readonly #anchors = new Map<string, Anchored | 'open'>();
  #aliases = 0;
  #values = 0;
  #aliasedValues = 0;
  #toldExcess = false;
  /** The deepest level met below the node that is being read. */
  #deepest = 0;

  constructor(text: string, log: ProblemLog) {
    this.#text = text;
    this.#log = log;
  }

  /** Takes the content of a document and gives its value; problems go to the log. */
  read(content: unknown, depth = 1): Node {
    this.#values++;
    if (isAlias(content)) return this.#alias(content, depth);
    if (!isMap(content) && !isSeq(content) && !isScalar(content)) return { kind: 'null', start: 0, end: 0 };
    this.#checkTag(content);
    const { anchor } = content;
    if (anchor === undefined) return this.#value(content, depth);
    this.#anchors.set(anchor, 'open');
    const before = this.#values;
    const outer = this.#deepest;
    this.#deepest = depth - 1;
    const node = this.#value(content, depth);
    this.#anchors.set(anchor, { node, values: this.#values - before + 1, height: this.#deepest - depth });
    this.#deepest = Math.max(outer, this.#deepest);
    return node;
  }

  #value(content: YAMLMap | YAMLSeq | Scalar, depth: number): Node {
    if (isScalar(content)) return this.#scalar(content);
    this.#deepest = Math.max(this.#deepest, depth);
    if (depth > DEEPEST_NESTING)
      return this.#refuse(
        'policy/too-large',
        content,
        `maps and lists are nested deeper than ${DEEPEST_NESTING}`,
      );
    if (isSeq(content)) {
      return {
        kind: 'list',
        items: content.items.map((item) => this.read(item, depth + 1)),
        ...spanOf(content),
      };
    }
    const entries = new Map<string, Entry>();
    const read = content.items.map((pair) => this.#entry(pair, entries, depth));
    return { kind: 'map', entries, complete: !read.includes(false), ...spanOf(content) };
  }

  /** False where the key cannot be told. */
  #entry(pair: Pair, entries: Map<string, Entry>, depth: number): boolean {
    const keyNode = this.read(pair.key, depth);
    const value = this.read(pair.value, depth + 1);
    if (keyNode.kind !== 'text') {
      const text = this.#text.slice(keyNode.start, keyNode.end);
      const hint = text === '' ? 'a key is missing' : `the key ${shown(text)} is no text: quote it`;
      if (keyNode.kind !== 'refused') this.#log.add('policy/wrong-type', keyNode, hint);
      return false;
    }
    const key = keyNode.value;
    if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
      const message = 'the merge key << is not supported: write the entries out';
      this.#refuse('policy/unsupported-yaml', keyNode, message);
      return false;
    }
    // A key without a colon in a flow map has no value, and so no place of its own.
    const placed: Node = value.end > 0 ? value : { kind: 'null', start: keyNode.start, end: keyNode.end };
    keepFirst(entries, { key, keySpan: keyNode, value: placed }, this.#log);
    return true;
  }

  #scalar(scalar: Scalar): Node {
    const span = spanOf(scalar);
    const { value } = scalar;
    const tag = shorthand(scalar.tag ?? '');
    if (TYPE_OF_TAG.has(tag) && TYPE_OF_TAG.get(tag) !== typeof value) {
      const message = `the value does not fit its tag ${tag}: leave the tag out`;
      return this.#refuse('policy/unsupported-yaml', span, message);
    }
    if (typeof value === 'boolean') return { kind: 'boolean', value, ...span };
    if (typeof value === 'number') {
      return { kind: 'number', value, source: scalar.source ?? String(value), ...span };
    }
    return typeof value === 'string' ? this.#textNode(value, span) : { kind: 'null', ...span };
  }

  #textNode(value: string, span: Span): TextNode {
    const bare = span.end - span.start === value.length;
    const start = bare ? span.start : span.start + 1;
    const verbatim = this.#text.startsWith(value, start);
    return { kind: 'text', value, ...(verbatim ? { verbatim: start } : {}), ...span };
  }

  #alias(alias: Alias, depth: number): Node {
    const target = this.#anchors.get(alias.source);
    const span = spanOf(alias);
    if (target === undefined) {
      const message = `the alias *${shown(alias.source)} has no anchor before it: quote text that begins with "*"`;
      return this.#refuse('policy/syntax', span, message);
    }
    if (target === 'open') {
      const message = `the alias *${shown(alias.source)} stands within its own anchor`;
      return this.#refuse('policy/unsupported-yaml', span, message);
    }
    this.#aliases++;
    this.#aliasedValues += target.values;
    const excess = this.#excess(depth + target.height);
    if (excess !== undefined) {
      // Once: a file with a million aliases has one problem.
      if (this.#toldExcess) return { kind: 'refused', ...span };
      this.#toldExcess = true;
      return this.#refuse('policy/too-large', span, excess);
    }
    this.#values += target.values - 1;
    this.#deepest = Math.max(this.#deepest, depth + target.height);
    return target.node;
  }

  #excess(deepest: number): string | undefined {
    if (this.#aliases > MOST_ALIASES) return `more than ${MOST_ALIASES} YAML aliases are used`;
    if (this.#aliasedValues > MOST_ALIASED_VALUES)
      return 'the YAML aliases bring in more than 100,000 values';
    return deepest > DEEPEST_NESTING
      ? `with this alias the policy is nested deeper than ${DEEPEST_NESTING}`
      : undefined;
  }

  #checkTag({ tag, ...node }: { tag?: string | undefined } & Ranged): void {
    if (tag === undefined || CORE_TAG.test(tag)) return;
    this.#refuse(
      'policy/unsupported-yaml',
      spanOf(node),
      `the tag ${quoted(tag)} is not supported: leave it out`,
    );
  }

  #refuse(
    id: 'policy/syntax' | 'policy/too-large' | 'policy/unsupported-yaml',
    at: Span | Ranged,
    message: string,
  ): Node {
    const span = 'start' in at ? at : spanOf(at);
    this.#log.add(id, span, message);
    return { kind: 'refused', ...span };
  }
}
