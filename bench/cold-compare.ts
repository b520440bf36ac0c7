import type { Cold } from './cold-process.ts';
import { alike, oneFile, type Variant } from './cold-variants.ts';
import { ratios, spread } from './lib.ts';
import type { Budget, Cell, Spread, Table } from './results.ts';

const MIB = 1_048_576;
const MOST = 1.3;

export type Taken = ReadonlyMap<Variant, readonly Cold[]>;

type Measure = (cold: Cold) => number;

const BOTH: Measure = ({ importMs, eventMs }) => importMs + eventMs;
const CPU: Measure = ({ cpuMs }) => cpuMs;
const RSS: Measure = ({ afterEvent }) => afterEvent.rss;

const MEASURES: readonly (readonly [string, Measure])[] = [
  ['import ms', ({ importMs }) => importMs],
  ['first event ms', ({ eventMs }) => eventMs],
  ['both ms', BOTH],
  ['CPU ms', CPU],
  ['RSS MiB, imported', ({ afterImport }) => afterImport.rss / MIB],
  ['served', (cold) => RSS(cold) / MIB],
  ['heap MiB, imported', ({ afterImport }) => afterImport.heapUsed / MIB],
  ['served', ({ afterEvent }) => afterEvent.heapUsed / MIB],
];

/** What each subject took by itself. */
export function timesTable(taken: Taken): Table {
  return {
    title: 'Import and first event in a fresh process; memory after the import and after the event',
    columns: [{ name: 'handler' }, ...MEASURES.map(([name]) => ({ name, digits: 0 }))],
    rows: [...taken].map(([{ name }, colds]) => [
      name,
      ...MEASURES.map(([, of]): Cell => spread(colds.map(of))),
    ]),
  };
}

interface Compared {
  readonly handler: string;
  readonly clients: string;
  readonly oneFile: Spread;
  readonly alike: Spread;
  readonly alikeCpu: Spread;
  readonly alikeRss: Spread;
}

/** Every handler beside the clients that it is held against, bundled in both ways. */
function compared(taken: Taken): readonly Compared[] {
  const named = new Map([...taken].map(([{ name }, all]) => [name, all]));
  return [...taken].flatMap(([{ name, beside }, all]) =>
    beside.map((clients) => {
      const ratio = (than: string, of: Measure): Spread =>
        ratios(all.map(of), (named.get(than) ?? []).map(of));
      return {
        ...{ handler: name, clients },
        oneFile: ratio(oneFile(clients), BOTH),
        alike: ratio(alike(clients), BOTH),
        alikeCpu: ratio(alike(clients), CPU),
        alikeRss: ratio(alike(clients), RSS),
      };
    }),
  );
}

/** The same ratios that the budgets are about, with what they are made of. */
export function comparison(taken: Taken): Table {
  const names = ['time, clients in one file', 'time, bundled alike', 'CPU, alike', 'RSS, alike'];
  return {
    title: 'Times what the clients alone take, import and event together',
    columns: [{ name: 'handler' }, { name: 'clients' }, ...names.map((name) => ({ name, digits: 2 }))],
    rows: compared(taken).map((one): readonly Cell[] => [
      ...[one.handler, one.clients],
      ...[one.oneFile, one.alike, one.alikeCpu, one.alikeRss],
    ]),
  };
}

/** At most 1.3 times the clients, however those are bundled: each has a verdict of its own. */
export function budgetsOf(taken: Taken): readonly Budget[] {
  return compared(taken).flatMap(({ handler, clients, ...ratio }) =>
    (
      [
        [`${handler} / ${alike(clients)}, time to import and serve`, ratio.alike],
        [`${handler} / ${oneFile(clients)}, time to import and serve`, ratio.oneFile],
        [`${handler} / ${alike(clients)}, RSS after it`, ratio.alikeRss],
      ] as const
    ).map(([name, measured]) => ({
      ...{ name, wanted: `at most ${MOST}`, measured },
      met: measured.median <= MOST,
    })),
  );
}
