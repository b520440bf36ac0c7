import { arch, cpus, platform } from 'node:os';

/** Where, when and how long something ran that began at `startMs` by `performance.now()`. */
export function machineText(startMs: number): string {
  const on = new Date().toISOString().slice(0, 10);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const processors = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}`;
  return `${on}, ${seconds} s; Node ${process.version} on ${platform()} ${arch()}, ${processors}`;
}
