import { type Html, html } from './report-html.ts';
import type { Amount } from './tally-amount.ts';

/** `1,234,567`. */
export const number = (value: number | bigint): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `1 object`, `2,345 objects`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `1.4 TiB`. */
export function bytes(value: bigint): string {
  let unit = 0;
  let divisor = 1n;
  while (unit < UNITS.length - 1 && value >= divisor * 1024n) {
    divisor *= 1024n;
    unit += 1;
  }
  if (unit === 0) return `${value} B`;
  const tenths = (value * 10n + divisor / 2n) / divisor;
  return `${number(tenths / 10n)}.${tenths % 10n} ${UNITS[unit] ?? ''}`;
}

/** The bytes of an amount for people, exact in the title; where sizes are missing it says so. */
export function size(amount: Amount): Html {
  if (amount.objects === 0) return html`<span class="none">0 B</span>`;
  if (amount.unsized === amount.objects)
    return html`<span class="none" title="no size was told">no size told</span>`;
  const missing =
    amount.unsized === 0 ? '' : `, without ${counted(amount.unsized, 'object')} that told no size`;
  const mark = amount.unsized === 0 ? '' : ' +';
  return html`<span title="${number(amount.bytes)} bytes${missing}">${bytes(amount.bytes)}${mark}</span>`;
}

/** The same in plain words, for sentences. */
export function sizeText(amount: Amount): string {
  if (amount.unsized === amount.objects) return 'size not told';
  return amount.unsized === 0 ? bytes(amount.bytes) : `at least ${bytes(amount.bytes)}`;
}

/** A share in percent that is 100 or 0 only where it is exactly that. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  if (part === whole) return '100 %';
  if (part === 0) return '0 %';
  const tenths = Math.floor((part / whole) * 1_000);
  if (tenths === 0) return '< 0.1 %';
  return `${Math.floor(tenths / 10)}.${tenths % 10} %`;
}

/** `2026-11-21 02:00:09 UTC`; what is no such time is shown as it came. */
export const time = (at: string): string =>
  at.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC');

/** `2026-11-03 22:00:07 UTC to 2026-11-05 05:59:41 UTC`, or the one time where there is but one. */
export function spanText(first: string | undefined, last: string | undefined): string | undefined {
  if (first === undefined || last === undefined) return undefined;
  return time(first) === time(last) ? time(first) : `${time(first)} to ${time(last)}`;
}

const KEY_ARN = /^arn:[^:]*:kms:([^:]*):([^:]*):(key|alias)\/(.+)$/;

/** A key in as few characters as tell it apart, with the account; the whole of it in the title. */
export function shortKey(key: string): Html {
  const [, region, account, kind, id] = KEY_ARN.exec(key) ?? [];
  if (id === undefined) return html`<span class="k">${key}</span>`;
  const short = kind === 'key' && id.length > 18 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
  return html`<span class="k" title="${key}">${kind ?? ''}/${short}<small>${account ?? ''} ${region ?? ''}</small></span>`;
}
