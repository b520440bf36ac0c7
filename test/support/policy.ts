import { type PreparedPolicy, preparePolicy } from '../../src/audit/prepared-policy.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/types.ts';

export const TODAY = '2026-11-21';

/** A policy from its YAML; errors in it fail the test that wrote it. */
export function policyOf(yaml: string): Policy {
  const { policy, problems } = parsePolicy(yaml, { today: TODAY });
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

export const preparedOf = (yaml: string): PreparedPolicy => preparePolicy(policyOf(yaml), 'sha256:test');
