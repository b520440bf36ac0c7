import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { chance } from '../reaudit/memory-lister.ts';
import { fill, POLICY, runAudit, world } from './audit-world.ts';
import { faultProxy } from './fault-proxy.ts';
import { ENVIRONMENT } from './local-lake.ts';
import { fileWith, recordsOf } from './run.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

describe('one request in five throttled and one connection in twenty broken', () => {
  it('change no verdict, and make nothing unknown', { timeout: 120_000 }, async () => {
    const made = await world();
    fill(made, 2_000);
    const proxy = await faultProxy(made.aws.endpoint, { slowDown: 0.2, reset: 0.05, random: chance(11) });
    onTestFinished(async () => {
      await proxy.close();
      await made.aws.close();
    });
    const policy = fileWith('policy.yaml', POLICY);
    const verdicts = async (endpoint: string) => {
      const { stdout, status } = await runAudit({ aws: { ...made.aws, endpoint } }, { policy });
      const lines = recordsOf(stdout).map((record) => JSON.stringify({ ...record, auditedAt: '' }));
      return { status, lines: lines.sort() };
    };
    const shaken = await verdicts(proxy.endpoint);
    expect(shaken).toEqual(await verdicts(made.aws.endpoint));
    expect(shaken.lines).toHaveLength(2_002);
    expect(proxy.counts.slowDown).toBeGreaterThan(300);
    expect(proxy.counts.reset).toBeGreaterThan(50);
  });
});
