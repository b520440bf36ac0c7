/** An event whose shape is not known: the invocation fails, is retried, and ends in the failure destination whole. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';

  constructor(why: string) {
    super(`the event could not be read: ${why}`);
  }
}

/** Some of an event's objects have no verdict yet, or an alert was not accepted: the invocation is retried. */
export class UnfinishedEvent extends Error {
  override readonly name = 'UnfinishedEvent';

  constructor(failures: ReadonlyMap<string, string>) {
    const reasons = [...new Set(failures.values())];
    super(`${failures.size} of the event's objects are not done: ${reasons.slice(0, 3).join('; ')}`);
  }
}
