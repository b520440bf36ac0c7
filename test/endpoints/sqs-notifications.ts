import { PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { ClientConfig, Notifications } from './endpoint.ts';

/** A queue that anything of the endpoint may write to. */
export interface Queue {
  readonly arn: string;
  readonly url: string;
  /** Everything in it, until a receive comes back empty. */
  take(): Promise<readonly string[]>;
  delete(): Promise<void>;
}

/** Lets S3 and SNS write to the queue. */
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] },
      Action: 'sqs:SendMessage',
      Resource: '*',
    },
  ],
});

/** Makes a queue; `waitSeconds` is how long a receive waits for the first message. */
export async function makeQueue(
  config: ClientConfig,
  QueueName: string,
  waitSeconds: number,
): Promise<Queue> {
  const client = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({ QueueName, Attributes: { Policy: POLICY } }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const receive = async (): Promise<readonly Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    );
    if (Messages.length > 0) {
      const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return Messages;
  };
  return {
    arn: Attributes?.QueueArn ?? '',
    url: QueueUrl,
    take: async () => {
      const bodies: string[] = [];
      for (let messages = await receive(); messages.length > 0; messages = await receive()) {
        bodies.push(...messages.map(({ Body = '' }) => Body));
      }
      return bodies;
    },
    delete: async () => {
      await client.send(new DeleteQueueCommand({ QueueUrl }));
      client.destroy();
    },
  };
}

/** S3's notifications by way of SQS. */
export async function sqsNotifications(
  s3: ClientConfig,
  sqs: ClientConfig,
  name: string,
  waitSeconds: number,
): Promise<Notifications> {
  const client = new S3Client({ ...s3, forcePathStyle: true });
  const queue = await makeQueue(sqs, name, waitSeconds);
  return {
    watch: async (Bucket) => {
      const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:*' as const] }];
      const NotificationConfiguration = { QueueConfigurations };
      await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    },
    take: () => queue.take(),
    close: async () => {
      client.destroy();
      await queue.delete();
    },
  };
}
