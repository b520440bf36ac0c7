const UTC_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/**
 * A time in UTC as events of AWS write it, 2026-11-21T02:00:00Z, in milliseconds since the epoch; `undefined` for anything
 * else, a time without its zone too. Stricter than `Date.parse`, which finds a year in "garbage 7".
 */
export function utcTimeMs(text: string): number | undefined {
  const day = UTC_TIME.exec(text)?.[1];
  if (day === undefined) return undefined;
  const ms = Date.parse(text);
  // Date.parse takes 2026-02-30 for a day in March.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? undefined : ms;
}
