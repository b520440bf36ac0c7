/** Those who wait for a message to arrive, woken all together. */
export class Waiters {
  #waiting = new Set<() => void>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) resolve();
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  /** Resolves on the next `wake`, after the time, or when the signal aborts, whichever comes first. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    const abort = (): void => resolve();
    signal?.addEventListener('abort', abort);
    this.#waiting.add(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#waiting.delete(resolve);
    });
  }
}
