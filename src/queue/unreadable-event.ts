import type { NonEmpty } from '../objects/non-empty.ts';

/** As many reasons as an error tells; the others are those of more records of the same event. */
const MOST_REASONS = 3;

/** An event whose shape is not known: the invocation fails, is retried, and ends in the failure destination whole. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';

  constructor(reasons: NonEmpty<string>) {
    super(`the event could not be read: ${shortList(reasons)}`);
  }
}

/** Some of an event's records could not be read or have no verdict yet, or an alert was not accepted: the invocation is retried. */
export class UnfinishedEvent extends Error {
  override readonly name = 'UnfinishedEvent';

  constructor(reasons: readonly string[]) {
    super(`${reasons.length} of the event's records are not done: ${shortList(reasons)}`);
  }
}

function shortList(reasons: readonly string[]): string {
  const different = [...new Set(reasons)];
  const more = different.length - MOST_REASONS;
  return [...different.slice(0, MOST_REASONS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
