// Folds the results of a run of five million objects, as reaudit-summary does, and tells what memory it took.
//   node bench/summary-fold.ts [objects]
import { renderReport } from '../src/reaudit/report.ts';
import { findResults } from '../src/reaudit/summary-run-files.ts';
import { foldResults } from '../src/reaudit/summary-run-fold.ts';
import type { LostDeps } from '../src/reaudit/summary-run-lost.ts';
import { batches, PER_BATCH, preparedPolicy, SyntheticStore } from './summary-fold-world.ts';

const MIB = 1024 * 1024;
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`.padStart(11);

/** Folds a run of so many objects; `at` is called with each tenth of it. */
export async function foldRun(objects: number, at: (share: number) => void) {
  const all = batches(objects);
  let given = 0;
  const store = new SyntheticStore(objects, () => {
    given += 1;
    if (given % Math.max(1, Math.floor(all / 10)) === 0) at(Math.round((10 * given) / all) / 10);
  });
  const deps: LostDeps = {
    store,
    readBatch: () => ({ kind: 'malformed', why: 'none is lost' }),
    giveUp: () => {
      throw new Error('none is lost');
    },
  };
  const found = await findResults(store, store.runId);
  return { ...(await foldResults(store.runId, found, preparedPolicy(), deps)), fileBytes: store.bytes };
}

async function main(): Promise<void> {
  const objects = Number(process.argv[2] ?? 5_000_000);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const rss = new Map<number, number>();
  const {
    tally,
    batches: folded,
    incomplete,
    fileBytes,
  } = await foldRun(objects, (share) => {
    // What is garbage by now is no memory that folding needs; run with --expose-gc to leave it out.
    globalThis.gc?.();
    rss.set(share, process.memoryUsage().rss);
  });
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const report = renderReport(tally, { generatedAt: new Date().toISOString(), version: 'bench' });
  console.log(
    `objects    ${tally.listed} in ${folded} batches of ${PER_BATCH}, ${mib(fileBytes).trim()} of results`,
  );
  for (const [share, bytes] of rss)
    console.log(`RSS at ${String(Math.round(share * 100)).padStart(3)}% ${mib(bytes)}`);
  console.log(`RSS at end  ${mib(process.memoryUsage().rss)}`);
  console.log(
    `time       ${seconds.toFixed(1)} s, CPU ${((user + system) / 1e6).toFixed(1)} s, making the records included`,
  );
  console.log(
    `report     ${mib(Buffer.byteLength(report)).trim()}, tally ${mib(JSON.stringify(tally).length).trim()}`,
  );
  const exact =
    tally.listed === objects && tally.total.amount().objects === objects && incomplete.length === 0;
  console.log(`exact      ${exact ? 'yes' : `NO: ${incomplete.join(' ')}`}`);
  if (!exact) process.exitCode = 1;
}

if (import.meta.main) await main();
