import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { world } from '../test/fixtures/report/world.ts';

/** What it took to pipe records into the command `report`. */
export interface PipedReport {
  readonly records: number;
  /** Bytes; `undefined` where the system does not tell it of another process, as only Linux does. */
  readonly peakRss: number | undefined;
  readonly seconds: number;
  readonly reportBytes: number;
}

/** Lines that are written at once. */
const CHUNK = 500;

/** Pipes so many records into `report -` of the command line in `cli`, a process without any flag of Node. */
export async function pipeReport(cli: string, records: number): Promise<PipedReport> {
  const started = performance.now();
  const child = spawn(process.execPath, [cli, 'report', '-'], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let [peakRss, reportBytes]: [number | undefined, number] = [undefined, 0];
  child.stdout.on('data', (bytes: Buffer) => {
    // It has rendered all by now, and waits for its pipe to be read.
    peakRss = peakOf(child.pid) ?? peakRss;
    reportBytes += bytes.length;
  });
  const ended = once(child, 'close');
  let lines: string[] = [];
  let made = 0;
  for (const record of world(records)) {
    lines.push(`${JSON.stringify(record)}\n`);
    made += 1;
    if (lines.length < CHUNK && made < records) continue;
    if (!child.stdin.write(lines.join(''))) await Promise.race([once(child.stdin, 'drain'), ended]);
    lines = [];
  }
  child.stdin.end();
  const [status] = await ended;
  if (reportBytes === 0) throw new Error(`the command report ended with exit status ${status} and no report`);
  return { records, peakRss, reportBytes, seconds: (performance.now() - started) / 1_000 };
}

/** The most memory that a process has ever had: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1_024;
  } catch {
    return undefined;
  }
}
