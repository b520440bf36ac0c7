import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../local/iam/decide.ts';
import { readPolicy } from '../../local/iam/policy.ts';
import { CONTRACT, testName } from './contract.ts';
import { machineNeeds, NOT_SHOWN } from './machine-needs.ts';
import { INVENTORY, REPORTS } from './names.ts';
import { type Grant, grantsOf, grantText, policyOf, stackOf } from './roles.ts';
import { scenarioOf } from './scenarios.ts';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterAll(() => site.close());

const actions = CONTRACT.flatMap((row) =>
  Object.keys(row.actions).map((action) => {
    const { role, sid } = row;
    return { row, action, name: testName(row, action), scenario: scenarioOf(role, sid, action) };
  }),
);

const grantsFor = (given: Readonly<Record<string, string>>, role: string, sid: string, action: string) =>
  grantsOf(stackOf(given)).filter(
    (grant) => grant.role === role && grant.sid === sid && grant.action === action,
  );

describe('taken away from', () => {
  for (const { row, action, name, scenario } of actions) {
    if (scenario === undefined) continue;
    const { given, act, whole, without } = scenario;
    it(name, async () => {
      expect(await act(site, await site.deploy(given))).toEqual(whole);
      const grants = grantsFor(given, row.role, row.sid, action);
      expect(grants).not.toEqual([]);
      for (const grant of grants) {
        expect([grantText(grant), ...(await act(site, await site.deploy(given, grant)))]).toEqual([
          grantText(grant),
          ...without(grant),
        ]);
      }
    });
  }
});

describe('by what Step Functions documents, taken away from', () => {
  const given = { ReportBucket: REPORTS, InventoryBucket: INVENTORY };
  const held = grantsOf(stackOf(given)).filter(({ role }) => role === 'ReauditStateMachineRole');
  const needs = machineNeeds();
  const lacking = (grants: readonly Grant[]) =>
    needs.filter((need) => decide(readPolicy(policyOf(grants)), need) !== 'allowed');

  it('ReauditStateMachineRole nothing: every state may do what it does', () => {
    expect(needs.length).toBeGreaterThan(0);
    expect(lacking(held)).toEqual([]);
  });

  const machine = actions.filter(({ row }) => row.role === 'ReauditStateMachineRole');
  for (const { row, action, name } of machine) {
    it(name, () => {
      const grants = grantsFor(given, row.role, row.sid, action);
      expect(grants).not.toEqual([]);
      for (const grant of grants) {
        const missing = lacking(held.filter((one) => one !== grant && grantText(one) !== grantText(grant)));
        const broken = [...new Set(missing.map((need) => need.action))];
        expect([grantText(grant), ...broken]).toEqual(
          NOT_SHOWN.includes(grantText(grant)) ? [grantText(grant)] : [grantText(grant), action],
        );
      }
    });
  }
});

describe('the proof', () => {
  it('leaves no action of section 8 out', () => {
    const left = actions.filter(
      ({ row, scenario }) => scenario === undefined && row.role !== 'ReauditStateMachineRole',
    );
    expect(left.map(({ name }) => name)).toEqual([]);
    expect(new Set(actions.map(({ name }) => name)).size).toBe(actions.length);
  });

  it('tells what is granted although nothing shows that it is needed', () => {
    const all = grantsOf(stackOf({ ReportBucket: REPORTS, InventoryBucket: INVENTORY })).map(grantText);
    expect(NOT_SHOWN.filter((text) => !all.includes(text))).toEqual([]);
    expect(NOT_SHOWN.length).toBe(1);
  });
});
