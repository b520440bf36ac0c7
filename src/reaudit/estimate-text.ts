import { printable } from '../objects/printable.ts';
import type { Estimate, Plan, PlanSource } from './estimate.ts';
import type { ObjectCount } from './estimate-count.ts';
import { dollars } from './prices.ts';

const TITLES: Readonly<Record<PlanSource, string>> = {
  'list-head': 'LIST and HEAD, one machine',
  inventory: 'S3 Inventory (--inventory)',
  'metadata-table': 'S3 Metadata by Athena (--metadata)',
  'step-functions': 'Step Functions Distributed Map',
  'batch-operations': 'S3 Batch Operations',
};

const number = (value: number | bigint): string => value.toLocaleString('en-US');

/** The estimate for people: the count and its band, one block for each source, the cheapest that suffices first. */
export function estimateText(estimate: Estimate): string {
  const { count, prices, cheapest, plans } = estimate;
  const others = plans.filter((plan) => plan !== cheapest);
  return [
    countText(count),
    '',
    `Cheapest source that suffices under this policy: ${TITLES[cheapest.source]}`,
    '',
    ...[cheapest, ...others].flatMap((plan) => [...planLines(plan), '']),
    `Prices of ${prices.date}, ${prices.region}. ${printable(prices.note)}`,
    `Time is requests at ${number(prices.headsPerSecond.value)} a second, S3's rate for one partitioned prefix; S3 comes to it`,
    'gradually (503 Slow Down meanwhile), and n partitions take an n-th. One machine may be slower than S3.',
  ].join('\n');
}

/** For example `About 1,200,000 objects (900,000 to 1,500,000), ...`. */
export function countText({ method, objects, low, high, requests }: ObjectCount): string {
  const tried = `${number(requests)} LIST request${requests === 1 ? '' : 's'}`;
  switch (method) {
    case 'given':
      return `${number(objects)} objects, as --objects says`;
    case 'counted':
      return `${number(objects)} object${objects === 1 ? '' : 's'}, counted with ${tried}`;
    case 'cut':
      return `At least ${number(objects)} objects: ${tried} did not suffice to estimate how many. Say it by --objects N`;
    case 'probes': {
      const band = high === undefined ? `at least ${number(low)}` : `${number(low)} to ${number(high)}`;
      return (
        `About ${number(objects)} objects (${band}, two standard errors), estimated with ${tried}\n` +
        'by random descents in the tree of keys; where a few key ranges hold nearly all objects it may be further off.'
      );
    }
  }
}

function planLines(plan: Plan): readonly string[] {
  const verdict = plan.sufficient ? 'suffices' : 'does not suffice alone';
  return [
    `${TITLES[plan.source]}: ${dollars(plan.picodollars)}; its requests take ${durationText(plan.seconds)}; ${verdict}`,
    `  ${printable(plan.because)}`,
    ...plan.lines.map(
      ({ units, unit, picodollars }) => `  ${printable(unit)}: ${number(units)}, ${dollars(picodollars)}`,
    ),
    ...(plan.unpriced.length === 0 ? [] : [`  not in this price: ${plan.unpriced.join('; ')}`]),
    `  verdicts as of: ${plan.freshness}`,
  ];
}

/** For example `50.5 h`, `3.2 min`, `below 1 s`. */
export function durationText(seconds: number): string {
  if (seconds < 1) return 'below 1 s';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

/** The estimate as data; money as decimal text, so that nothing is rounded twice. */
export function estimateJson({ count, prices, plans, cheapest }: Estimate) {
  const { method, objects, low, high, requests } = count;
  return {
    objects: { method, estimate: objects, low, high: high ?? null, listRequests: requests },
    cheapest: cheapest.source,
    sources: plans.map((plan) => ({
      source: plan.source,
      sufficient: plan.sufficient,
      because: plan.because,
      usd: usd(plan.picodollars),
      seconds: Math.ceil(plan.seconds),
      freshness: plan.freshness,
      lines: plan.lines.map((line) => ({
        price: line.price,
        unit: line.unit,
        units: Number(line.units),
        usd: usd(line.picodollars),
      })),
      unpriced: plan.unpriced,
    })),
    prices: { date: prices.date, region: prices.region, note: prices.note },
  };
}

function usd(picodollars: bigint): string {
  const digits = String(picodollars).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}
