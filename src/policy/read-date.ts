import { quoted } from './problem-text.ts';
import { type Field, wrongType } from './read-fields.ts';
import type { Node } from './read-node.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 0000-03-01, which is day 1 (proleptic Gregorian), or `undefined` for text that is no date of the calendar. */
function dayNumber(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  // Years begin in March here, so that the leap day is the last one.
  const y = month < 3 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  return (
    365 * y +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) +
    Math.floor((153 * monthFromMarch + 2) / 5) +
    day
  );
}

/** True for YYYY-MM-DD that names a day of the calendar. */
export const isDate = (text: string): boolean => dayNumber(text) !== undefined;

/** Days from one date to another, below zero where `to` is earlier. Throws a RangeError on text that is no date. */
export function daysBetween(from: string, to: string): number {
  const [a, b] = [dayNumber(from), dayNumber(to)];
  if (a === undefined || b === undefined)
    throw new RangeError(`not a date: ${quoted(a === undefined ? from : to)}`);
  return b - a;
}

/** Takes a value that should be a date, and gives it as YYYY-MM-DD. */
export function readDate(node: Node, field: Field): string | undefined {
  const expected = 'a date like 2027-01-31';
  if (node.kind !== 'text') return wrongType(node, field, expected);
  if (isDate(node.value)) return node.value;
  const why = DATE.test(node.value) ? 'is no day of the calendar' : 'is no date';
  field.log.add('policy/bad-date', node, `${field.name}: ${quoted(node.value)} ${why}, expected ${expected}`);
  return undefined;
}
