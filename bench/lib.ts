import { type ChildProcess, fork } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** One way of doing the same work. */
export interface Subject {
  readonly name: string;
  /** Does the work for `count` objects, at most `concurrency` at once. */
  run(count: number): Promise<void>;
}

export interface Round {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

export interface Spread {
  readonly median: number;
  /** Between the first and the third quartile. */
  readonly iqr: number;
}

export interface Measured {
  readonly name: string;
  readonly rounds: readonly Round[];
  /** CPU of this process, user and system, for each object. */
  readonly cpuMicros: Spread;
  readonly perSecond: Spread;
}

/** Runs every subject in every round, each round in another order, so that a slow spell of the machine meets all alike. */
export async function interleave(
  subjects: readonly Subject[],
  { rounds, count, warmUp }: { rounds: number; count: number; warmUp: number },
): Promise<readonly Measured[]> {
  const taken = new Map<string, Round[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await subject.run(warmUp);
  for (let round = 0; round < rounds; round++) {
    const shift = round % subjects.length;
    for (const subject of [...subjects.slice(shift), ...subjects.slice(0, shift)]) {
      taken.get(subject.name)?.push(await measure(subject, count));
    }
  }
  return subjects.map(({ name }) => {
    const of = taken.get(name) ?? [];
    return {
      name,
      rounds: of,
      cpuMicros: spread(of.map(({ cpuMicros }) => cpuMicros)),
      perSecond: spread(of.map(({ perSecond }) => perSecond)),
    };
  });
}

async function measure(subject: Subject, count: number): Promise<Round> {
  globalThis.gc?.();
  const started = process.hrtime.bigint();
  const before = process.cpuUsage();
  await subject.run(count);
  const { user, system } = process.cpuUsage(before);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { cpuMicros: (user + system) / count, perSecond: count / seconds };
}

/** The median with its spread, as linear interpolation gives quartiles. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? Number.NaN;
    const high = sorted[Math.ceil(place)] ?? Number.NaN;
    return low + (high - low) * (place - Math.floor(place));
  };
  return { median: at(0.5), iqr: at(0.75) - at(0.25) };
}

/** How many times the CPU of `than` a subject takes: a ratio within each round, then the median. */
export function ratio(of: Measured, than: Measured): Spread {
  return spread(of.rounds.map(({ cpuMicros }, i) => cpuMicros / (than.rounds[i]?.cpuMicros ?? Number.NaN)));
}

/** Does `work` for every index below `count`, at most `concurrency` at once. */
export async function bounded(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

export interface BenchServer {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts the stand-in for S3 in another process. It ends with this one. */
export function startServer(latencyMs: number, objects: number): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [String(latencyMs), String(objects)]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (port) => resolve({ port: Number(port), child }));
  });
}

/** What the numbers were measured on. */
export function machine(): Readonly<Record<string, string | number>> {
  const all = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
  };
}
