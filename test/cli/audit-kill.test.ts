import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Audit } from '../../src/cli/audit.ts';
import { chance } from '../reaudit/memory-lister.ts';
import { recordLines } from '../reaudit/run-world.ts';
import { BUCKET, fill, POLICY, world } from './audit-world.ts';
import { ENVIRONMENT, REGION } from './local-lake.ts';
import { fileWith, scratch } from './run.ts';

/** Ten of them where they are asked for: `AUDIT_KILLS=10`. */
const KILLS = Number(process.env.AUDIT_KILLS ?? 3);
const OBJECTS = 8_000;
const CHILD = join(import.meta.dirname, 'audit-child.ts');

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Runs a sitting; kills it once its records have grown past so many bytes. */
async function sitting(invocation: Audit, killAt = Number.POSITIVE_INFINITY) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(invocation)], {
    env: { ...process.env, ...ENVIRONMENT },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && sizeOf(invocation.output ?? '') < killAt) await pause(2);
  child.kill('SIGKILL');
  return { ...(await ended), stderr };
}

/** How long the file of records was when the state last counted on it. */
function keptBytes(state = ''): number {
  const text = existsSync(state) ? readFileSync(state, 'utf8') : '';
  return Number(/.*"outputBytes":(\d+)/s.exec(text)?.[1] ?? 0);
}

/** A report without the times in it. */
const reportOf = (path: string): string =>
  readFileSync(path, 'utf8').replaceAll(/20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)?/g, 'TIME');

describe('a run that is killed by kill -9', () => {
  it(`${KILLS} times at moments by chance ends, gone on with, as one that was not`, {
    timeout: 60_000 + 20_000 * KILLS,
  }, async () => {
    const made = await world();
    onTestFinished(() => made.aws.close());
    fill(made, OBJECTS);
    const folder = scratch();
    const policy = fileWith('policy.yaml', POLICY);
    const run = (name: string): Audit => ({
      command: 'audit',
      target: `s3://${BUCKET}/tenants/`,
      policy,
      versions: false,
      output: join(folder, 'records.ndjson'),
      report: join(folder, `${name}.html`),
      resume: join(folder, `${name}.state`),
      aws: { endpointUrl: made.aws.endpoint, region: REGION },
    });
    const whole = await sitting(run('whole'));
    expect(whole).toEqual({ status: 1, signal: null, stderr: '' });
    const expected = readFileSync(join(folder, 'records.ndjson'), 'utf8');
    expect(recordLines(expected)).toHaveLength(OBJECTS + 2);

    // The next run writes to the same place, which the report names.
    rmSync(join(folder, 'records.ndjson'));
    const seed = Number(process.env.AUDIT_SEED ?? Date.now());
    const random = chance(seed);
    let killed = 0;
    const kept: number[] = [];
    let from = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      // Records are kept by the page: what is written grows by leaps, and a kill comes in the midst of one.
      from += Math.floor(((0.3 + 0.7 * random()) * 1.6 * (expected.length - from)) / (KILLS + 2 - kill));
      const { signal, stderr } = await sitting(run('killed'), Math.min(from, expected.length - 1));
      expect(stderr).toBe('');
      if (signal === 'SIGKILL') killed += 1;
      kept.push(keptBytes(run('killed').resume));
    }
    const last = await sitting(run('killed'));
    expect(last).toEqual({ status: 1, signal: null, stderr: '' });
    const records = readFileSync(join(folder, 'records.ndjson'), 'utf8');
    expect(recordLines(records), `AUDIT_SEED=${seed}`).toEqual(recordLines(expected));
    expect(reportOf(join(folder, 'killed.html'))).toBe(reportOf(join(folder, 'whole.html')));
    expect(killed, `AUDIT_SEED=${seed}`).toBeGreaterThan(0);
    if (process.env.AUDIT_KILLS === undefined) return;
    process.stdout.write(`records kept at each kill, of ${expected.length} bytes: ${kept}\n`);
    // Among many some come after a page was kept and before the end: else nothing was gone on with.
    const midway = kept.filter((bytes) => bytes > 0 && bytes < expected.length);
    expect(midway.length, `AUDIT_SEED=${seed}`).toBeGreaterThan(0);
  });
});
