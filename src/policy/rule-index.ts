import { bucketMatches, bucketWeight } from './bucket-pattern.ts';
import { AffixIndex, byWeight, type Hit } from './rule-index-affixes.ts';
import { captureWeight } from './specificity.ts';
import type { BucketPattern, Rule, SegmentPattern } from './types.ts';

/**
 * One place in the trie over segments: what may follow, most specific first. Fields that are rarely there are
 * `undefined` rather than empty, so that 100,000 leaves stay small.
 */
export interface RuleNode {
  /** The only literal segment that may follow. With a `Map` for one, 100,000 rules would not stay in a processor's cache. */
  literal: { readonly text: string; readonly node: RuleNode } | undefined;
  /** In place of `literal` where there are several. */
  literals: Map<string, RuleNode> | undefined;
  mixed: AffixIndex<RuleNode> | undefined;
  /** Capture names are the rules' own, so `{a}` and `{b}` lead to one node. */
  bare: RuleNode | undefined;
  tails: Tails | undefined;
  /** The rule with no further segment. */
  here: Rule | undefined;
}

export interface Tails {
  /** Distinct, in no order. */
  readonly lengths: number[];
  readonly byText: Map<string, Rule>;
}

interface WildcardBucket {
  readonly pattern: BucketPattern & { kind: 'wildcard' };
  readonly root: RuleNode;
}

/** All rules of a policy, arranged so that a decision looks only at those that can govern the key. */
export class RuleIndex {
  readonly #literal = new Map<string, RuleNode>();
  readonly #wildcard = new AffixIndex<WildcardBucket[]>();

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) {
      addRule(this.#rootFor(rule.match.bucket), rule);
    }
  }

  /** The tries for a bucket's keys, those of equal rank together, the most specific first. */
  *rootsFor(bucket: string): Generator<readonly RuleNode[]> {
    const literal = this.#literal.get(bucket);
    if (literal !== undefined) {
      yield [literal];
    }
    const hits: Hit<WildcardBucket[]>[] = [];
    this.#wildcard.collect(bucket, 0, hits);
    for (const group of byWeight(hits)) {
      const roots = group
        .flat()
        .filter(({ pattern }) => bucketMatches(pattern, bucket))
        .map(({ root }) => root);
      if (roots.length > 0) {
        yield roots;
      }
    }
  }

  #rootFor(bucket: BucketPattern): RuleNode {
    if (bucket.kind === 'literal') {
      return ensure(this.#literal, bucket.name);
    }
    const { parts, text } = bucket;
    const affixes = { before: parts[0], after: parts.at(-1) ?? '', weight: bucketWeight(parts) };
    const alike = this.#wildcard.ensure(affixes, () => []);
    const known = alike.find(({ pattern }) => pattern.text === text);
    if (known !== undefined) {
      return known.root;
    }
    const root = newNode();
    alike.push({ pattern: bucket, root });
    return root;
  }
}

function addRule(root: RuleNode, rule: Rule): void {
  const { segments, tail } = rule.match;
  const node = segments.reduce(childFor, root);
  if (tail === '') {
    // Two rules of one place are an error that the parser tells; the earlier one decides until then.
    node.here ??= rule;
    return;
  }
  node.tails ??= { lengths: [], byText: new Map() };
  const { lengths, byText } = node.tails;
  if (!byText.has(tail)) {
    byText.set(tail, rule);
  }
  if (!lengths.includes(tail.length)) {
    lengths.push(tail.length);
  }
}

function childFor(node: RuleNode, segment: SegmentPattern): RuleNode {
  if (segment.kind === 'literal') {
    return ensureLiteral(node, segment.text);
  }
  const weight = captureWeight(segment);
  if (weight === 0) {
    node.bare ??= newNode();
    return node.bare;
  }
  node.mixed ??= new AffixIndex();
  return node.mixed.ensure({ before: segment.before, after: segment.after, weight }, newNode);
}

/** Where a literal segment leads, if anywhere. */
export const literalChild = (node: RuleNode, text: string): RuleNode | undefined =>
  node.literal?.text === text ? node.literal.node : node.literals?.get(text);

function ensureLiteral(node: RuleNode, text: string): RuleNode {
  const known = literalChild(node, text);
  if (known !== undefined) {
    return known;
  }
  const { literal } = node;
  if (node.literals === undefined) {
    if (literal === undefined) {
      const made = newNode();
      node.literal = { text, node: made };
      return made;
    }
    node.literals = new Map([[literal.text, literal.node]]);
    node.literal = undefined;
  }
  return ensure(node.literals, text);
}

function ensure(nodes: Map<string, RuleNode>, text: string): RuleNode {
  const known = nodes.get(text);
  if (known !== undefined) {
    return known;
  }
  const made = newNode();
  nodes.set(text, made);
  return made;
}

const newNode = (): RuleNode => ({
  literal: undefined,
  literals: undefined,
  mixed: undefined,
  bare: undefined,
  tails: undefined,
  here: undefined,
});
