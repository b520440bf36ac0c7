import { handlers } from '../scripts/bundle.ts';
import { loading, sizes } from './cold-contents.ts';
import { FIRST_EVENTS } from './cold-events.ts';
import { type Cold, type ColdRun, coldStart } from './cold-process.ts';
import { type ColdWorld, IN_S3, makeWorld } from './cold-world.ts';
import { interleaved, ratios, spread } from './lib.ts';
import type { Budget, Cell, Finding, PartInput, Table } from './results.ts';

const MIB = 1_048_576;
const MOST = 1.3;

/** Which bundle of clients alone makes the requests of each handler's first event. */
const CLIENTS: Readonly<Record<string, string>> = { 'reaudit-summary': 'clients-s3' };
const clientsOf = (handler: string): string => CLIENTS[handler] ?? 'clients-s3-kms';

interface Variant extends ColdRun {
  readonly name: string;
  /** The name of the variant that it may not take 1.3 times of. */
  readonly beside?: string;
}

function variants({ bundles, env, policyFile, jsonPolicyFile }: ColdWorld): readonly Variant[] {
  const file = (name: string): string => bundles.get(name)?.file ?? '';
  const own = (name: string): Variant => ({ name, file: file(name), event: {}, env: env(IN_S3) });
  return [
    { ...own('empty'), name: 'empty handler' },
    ...['clients-s3-kms', 'clients-s3', 'clients-kms'].map(own),
    ...handlers().map((name) => ({
      name,
      file: file(name),
      event: FIRST_EVENTS[name],
      env: env(IN_S3),
      beside: clientsOf(name),
    })),
    ...[
      ['audit-queue, policy in the bundle', policyFile],
      ['audit-queue, policy in the bundle as JSON', jsonPolicyFile],
    ].map(([name = '', path = '']) => ({
      name,
      file: file('audit-queue'),
      event: FIRST_EVENTS['audit-queue'],
      env: env(path),
      beside: 'clients-kms',
    })),
  ];
}

type Taken = ReadonlyMap<Variant, readonly Cold[]>;

const MEASURES: readonly (readonly [string, (cold: Cold) => number])[] = [
  ['import ms', ({ importMs }) => importMs],
  ['first event ms', ({ eventMs }) => eventMs],
  ['both ms', ({ importMs, eventMs }) => importMs + eventMs],
  ['CPU ms', ({ cpuMs }) => cpuMs],
  ['RSS MiB', ({ afterEvent }) => afterEvent.rss / MIB],
  ['heap MiB', ({ afterEvent }) => afterEvent.heapUsed / MIB],
];

const BOTH = (cold: Cold): number => cold.importMs + cold.eventMs;
const RSS = ({ afterEvent }: Cold): number => afterEvent.rss;

/** The same ratios that the budgets are about, with what they are made of. */
function comparison(taken: Taken): Table {
  const colds = new Map([...taken].map(([{ name }, all]) => [name, all]));
  const compared = [({ importMs }: Cold) => importMs, BOTH, ({ cpuMs }: Cold) => cpuMs, RSS];
  return {
    title: 'Times what the clients alone take',
    columns: [
      { name: 'handler' },
      { name: 'clients' },
      ...['import', 'import and event', 'CPU', 'RSS'].map((name) => ({ name, digits: 2 })),
    ],
    rows: [...taken].flatMap(([{ name, beside }, all]) =>
      beside === undefined
        ? []
        : [
            [
              name,
              beside,
              ...compared.map((of): Cell => ratios(all.map(of), (colds.get(beside) ?? []).map(of))),
            ],
          ],
    ),
  };
}

function timesTable(taken: Taken): Table {
  return {
    title: 'Import and first event in a fresh process; memory after the event',
    columns: [{ name: 'handler' }, ...MEASURES.map(([name]) => ({ name, digits: 0 }))],
    rows: [...taken].map(([{ name }, colds]) => [
      name,
      ...MEASURES.map(([, of]): Cell => spread(colds.map(of))),
    ]),
  };
}

function budgetsOf(taken: Taken): readonly Budget[] {
  const colds = new Map([...taken].map(([{ name }, all]) => [name, all]));
  const compared: readonly (readonly [string, (cold: Cold) => number])[] = [
    ['time to import and serve', BOTH],
    ['RSS after it', RSS],
  ];
  return [...taken].flatMap(([{ name, beside }, all]) =>
    beside === undefined
      ? []
      : compared.map(([what, of]): Budget => {
          const measured = ratios(all.map(of), (colds.get(beside) ?? []).map(of));
          return {
            name: `${name} / ${beside}, ${what}`,
            wanted: `at most ${MOST}`,
            measured,
            met: measured.median <= MOST,
          };
        }),
  );
}

/** Time and memory of a cold start, what it loads, and what the bundles consist of. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const world = await makeWorld();
  const rounds = quick ? 5 : 25;
  const all = variants(world);
  for (const variant of all) await coldStart(variant);
  const taken = await interleaved(all, rounds, coldStart);
  const { table, budgets } = await loading(world);
  world.stop();
  return {
    title: 'Cold start',
    settings: `${rounds} rounds, each in fresh processes one after the other, as Lambda starts Node; the server in another process, without latency. The policy is read from S3 unless said.`,
    tables: [timesTable(taken), comparison(taken), table, ...sizes(world)],
    budgets: [...budgetsOf(taken), ...budgets],
    notes: [],
    facts: {},
  };
}
