import type { MessageAttributes } from '../sqs/message-attributes.ts';
import { md5OfAttributes } from '../sqs/message-attributes.ts';
import { md5OfBody, systemAttributes } from '../sqs/message-operations.ts';
import type { ReceivedMessage } from '../sqs/queue.ts';

/** One record of the event that Lambda makes of a message. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, LambdaMessageAttribute>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

interface LambdaMessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly never[];
  readonly binaryListValues: readonly never[];
}

/** The record of one received message, in Lambda's camel case. */
export function sqsRecord(message: ReceivedMessage, queueArn: string): SqsRecord {
  const digest = md5OfAttributes(message.messageAttributes);
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: lambdaAttributes(message.messageAttributes),
    ...(digest === undefined ? {} : { md5OfMessageAttributes: digest }),
    md5OfBody: md5OfBody(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  };
}

function lambdaAttributes(attributes: MessageAttributes): Record<string, LambdaMessageAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
      },
    ]),
  );
}
