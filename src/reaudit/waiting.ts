import { objectKey } from '../objects/object.ts';
import type { ListedObject } from './ports.ts';
import { isCount, isFlag, isNumber, isText, shape } from './tally-guard.ts';

/** A listed object as it is written down: JSON has no brands. */
type Written = Omit<ListedObject, 'key'> & { readonly key: string };

const isWritten = shape<Written>(
  { key: isText, sizeBytes: isCount, etag: isText, lastModifiedMs: isNumber, isLatest: isFlag },
  { versionId: isText, storageClass: isText },
);

/** One object that is looked at once more at the run's end, as one line. */
export const waitingLine = (listed: ListedObject): string => `${JSON.stringify(listed)}\n`;

/** Reads such a line; `undefined` where it is none. */
export function readWaitingLine(line: string): ListedObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isWritten(value) ? { ...value, key: objectKey(value.key) } : undefined;
  } catch {
    return undefined;
  }
}
