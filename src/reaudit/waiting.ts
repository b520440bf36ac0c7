import { createHash } from 'node:crypto';
import { objectKey } from '../objects/object.ts';
import type { ListedObject } from './ports.ts';
import { isCount, isFlag, isNumber, isText, shape } from './tally-guard.ts';

/** A listed object as it is written down: JSON has no brands. */
type Written = Omit<ListedObject, 'key'> & { readonly key: string };

const isWritten = shape<Written>(
  { key: isText, sizeBytes: isCount, etag: isText, lastModifiedMs: isNumber, isLatest: isFlag },
  { versionId: isText, storageClass: isText },
);

/** One object that is looked at once more at the run's end, as one line. `at`: where in the file the line begins. */
export function waitingLine(listed: ListedObject, at: number): string {
  const json = JSON.stringify(listed);
  return `${sumOf(json, at)} ${json}\n`;
}

/** Reads such a line; `undefined` where it is none, was changed, or stands in another place than it was written to. */
export function readWaitingLine(line: string, at: number): ListedObject | undefined {
  const json = line.slice(SUM_LENGTH + 1);
  if (line !== `${sumOf(json, at)} ${json}`) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isWritten(value) ? { ...value, key: objectKey(value.key) } : undefined;
  } catch {
    return undefined;
  }
}

const SUM_LENGTH = 16;

const sumOf = (json: string, at: number): string =>
  createHash('sha256').update(`${at} ${json}`).digest('hex').slice(0, SUM_LENGTH);
