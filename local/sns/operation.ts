import type { Caller, Clock, DeliverToQueue } from '../service.ts';
import type { Answer } from './answers.ts';
import type { Form } from './form.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { Topics } from './topics.ts';

/** What the operations share. */
export interface SnsState {
  readonly clock: Clock;
  readonly deliver: DeliverToQueue;
  readonly topics: Topics;
  readonly mailboxes: Mailboxes;
}

/** One operation: reads its form and answers the members of its result, `undefined` for none. */
export type Operation = (state: SnsState, form: Form, caller: Caller) => Answer | undefined;
