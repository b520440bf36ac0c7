import type { VirtualClock } from './clock.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  receives: number;
  /** Changes with each receive. */
  handle: number;
  hiddenUntilMs: number;
}

export interface Received {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
  readonly handle: number;
}

export interface QueueOptions {
  readonly clock: VirtualClock;
  readonly visibilityMs: number;
  readonly maxReceives: number;
}

/** What became of a delete. `late`: the message had come back by then and stays. */
export type Deleted = 'deleted' | 'late';

/** A standard queue with a dead-letter queue, on a virtual clock. */
export class VirtualQueue {
  readonly #options: QueueOptions;
  readonly #messages = new Map<string, Message>();
  #visible: Message[] = [];
  #next = 0;
  #sent = 0;
  /** Bodies, as they came. */
  deadLetters: string[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#messages.size;
  }

  send(body: string): void {
    this.#sent += 1;
    const message = { id: `m${this.#sent}`, body, receives: 0, handle: 0, hiddenUntilMs: 0 };
    this.#messages.set(message.id, message);
    this.#visible.push(message);
  }

  /** Hands out what is visible and hides it; what was handed out too often moves to the dead-letter queue. */
  receive(limit: number): readonly Received[] {
    const { clock, visibilityMs, maxReceives } = this.#options;
    const received: Received[] = [];
    while (received.length < limit && this.#next < this.#visible.length) {
      const message = this.#visible[this.#next];
      this.#next += 1;
      if (message === undefined || !this.#messages.has(message.id)) continue;
      if (message.receives >= maxReceives) {
        this.#messages.delete(message.id);
        this.deadLetters.push(message.body);
        continue;
      }
      message.receives += 1;
      message.handle += 1;
      message.hiddenUntilMs = clock.now() + visibilityMs;
      const { id, body, receives, handle } = message;
      received.push({ id, body, receives, handle });
      clock.after(visibilityMs, () => {
        if (this.#messages.get(id)?.handle === handle) this.#visible.push(message);
      });
    }
    if (this.#next > 10_000) {
      this.#visible = this.#visible.slice(this.#next);
      this.#next = 0;
    }
    return received;
  }

  /** Deletes by the handle of the last receive; an older one is accepted and does nothing. */
  delete({ id, handle }: Received): Deleted {
    const message = this.#messages.get(id);
    if (message === undefined || message.handle !== handle) return 'late';
    const expired = message.hiddenUntilMs <= this.#options.clock.now();
    this.#messages.delete(id);
    return expired ? 'late' : 'deleted';
  }

  /** As `start-message-move-task` does: every dead letter goes back as a new message. */
  redrive(): number {
    const bodies = this.deadLetters;
    this.deadLetters = [];
    for (const body of bodies) this.send(body);
    return bodies.length;
  }
}
