import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysBetween, isDate } from '../../src/policy/read-date.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const day = 24 * 60 * 60 * 1000;
const date = fc
  .integer({ min: Date.UTC(1600, 0, 1) / day, max: Date.UTC(2800, 0, 1) / day })
  .map((days) => ({ days, text: new Date(days * day).toISOString().slice(0, 10) }));

test('the days between two dates are those of the calendar', () => {
  fc.assert(
    fc.property(date, date, (from, to) => {
      expect(daysBetween(from.text, to.text)).toBe(to.days - from.days);
    }),
    { numRuns: fuzzRuns({ atLeast: 2_000 }) },
  );
});

test.each(['2024-02-29', '2000-02-29', '2027-12-31', '2027-04-30'])('%s is a day of the calendar', (text) => {
  expect(isDate(text)).toBe(true);
});

test.each([
  '2027-02-29',
  '2100-02-29',
  '2027-04-31',
  '2027-00-10',
  '2027-13-01',
  '2027-01-00',
  '2027-1-1',
  '27-01-01',
  '2027-01-01T00:00:00Z',
  ' 2027-01-01',
  '',
])('"%s" is none', (text) => {
  expect(isDate(text)).toBe(false);
  expect(() => daysBetween('2027-01-01', text)).toThrow(RangeError);
});
