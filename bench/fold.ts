import { LineFold } from '../src/reaudit/fold.ts';
import { renderReport } from '../src/reaudit/report.ts';
import { summaryJson } from '../src/reaudit/summary-json.ts';
import { Tally } from '../src/reaudit/tally.ts';
import { world } from '../test/fixtures/report/world.ts';
import { BundleFolder } from './bundles.ts';
import { collectGarbage, nowMicros, spread } from './lib.ts';
import { type PipedReport, pipeReport } from './report-process.ts';
import type { Budget, Cell, Finding, PartInput } from './results.ts';

const MIB = 1_048_576;
/** Lines that are made, parsed and folded in one go, so that none of the three waits for the others' memory. */
const CHUNK = 5_000;
const SHARES = [0.1, 0.2, 0.5, 1];
/** Flat: what ten times the records take, of what a tenth of them takes. */
const MOST_GROWTH = 1.2;

interface Times {
  readonly parseMs: number[];
  readonly foldMs: number[];
}

/** The same lines once by JSON.parse and once by the fold, which of them first by turns. */
function takeChunk(lines: readonly Buffer[], fold: LineFold, times: Times, turn: number): void {
  const parse = (): void => {
    const started = nowMicros();
    for (const line of lines) JSON.parse(line.toString('utf8'));
    times.parseMs.push((nowMicros() - started) / 1_000);
  };
  const add = (): void => {
    const started = nowMicros();
    for (const line of lines) fold.add(line);
    times.foldMs.push((nowMicros() - started) / 1_000);
  };
  for (const work of turn % 2 === 0 ? [parse, add] : [add, parse]) work();
}

interface Held {
  readonly share: number;
  readonly rss: number;
  readonly heap: number;
}

interface Folded {
  readonly tally: Tally;
  readonly times: Times;
  readonly held: readonly Held[];
  readonly bytes: number;
}

function foldAll(records: number): Folded {
  const tally = new Tally();
  const fold = new LineFold(tally);
  const times: Times = { parseMs: [], foldMs: [] };
  const held: Held[] = [];
  let lines: Buffer[] = [];
  let [done, bytes, turn] = [0, 0, 0];
  for (const record of world(records)) {
    const line = Buffer.from(JSON.stringify(record));
    bytes += line.length;
    lines.push(line);
    done += 1;
    if (lines.length < CHUNK && done < records) continue;
    takeChunk(lines, fold, times, turn++);
    lines = [];
    const share = SHARES.find((one) => done >= one * records && !held.some((known) => known.share === one));
    if (share === undefined) continue;
    collectGarbage();
    const { rss, heapUsed } = process.memoryUsage();
    // The heap is what is held; the resident set also shows what the collector has not given back.
    held.push({ share, rss, heap: heapUsed });
  }
  if (fold.read !== records) throw new Error(`expected ${records} records, folded ${fold.read}`);
  return { tally, times, held, bytes };
}

/** The command line itself, which a tenth of the records and all of them are piped into. */
async function pipeAll(records: number): Promise<readonly PipedReport[]> {
  const cli = await new BundleFolder().cli();
  const piped: PipedReport[] = [];
  for (const share of [0.1, 1]) piped.push(await pipeReport(cli, share * records));
  return piped;
}

/** Time and memory of folding the records of a large run, and of the report of it. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const records = quick ? 200_000 : 5_000_000;
  const piped = await pipeAll(records);
  const { tally, times, held, bytes } = foldAll(records);
  const meta = { generatedAt: '2026-11-21T04:00:00.000Z', version: 'bench' };
  const renders: readonly (readonly [string, () => string])[] = [
    ['HTML report', () => renderReport(tally, meta)],
    ['JSON summary', () => summaryJson(tally, meta)],
  ];
  const rendered = renders.map(([name, render]): readonly Cell[] => {
    const taken = Array.from({ length: 9 }, () => {
      const started = nowMicros();
      render();
      return (nowMicros() - started) / 1_000;
    });
    return [name, spread(taken), Buffer.byteLength(render()) / 1_024];
  });
  const perLine = (all: readonly number[]): Cell => spread(all.map((ms) => (ms * 1_000) / CHUNK));
  const compared = spread(times.foldMs.map((ms, at) => ms / (times.parseMs[at] ?? Number.NaN)));
  return {
    title: 'Folding records into a report',
    settings: `${records.toLocaleString('en-US')} records, ${Math.round(bytes / records)} bytes each, piped into the process of the command; then folded in the process of the bench, by turns with parsing, ${CHUNK} lines at a time.`,
    tables: [
      {
        title: 'Time of one line, from its bytes',
        columns: [
          { name: 'work' },
          { name: 'µs a line', digits: 2 },
          { name: 'times JSON.parse', digits: 2 },
        ],
        rows: [
          ['decode and JSON.parse', perLine(times.parseMs), 1],
          ['decode, check and fold', perLine(times.foldMs), compared],
        ],
      },
      {
        title: 'The process `s3-encryption-auditor report -`, without any flag of Node',
        columns: [
          { name: 'records piped in', digits: 0 },
          { name: 'peak RSS MiB' },
          { name: 'seconds, making the records included' },
          { name: 'report KiB', digits: 0 },
        ],
        rows: piped.map((one) => [
          one.records.toLocaleString('en-US'),
          (one.peakRss ?? Number.NaN) / MIB,
          one.seconds,
          one.reportBytes / 1_024,
        ]),
      },
      {
        title:
          'In the process of the bench, under --max-semi-space-size=8 and each time after a forced collection of garbage',
        columns: [{ name: 'folded' }, { name: 'RSS MiB' }, { name: 'heap in use MiB' }],
        rows: held.map(({ share, rss, heap }) => [`${share * 100}%`, rss / MIB, heap / MIB]),
      },
      {
        title: 'Rendering what was folded',
        columns: [{ name: 'form' }, { name: 'milliseconds' }, { name: 'KiB', digits: 0 }],
        rows: rendered,
      },
    ],
    budgets: flatness(piped, held),
    notes: [],
    facts: {},
  };
}

function flatness(piped: readonly PipedReport[], held: readonly Held[]): readonly Budget[] {
  const growth = (of: readonly (number | undefined)[]): number =>
    (of.at(-1) ?? Number.NaN) / (of[0] ?? Number.NaN);
  const [few, all] = piped.map((one) => one.records.toLocaleString('en-US'));
  const growths = [
    {
      name: `peak RSS of the process \`report -\`: ${all} records / ${few}`,
      measured: growth(piped.map(({ peakRss }) => peakRss)),
    },
    {
      name: 'heap in use after a forced collection: at 100% / at 10%',
      measured: growth(held.map(({ heap }) => heap)),
    },
  ];
  return growths.map(({ name, measured }) => ({
    name,
    wanted: `at most ${MOST_GROWTH}`,
    measured,
    met: measured <= MOST_GROWTH,
  }));
}
