import type { Evaluated } from '../template/evaluate.ts';
import type { Given } from '../template/parameters.ts';
import { CONTRACT } from './contract.ts';
import { expectedGrantsToOthers, grantsToOthers } from './resource-policies.ts';
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

/** How a stack's grants differ from the contract, and from what others may do with what it makes, a sentence each. */
export function differences(stack: Evaluated, given: Given): readonly string[] {
  const expected = contractGrants(given);
  const held = unlike(grantsOf(stack).map(grantText), expected.map(grantText));
  const others = unlike(grantsToOthers(stack), expectedGrantsToOthers({ ...REQUIRED, ...given }));
  const roles = new Set(expected.map(({ role }) => role));
  return [
    ...rolesOf(stack).flatMap((role) => (roles.has(role) ? [] : [`the contract has no role ${role}`])),
    ...held.more.map((text) => `granted, and not in the contract: ${text}`),
    ...held.less.map((text) => `in the contract, and not granted: ${text}`),
    ...others.more.map((text) => `granted to others, and not expected: ${text}`),
    ...others.less.map((text) => `expected for others, and not there: ${text}`),
  ];
}

/** What was found more often, and less often, than it was wanted. */
function unlike(found: readonly string[], wanted: readonly string[]) {
  const [ofFound, ofWanted] = [count(found), count(wanted)];
  return {
    more: [...ofFound].flatMap(([text, times]) => (times > (ofWanted.get(text) ?? 0) ? [text] : [])),
    less: [...ofWanted].flatMap(([text, times]) => (times > (ofFound.get(text) ?? 0) ? [text] : [])),
  };
}

function count(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
