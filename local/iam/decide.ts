import { areMet, type Context } from './conditions.ts';
import { actionMatches, resourceMatches } from './patterns.ts';
import type { Statement } from './policy.ts';

/** One thing that a request has to be allowed. */
export interface Need {
  readonly action: string;
  /** An ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  readonly context?: Context;
}

export type Decision = 'allowed' | 'denied' | 'not-allowed';

/** What the policies say to a need: a Deny wins, and what nobody allows is not allowed. */
export function decide(statements: readonly Statement[], need: Need): Decision {
  const speaking = statements.filter((statement) => speaksOf(statement, need));
  if (speaking.some(({ effect }) => effect === 'Deny')) return 'denied';
  return speaking.length > 0 ? 'allowed' : 'not-allowed';
}

const speaksOf = ({ actions, resources, conditions }: Statement, need: Need): boolean =>
  actions.some((action) => actionMatches(action, need.action)) &&
  resources.some((resource) => resourceMatches(resource, need.resource)) &&
  areMet(conditions, need.context ?? {});
