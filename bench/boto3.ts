import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Subject } from './lib.ts';
import { CREDENTIALS } from './world.ts';

export interface Boto3 {
  readonly subject: Subject;
  stop(): void;
}

/** True where `python3` can import boto3. */
export const hasBoto3 = (): boolean => spawnSync('python3', ['-c', 'import boto3']).status === 0;

/** HEADs by boto3 from a pool of threads, in a process of its own, whose CPU that process tells. */
export async function startBoto3(port: number, concurrency: number, count: number): Promise<Boto3> {
  const script = join(import.meta.dirname, 'boto3_head.py');
  const args = [script, `http://127.0.0.1:${port}`, String(concurrency), CREDENTIALS.sessionToken];
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the boto3 process ended');
    return JSON.parse(String(value));
  };
  const { boto3, python } = await next();
  return {
    subject: {
      name: `boto3 ${boto3} head_object, threads (Python ${python})`,
      count,
      run: async (objects) => {
        child.stdin.write(`${objects}\n`);
        const { cpu, seconds } = await next();
        return { cpuMicros: (Number(cpu) / objects) * 1e6, perSecond: objects / Number(seconds) };
      },
    },
    stop: () => child.stdin.end(),
  };
}
