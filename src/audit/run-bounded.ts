/** How one piece of work ended; `unfinished` where the deadline came first. */
export type Settled<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'unfinished' };

export interface BoundedOptions {
  readonly concurrency: number;
  /** Aborted at the deadline: nothing more is started, and what is still under way counts as unfinished. */
  readonly deadline: AbortSignal;
}

/** Does the work for each item, at most `concurrency` at once, and says how each ended, in the order of the items. Never throws. */
export function runBounded<Item extends object, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  { concurrency, deadline }: BoundedOptions,
): Promise<readonly Settled<Result>[]> {
  return new Promise((resolve) => {
    const settled = items.map((): Settled<Result> => ({ kind: 'unfinished' }));
    let next = 0;
    let ended = 0;
    let over = false;
    const finish = (): void => {
      over = true;
      deadline.removeEventListener('abort', finish);
      // A copy: what finishes after the deadline must not change what was answered.
      resolve([...settled]);
    };
    const settle = (index: number, outcome: Settled<Result>): void => {
      settled[index] = outcome;
      ended += 1;
      if (over) return;
      if (ended === items.length) finish();
      else startOne();
    };
    const startOne = (): void => {
      const index = next;
      const item = items[index];
      if (over || index >= items.length || item === undefined) return;
      next += 1;
      work(item).then(
        (result) => settle(index, { kind: 'done', result }),
        (error: unknown) => settle(index, { kind: 'failed', error }),
      );
    };
    if (items.length === 0 || deadline.aborted) return finish();
    deadline.addEventListener('abort', finish);
    for (let i = 0; i < Math.max(1, concurrency); i++) startOne();
  });
}
