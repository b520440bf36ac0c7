import { describe, expect, it } from 'vitest';
import type { WrittenAudit } from '../../src/audit/audit-written.ts';
import type { WrittenObject } from '../../src/objects/object.ts';
import { auditAndAlert } from '../../src/queue/audit-and-alert.ts';
import type { QueueDeps } from '../../src/queue/deps.ts';
import { NOW_MS, testBed, written } from '../support/audit.ts';

const POLICY = 'version: 1\nrules:\n  - { id: r, match: "s3://lake/", cse: required }\n';
const policy = testBed(POLICY).deps.policy;

const missing: WrittenAudit['records'][number] = {
  object: { bucket: 'lake', key: 'o' },
  outcome: 'violation',
  rule: 'r',
  severity: 'high',
  violations: [{ code: 'CSE_MISSING', args: {} }],
  id: 'i',
  policy: 'p',
  auditedAt: 'a',
};
const waiting = (untilMs: number): WrittenAudit => ({ records: [missing], waitsUntilMs: untilMs });
const decided: WrittenAudit = { records: [{ ...missing, outcome: 'compliant' }] };

/** Answers each audit of an object with the next of the list. */
function bench(answers: readonly WrittenAudit[], maxReceives?: number) {
  const alerts: number[] = [];
  let audits = 0;
  const deps: QueueDeps = {
    policy: async () => policy,
    audit: async (_object: WrittenObject) => answers[Math.min(audits++, answers.length - 1)] ?? decided,
    alert: async ({ count }) => {
      alerts.push(count);
    },
    ...(maxReceives === undefined ? {} : { maxReceives }),
    concurrency: 1,
    now: () => NOW_MS,
    abortAfter: () => new AbortController().signal,
    report: { record: () => {}, failure: () => {}, metrics: () => {} },
  };
  const run = (receiveCount: number) =>
    auditAndAlert([{ object: written('lake/o'), source: 'm1', receiveCount }], deps, 60_000);
  return { run, alerts, audits: () => audits };
}

describe('an object that may only be waiting for its instruction file', () => {
  it('is looked at once more at the end of the invocation, and done where the file has come', async () => {
    const { run, alerts, audits } = bench([waiting(NOW_MS + 60_000), decided]);
    expect([...(await run(1)).failures.keys()]).toEqual([]);
    expect([alerts, audits()]).toEqual([[], 2]);
  });

  it('goes back while it is young, and is not alerted yet', async () => {
    const { run, alerts } = bench([waiting(NOW_MS + 1)]);
    const { failures, records } = await run(1);
    expect([...failures]).toEqual([['m1', 'it waits for the other of an object and its instruction file']]);
    expect([records, alerts]).toEqual([[], []]);
  });

  it('is decided when its two minutes are over', async () => {
    const { run, alerts } = bench([waiting(NOW_MS)]);
    expect((await run(1)).failures.size).toBe(0);
    expect(alerts).toEqual([1]);
  });

  it('is decided on the last receive, however young', async () => {
    const { run, alerts } = bench([waiting(NOW_MS + 60_000)], 5);
    expect((await run(4)).failures.size).toBe(1);
    expect((await run(5)).failures.size).toBe(0);
    expect(alerts).toEqual([1]);
  });
});
