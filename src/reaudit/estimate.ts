import type { Rule } from '../policy/types.ts';
import type { ObjectCount } from './estimate-count.ts';
import { inventoryAnswers, type Sufficiency, tableAnswers } from './estimate-rules.ts';
import { costOf, type Price, type PriceName, type PriceTable } from './prices.ts';
import { SAMPLE_SIZE } from './sample-check-draw.ts';

export type PlanSource = 'list-head' | 'inventory' | 'metadata-table' | 'step-functions' | 'batch-operations';

/** One line of a bill: so many units of something that has a price. */
export interface CostLine {
  readonly price: PriceName;
  readonly unit: string;
  readonly units: bigint;
  readonly picodollars: bigint;
}

/** What auditing all objects by one source takes. */
export interface Plan extends Sufficiency {
  readonly source: PlanSource;
  readonly lines: readonly CostLine[];
  readonly picodollars: bigint;
  /** What else costs and has no price in the table. */
  readonly unpriced: readonly string[];
  /** HEAD and LIST requests at S3's documented rate for one partitioned prefix. */
  readonly seconds: number;
  /** Of when the verdicts are. */
  readonly freshness: string;
}

export interface Estimate {
  readonly count: ObjectCount;
  readonly prices: PriceTable;
  readonly plans: readonly Plan[];
  readonly cheapest: Plan;
}

export interface EstimateRequest {
  readonly count: ObjectCount;
  /** The rules that can govern what is below the prefix. */
  readonly rules: readonly Rule[];
  readonly prices: PriceTable;
}

/** Works out what a re-audit takes by each source, and which is the cheapest that suffices under these rules. */
export function estimate({ count, rules, prices }: EstimateRequest): Estimate {
  const heads = headUnits(count);
  const lists = BigInt(Math.ceil(count.objects / 1_000));
  const sample = BigInt(Math.min(SAMPLE_SIZE, count.objects));
  const objects = BigInt(count.objects);
  const maker = new PlanMaker(prices);
  const all = { sufficient: true, because: 'a HEAD shows all that any rule asks' };
  const listHead = maker.plan('list-head', all, [['list', lists], ...heads], {
    freshness: 'now',
  });
  const plans = [
    listHead,
    maker.plan(
      'inventory',
      inventoryAnswers(rules),
      [
        ['inventory', objects],
        ['head', sample],
      ],
      {
        freshness: 'when the inventory was begun: daily or weekly',
        unpriced: [
          'storing and reading the inventory files',
          'HEADs of rows that do not settle their object',
        ],
      },
    ),
    maker.plan(
      'metadata-table',
      tableAnswers(rules),
      [
        ['athenaScan', scanned(objects, prices)],
        ['head', sample],
      ],
      {
        freshness: 'the query, less up to an hour by which the table lags',
        unpriced: [
          'the standing price of S3 Metadata (a monthly fee per object above 1,000,000,000)',
          'HEADs of rows whose key is null',
        ],
      },
    ),
    maker.plan(
      'step-functions',
      all,
      [['list', lists], ...heads, ['lambdaRequest', batches(objects, prices)]],
      { freshness: 'now', unpriced: ['Step Functions itself', 'the running time of the functions'] },
    ),
    maker.plan(
      'batch-operations',
      all,
      [['batchJob', 1n], ['batchObject', objects], ...heads, ['lambdaRequest', objects]],
      { freshness: 'now', unpriced: ['the manifest', 'the running time of the function'] },
    ),
  ];
  const cheapest = plans.reduce(
    (best, plan) => (plan.sufficient && plan.picodollars < best.picodollars ? plan : best),
    listHead,
  );
  return { count, prices, plans, cheapest };
}

type Units = readonly [PriceName, bigint];

/** HEADs by what they cost: the classes that were seen stand for the whole. */
function headUnits({ objects, classes }: ObjectCount): readonly Units[] {
  const seen = [...classes.values()].reduce((sum, one) => sum + one, 0);
  const share = (storageClass: string): bigint =>
    seen === 0 ? 0n : (BigInt(objects) * BigInt(classes.get(storageClass) ?? 0)) / BigInt(seen);
  const infrequent = share('STANDARD_IA');
  const instant = share('GLACIER_IR');
  const rest = BigInt(objects) - infrequent - instant;
  const units: readonly Units[] = [
    ['head', rest],
    ['headStandardIa', infrequent],
    ['headGlacierIr', instant],
  ];
  return units.filter(([name, number]) => name === 'head' || number > 0n);
}

function scanned(objects: bigint, { assumptions }: PriceTable): bigint {
  const bytes = objects * BigInt(assumptions.scanBytesPerObject.value);
  const least = BigInt(assumptions.athenaLeastBytes.value);
  return bytes > least ? bytes : least;
}

function batches(objects: bigint, { assumptions }: PriceTable): bigint {
  const size = BigInt(assumptions.objectsPerBatch.value);
  return (objects + size - 1n) / size;
}

const REQUESTS: ReadonlySet<PriceName> = new Set(['list', 'head', 'headStandardIa', 'headGlacierIr']);

class PlanMaker {
  readonly #table: PriceTable;

  constructor(table: PriceTable) {
    this.#table = table;
  }

  plan(
    source: PlanSource,
    { sufficient, because }: Sufficiency,
    units: readonly Units[],
    { freshness, unpriced = [] }: { readonly freshness: string; readonly unpriced?: readonly string[] },
  ): Plan {
    const lines = units.map(([name, number]) => this.#line(name, number));
    const requests = lines
      .filter(({ price }) => REQUESTS.has(price))
      .reduce((sum, { units }) => sum + units, 0n);
    return {
      source,
      sufficient,
      because,
      lines,
      picodollars: lines.reduce((sum, line) => sum + line.picodollars, 0n),
      unpriced,
      seconds: Number(requests) / this.#table.headsPerSecond.value,
      freshness,
    };
  }

  #line(price: PriceName, units: bigint): CostLine {
    const found: Price = this.#table.prices[price];
    return { price, unit: found.unit, units, picodollars: costOf(found, units) };
  }
}
