import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Machine, Spread } from './results.ts';

/** One way of doing the same work. */
export interface Subject {
  readonly name: string;
  /** How many objects make a round, where it is not the usual number: slow subjects need fewer. */
  readonly count?: number;
  /** Does the work for `count` objects; answers what it took where that happened in another process. */
  run(count: number): Promise<Round | undefined>;
}

export interface Round {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

export interface Measured {
  readonly name: string;
  readonly rounds: readonly Round[];
  /** CPU, user and system, for each object. */
  readonly cpuMicros: Spread;
  readonly perSecond: Spread;
}

/** Does `work` once for every item in every round, each round from another one on, so that a slow spell meets all alike. */
export async function interleaved<Item, Result>(
  items: readonly Item[],
  rounds: number,
  work: (item: Item, round: number) => Promise<Result>,
): Promise<ReadonlyMap<Item, readonly Result[]>> {
  const taken = new Map<Item, Result[]>(items.map((item) => [item, []]));
  for (let round = 0; round < rounds; round++) {
    const shift = round % items.length;
    for (const item of [...items.slice(shift), ...items.slice(0, shift)]) {
      taken.get(item)?.push(await work(item, round));
    }
  }
  return taken;
}

/** Measures subjects side by side, after a round of each that does not count. */
export async function sideBySide(
  subjects: readonly Subject[],
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<readonly Measured[]> {
  for (const subject of subjects) await subject.run(subject.count ?? count);
  const taken = await interleaved(subjects, rounds, (subject) => measure(subject, subject.count ?? count));
  return subjects.map((subject) => {
    const of = taken.get(subject) ?? [];
    return {
      name: subject.name,
      rounds: of,
      cpuMicros: spread(of.map(({ cpuMicros }) => cpuMicros)),
      perSecond: spread(of.map(({ perSecond }) => perSecond)),
    };
  });
}

async function measure(subject: Subject, count: number): Promise<Round> {
  collectGarbage();
  const started = process.hrtime.bigint();
  const before = process.cpuUsage();
  const elsewhere = await subject.run(count);
  const { user, system } = process.cpuUsage(before);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return elsewhere ?? { cpuMicros: (user + system) / count, perSecond: count / seconds };
}

/** The median with the first and the third quartile, by linear interpolation. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? Number.NaN;
    const high = sorted[Math.ceil(place)] ?? Number.NaN;
    return low + (high - low) * (place - Math.floor(place));
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75) };
}

/** A ratio within each round, and the spread of those. */
export const ratios = (of: readonly number[], than: readonly number[]): Spread =>
  spread(of.map((one, round) => one / (than[round] ?? Number.NaN)));

/** How many times the CPU of `than` a subject takes. */
export const cpuRatio = (of: Measured, than: Measured): Spread =>
  ratios(
    of.rounds.map(({ cpuMicros }) => cpuMicros),
    than.rounds.map(({ cpuMicros }) => cpuMicros),
  );

/** Does `work` for every index below `count`, at most `concurrency` at once. */
export async function bounded(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<undefined> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** Microseconds on a clock that never goes back. The CPU time of a thread is told in steps that are too coarse here. */
export const nowMicros = (): number => Number(process.hrtime.bigint()) / 1_000;

let collector: (() => void) | undefined;

/** Collects garbage now, so that what is left over from before is not paid for by what is measured next. */
export function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    const found: () => void = runInNewContext('gc');
    collector = found;
  }
  collector();
}

export interface BenchServer {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts the stand-in for AWS in another process. It ends with this one. */
export function startServer(latencyMs: number, objects: number): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [String(latencyMs), String(objects)]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (port) => resolve({ port: Number(port), child }));
  });
}

/** What the numbers were measured on. */
export function machine(): Machine {
  const all = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memory: totalmem(),
    // Of a kernel's name only the version: the rest names whoever built it.
    release: release().split('.').slice(0, 2).join('.'),
  };
}

/** What the bench itself writes, which makes no other tree. */
const WRITTEN = ['bench/results.json', 'docs/performance.md'];

/** The commit that is measured, marked where the tree holds something else; `unknown` where there is no repository. */
export function commit(): string {
  const git = (...words: readonly string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', words, {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
    });
    return status === 0 ? stdout.trim() : undefined;
  };
  const id = git('rev-parse', '--short=12', 'HEAD');
  const changed = git('status', '--porcelain', '--', ':/', ...WRITTEN.map((file) => `:(top,exclude)${file}`));
  return id === undefined ? 'unknown' : `${id}${changed === '' ? '' : ' with changes'}`;
}
