import { describe, expect, it } from 'vitest';
import { PolicyUnusable } from '../../src/audit/failures.ts';
import { PolicyHolder } from '../../src/audit/policy-holder.ts';
import type { PreparedPolicy } from '../../src/audit/prepared-policy.ts';
import { preparedOf } from '../support/policy.ts';

const policy = preparedOf(
  'version: 1\nrules:\n  - { id: r, match: "s3://lake/", sse: { algorithm: [AES256] } }\n',
);

function holder(loads: (() => PreparedPolicy)[]) {
  let nowMs = 0;
  let loaded = 0;
  const refused: string[] = [];
  const held = new PolicyHolder({
    load: async () => {
      const load = loads[Math.min(loaded, loads.length - 1)];
      loaded += 1;
      if (load === undefined) throw new Error('no load');
      return load();
    },
    ttlMs: 1_000,
    now: () => nowMs,
    onRefused: (error) => refused.push(error.message),
  });
  return { held, refused, pass: (ms: number) => (nowMs += ms), loads: () => loaded };
}

const fails = (): PreparedPolicy => {
  throw new PolicyUnusable('broken');
};

describe('the policy that an instance holds', () => {
  it('is loaded once for many events', async () => {
    const { held, loads } = holder([() => policy]);
    await Promise.all([held.current(), held.current(), held.current()]);
    expect(loads()).toBe(1);
  });

  it('fails the invocation while none has ever been loaded, and is tried again by the next', async () => {
    const { held } = holder([fails, () => policy]);
    await expect(held.current()).rejects.toBeInstanceOf(PolicyUnusable);
    expect(await held.current()).toBe(policy);
  });

  it('is kept where a refresh fails for any reason, and the refusal is told', async () => {
    const { held, refused, pass } = holder([
      () => policy,
      () => {
        throw new TypeError('anything');
      },
    ]);
    await held.current();
    pass(1_000);
    expect(await held.current()).toBe(policy);
    expect(refused).toEqual(['the policy could not be loaded: TypeError: anything']);
  });

  it('is refreshed when it is older than the time to live, and not before', async () => {
    const { held, pass, loads } = holder([() => policy]);
    await held.current();
    pass(999);
    await held.current();
    expect(loads()).toBe(1);
    pass(1);
    await held.current();
    expect(loads()).toBe(2);
  });
});
