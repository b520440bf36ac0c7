import { type Estimate, estimate, type PlanSource } from '../src/reaudit/estimate.ts';
import { shippedPrices } from '../src/reaudit/prices.ts';
import prices from './prices.json' with { type: 'json' };
import type { Cell, Finding, PartInput, Table } from './results.ts';
import { preparedPolicy } from './summary-fold-world.ts';

const { prices: usd, sizes } = prices;
const MILLION = 1_000_000;
const BILLION = 1_000_000_000;
const BATCHES = [1, 10, 100, 1_000];
/** What SQS hands out with one request, and takes back with one. */
const RECEIVED_AT_ONCE = 10;
const PICO = 1e12;
const HOUR = 3_600;

interface Measurements {
  /** Milliseconds of an invocation for a batch of so many, where every answer takes 30 ms. */
  readonly milliseconds: (batch: number) => number;
  /** CPU of one record in a batch of so many. */
  readonly cpuMicros: (batch: number) => number;
  readonly commandMicros: number;
}

function measurements({ results }: PartInput): Measurements {
  const fact = (part: 'a' | 'b', name: string): number => {
    const found = results[part]?.facts[name];
    if (found === undefined) throw new Error(`part ${part} has to run first: it measures "${name}"`);
    return found;
  };
  return {
    milliseconds: (batch) => fact('b', `milliseconds ${batch} 0%`),
    cpuMicros: (batch) => fact('b', `cpuMicros ${batch} 0%`),
    commandMicros: fact('a', 'commandMicros'),
  };
}

/** What Lambda charges for: the time as measured, and what the CPU's share of it grows by where memory buys less than a whole CPU. */
function billedSeconds(batch: number, megabytes: number, measured: Measurements): number {
  const cpuSeconds = (measured.cpuMicros(batch) * batch) / MILLION;
  const stretch = Math.max(1, sizes.wholeCpuMegabytes.value / megabytes);
  return measured.milliseconds(batch) / 1_000 + cpuSeconds * (stretch - 1);
}

const gigabyteSeconds = (seconds: number, megabytes: number): number => (seconds * megabytes) / 1_024;

/** A price of the product's own table, for one unit. */
function shipped(name: 'head' | 'lambdaRequest'): number {
  const { picodollars, per } = shippedPrices().prices[name];
  return Number(picodollars) / PICO / Number(per);
}

function eventPath(measured: Measurements): Table {
  const rows = BATCHES.map((batch): readonly Cell[] => {
    const invocations = MILLION / batch;
    const seconds = billedSeconds(batch, sizes.queueFunctionMegabytes.value, measured);
    const heads = MILLION * shipped('head');
    // Each message is sent by itself; received and deleted ten at a time, or one by one where a batch is one.
    const handed = MILLION / Math.min(batch, RECEIVED_AT_ONCE);
    const queue = (MILLION + 2 * handed) * usd.sqsRequest.usd;
    const requests = invocations * shipped('lambdaRequest');
    const time =
      invocations *
      gigabyteSeconds(seconds, sizes.queueFunctionMegabytes.value) *
      usd.lambdaGigabyteSecond.usd;
    // Two topics are told once a batch, where one in a hundred violates for one cause.
    const alerts = 2 * Math.min(invocations, MILLION / 100) * usd.snsPublish.usd;
    const all = heads + queue + requests + time;
    return [String(batch), seconds * 1_000, heads, queue, requests, time, all, alerts];
  });
  const dollars = [
    'HEADs $',
    'SQS $',
    'Lambda requests $',
    'Lambda time $',
    'together $',
    '1% violating: SNS adds $',
  ];
  return {
    title: 'Event path, dollars for 1,000,000 objects',
    columns: [
      { name: 'messages a batch' },
      { name: 'billed ms an invocation', digits: 0 },
      ...dollars.map((name) => ({ name, digits: 2 })),
    ],
    rows,
  };
}

/** What running takes beside the requests that the product's own estimate prices. */
function running(
  source: PlanSource,
  measured: Measurements,
): { readonly usd: number; readonly what: string } {
  switch (source) {
    case 'list-head': {
      const hours = (measured.commandMicros * BILLION) / MILLION / HOUR;
      return { usd: 0, what: `${hours.toFixed(0)} hours of one CPU, yours` };
    }
    case 'step-functions': {
      const { value } = sizes.batchFunctionMegabytes;
      const seconds = billedSeconds(1_000, value, measured);
      const batches = BILLION / 1_000;
      const lambda = gigabyteSeconds(seconds, value) * usd.lambdaGigabyteSecond.usd;
      const express = usd.expressRequest.usd + gigabyteSeconds(seconds, 64) * usd.expressGigabyteSecond.usd;
      return {
        usd: batches * (lambda + express),
        what: `${(seconds * 1_000).toFixed(0)} ms for each 1,000 objects`,
      };
    }
    case 'batch-operations': {
      const { value } = sizes.queueFunctionMegabytes;
      const seconds = billedSeconds(1, value, measured);
      const lambda = gigabyteSeconds(seconds, value) * usd.lambdaGigabyteSecond.usd;
      return { usd: BILLION * lambda, what: `${(seconds * 1_000).toFixed(0)} ms for each object` };
    }
    case 'inventory':
    case 'metadata-table':
      return { usd: 0, what: 'reading the rows, not measured' };
  }
}

function reaudit(estimated: Estimate, measured: Measurements): Table {
  return {
    title: 'Re-audit, dollars for 1,000,000,000 objects in S3 Standard under a rule by key',
    columns: [
      { name: 'source' },
      { name: 'answers the rule' },
      { name: 'requests and scans $', digits: 2 },
      { name: 'running $', digits: 2 },
      { name: 'together $', digits: 2 },
      { name: 'running is' },
    ],
    rows: estimated.plans.map(({ source, sufficient, picodollars }): readonly Cell[] => {
      const requests = Number(picodollars) / PICO;
      const { usd: spent, what } = running(source, measured);
      return [source, sufficient ? 'yes' : 'no', requests, spent, requests + spent, what];
    }),
  };
}

/** Dollars, from the price tables and from the times that the other parts measured. */
export async function find(input: PartInput): Promise<Finding> {
  const measured = measurements(input);
  const estimated = estimate({
    count: {
      method: 'given',
      objects: BILLION,
      low: BILLION,
      high: BILLION,
      requests: 0,
      classes: new Map(),
    },
    rules: preparedPolicy().policy.rules,
    prices: shippedPrices(),
  });
  const smoke = input.results.a?.quick === true || input.results.b?.quick === true;
  const all = Object.values(usd).map(
    ({ usd: price, unit }) => `$${price.toFixed(10).replace(/0+$/, '')} per ${unit}`,
  );
  return {
    title: 'Cost',
    settings: `Prices of src/reaudit/prices.json (${shippedPrices().date}) and bench/prices.json (${prices.date}), both ${prices.region}.`,
    tables: [eventPath(measured), reaudit(estimated, measured)],
    budgets: [],
    notes: [
      `From (b) go in: the time of an invocation where every answer takes 30 ms (${BATCHES.map((batch) => `${batch}: ${measured.milliseconds(batch).toFixed(0)} ms`).join(', ')}) and the CPU of a record (${BATCHES.map((batch) => `${batch}: ${measured.cpuMicros(batch).toFixed(0)} µs`).join(', ')}), none violating. From (a): ${measured.commandMicros.toFixed(0)} µs of CPU for an object of the command \`audit\`.`,
      'Billed time is the measured time, with its CPU part stretched to the share of a CPU that the memory of the template buys. A CPU of Lambda is taken to be as fast as this one.',
      'The map and the S3 Batch Operations function are taken to need what audit-queue needs for a batch of 1,000 and of 1. They were not measured themselves.',
      `Beside the shipped table: ${all.join('; ')}. ${prices.note}`,
      'Left out: cold starts, logs, KMS (a few requests every five minutes), data transfer, polling of an empty queue, CloudWatch alarms, and what an inventory or a metadata table takes to store and read.',
      ...(smoke ? ['The measured times come from a smoke run.'] : []),
    ],
    facts: {},
  };
}
