import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zonedTimeMs } from '../../src/objects/zoned-time.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const TWO = Date.UTC(2026, 10, 21, 2);

describe('a time with its zone', () => {
  it.each([
    ['as the SDK writes it', '2026-11-21T02:00:00.000Z', TWO],
    ['as the AWS CLI writes it', '2026-11-21T02:00:00+00:00', TWO],
    ['as Python writes it', '2026-11-21 02:00:00+00:00', TWO],
    ['as S3 writes it in a header', 'Sat, 21 Nov 2026 02:00:00 GMT', TWO],
    ['east of Greenwich', '2026-11-21T07:30:00+05:30', TWO],
    ['west of it, where it is the day before', '2026-11-20T21:00:00-05:00', TWO],
    ['without the colon', '2026-11-20T21:00:00-0500', TWO],
    ['without seconds', '2026-11-21T02:00Z', TWO],
    ['within a second', '2026-11-21T02:00:00.123456789Z', TWO + 123],
    ['on a leap day', '2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
  ])('%s is read: %s', (_, text, ms) => {
    expect(zonedTimeMs(text)).toBe(ms);
  });

  it('is the same moment in every zone, and as an HTTP date', () => {
    const dates = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('9000-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, fc.integer({ min: -1439, max: 1439 }), (date, minutes) => {
        const two = (part: number): string => String(part).padStart(2, '0');
        const offset = Math.abs(minutes);
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
        const wall = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        expect(zonedTimeMs(wall + zone)).toBe(date.getTime());
        expect(zonedTimeMs(date.toUTCString())).toBe(Math.floor(date.getTime() / 1_000) * 1_000);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it.each([
    ['nothing', ''],
    ['a word', 'yesterday'],
    ['a number, of which Date.parse makes a year', '1'],
    ['seconds since the epoch', '1795226400'],
    ['a day without a time', '2026-11-21'],
    ['a time without a zone', '2026-11-20T23:30:00'],
    ['a time without a zone, as Python writes it', '2026-11-20 23:30:00'],
    ['a zone by its name', '2026-11-20T23:30:00 EST'],
    ['an offset of hours alone', '2026-11-20T23:30:00+01'],
    ['an offset that there is not', '2026-11-20T23:30:00+24:00'],
    ['a date as a browser writes it', 'Fri Nov 20 2026 23:30:00 GMT+0100'],
    ['a day that the month does not have', '2026-02-30T00:00:00Z'],
    ['that day with an offset', '2026-02-30T00:00:00-05:00'],
    ['an hour that no day has', '2026-11-21T24:00:00Z'],
    ['an HTTP date of another weekday', 'Fri, 21 Nov 2026 02:00:00 GMT'],
    ['an HTTP date that there is not', 'Mon, 30 Feb 2026 02:00:00 GMT'],
    ['a word and a number before GMT', 'garbage 7 GMT'],
    ['a date of mail, in another zone', 'Sat, 21 Nov 2026 02:00:00 +0000'],
    ['more around it', ' 2026-11-21T02:00:00Z\n'],
  ])('is never made of %s: %s', (_, text) => {
    expect(zonedTimeMs(text)).toBeUndefined();
  });
});
