import { jsonFault } from '../objects/json-fault.ts';
import { printable } from '../objects/printable.ts';
import table from './prices.json' with { type: 'json' };
import { SourceUnusable } from './source-failures.ts';
import { isCount, isObject, isText } from './tally-guard.ts';

export const PRICE_NAMES = [
  'list',
  'head',
  'headStandardIa',
  'headGlacierIr',
  'inventory',
  'batchJob',
  'batchObject',
  'lambdaRequest',
  'athenaScan',
] as const;
export type PriceName = (typeof PRICE_NAMES)[number];

export const ASSUMPTION_NAMES = ['scanBytesPerObject', 'athenaLeastBytes', 'objectsPerBatch'] as const;
export type AssumptionName = (typeof ASSUMPTION_NAMES)[number];

/** What so many units cost, exactly: in millionths of a millionth of a dollar. */
export interface Price {
  readonly picodollars: bigint;
  readonly per: bigint;
  readonly unit: string;
  readonly source: string;
}

/** A number with where it comes from. */
export interface Figure {
  readonly value: number;
  readonly source: string;
}

/** Prices of one Region on one day. */
export interface PriceTable {
  readonly date: string;
  readonly region: string;
  readonly note: string;
  readonly prices: Readonly<Record<PriceName, Price>>;
  readonly headsPerSecond: Figure;
  readonly assumptions: Readonly<Record<AssumptionName, Figure>>;
}

const PICO = 12;
const USD = /^(\d{1,9})(?:\.(\d{1,12}))?$/;
/** Twelve places as text, where a small number would print as 1e-7. */
const asText = (usd: unknown): unknown =>
  typeof usd === 'number' && Number.isFinite(usd) && usd >= 0 ? usd.toFixed(PICO) : usd;

function picodollars(usd: unknown): bigint | undefined {
  const text = asText(usd);
  const [, whole, fraction = ''] = typeof text === 'string' ? (USD.exec(text) ?? []) : [];
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(PICO, '0'));
}

export type PricesReading =
  | { readonly kind: 'prices'; readonly table: PriceTable }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

/** Reads a price table from JSON as parsed; names all that is wrong at once. Never throws. */
export function readPrices(value: unknown): PricesReading {
  const problems: string[] = [];
  const read = new Members(value, '', problems);
  const date = read.text('date', /^\d{4}-\d\d-\d\d$/, 'a day, as 2026-11-21');
  const region = read.text('region', /^[a-z0-9-]{1,40}$/, 'a Region, as us-east-1');
  const note = read.optionalText('note');
  const prices = read.group('prices', PRICE_NAMES, readPrice);
  const rates = read.group('rates', ['headsPerSecond'], readFigure);
  const assumptions = read.group('assumptions', ASSUMPTION_NAMES, readFigure);
  read.refuseOthers(['date', 'region', 'note', 'prices', 'rates', 'assumptions']);
  if (problems.length > 0 || prices === undefined || rates === undefined || assumptions === undefined) {
    return { kind: 'malformed', problems };
  }
  const { headsPerSecond } = rates;
  return { kind: 'prices', table: { date, region, note, prices, headsPerSecond, assumptions } };
}

type ReadMember<T> = (value: unknown, name: string, problems: string[]) => T | undefined;

/** Members of an object that came from a file; what is wrong with them is gathered. */
class Members {
  readonly #object: object;
  readonly #path: string;
  readonly #problems: string[];

  constructor(value: unknown, path: string, problems: string[]) {
    this.#object = isObject(value) ? value : {};
    this.#path = path;
    this.#problems = problems;
    if (!isObject(value)) problems.push(`${path === '' ? 'the table' : `"${path}"`}: expected a JSON object`);
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? Reflect.get(this.#object, name) : undefined;
  }

  text(name: string, form: RegExp, expected: string): string {
    const value = this.get(name);
    if (isText(value) && form.test(value)) return value;
    this.#problems.push(`"${this.#name(name)}": expected ${expected}`);
    return '';
  }

  optionalText(name: string): string {
    const value = this.get(name) ?? '';
    if (isText(value)) return value;
    this.#problems.push(`"${this.#name(name)}": expected text`);
    return '';
  }

  group<Name extends string, T>(
    name: string,
    names: readonly Name[],
    read: ReadMember<T>,
  ): Readonly<Record<Name, T>> | undefined {
    const members = new Members(this.get(name), name, this.#problems);
    const found = names.flatMap((one): readonly (readonly [string, T])[] => {
      const value = read(members.get(one), `${name}.${one}`, this.#problems);
      return value === undefined ? [] : [[one, value]];
    });
    members.refuseOthers(names);
    const group: Readonly<Partial<Record<string, T>>> = Object.fromEntries(found);
    return hasAll(group, names) ? group : undefined;
  }

  refuseOthers(names: readonly string[]): void {
    for (const name of Object.keys(this.#object)) {
      if (!names.includes(name)) this.#problems.push(`"${this.#name(name)}": there is no such member`);
    }
  }

  #name(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

function hasAll<Name extends string, T>(
  group: Readonly<Partial<Record<string, T>>>,
  names: readonly Name[],
): group is Readonly<Record<Name, T>> {
  return names.every((name) => group[name] !== undefined);
}

function readPrice(value: unknown, name: string, problems: string[]): Price | undefined {
  const member = (one: string): unknown => (isObject(value) ? Reflect.get(value, one) : undefined);
  const [usd, per, unit, source] = [
    picodollars(member('usd')),
    member('per'),
    member('unit'),
    member('source'),
  ];
  if (usd !== undefined && isCount(per) && per > 0 && isText(unit) && isText(source) && source !== '') {
    return { picodollars: usd, per: BigInt(per), unit, source };
  }
  problems.push(
    `"${name}": expected "usd" (as "0.0004", not negative), "per" (a whole number above 0), "unit" and "source"`,
  );
  return undefined;
}

function readFigure(value: unknown, name: string, problems: string[]): Figure | undefined {
  const member = (one: string): unknown => (isObject(value) ? Reflect.get(value, one) : undefined);
  const [number, source] = [member('value'), member('source')];
  if (isCount(number) && number > 0 && isText(source) && source !== '') return { value: number, source };
  problems.push(`"${name}": expected "value" (a whole number above 0) and "source"`);
  return undefined;
}

/** Reads the text of a price table. Throws `SourceUnusable` that names all that is wrong. */
export function parsePrices(text: string, name: string): PriceTable {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new SourceUnusable(printable(`${name} is not JSON: ${jsonFault(error)}`));
  }
  const read = readPrices(value);
  if (read.kind === 'prices') return read.table;
  const problems = read.problems.map((problem) => `  ${printable(problem)}`);
  throw new SourceUnusable(`${printable(name)} is no price table:\n${problems.join('\n')}`);
}

/** The table that ships with the program. */
export const shippedPrices = (): PriceTable => parsePrices(JSON.stringify(table), 'prices.json');

/** What so many units cost, in picodollars, rounded up. */
export const costOf = ({ picodollars: price, per }: Price, units: bigint): bigint =>
  (price * units + per - 1n) / per;

/** For example `$405.00`, `$0.0040`, `below $0.0001`: to the cent, and below a dollar to a hundredth of one. */
export function dollars(picodollarsSpent: bigint): string {
  const places = picodollarsSpent < 10n ** BigInt(PICO) ? 4 : 2;
  const unit = 10n ** BigInt(PICO - places);
  if (picodollarsSpent > 0n && picodollarsSpent < unit) return 'below $0.0001';
  const rounded = (picodollarsSpent + unit / 2n) / unit;
  const digits = String(rounded).padStart(places + 1, '0');
  const whole = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ',');
  return `$${whole}.${digits.slice(-places)}`;
}
