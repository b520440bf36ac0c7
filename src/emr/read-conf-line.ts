import { ReadingLog } from './read-log.ts';
import { readConf } from './read-spark-submit.ts';
import type { EmrReading } from './reading.ts';

/** Takes one `name=value` that was given as `--conf`, and how people name the flag, and gives what it sets. */
export function readConfFlag(text: string, source: string): EmrReading {
  const log = new ReadingLog(source);
  if (log.fits(text)) readConf(text, { source }, log);
  return log.finish();
}
