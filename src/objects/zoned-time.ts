const ISO =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))$/;

/**
 * A time that says its zone, in milliseconds since the epoch: ISO 8601 with `Z` or an offset, or an HTTP date. `undefined`
 * for anything else: `Date.parse` reads a time without a zone in that of the machine, and finds a year in "1".
 * https://www.rfc-editor.org/rfc/rfc9110.html#name-date-time-formats
 */
export function zonedTimeMs(text: string): number | undefined {
  const [, day, clock, sign, hours = '0', minutes = '0'] = ISO.exec(text) ?? [];
  if (day === undefined || clock === undefined) return httpDateMs(text);
  const wall = Date.parse(`${day}T${clock}Z`);
  // Date.parse takes 2026-02-30 for a day in March.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(day)) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? wall + offsetMs : wall - offsetMs;
}

/** Only what says its zone, and in the one form that S3 writes; a date that there is not would come back as another. */
function httpDateMs(text: string): number | undefined {
  const ms = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? ms : undefined;
}
