import type { Caller, Clock } from '../service.ts';
import { invalidParameterValue, SqsError } from './errors.ts';
import { type Input, requiredString } from './input.ts';
import { Queue } from './queue.ts';
import { type QueueAttributes, redrivePolicy } from './queue-attributes.ts';

type Home = Pick<Caller, 'account' | 'region'>;

/** Every queue of every account and Region. */
export class Queues {
  readonly #queues = new Map<string, Queue>();
  readonly #clock: Clock;
  readonly #endpoint: () => string;

  constructor(clock: Clock, endpoint: () => string) {
    this.#clock = clock;
    this.#endpoint = endpoint;
  }

  create(home: Home, name: string, attributes: QueueAttributes): Queue {
    const target = redrivePolicy(attributes)?.deadLetterTargetArn;
    if (target !== undefined && !this.byArn(target)) throw this.missingDeadLetterQueue(target);
    const arn = queueArn(home, name);
    const queue = new Queue(arn, attributes, { clock: this.#clock, find: (other) => this.byArn(other) });
    this.#queues.set(arn, queue);
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    return this.#queues.get(arn);
  }

  byName(home: Home, name: string): Queue | undefined {
    return this.#queues.get(queueArn(home, name));
  }

  of(home: Home, prefix: string): Queue[] {
    const start = queueArn(home, prefix);
    return [...this.#queues.values()].filter((queue) => queue.arn.startsWith(start));
  }

  url(queue: Queue): string {
    const [account, name] = queue.arn.split(':').slice(-2);
    return `${this.#endpoint()}/${account}/${name}`;
  }

  /** The queue that a request names by its URL; the host is not looked at, since proxies and containers change it. */
  addressed(input: Input, caller: Caller): Queue {
    const [account, name] = requiredString(input, 'QueueUrl').split('/').slice(-2);
    const queue = this.byName({ account: account ?? '', region: caller.region }, name ?? '');
    if (!queue) throw this.missing();
    // A policy is kept, not evaluated; without one, AWS lets no other account in.
    if (account !== caller.account && queue.attributes.Policy === undefined) {
      throw new SqsError('AccessDenied', 'Access to the resource is denied.');
    }
    return queue;
  }

  missing(): SqsError {
    return new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
  }

  missingDeadLetterQueue(arn: string): SqsError {
    return invalidParameterValue(
      `Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist: ${arn}.`,
    );
  }

  remove(queue: Queue): void {
    this.#queues.delete(queue.arn);
    queue.close();
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
  }
}

function queueArn(home: Home, name: string): string {
  return `arn:aws:sqs:${home.region}:${home.account}:${name}`;
}
