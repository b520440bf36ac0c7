import type { Clock, DeliverToQueue, LocalRequest, LocalResponse, LocalService } from '../service.ts';
import { errorResponse, SqsError } from './errors.ts';
import { isRecord } from './input.ts';
import { deliveredAttributes } from './message-attributes.ts';
import { messageOperations } from './message-operations.ts';
import type { Queue, ReceivedMessage, StoredMessage } from './queue.ts';
import { numberOf } from './queue-attributes.ts';
import { queueOperations } from './queue-operations.ts';
import { Queues } from './queues.ts';

export interface SqsOptions {
  readonly clock: Clock;
  /** Where the queues are reached, without a trailing slash; asked late, since the port is known only once listening. */
  readonly endpoint: () => string;
}

/** A queue as tests and the event source mapping see it, without the wire. */
export interface QueueView {
  readonly arn: string;
  readonly url: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Age of the oldest message by the clock, `undefined` when the queue is empty. */
  readonly oldestAgeSeconds: number | undefined;
  readonly visibilityTimeoutSeconds: number;
  /** Whether the queue was deleted or its service closed; receiving then answers nothing, at once. */
  readonly closed: boolean;
  /** Everything in the queue, hidden messages too, without receiving it. */
  messages(): readonly Readonly<StoredMessage>[];
  receive(limit: number, waitSeconds: number, signal?: AbortSignal): Promise<ReceivedMessage[]>;
  delete(receiptHandle: string): void;
}

export interface Sqs extends LocalService {
  readonly deliver: DeliverToQueue;
  /** The queue with this ARN as it is from now on, `undefined` when there is none. */
  queue(arn: string): QueueView | undefined;
  /** Ends all long polls, so that a server can stop at once. */
  close(): void;
}

const operations = { ...queueOperations, ...messageOperations };
const targetPrefix = 'AmazonSQS.';

/** An SQS with standard queues, answering the JSON protocol. */
export function createSqs(options: SqsOptions): Sqs {
  const queues = new Queues(options.clock, options.endpoint);
  return {
    handle: (request) => answer(queues, request),
    deliver: (arn, body, attributes) => deliver(queues.byArn(arn), body, attributes ?? {}),
    queue: (arn) => {
      const queue = queues.byArn(arn);
      return queue && view(queue, queues.url(queue), options.clock);
    },
    close: () => queues.close(),
  };
}

function deliver(
  queue: Queue | undefined,
  body: string,
  attributes: Parameters<typeof deliveredAttributes>[0],
): boolean {
  if (!queue) return false;
  try {
    queue.send(body, deliveredAttributes(attributes), 'LOCALSERVICE');
  } catch (error) {
    // On AWS, a message that its queue refuses is lost to the delivering service; whoever published learns nothing.
    if (!(error instanceof SqsError)) throw error;
  }
  return true;
}

async function answer(queues: Queues, request: LocalRequest): Promise<LocalResponse> {
  try {
    const target = request.headers['x-amz-target'] ?? '';
    const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '';
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (!operation) {
      throw new SqsError(
        'UnknownOperationException',
        `The local SQS does not know the operation "${target}".`,
      );
    }
    const output = await operation(queues, readInput(request.body), request.caller);
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: output === undefined ? '' : JSON.stringify(output),
    };
  } catch (error) {
    if (error instanceof SqsError) return errorResponse(error);
    throw error;
  }
}

function readInput(body: Buffer): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(body.toString());
    if (isRecord(input)) return input;
  } catch {
    // Falls through to the one answer for anything that is no JSON object.
  }
  throw new SqsError('SerializationException', 'The request body is not a JSON object.');
}

function view(queue: Queue, url: string, clock: Clock): QueueView {
  return {
    arn: queue.arn,
    url,
    get visible() {
      return queue.counts().visible;
    },
    get inFlight() {
      return queue.counts().inFlight;
    },
    get delayed() {
      return queue.counts().delayed;
    },
    get oldestAgeSeconds() {
      const sent = queue.messages().map((message) => message.sentTimestamp);
      return sent.length === 0 ? undefined : Math.floor((clock() - Math.min(...sent)) / 1000);
    },
    get visibilityTimeoutSeconds() {
      return numberOf(queue.attributes, 'VisibilityTimeout');
    },
    get closed() {
      return queue.closed;
    },
    messages: () => queue.messages(),
    receive: (limit, waitSeconds, signal) => queue.receiveWithin(waitSeconds, limit, undefined, signal),
    delete: (receiptHandle) => queue.delete(receiptHandle),
  };
}
