import { spawn } from 'node:child_process';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Audit } from '../../src/cli/audit.ts';
import { BUCKET, fill, POLICY, world } from './audit-world.ts';
import { ENVIRONMENT, REGION } from './local-lake.ts';
import { fileWith, scratch } from './run.ts';

/** For example `AUDIT_MEMORY=300000`: how many objects. It takes minutes, so it is asked for. */
const OBJECTS = Number(process.env.AUDIT_MEMORY ?? 0);
const CHILD = join(import.meta.dirname, 'audit-child.ts');

interface Sample {
  readonly bytes: number;
  readonly rssMb: number;
}

/** How much memory a process holds, as Linux tells it. */
function rssMb(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kilobytes) / 1024);
  } catch {
    return 0;
  }
}

/** Runs to the end, and tells how much memory was held while the records grew. */
async function measured(invocation: Audit) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(invocation)], {
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const samples: Sample[] = [];
  let status: number | null | undefined;
  child.on('close', (code) => {
    status = code;
  });
  const startedMs = Date.now();
  while (status === undefined) {
    const bytes = statSync(invocation.output ?? '', { throwIfNoEntry: false })?.size ?? 0;
    const rss = rssMb(child.pid);
    if (rss > 0) samples.push({ bytes, rssMb: rss });
    await pause(50);
  }
  const total = samples.at(-1)?.bytes ?? 0;
  const at = (share: number) => samples.find(({ bytes }) => bytes >= total * share)?.rssMb ?? 0;
  const most = Math.max(...samples.map((sample) => sample.rssMb));
  const seconds = (Date.now() - startedMs) / 1_000;
  return { status, tenthMb: at(0.1), halfMb: at(0.5), endMb: at(1), mostMb: most, seconds };
}

describe.runIf(OBJECTS > 0)(`a run over ${OBJECTS} objects`, () => {
  it('has every key once and the exact counts, in memory that does not grow', {
    timeout: 3_600_000,
  }, async () => {
    const made = await world();
    onTestFinished(() => made.aws.close());
    fill(made, OBJECTS);
    const folder = scratch();
    const output = join(folder, 'records.ndjson');
    const result = await measured({
      command: 'audit',
      target: `s3://${BUCKET}/tenants/`,
      policy: fileWith('policy.yaml', POLICY),
      versions: false,
      output,
      report: join(folder, 'report.html'),
      resume: join(folder, 'run.state'),
      aws: { endpointUrl: made.aws.endpoint, region: REGION },
    });
    const keys = new Set<string>();
    let [lines, violations] = [0, 0];
    for await (const line of createInterface({ input: createReadStream(output) })) {
      const { object, outcome } = JSON.parse(line);
      keys.add(object.key);
      lines += 1;
      if (outcome === 'violation') violations += 1;
    }
    const stateBytes = statSync(join(folder, 'run.state')).size;
    process.stdout.write(
      `${JSON.stringify({ objects: OBJECTS, ...result, lines, violations, stateBytes })}\n`,
    );
    expect(result.status).toBe(1);
    expect([lines, keys.size, violations]).toEqual([OBJECTS + 2, OBJECTS + 2, OBJECTS / 10]);
    expect(result.endMb).toBeLessThan(result.tenthMb * 1.5);
  });
});
