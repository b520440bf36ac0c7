import { randomUUID } from 'node:crypto';
import type { Caller } from '../service.ts';
import { invalidParameter, SnsError } from './errors.ts';

export type Protocol = 'sqs' | 'email' | 'http' | 'https';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly owner: string;
  readonly protocol: Protocol;
  readonly endpoint: string;
  /** What confirms the subscription; an e-mail or HTTP endpoint gets nothing before that. */
  readonly token: string;
  confirmed: boolean;
  attributes: Readonly<Record<string, string>>;
}

export interface Topic {
  readonly arn: string;
  readonly owner: string;
  attributes: Readonly<Record<string, string>>;
  readonly subscriptions: Map<string, Subscription>;
}

/** Every topic of every account and Region. */
export class Topics {
  readonly #topics = new Map<string, Topic>();

  create(caller: Caller, name: string): Topic {
    const arn = `arn:aws:sns:${caller.region}:${caller.account}:${name}`;
    const existing = this.#topics.get(arn);
    if (existing) return existing;
    const topic: Topic = { arn, owner: caller.account, attributes: {}, subscriptions: new Map() };
    this.#topics.set(arn, topic);
    return topic;
  }

  find(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  of(caller: Caller): Topic[] {
    const start = `arn:aws:sns:${caller.region}:${caller.account}:`;
    return [...this.#topics.values()].filter((topic) => topic.arn.startsWith(start));
  }

  remove(arn: string): void {
    this.#topics.delete(arn);
  }

  /** The topic that a request names, for an action that the caller wants to take on it. */
  addressed(arn: string, caller: Caller, action: string): Topic {
    const [, , service, region, account, name] = arn.split(':');
    if (service !== 'sns' || region !== caller.region || !account || !name)
      throw invalidParameter('TopicArn');
    const topic = this.#topics.get(arn);
    // A policy is kept, not evaluated; without one, AWS lets no other account in, whether or not the topic exists.
    if (account !== caller.account && topic?.attributes.Policy === undefined) {
      throw new SnsError(
        'AuthorizationError',
        403,
        `User: ${caller.accessKeyId} is not authorized to perform: SNS:${action} on resource: ${arn}`,
      );
    }
    if (!topic) throw new SnsError('NotFound', 404, 'Topic does not exist');
    return topic;
  }

  subscription(arn: string): Subscription {
    const topicArn = arn.split(':').slice(0, -1).join(':');
    const subscription = this.#topics.get(topicArn)?.subscriptions.get(arn);
    if (!subscription) throw new SnsError('NotFound', 404, 'Subscription does not exist');
    return subscription;
  }

  subscribe(
    topic: Topic,
    parts: Pick<Subscription, 'owner' | 'protocol' | 'endpoint' | 'attributes'>,
  ): Subscription {
    const arn = `${topic.arn}:${randomUUID()}`;
    const confirmed = parts.protocol === 'sqs';
    const subscription = { ...parts, arn, topicArn: topic.arn, token: randomUUID(), confirmed };
    topic.subscriptions.set(arn, subscription);
    return subscription;
  }
}
