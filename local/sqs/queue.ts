import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../service.ts';
import { invalidParameterValue, SqsError } from './errors.ts';
import { attributesSize, type MessageAttributes } from './message-attributes.ts';
import { numberOf, type QueueAttributes, redrivePolicy, withAttributes } from './queue-attributes.ts';
import { Waiters } from './waiters.ts';

export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  readonly senderId: string;
  readonly sentTimestamp: number;
  visibleAt: number;
  receiveCount: number;
  firstReceived: number | undefined;
  receiptHandle: string | undefined;
  deadLetterQueueSourceArn: string | undefined;
}

/** A message as one receive hands it out; later changes to the stored one do not show in it. */
export type ReceivedMessage = Readonly<StoredMessage> & { readonly receiptHandle: string };

/** What a queue needs from the world around it. */
export interface QueueSurroundings {
  readonly clock: Clock;
  find(arn: string): Queue | undefined;
}

// SQS accepts only what XML 1.0 can carry; the u flag makes a lone surrogate fall outside the ranges.
const allowedText = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

/** One standard queue: its messages, their visibility, and its dead-letter queue. */
export class Queue {
  readonly arn: string;
  readonly createdAt: number;
  readonly #waiters = new Waiters();
  readonly #around: QueueSurroundings;
  readonly #messages = new Map<string, StoredMessage>();
  #attributes: QueueAttributes;
  #modifiedAt: number;

  constructor(arn: string, attributes: QueueAttributes, around: QueueSurroundings) {
    this.arn = arn;
    this.#around = around;
    this.#attributes = withAttributes(undefined, attributes);
    this.createdAt = around.clock();
    this.#modifiedAt = this.createdAt;
  }

  get attributes(): QueueAttributes {
    return this.#attributes;
  }

  get closed(): boolean {
    return this.#waiters.closed;
  }

  get modifiedAt(): number {
    return this.#modifiedAt;
  }

  setAttributes(changes: QueueAttributes): void {
    this.#attributes = withAttributes(this.#attributes, changes);
    this.#modifiedAt = this.#around.clock();
  }

  send(body: string, attributes: MessageAttributes, senderId: string, delaySeconds?: number): StoredMessage {
    if (body === '') {
      throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
    }
    if (!allowedText.test(body)) {
      throw new SqsError('InvalidMessageContents', 'Invalid characters found in the message body.');
    }
    const limit = numberOf(this.#attributes, 'MaximumMessageSize');
    if (Buffer.byteLength(body) + attributesSize(attributes) > limit) {
      throw invalidParameterValue(
        `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
      );
    }
    const now = this.#around.clock();
    const message: StoredMessage = {
      messageId: randomUUID(),
      body,
      messageAttributes: attributes,
      senderId,
      sentTimestamp: now,
      visibleAt: now + 1000 * (delaySeconds ?? numberOf(this.#attributes, 'DelaySeconds')),
      receiveCount: 0,
      firstReceived: undefined,
      receiptHandle: undefined,
      deadLetterQueueSourceArn: undefined,
    };
    this.#add(message);
    return message;
  }

  #add(message: StoredMessage): void {
    this.#messages.set(message.messageId, message);
    this.#waiters.wake();
  }

  /** Hands out what is visible now and hides it; a message received too often moves away instead. */
  receive(limit: number, visibilitySeconds?: number): ReceivedMessage[] {
    const now = this.#around.clock();
    this.#forgetExpired(now);
    const hiddenFor = 1000 * (visibilitySeconds ?? numberOf(this.#attributes, 'VisibilityTimeout'));
    const received: ReceivedMessage[] = [];
    for (const message of this.#messages.values()) {
      if (received.length === limit) break;
      if (message.visibleAt > now || this.#moveToDeadLetterQueue(message)) continue;
      const receiptHandle = this.#newReceiptHandle(message.messageId);
      message.receiptHandle = receiptHandle;
      message.receiveCount += 1;
      message.firstReceived ??= now;
      message.visibleAt = now + hiddenFor;
      received.push({ ...message, receiptHandle });
    }
    return received;
  }

  /** As `receive`, but waits for the first message: by real time, since a clock moved by hand may stand still. */
  async receiveWithin(
    waitSeconds: number,
    limit: number,
    visibilitySeconds?: number,
    signal?: AbortSignal,
  ): Promise<ReceivedMessage[]> {
    const until = performance.now() + waitSeconds * 1000;
    for (;;) {
      const received = this.receive(limit, visibilitySeconds);
      const left = until - performance.now();
      if (received.length > 0 || left <= 0 || signal?.aborted || this.#waiters.closed) return received;
      // Hidden messages come back without an event, so they must be looked for.
      await this.#waiters.wait(this.#messages.size > 0 ? Math.min(left, 20) : left, signal);
    }
  }

  #moveToDeadLetterQueue(message: StoredMessage): boolean {
    const policy = redrivePolicy(this.#attributes);
    if (!policy || message.receiveCount < policy.maxReceiveCount) return false;
    const target = this.#around.find(policy.deadLetterTargetArn);
    if (!target) return false;
    this.#messages.delete(message.messageId);
    target.#add({ ...message, receiptHandle: undefined, deadLetterQueueSourceArn: this.arn });
    return true;
  }

  #forgetExpired(now: number): void {
    const oldest = now - 1000 * numberOf(this.#attributes, 'MessageRetentionPeriod');
    for (const message of this.#messages.values()) {
      if (message.sentTimestamp < oldest) this.#messages.delete(message.messageId);
    }
  }

  #newReceiptHandle(messageId: string): string {
    return Buffer.from([this.#mark(), messageId, randomUUID()].join('|')).toString('base64');
  }

  #mark(): string {
    return createHash('sha256').update(this.arn).digest('hex').slice(0, 16);
  }

  #messageOf(receiptHandle: string): StoredMessage | undefined {
    const [mark, messageId] = Buffer.from(receiptHandle, 'base64').toString().split('|');
    if (mark !== this.#mark() || messageId === undefined) {
      throw new SqsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
      );
    }
    return this.#messages.get(messageId);
  }

  /** Deletes by the handle of the last receive; an older handle is accepted and does nothing, as AWS may do. */
  delete(receiptHandle: string): void {
    const message = this.#messageOf(receiptHandle);
    if (message?.receiptHandle === receiptHandle) this.#messages.delete(message.messageId);
  }

  changeVisibility(receiptHandle: string, seconds: number): void {
    const message = this.#messageOf(receiptHandle);
    if (message?.receiptHandle !== receiptHandle) {
      throw invalidParameterValue(
        'Reason: Message does not exist or is not available for visibility timeout change.',
      );
    }
    const now = this.#around.clock();
    if (message.visibleAt <= now) {
      throw new SqsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    message.visibleAt = now + seconds * 1000;
    this.#waiters.wake();
  }

  purge(): void {
    this.#messages.clear();
  }

  /** Ends every long poll. */
  close(): void {
    this.#waiters.close();
  }

  /** Every message of the queue at this moment, oldest first. */
  messages(): readonly Readonly<StoredMessage>[] {
    this.#forgetExpired(this.#around.clock());
    return [...this.#messages.values()];
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#around.clock();
    const hidden = this.messages().filter((message) => message.visibleAt > now);
    const delayed = hidden.filter((message) => message.receiveCount === 0).length;
    return { visible: this.#messages.size - hidden.length, inFlight: hidden.length - delayed, delayed };
  }
}
