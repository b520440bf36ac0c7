import type { Caller } from '../service.ts';
import type { Input } from './input.ts';
import type { Queues } from './queues.ts';

/** What an operation answers: the members of its output, or `undefined` for an empty body. */
export type Output = Readonly<Record<string, unknown>> | undefined;

export type Operation = (queues: Queues, input: Input, caller: Caller) => Output | Promise<Output>;
