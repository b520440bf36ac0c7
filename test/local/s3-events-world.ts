import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

interface Watched {
  readonly Bucket: string;
  readonly QueueArn: string;
  readonly QueueUrl: string;
}

/** A local S3 whose buckets may send their events to a queue each. */
export class EventsWorld {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly #sqs: SQSClient;
  #watched: Watched = { Bucket: '', QueueArn: '', QueueUrl: '' };
  #count = 0;

  private constructor(aws: LocalAws) {
    this.aws = aws;
    this.s3 = new S3Client(aws.clientConfig(ACCOUNT, REGION));
    this.#sqs = new SQSClient(aws.clientConfig(ACCOUNT, REGION));
  }

  static async start(): Promise<EventsWorld> {
    return new EventsWorld(await startLocalAws());
  }

  /** Makes the bucket and the queue that everything below is about until the next ones are made. */
  async newBucket(): Promise<Watched> {
    this.#count += 1;
    const name = `events-${this.#count}`;
    await this.s3.send(new CreateBucketCommand({ Bucket: name }));
    const { QueueUrl = '' } = await this.#sqs.send(new CreateQueueCommand({ QueueName: name }));
    this.#watched = { Bucket: name, QueueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`, QueueUrl };
    return this.#watched;
  }

  /** Has the bucket send to its queue that objects were created, or what the input says instead. */
  configure(input: Partial<QueueConfiguration> = {}, ...others: QueueConfiguration[]) {
    const { Bucket, QueueArn } = this.#watched;
    return this.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            { Id: 'audit', QueueArn, Events: ['s3:ObjectCreated:*'], ...input },
            ...others,
          ],
        },
      }),
    );
  }

  /** What the queue was sent, test events included. */
  async receive() {
    const { QueueUrl } = this.#watched;
    const { Messages = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body }) => JSON.parse(Body ?? ''));
  }

  /** The events that the queue was sent, one from each message. */
  async records() {
    const messages = (await this.receive()).filter(({ Event }) => Event === undefined);
    expect(messages.every(({ Records }) => Records.length === 1)).toBe(true);
    return messages.map(({ Records: [record] }) => record);
  }

  async close(): Promise<void> {
    this.s3.destroy();
    this.#sqs.destroy();
    await this.aws.close();
  }
}
