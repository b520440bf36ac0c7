import type { NonEmpty } from '../objects/non-empty.ts';
import { readKeyOptions } from './parse-key-options.ts';
import type { KeyBook } from './parse-keys.ts';
import type { Span } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import { entryOf, type Fields, fieldOf, readMembers, readWord } from './read-fields.ts';
import type { CaptureNames } from './read-template.ts';
import {
  BUCKET_KEY_REQUIREMENTS,
  type BucketKeyRequirement,
  SSE_ALGORITHMS,
  type SseAlgorithm,
  type SseRequirement,
} from './types.ts';

export const SSE_KEYS = ['algorithm', 'key', 'bucketKey'];

/** What a rule's requirements are read with: the named keys, and the captures of its `match`. */
export interface RuleContext {
  readonly book: KeyBook;
  readonly captures: CaptureNames;
}

const KEY_ALGORITHMS: NonEmpty<SseAlgorithm> = ['aws:kms', 'aws:kms:dsse'];

/** Reports what the listed algorithms leave no object to be judged on. Absent algorithms contradict nothing. */
function checkAlgorithms(
  fields: Fields,
  algorithms: readonly SseAlgorithm[],
  bucketKey: BucketKeyRequirement,
): void {
  const listed = `[${algorithms.join(', ')}]`;
  const report = (span: Span, message: string): void => fields.log.add('policy/unmeetable', span, message);
  const key = entryOf(fields, 'key');
  if (key !== undefined && !algorithms.some((algorithm) => KEY_ALGORITHMS.includes(algorithm))) {
    const { name } = fieldOf(fields, 'key');
    report(key.keySpan, `${name} would never be judged: no algorithm of ${listed} uses a key of yours`);
  }
  const bucketKeyEntry = entryOf(fields, 'bucketKey');
  if (bucketKeyEntry !== undefined && bucketKey !== 'any' && !algorithms.includes('aws:kms')) {
    const { name } = fieldOf(fields, 'bucketKey');
    const advice = `it is judged on ${quoted('aws:kms')} alone`;
    report(bucketKeyEntry.keySpan, `${name} would never be judged under ${listed}: ${advice}`);
  }
}

/** Takes the fields of a rule's `sse` and gives the requirement; `undefined` after reporting what is wrong with it. */
export function readSse(fields: Fields, context: RuleContext): SseRequirement | undefined {
  const algorithm = entryOf(fields, 'algorithm');
  const key = entryOf(fields, 'key');
  const bucketKeyEntry = entryOf(fields, 'bucketKey');
  const given =
    algorithm &&
    readMembers(algorithm.value, fieldOf(fields, 'algorithm'), (node, field) =>
      readWord(node, field, SSE_ALGORITHMS),
    );
  const keys = key && readKeyOptions(key.value, fieldOf(fields, 'key'), context);
  const bucketKey = bucketKeyEntry
    ? readWord(bucketKeyEntry.value, fieldOf(fields, 'bucketKey'), BUCKET_KEY_REQUIREMENTS)
    : 'any';
  if (given !== undefined) checkAlgorithms(fields, given, bucketKey ?? 'any');
  if ((algorithm && !given) || (key && !keys) || bucketKey === undefined) return undefined;
  const algorithms = given ?? (keys ? KEY_ALGORITHMS : undefined);
  return { ...(algorithms ? { algorithms } : {}), ...(keys ? { keys } : {}), bucketKey };
}
