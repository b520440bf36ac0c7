import { assertNever } from '../objects/assert-never.ts';
import type { KeyReference } from './reference.ts';

/** Whether two references name one key. `undecidable` is never a pass and never a violation. */
export type Comparison = 'same' | 'different' | 'undecidable';

/**
 * Compares two references by what they name, never by substring: an ARN means exactly that ARN, a bare id that id in any
 * account and Region (so that `mrk-` replicas are the same key), and an alias nothing until KMS has resolved it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
 */
export function sameKey(a: KeyReference, b: KeyReference): Comparison {
  switch (a.kind) {
    case 'key-arn':
      if (b.kind === 'key-arn') return a.arn === b.arn ? 'same' : 'different';
      return b.kind === 'key-id' ? answer(a.keyId === b.keyId) : 'undecidable';
    case 'key-id':
      return b.kind === 'key-arn' || b.kind === 'key-id' ? answer(a.keyId === b.keyId) : 'undecidable';
    case 'alias-name':
    case 'alias-arn':
      return 'undecidable';
    default:
      return assertNever(a);
  }
}

const answer = (same: boolean): Comparison => (same ? 'same' : 'different');

/** A list is *same* if any member is, *different* only if all are, else *undecidable*; an empty list is *undecidable*. */
export function anyOf(comparisons: readonly Comparison[]): Comparison {
  if (comparisons.includes('same')) return 'same';
  if (comparisons.length === 0 || comparisons.includes('undecidable')) return 'undecidable';
  return 'different';
}
