import { globMayOverlapRule } from './glob.ts';
import type { ReadExemption } from './parse-exemption.ts';
import type { ProblemLog } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import { daysBetween } from './read-date.ts';
import type { Rule } from './types.ts';

const SOON_DAYS = 30;

function warnOfLapse({ label, exemption, untilNode }: ReadExemption, today: string, log: ProblemLog): void {
  const { until } = exemption;
  if (until === undefined || untilNode === undefined) return;
  const days = daysBetween(today, until);
  if (days < 0) {
    log.add(
      'policy/exemption-lapsed',
      untilNode,
      `${label} lapsed at the end of ${until}: it no longer exempts anything`,
    );
  } else if (days <= SOON_DAYS) {
    const when = days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`;
    log.add('policy/exemption-lapses-soon', untilNode, `${label} lapses ${when}, at the end of ${until}`);
  }
}

/** Rules by literal bucket: an exemption that names its bucket is compared with few of many rules. */
class RulesByBucket {
  readonly #literal = new Map<string, Rule[]>();
  readonly #wildcard: Rule[] = [];
  readonly #all: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.#all = rules;
    for (const rule of rules) {
      const { bucket } = rule.match;
      if (bucket.kind === 'wildcard') {
        this.#wildcard.push(rule);
        continue;
      }
      const same = this.#literal.get(bucket.name);
      if (same === undefined) this.#literal.set(bucket.name, [rule]);
      else same.push(rule);
    }
  }

  near({ bucket }: ReadExemption['exemption']): readonly Rule[] {
    if (bucket.kind === 'wildcard') return this.#all;
    return [...(this.#literal.get(bucket.name) ?? []), ...this.#wildcard];
  }
}

/** Takes the exemptions and rules that could be read, and warns of what an exemption hides without bound, or no longer. */
export function checkExemptions(
  exemptions: readonly ReadExemption[],
  rules: readonly Rule[],
  today: string,
  log: ProblemLog,
): void {
  const byBucket = new RulesByBucket(rules);
  for (const read of exemptions) {
    const { exemption, label, match, untilNode } = read;
    warnOfLapse(read, today, log);
    if (exemption.maxSizeBytes !== undefined || untilNode !== undefined) continue;
    const hidden = byBucket.near(exemption).find((rule) => globMayOverlapRule(exemption, rule));
    if (hidden === undefined) continue;
    const rule = hidden.id === '' ? `a rule (line ${hidden.line})` : `rule ${quoted(hidden.id)}`;
    const message = `${label} takes objects from ${rule} without bound: add "maxSize" or "until"`;
    log.add('policy/unbounded-exemption', match, message);
  }
}
