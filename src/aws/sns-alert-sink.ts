import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { AlertAttributes, AlertMessage, AlertSink } from '../alerts/alert-sink.ts';
import { asFailure } from './failure.ts';

export interface SnsAlertSinkOptions {
  readonly client: () => Promise<SNSClient>;
  readonly topicArn: string;
  /** `json`: the body holds a text for each protocol. SNS is documented not to deliver attributes then. */
  readonly structure?: 'json';
}

/** Publishes to one topic. Every refusal is retryable: a record is done only when its alert has been accepted. */
export class SnsAlertSink implements AlertSink {
  readonly #options: SnsAlertSinkOptions;

  constructor(options: SnsAlertSinkOptions) {
    this.#options = options;
  }

  async publish({ subject, body, attributes }: AlertMessage): Promise<void> {
    const { client, topicArn, structure } = this.#options;
    const command = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: body,
      MessageAttributes: messageAttributes(attributes),
      ...(structure === undefined ? {} : { MessageStructure: structure }),
    });
    try {
      await (await client()).send(command);
    } catch (error) {
      throw asFailure(`sns:Publish to ${topicArn}`, error);
    }
  }
}

function messageAttributes(attributes: AlertAttributes): Record<string, MessageAttributeValue> {
  const { codes, ...texts } = attributes;
  const strings = Object.entries(texts).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  return {
    ...Object.fromEntries(strings),
    codes: { DataType: 'String.Array', StringValue: JSON.stringify(codes) },
  };
}
