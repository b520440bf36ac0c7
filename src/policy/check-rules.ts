import { findOverlaps } from './overlap.ts';
import { governedText } from './parse-match.ts';
import type { ReadRule } from './parse-rule.ts';
import type { ProblemLog } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import type { TextNode } from './read-node.ts';
import type { Rule } from './types.ts';

/** A rule whose match is good: `readRule` gives `rule` and `match` together. */
interface Placed extends ReadRule {
  readonly rule: Rule;
  readonly match: TextNode;
}

const isPlaced = (read: ReadRule): read is Placed => read.rule !== undefined;

function reportRepeatedIds(rules: readonly ReadRule[], log: ProblemLog): void {
  const lines = new Map<string, number>();
  for (const { id } of rules) {
    if (id === undefined) continue;
    const first = lines.get(id.value);
    if (first === undefined) lines.set(id.value, log.line(id));
    else
      log.add('policy/duplicate-id', id, `the rule id ${quoted(id.value)} is used in line ${first} already`);
  }
}

const nameOf = ({ id, label }: ReadRule): string => (id === undefined ? label : quoted(id.value));

function reportPair(later: Placed, earlier: Placed, how: string, log: ProblemLog): void {
  const message = `rules ${nameOf(later)} and ${nameOf(earlier)} (line ${earlier.rule.line}) ${how}`;
  log.add('policy/duplicate-match', later.match, message);
}

/** Reports rules that are written twice, and gives one of each: all pairs of many equal rules would be too many to tell. */
function withoutRepeated(rules: readonly Placed[], log: ProblemLog): readonly Placed[] {
  const firsts = new Map<string, Placed>();
  for (const read of rules) {
    const governed = governedText(read.rule.match);
    const first = firsts.get(governed);
    if (first === undefined) firsts.set(governed, read);
    else reportPair(read, first, 'govern exactly the same objects', log);
  }
  return [...firsts.values()];
}

/** Takes all rules as far as they could be read, and reports ids used twice and rules of which none is more specific. */
export function checkRules(rules: readonly ReadRule[], log: ProblemLog): void {
  reportRepeatedIds(rules, log);
  const distinct = withoutRepeated(rules.filter(isPlaced), log);
  const byIndex = new Map(distinct.map((read) => [read.rule.index, read]));
  for (const { first, second } of findOverlaps(distinct.map(({ rule }) => rule))) {
    const earlier = byIndex.get(first.index);
    const later = byIndex.get(second.index);
    if (earlier === undefined || later === undefined) continue;
    reportPair(later, earlier, 'can govern the same object at equal rank: neither is more specific', log);
  }
}
