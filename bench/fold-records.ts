import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LineFold } from '../src/reaudit/fold.ts';
import { renderReport } from '../src/reaudit/report.ts';
import { Tally } from '../src/reaudit/tally.ts';
import { world } from '../test/fixtures/report/world.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/**
 * Folds synthetic records, as the lines that they would be read as, into a tally and a report; prints time and memory at
 * every tenth. `node bench/fold-records.ts [records]`, 5,000,000 by default.
 */
function main(): void {
  const records = Number(process.argv[2] ?? 5_000_000);
  const tally = new Tally();
  const fold = new LineFold(tally);
  const began = performance.now();
  let done = 0;
  let most = 0;
  for (const record of world(records)) {
    fold.add(Buffer.from(JSON.stringify(record)));
    done += 1;
    if (done % Math.ceil(records / 10) !== 0 && done !== records) continue;
    // The heap is what is held; the resident set also shows what the collector has not yet given back.
    collect();
    const heap = process.memoryUsage().heapUsed / 1_048_576;
    const mebibytes = process.memoryUsage().rss / 1_048_576;
    most = Math.max(most, mebibytes);
    const seconds = (performance.now() - began) / 1_000;
    console.log(
      `${Math.round((done / records) * 100)} %  ${done} records  ${seconds.toFixed(1)} s  RSS ${mebibytes.toFixed(0)} MiB, heap ${heap.toFixed(1)} MiB`,
    );
  }
  const page = renderReport(tally, { generatedAt: '2026-11-21T04:00:00.000Z', version: 'bench' });
  const json = JSON.stringify(tally);
  console.log(
    `report ${Buffer.byteLength(page)} bytes, tally ${Buffer.byteLength(json)} bytes, most RSS ${most.toFixed(0)} MiB`,
  );
}

main();
