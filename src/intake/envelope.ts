import type { NonEmpty } from '../objects/non-empty.ts';
import type { WrittenObject } from '../objects/object.ts';

/** What one message holds, so that "nothing to do" and "could not read" never look alike. */
export type Envelope =
  | { readonly kind: 'objects'; readonly objects: NonEmpty<WrittenObject> }
  /** `s3:TestEvent`, a deletion, another service: acknowledged. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** Fails its own message, which ends in the dead-letter queue whole. `why` names place, found, expected. */
  | { readonly kind: 'malformed'; readonly why: string };
