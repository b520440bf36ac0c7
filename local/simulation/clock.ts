interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still while anything can still run and then jumps to the next timer. Timers of one moment fire in
 * the order in which they were set, so a run follows from its draws alone.
 */
export class VirtualClock {
  #nowMs: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  /** Calls back after that many milliseconds. */
  after(ms: number, fire: () => void): void {
    this.#order += 1;
    this.#push({ atMs: this.#nowMs + Math.max(0, Math.round(ms)), order: this.#order, fire });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs until the condition holds, asked whenever the clock has moved. Throws where nothing is left that could make it hold. */
  async until(holds: () => boolean): Promise<void> {
    await settled();
    while (!holds()) {
      const first = this.#heap[0];
      if (first === undefined) throw new Error('nothing is left to happen');
      this.#nowMs = first.atMs;
      while (this.#heap[0]?.atMs === this.#nowMs) this.#pop().fire();
      await settled();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || earlier(parent, timer)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = timer;
  }

  #pop(): Timer {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) throw new RangeError('there is no timer');
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const leftFirst = right === undefined || (left !== undefined && earlier(left, right));
      const child = leftFirst ? left : right;
      if (child === undefined || earlier(timer, child)) break;
      heap[index] = child;
      index = 2 * index + (leftFirst ? 1 : 2);
    }
    heap[index] = timer;
  }
}

const earlier = (one: Timer, other: Timer): boolean =>
  one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;

/** Resolves when every promise that can go on has gone on: they come before the next turn of the event loop. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
