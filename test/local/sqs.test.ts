import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const account = '111122223333';
const region = 'eu-central-1';
let now = Date.parse('2026-11-21T00:00:00Z');
let aws: LocalAws;
let client: SQSClient;
let count = 0;

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
  client = new SQSClient({ ...aws.clientConfig(account, region), maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

function arnOf(name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

async function newQueue(Attributes: Partial<Record<QueueAttributeName, string>> = {}) {
  const QueueName = `queue-${++count}`;
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  const view = aws.sqs.queue(arnOf(QueueName));
  if (!view) throw new Error('the queue was not made');
  return { QueueUrl, QueueName, view };
}

async function receive(QueueUrl: string, more: object = {}) {
  const answer = await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }));
  return answer.Messages ?? [];
}

describe('queues', () => {
  it('are made once for the same name and attributes, and refused with others', async () => {
    const { QueueUrl, QueueName } = await newQueue({ VisibilityTimeout: '60' });
    const again = await client.send(
      new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '60' } }),
    );
    expect(again.QueueUrl).toBe(QueueUrl);
    expect(QueueUrl).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${account}/${QueueName}$`));
    await expect(
      client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '61' } })),
    ).rejects.toThrow(expect.objectContaining({ name: 'QueueNameExists' }));
  });

  it('are found by name and listed by prefix', async () => {
    const { QueueUrl, QueueName } = await newQueue();
    expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(QueueUrl);
    const listed = await client.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }));
    expect(listed.QueueUrls).toEqual([QueueUrl]);
  });

  it('tell their attributes and take new ones', async () => {
    const { QueueUrl, QueueName } = await newQueue();
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '7' } }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: arnOf(QueueName),
      VisibilityTimeout: '7',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '0',
      CreatedTimestamp: String(Math.floor(now / 1000)),
    });
  });

  it('that do not exist are named so, with the code of the query protocol', async () => {
    const error: unknown = await client
      .send(new SendMessageCommand({ QueueUrl: `http://127.0.0.1/${account}/none`, MessageBody: 'x' }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('are emptied by a purge and gone after a delete', async () => {
    const { QueueUrl, QueueName, view } = await newQueue();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(view.visible).toBe(0);
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    expect(aws.sqs.queue(arnOf(QueueName))).toBeUndefined();
    expect(view.closed).toBe(true);
  });

  it('of another account or Region are out of reach', async () => {
    const { QueueUrl, QueueName } = await newQueue();
    await expect(receive(`http://127.0.0.1/444455556666/${QueueName}`)).rejects.toBeInstanceOf(
      QueueDoesNotExist,
    );
    const distant = new SQSClient({ ...aws.clientConfig(account, 'us-east-1'), maxAttempts: 1 });
    await expect(distant.send(new GetQueueUrlCommand({ QueueName }))).rejects.toBeInstanceOf(
      QueueDoesNotExist,
    );
    const foreign = new SQSClient({ ...aws.clientConfig('444455556666', region), maxAttempts: 1 });
    await expect(foreign.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toThrow(
      /Access to the resource is denied/,
    );
  });

  it('refuse attributes, FIFO names and operations that the local SQS does not know', async () => {
    await expect(newQueue({ FifoQueue: 'true' })).rejects.toThrow(/standard queues only/);
    await expect(newQueue({ RedriveAllowPolicy: '{}' })).rejects.toThrow(/Unknown Attribute/);
    await expect(newQueue({ VisibilityTimeout: '43201' })).rejects.toThrow(/VisibilityTimeout/);
    const { QueueUrl } = await newQueue();
    await expect(client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } }))).rejects.toThrow(
      expect.objectContaining({
        name: 'UnknownOperationException',
        $metadata: expect.objectContaining({ httpStatusCode: 501 }),
      }),
    );
    await expect(
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g' })),
    ).rejects.toThrow(/MessageGroupId/);
  });
});

describe('messages', () => {
  it('arrive with their body, attributes and digests', async () => {
    const { QueueUrl } = await newQueue();
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'violation' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    const sent = await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'häßlich', MessageAttributes }),
    );
    const [message] = await receive(QueueUrl, {
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(message?.Body).toBe('häßlich');
    expect(message?.MessageAttributes?.raw?.BinaryValue).toEqual(new Uint8Array([1, 2]));
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.Attributes).toEqual({
      SenderId: `LOCAL${account}`,
      ApproximateReceiveCount: '1',
      SentTimestamp: String(now),
      ApproximateFirstReceiveTimestamp: String(now),
    });
  });

  it('have the attribute digest of the documented algorithm: lengths, names, types and values in order', async () => {
    const { QueueUrl } = await newQueue();
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'x',
        MessageAttributes: {
          b: { DataType: 'Number', StringValue: '7' },
          a: { DataType: 'String', StringValue: 'v' },
        },
      }),
    );
    const bytes = '\0\0\0\x01a\0\0\0\x06String\x01\0\0\0\x01v\0\0\0\x01b\0\0\0\x06Number\x01\0\0\0\x017';
    expect(sent.MD5OfMessageAttributes).toBe(createHash('md5').update(bytes).digest('hex'));
  });

  it('are hidden until their visibility timeout ends by the clock', async () => {
    const { QueueUrl, view } = await newQueue({ VisibilityTimeout: '30' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    expect(await receive(QueueUrl)).toHaveLength(1);
    now += 29_999;
    expect(await receive(QueueUrl)).toHaveLength(0);
    expect(view).toMatchObject({ visible: 0, inFlight: 1, oldestAgeSeconds: 29 });
    now += 1;
    const [again] = await receive(QueueUrl, { AttributeNames: ['ApproximateReceiveCount'] });
    expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
  });

  it('are hidden for as long as the receiver asked or changed later', async () => {
    const { QueueUrl } = await newQueue();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await receive(QueueUrl, { VisibilityTimeout: 5 });
    now += 5000;
    const [second] = await receive(QueueUrl);
    expect(second?.MessageId).toBe(first?.MessageId);
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: second?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(await receive(QueueUrl)).toHaveLength(1);
  });

  it('stay when they are deleted with the handle of an older receive', async () => {
    const { QueueUrl, view } = await newQueue();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await receive(QueueUrl, { VisibilityTimeout: 0 });
    const [second] = await receive(QueueUrl);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(view.inFlight).toBe(1);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(view.messages()).toEqual([]);
  });

  it('cannot be deleted with a handle that is none', async () => {
    const { QueueUrl } = await newQueue();
    await expect(
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' })),
    ).rejects.toBeInstanceOf(ReceiptHandleIsInvalid);
  });

  it('above one mebibyte, attributes included, are refused', async () => {
    const { QueueUrl } = await newQueue();
    const MessageBody = 'x'.repeat(1_048_576);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const attribute = { a: { DataType: 'String', StringValue: 'v' } };
    await expect(
      client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: attribute })),
    ).rejects.toThrow(expect.objectContaining({ name: 'InvalidParameterValue' }));
  });

  it('with characters that XML cannot carry are refused', async () => {
    const { QueueUrl } = await newQueue();
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0001' }))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidMessageContents' }),
    );
  });

  it('are forgotten after their retention period', async () => {
    const { QueueUrl, view } = await newQueue({ MessageRetentionPeriod: '60' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    now += 60_001;
    expect(await receive(QueueUrl)).toEqual([]);
    expect(view.messages()).toEqual([]);
  });
});

describe('a dead-letter queue', () => {
  it('gets a message whole once it was received as often as allowed', async () => {
    const dead = await newQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.view.arn, maxReceiveCount: 2 });
    const source = await newQueue({ RedrivePolicy, VisibilityTimeout: '0' });
    await client.send(
      new SendMessageCommand({
        QueueUrl: source.QueueUrl,
        MessageBody: 'poison',
        MessageAttributes: { a: { DataType: 'String', StringValue: 'v' } },
      }),
    );
    expect(await receive(source.QueueUrl)).toHaveLength(1);
    expect(await receive(source.QueueUrl)).toHaveLength(1);
    expect(dead.view.visible).toBe(0);
    expect(await receive(source.QueueUrl)).toHaveLength(0);
    expect(source.view.messages()).toEqual([]);
    const [moved] = await receive(dead.QueueUrl, { MessageAttributeNames: ['All'], AttributeNames: ['All'] });
    expect(moved).toMatchObject({
      Body: 'poison',
      MessageAttributes: { a: { StringValue: 'v' } },
      Attributes: { DeadLetterQueueSourceArn: source.view.arn, ApproximateReceiveCount: '3' },
    });
  });

  it('must exist', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('none'), maxReceiveCount: 2 });
    await expect(newQueue({ RedrivePolicy })).rejects.toThrow(/Dead letter target does not exist/);
  });
});

describe('a long poll', () => {
  it('wakes when a message arrives', async () => {
    const { QueueUrl } = await newQueue();
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    setTimeout(() => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' })), 50);
    expect((await waiting)[0]?.Body).toBe('late');
  }, 15_000);

  it('wakes when a message becomes visible again', async () => {
    const { QueueUrl } = await newQueue();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await receive(QueueUrl);
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 10 });
    now += 30_000;
    expect(await waiting).toHaveLength(1);
  });

  it('ends empty after its time though the clock stands still', async () => {
    const { QueueUrl } = await newQueue();
    expect(await receive(QueueUrl, { WaitTimeSeconds: 1 })).toEqual([]);
  });
});

describe('batches', () => {
  it('are sent, changed and deleted entry by entry, with the refused ones apart', async () => {
    const { QueueUrl, view } = await newQueue();
    const sent = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'x' },
          { Id: 'bad', MessageBody: 'a\u0001' },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(sent.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }]);
    const [message] = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
    const entry = { Id: 'one', ReceiptHandle: message?.ReceiptHandle };
    const changed = await client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [{ ...entry, VisibilityTimeout: 90 }] }),
    );
    expect(changed.Successful).toEqual([{ Id: 'one' }]);
    const deleted = await client.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [entry, { Id: 'two', ReceiptHandle: 'nonsense' }] }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'one' }]);
    expect(deleted.Failed?.[0]?.Code).toBe('ReceiptHandleIsInvalid');
    expect(view.messages()).toEqual([]);
  });

  it('with eleven entries, none, or equal ids are refused as a whole', async () => {
    const { QueueUrl, view } = await newQueue();
    const send = (ids: string[]) =>
      client.send(
        new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: 'x' })) }),
      );
    await expect(send([])).rejects.toThrow(expect.objectContaining({ name: 'EmptyBatchRequest' }));
    await expect(send(['a', 'a'])).rejects.toThrow(
      expect.objectContaining({ name: 'BatchEntryIdsNotDistinct' }),
    );
    await expect(send([...'abcdefghijk'])).rejects.toThrow(
      expect.objectContaining({ name: 'TooManyEntriesInBatchRequest' }),
    );
    expect(view.visible).toBe(0);
  });
});

describe('delivery by another service', () => {
  it('puts the body and attributes into the queue, and says when there is none', async () => {
    const { QueueUrl, view } = await newQueue();
    expect(aws.sqs.deliver(view.arn, 'body', { a: { DataType: 'Binary', StringValue: 'AQI=' } })).toBe(true);
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['.*'] });
    expect(message?.MessageAttributes?.a?.BinaryValue).toEqual(new Uint8Array([1, 2]));
    expect(aws.sqs.deliver(arnOf('none'), 'body')).toBe(false);
  });

  it('loses a message that the queue refuses, without an error', async () => {
    const { view } = await newQueue();
    expect(aws.sqs.deliver(view.arn, 'a\u0001')).toBe(true);
    expect(view.messages()).toEqual([]);
  });
});
