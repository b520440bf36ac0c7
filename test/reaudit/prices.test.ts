import fc from 'fast-check';
import { expect, test } from 'vitest';
import table from '../../src/reaudit/prices.json' with { type: 'json' };
import { costOf, dollars, parsePrices, readPrices, shippedPrices } from '../../src/reaudit/prices.ts';
import { fuzzRuns } from '../support/fuzz.ts';

test('each price that ships has a day, a source, and says that it is to be checked again', () => {
  expect(shippedPrices().date).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const price of Object.values(table.prices)) {
    expect([price.source === '', price.check]).toEqual([false, 'again']);
  }
});

test.each([
  ['head', 1_000_000_000n, '$400.00'],
  ['list', 1_000_000n, '$5.00'],
  ['inventory', 1_000_000_000n, '$2.50'],
  ['inventory', 1n, 'below $0.0001'],
  ['head', 0n, '$0.0000'],
  ['head', 1n, 'below $0.0001'],
  ['head', 10_000n, '$0.0040'],
  ['batchObject', 12_345_678_000_000n, '$12,345,678.00'],
] as const)('%s, %d units: %s', (name, units, expected) => {
  expect(dollars(costOf(shippedPrices().prices[name], units))).toBe(expected);
});

test('a number and a text are the same price, also where a number would print with an exponent', () => {
  const priced = (usd: unknown) =>
    parsePrices(
      JSON.stringify({ ...table, prices: { ...table.prices, head: { ...table.prices.head, usd } } }),
      'p',
    ).prices.head;
  expect(priced(0.0000004)).toEqual(priced('0.0000004'));
});

test('all that is wrong with a table is told at once', () => {
  const broken = {
    ...table,
    date: 'today',
    extra: 1,
    prices: { ...table.prices, head: { usd: '-1', per: 1, unit: 'x', source: 's' }, list: undefined },
    assumptions: { ...table.assumptions, objectsPerBatch: { value: 0, source: 's' } },
  };
  const read = readPrices(JSON.parse(JSON.stringify(broken)));
  const text = read.kind === 'malformed' ? read.problems.join('\n') : '';
  for (const name of ['date', 'extra', 'prices.head', 'prices.list', 'assumptions.objectsPerBatch']) {
    expect(text).toContain(`"${name}"`);
  }
});

test('whatever JSON is given, it is a table or is told what is wrong', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const read = readPrices(value);
      expect(read.kind === 'malformed' && read.problems.length > 0).toBe(true);
    }),
    { numRuns: fuzzRuns() },
  );
});
