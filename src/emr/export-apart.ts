import { quoted } from '../policy/problem-text.ts';
import type { Rule } from '../policy/types.ts';
import type { ClientEncryption } from './client-encryption.ts';
import { type Plan, planMeets } from './export-plan.ts';
import type { PlannedWrite, PlanScope } from './export-planned.ts';
import { deeperRules, placeOfRule } from './export-writes.ts';
import { type EmrProblem, emrProblem } from './problem.ts';

/** Writes with what lies below them and is governed otherwise. */
export interface WritesApart {
  readonly writes: readonly PlannedWrite[];
  readonly problems: readonly EmrProblem[];
}

/**
 * Tells of each write what lies below it and wants something else: its client would write that in the same way. `outer`
 * is the default of each bucket that gives the outer layer.
 */
export function setApart(
  writes: readonly PlannedWrite[],
  outer: ReadonlyMap<string, ClientEncryption>,
  plan: PlanScope,
): WritesApart {
  const found = writes.map((planned) => ({ planned, apart: rulesApart(planned, outer, plan) }));
  return {
    writes: found.map(({ planned, apart }) => ({
      ...planned,
      notes: [
        ...planned.notes,
        ...apart.map(
          (rule) =>
            `${quoted(planned.write.text)} without ${quoted(rule.match.text)}, which rule ${rule.id} governs`,
        ),
      ],
    })),
    problems: found.flatMap(({ planned, apart }) => apart.map((rule) => apartProblem(planned, rule, plan))),
  };
}

function rulesApart(
  { write, encryption }: PlannedWrite,
  outer: ReadonlyMap<string, ClientEncryption>,
  { scope, keys }: PlanScope,
): readonly Rule[] {
  const byDefault = outer.get(write.bucket);
  const made: Plan = {
    client: encryption,
    ...(byDefault === undefined ? {} : { byDefault }),
    bucketKey: write.governed.rule.sse?.bucketKey ?? 'any',
  };
  return deeperRules(write, scope).filter((rule) => !planMeets(made, rule, keys));
}

function apartProblem({ write }: PlannedWrite, deeper: Rule, { scope }: PlanScope): EmrProblem {
  const { rule } = write.governed;
  const message = `rule ${deeper.id} governs ${quoted(deeper.match.text)} below ${quoted(write.text)}, and wants what the configuration for rule ${rule.id} does not give: write there from an application of its own, and never from this one`;
  return emrProblem('emr/not-expressible', placeOfRule(deeper, scope), message);
}
