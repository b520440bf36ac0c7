import { randomBytes } from 'node:crypto';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { ClientConfig } from './endpoint.ts';
import { makeQueue } from './sqs-notifications.ts';

/** A topic with a queue behind it. */
export interface Inbox {
  readonly topicArn: string;
  readonly client: SNSClient;
  /** The SNS envelopes that have come since. */
  take(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Makes a topic; of its messages those come that the filter policy takes. */
export async function makeInbox(
  config: ClientConfig,
  waitSeconds: number,
  filter?: Readonly<Record<string, readonly string[]>>,
): Promise<Inbox> {
  const client = new SNSClient(config);
  const name = `alerts-${randomBytes(4).toString('hex')}`;
  const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: name }));
  const queue = await makeQueue(config, name, waitSeconds);
  const Attributes = filter === undefined ? {} : { FilterPolicy: JSON.stringify(filter) };
  await client.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes }));
  return {
    topicArn: TopicArn,
    client,
    take: async () => (await queue.take()).map((body): Record<string, unknown> => JSON.parse(body)),
    close: async () => {
      await client.send(new DeleteTopicCommand({ TopicArn }));
      client.destroy();
      await queue.delete();
    },
  };
}
