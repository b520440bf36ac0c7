import type { Evaluated } from '../template/evaluate.ts';
import type { Given } from '../template/parameters.ts';
import { CONTRACT } from './contract.ts';
import { type Grant, grantsOf, grantText, REQUIRED, rolesOf } from './roles.ts';

/** What the contract grants under these parameters. */
export function contractGrants(given: Given): readonly Grant[] {
  const whole = { ...REQUIRED, ...given };
  return CONTRACT.filter(({ role, switchedBy }) => {
    const isThere = role === 'AuditRole' || whole.ReportBucket !== undefined;
    return isThere && (switchedBy === undefined || switchedBy.isOn(whole));
  }).flatMap(({ role, sid, actions, resources, condition }) =>
    Object.keys(actions).flatMap((action) =>
      resources(whole).map((resource) => ({
        ...{ role, sid, action, resource },
        ...(condition === undefined ? {} : { condition }),
      })),
    ),
  );
}

/** How a stack's roles differ from the contract, a sentence each. */
export function differences(stack: Evaluated, given: Given): readonly string[] {
  const expected = contractGrants(given);
  const wanted = count(expected);
  const found = count(grantsOf(stack));
  const more = [...found].filter(([text, times]) => times > (wanted.get(text) ?? 0));
  const less = [...wanted].filter(([text, times]) => times > (found.get(text) ?? 0));
  const roles = new Set(expected.map(({ role }) => role));
  return [
    ...rolesOf(stack).flatMap((role) => (roles.has(role) ? [] : [`the contract has no role ${role}`])),
    ...more.map(([text]) => `granted, and not in the contract: ${text}`),
    ...less.map(([text]) => `in the contract, and not granted: ${text}`),
  ];
}

function count(grants: readonly Grant[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const grant of grants) {
    const text = grantText(grant);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
