import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utcTimeMs } from '../../src/objects/utc-time.ts';
import { fuzzRuns } from '../support/fuzz.ts';

describe('a time in UTC', () => {
  it.each([
    ['2026-11-21T02:00:00Z', Date.UTC(2026, 10, 21, 2)],
    ['2026-11-21T02:00:00.5Z', Date.UTC(2026, 10, 21, 2, 0, 0, 500)],
    ['2026-11-21T02:00:00.123456789Z', Date.UTC(2026, 10, 21, 2, 0, 0, 123)],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
  ])('%s is read as events of AWS write it', (text, ms) => {
    expect(utcTimeMs(text)).toBe(ms);
  });

  it('is whatever a Date writes of itself within four digits of a year', () => {
    const dates = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => utcTimeMs(date.toISOString()) === date.getTime()),
      {
        numRuns: fuzzRuns(),
      },
    );
  });

  it.each([
    ['nothing', ''],
    ['a word', 'garbage'],
    ['a word and a number, of which Date.parse makes a year', 'garbage 7'],
    ['a day without a time', '2026-11-21'],
    ['a time without its zone, which is the time of whoever reads it', '2026-11-21T02:00:00'],
    ['a time of another zone', '2026-11-21T02:00:00+01:00'],
    ['a day that the month does not have', '2026-02-30T00:00:00Z'],
    ['a month that no year has', '2026-13-01T00:00:00Z'],
    ['an hour that no day has', '2026-11-21T25:00:00Z'],
    ['a year of more digits, which sorts before every other', '+010000-01-01T00:00:00Z'],
    ['seconds since the epoch', '1795226400'],
    ['more around it', ' 2026-11-21T02:00:00Z\n'],
  ])('is never made of %s', (_, text) => {
    expect(utcTimeMs(text)).toBeUndefined();
  });
});
