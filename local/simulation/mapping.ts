import { runSqsBatch } from '../../src/queue/run-sqs-batch.ts';
import type { Chance } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import { Environment, type Fate } from './environment.ts';
import { ACCOUNT, REGION } from './messages.ts';
import type { Received, VirtualQueue } from './queue.ts';
import type { Outside } from './services.ts';

export interface MappingOptions {
  readonly clock: VirtualClock;
  readonly outside: Outside;
  readonly queue: VirtualQueue;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly pollers: number;
  readonly timeoutMs: number;
  readonly maxReceives: number;
}

const RECEIVE_LIMIT = 10;
const LONGEST_THROTTLE_MS = 50_000;

/** Lambda and its event source mapping: pollers that gather batches and hand each to an environment of its own. */
export class Mapping {
  readonly #options: MappingOptions;
  readonly #chance: Chance;
  #out = 0;
  #digest = 0x811c9dc5;

  constructor(options: MappingOptions, chance: Chance) {
    this.#options = options;
    this.#chance = chance;
    for (let poller = 0; poller < options.pollers; poller++) void this.#poll();
  }

  /** How many batches are out. */
  get out(): number {
    return this.#out;
  }

  /** Follows from every batch and its answer, and so tells two runs apart. */
  get trace(): string {
    return this.#digest.toString(16).padStart(8, '0');
  }

  async #poll(): Promise<void> {
    const { clock, outside } = this.#options;
    let environment: Environment | undefined;
    for (;;) {
      const batch = await this.#gather();
      if (environment === undefined || environment.gone) {
        await clock.sleep(this.#chance.between(200, 900));
        environment = new Environment(clock, outside, this.#options.maxReceives);
      }
      if (this.#chance.happens(outside.rates.throttledInvoke)) {
        await clock.sleep(this.#chance.between(1_000, LONGEST_THROTTLE_MS));
      }
      const failed = await this.#invoke(environment, batch);
      this.#note(`${clock.now()} ${batch.length} ${failed === 'all' ? 'all' : [...failed].join(' ')}`);
      for (const message of batch) if (failed !== 'all' && !failed.has(message.id)) this.#delete(message);
      this.#out -= 1;
    }
  }

  async #gather(): Promise<readonly Received[]> {
    const { clock, queue, batchSize, windowMs } = this.#options;
    const batch: Received[] = [];
    let endMs = Number.POSITIVE_INFINITY;
    while (batch.length < batchSize && clock.now() < endMs) {
      const received = queue.receive(Math.min(RECEIVE_LIMIT, batchSize - batch.length));
      if (batch.length === 0 && received.length > 0) {
        this.#out += 1;
        endMs = clock.now() + windowMs;
      }
      batch.push(...received);
      await clock.sleep(received.length === 0 ? this.#chance.between(100, 400) : 5);
    }
    return batch;
  }

  #delete(message: Received): void {
    const { outside, queue } = this.#options;
    if (this.#chance.happens(outside.rates.lostDelete)) outside.tally.lostDeletes += 1;
    else if (queue.delete(message) === 'late') outside.tally.expired += 1;
  }

  #fate(batchSize: number): Fate {
    const { rates } = this.#options.outside;
    const atAnswer = this.#chance.between(1, batchSize + 4);
    if (this.#chance.happens(rates.freeze)) return { kind: 'freeze', atAnswer };
    if (!this.#chance.happens(rates.crash)) return { kind: 'fine' };
    return this.#chance.weighted<Fate>([
      [{ kind: 'crash', when: 'at an answer', atAnswer }, 1],
      [{ kind: 'crash', when: 'before a publish' }, 1],
      [{ kind: 'crash', when: 'after a publish' }, 1],
    ]);
  }

  /** The ids that go back; `all` where the invocation failed as a whole. */
  #invoke(environment: Environment, batch: readonly Received[]): Promise<ReadonlySet<string> | 'all'> {
    const { clock, outside, timeoutMs } = this.#options;
    outside.tally.invocations += 1;
    return new Promise((resolve) => {
      let ended = false;
      const end = (failed: ReadonlySet<string> | 'all'): void => {
        ended = true;
        resolve(failed);
      };
      environment.begin(this.#fate(batch.length), () => {
        outside.tally.crashes += 1;
        end('all');
      });
      clock.after(timeoutMs, () => {
        if (ended) return;
        outside.tally.timeouts += 1;
        environment.discard();
        end('all');
      });
      runSqsBatch(eventOf(batch), environment.deps, timeoutMs).then(
        ({ batchItemFailures }) =>
          end(new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))),
        () => end('all'),
      );
    });
  }

  #note(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#digest = Math.imul(this.#digest ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
  }
}

const eventOf = (batch: readonly Received[]): unknown => ({
  Records: batch.map(({ id, handle, body, receives }) => ({
    messageId: id,
    receiptHandle: `${id}-${handle}`,
    body,
    attributes: { ApproximateReceiveCount: String(receives) },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:audit`,
    awsRegion: REGION,
  })),
});
