import type { Clock, DeliverToQueue, LocalRequest, LocalResponse, LocalService } from '../service.ts';
import { errorResponse, successResponse } from './answers.ts';
import { notImplemented, SnsError } from './errors.ts';
import { Form } from './form.ts';
import { type Mail, Mailboxes } from './mailboxes.ts';
import type { SnsState } from './operation.ts';
import { publishOperations } from './publish.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { topicOperations } from './topic-operations.ts';
import { Topics } from './topics.ts';

export interface SnsOptions {
  readonly clock: Clock;
  readonly deliver: DeliverToQueue;
}

/** How a Publish is to fail: the code as it stands in the XML, for example `InternalError` with 500. */
export interface SnsFailure {
  readonly code: string;
  readonly status: number;
  readonly message?: string;
}

export interface SnsControl {
  /** Lets the next `count` Publish and PublishBatch requests fail, in place of any failure set before. */
  failNext(count: number, failure: SnsFailure): void;
  /** Confirms a pending e-mail subscription, as its owner does by the link in the mail; `false` when there is none. */
  confirmEmail(topicArn: string, address: string): boolean;
}

export interface Sns extends LocalService {
  readonly control: SnsControl;
  /** The mail of a topic in order of sending, confirmation requests first. */
  mailbox(topicArn: string): readonly Mail[];
  /** The key that a topic is encrypted with, as it was set. */
  masterKey(topicArn: string): string | undefined;
}

const operations = { ...topicOperations, ...subscriptionOperations, ...publishOperations };

/** An SNS with standard topics, answering the Query protocol. */
export function createSns(options: SnsOptions): Sns {
  const state: SnsState = { ...options, topics: new Topics(), mailboxes: new Mailboxes() };
  let failuresLeft = 0;
  let failure: SnsFailure | undefined;
  const failPublish = (): void => {
    if (failuresLeft === 0 || !failure) return;
    failuresLeft -= 1;
    throw new SnsError(failure.code, failure.status, failure.message ?? `${failure.code} as the test asked.`);
  };
  return {
    handle: async (request) => answer(state, request, failPublish),
    mailbox: (topicArn) => [...state.mailboxes.of(topicArn)],
    masterKey: (topicArn) => state.topics.find(topicArn)?.attributes.KmsMasterKeyId || undefined,
    control: {
      failNext: (count, how) => {
        failuresLeft = count;
        failure = how;
      },
      confirmEmail: (topicArn, address) => confirmEmail(state, topicArn, address),
    },
  };
}

function answer(state: SnsState, request: LocalRequest, failPublish: () => void): LocalResponse {
  try {
    const form = new Form(request.body.toString());
    const action = form.get('Action') ?? '';
    const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
    if (!operation) throw notImplemented(`the action "${action}"`);
    if (form.get('Version') !== '2010-03-31') throw notImplemented(`the version "${form.get('Version')}"`);
    if (action in publishOperations) failPublish();
    return successResponse(action, operation(state, form, request.caller));
  } catch (error) {
    if (error instanceof SnsError) return errorResponse(error);
    throw error;
  }
}

function confirmEmail(state: SnsState, topicArn: string, address: string): boolean {
  const pending = [...(state.topics.find(topicArn)?.subscriptions.values() ?? [])].find(
    ({ protocol, endpoint, confirmed }) => protocol === 'email' && endpoint === address && !confirmed,
  );
  if (!pending) return false;
  pending.confirmed = true;
  return true;
}
