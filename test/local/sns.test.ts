import {
  AuthorizationErrorException,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  InternalErrorException,
  InvalidParameterException,
  InvalidParameterValueException,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  ThrottledException,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const account = '111122223333';
const region = 'eu-central-1';
const now = Date.parse('2026-11-21T00:00:00Z');
let aws: LocalAws;
let client: SNSClient;
let queueArn = '';
let TopicArn = '';
let count = 0;

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
  client = new SNSClient({ ...aws.clientConfig(account, region), maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

beforeEach(async () => {
  const made = await client.send(new CreateTopicCommand({ Name: `topic-${++count}` }));
  TopicArn = made.TopicArn ?? '';
  queueArn = await newQueue(`alerts-${count}`);
});

async function newQueue(QueueName: string): Promise<string> {
  const queues = new SQSClient(aws.clientConfig(account, region));
  await queues.send(new CreateQueueCommand({ QueueName }));
  queues.destroy();
  return `arn:aws:sqs:${region}:${account}:${QueueName}`;
}

/** What arrived in a queue so far. */
function delivered(arn = queueArn) {
  const messages = aws.sqs.queue(arn)?.messages() ?? [];
  return messages.map(({ body, messageAttributes }) => ({ body, attributes: messageAttributes }));
}

async function subscribe(Attributes: Record<string, string> = {}, Endpoint = queueArn) {
  const Protocol = Endpoint.includes('@') ? 'email' : 'sqs';
  const answer = await client.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  return answer.SubscriptionArn ?? '';
}

const publish = (input: Partial<PublishCommandInput>) =>
  client.send(new PublishCommand({ TopicArn, Message: 'hello', ...input }));

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('topics', () => {
  it('are made, listed, changed and deleted', async () => {
    expect(TopicArn).toBe(`arn:aws:sns:${region}:${account}:topic-${count}`);
    await client.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'A & <B>' }),
    );
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, Owner: account, DisplayName: 'A & <B>' });
    expect((await client.send(new ListTopicsCommand())).Topics).toContainEqual({ TopicArn });
    await client.send(new DeleteTopicCommand({ TopicArn }));
    await expect(publish({})).rejects.toBeInstanceOf(NotFoundException);
  });

  it('of another account refuse who has no policy, and those of another Region are no valid ARN', async () => {
    const foreign = TopicArn.replace(account, '444455556666');
    await expect(publish({ TopicArn: foreign })).rejects.toBeInstanceOf(AuthorizationErrorException);
    const distant = TopicArn.replace(region, 'us-east-1');
    await expect(publish({ TopicArn: distant })).rejects.toBeInstanceOf(InvalidParameterException);
  });

  it('answer what the local SNS does not know with an error, not with silence', async () => {
    const tag = new TagResourceCommand({ ResourceArn: TopicArn, Tags: [] });
    await expect(client.send(tag)).rejects.toThrow(
      expect.objectContaining({ $metadata: expect.objectContaining({ httpStatusCode: 501 }) }),
    );
    await expect(publish({ MessageGroupId: 'g' })).rejects.toThrow(/MessageGroupId/);
    await expect(subscribe({ RedrivePolicy: '{}' })).rejects.toThrow(/RedrivePolicy/);
    await expect(
      client.send(new SubscribeCommand({ TopicArn, Protocol: 'sms', Endpoint: '+491' })),
    ).rejects.toThrow(/protocol sms/);
  });
});

describe('subscriptions', () => {
  it('of queues are confirmed at once, and made once', async () => {
    const SubscriptionArn = await subscribe();
    expect(SubscriptionArn.startsWith(`${TopicArn}:`)).toBe(true);
    expect(await subscribe()).toBe(SubscriptionArn);
    await expect(subscribe({ RawMessageDelivery: 'true' })).rejects.toThrow(/different attributes/);
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toEqual([
      { SubscriptionArn, Owner: account, Protocol: 'sqs', Endpoint: queueArn, TopicArn },
    ]);
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish({});
    expect(delivered()).toEqual([]);
  });

  it('take a filter policy later, and refuse a bad one', async () => {
    const SubscriptionArn = await subscribe();
    const set = (AttributeValue: string) =>
      client.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn,
          AttributeName: 'FilterPolicy',
          AttributeValue,
        }),
      );
    await set('{"kind":["violation"]}');
    await publish({});
    await publish({ MessageAttributes: { kind: text('violation') } });
    expect(delivered()).toHaveLength(1);
    const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({
      FilterPolicy: '{"kind":["violation"]}',
      FilterPolicyScope: 'MessageAttributes',
      PendingConfirmation: 'false',
    });
    await expect(set('{"kind":[{"nope":1}]}')).rejects.toThrow(/FilterPolicy: kind: Unrecognized/);
    await set('');
    await publish({});
    expect(delivered()).toHaveLength(2);
  });

  it('filter by body when their scope says so', async () => {
    await subscribe({ FilterPolicyScope: 'MessageBody', FilterPolicy: '{"object":{"bucket":["b"]}}' });
    await publish({ Message: '{"object":{"bucket":"c"}}' });
    await publish({ Message: '{"object":{"bucket":"b"}}' });
    expect(delivered()).toHaveLength(1);
  });

  it('of HTTP endpoints are accepted and stay pending', async () => {
    const answer = await client.send(
      new SubscribeCommand({ TopicArn, Protocol: 'https', Endpoint: 'https://example.test/' }),
    );
    expect(answer.SubscriptionArn).toBe('pending confirmation');
  });
});

describe('a message to a queue', () => {
  it('comes in the notification envelope', async () => {
    const arn = await subscribe();
    const { MessageId } = await publish({
      Subject: 'Alert',
      Message: 'häß <b> & 🦉\r\n',
      MessageAttributes: {
        kind: text('violation'),
        rules: { DataType: 'String.Array', StringValue: '["a","b"]' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
      },
    });
    expect(delivered()).toMatchObject([{ attributes: {} }]);
    expect(JSON.parse(delivered()[0]?.body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'Alert',
      Message: 'häß <b> & 🦉\r\n',
      Timestamp: '2026-11-21T00:00:00.000Z',
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringContaining(region),
      UnsubscribeURL: expect.stringContaining(arn),
      MessageAttributes: {
        kind: { Type: 'String', Value: 'violation' },
        rules: { Type: 'String.Array', Value: '["a","b"]' },
        raw: { Type: 'Binary', Value: 'AQI=' },
      },
    });
  });

  it('has neither Subject nor MessageAttributes when none were sent', async () => {
    await subscribe();
    await publish({});
    const body = JSON.parse(delivered()[0]?.body ?? '');
    expect(Object.keys(body)).not.toContain('Subject');
    expect(Object.keys(body)).not.toContain('MessageAttributes');
  });

  it('comes raw with its attributes when the subscription asks, and not at all with more than ten', async () => {
    await subscribe({ RawMessageDelivery: 'true' });
    await publish({ MessageAttributes: { kind: text('violation') } });
    expect(delivered()).toEqual([
      {
        body: 'hello',
        attributes: { kind: { DataType: 'String', StringValue: 'violation' } },
      },
    ]);
    const eleven = Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('v')]));
    await publish({ MessageAttributes: eleven });
    expect(delivered()).toHaveLength(1);
  });

  it('of JSON structure has the body of its protocol and no attributes', async () => {
    await subscribe();
    const filtered = await newQueue(`filtered-${count}`);
    await subscribe({ FilterPolicy: '{"kind":["violation"]}' }, filtered);
    await publish({
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'd', sqs: 'for the queue', email: 'm', other: 1 }),
      MessageAttributes: { kind: text('violation') },
    });
    expect(delivered()).toHaveLength(1);
    const body = JSON.parse(delivered()[0]?.body ?? '');
    expect(body.Message).toBe('for the queue');
    expect(body.MessageAttributes).toBeUndefined();
    expect(delivered(filtered)).toEqual([]);
  });
});

describe('a message by e-mail', () => {
  it('reaches the mailbox once the address is confirmed', async () => {
    expect(await subscribe({}, 'a@example.test')).toBe('pending confirmation');
    await publish({});
    expect(aws.sns.mailbox(TopicArn)).toHaveLength(1);
    expect(aws.sns.control.confirmEmail(TopicArn, 'a@example.test')).toBe(true);
    expect(aws.sns.control.confirmEmail(TopicArn, 'a@example.test')).toBe(false);
    await publish({
      Subject: 'Alert',
      MessageStructure: 'json',
      Message: '{"default":"d","email":"for you"}',
    });
    await publish({});
    const [, first, second] = aws.sns.mailbox(TopicArn);
    expect(first).toMatchObject({ to: 'a@example.test', subject: 'Alert' });
    expect(first?.body).toMatch(/^for you\n\n--\nIf you wish to stop/);
    expect(second?.subject).toBe('AWS Notification Message');
  });

  it('can be confirmed with the token of the first mail', async () => {
    await subscribe({}, 'a@example.test');
    const Token = /token (\S+)$/.exec(aws.sns.mailbox(TopicArn)[0]?.body ?? '')?.[1];
    const { SubscriptionArn } = await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
    expect(SubscriptionArn).toContain(TopicArn);
    await publish({});
    expect(aws.sns.mailbox(TopicArn)).toHaveLength(2);
  });
});

describe('Publish refuses', () => {
  it('a message above 262,144 bytes, attributes included', async () => {
    const Message = 'x'.repeat(262_144);
    await publish({ Message });
    await expect(publish({ Message: `${Message}x` })).rejects.toThrow('Invalid parameter: Message too long');
    await expect(publish({ Message, MessageAttributes: { a: text('v') } })).rejects.toThrow(/too long/);
    const exact = 'x'.repeat(262_144 - 'a'.length - 'String'.length - 'v'.length);
    await publish({ Message: exact, MessageAttributes: { a: text('v') } });
  });

  it.each([
    ['empty', ''],
    ['of 100 characters', 'x'.repeat(100)],
    ['with a line break', 'a\nb'],
    ['outside ASCII', 'ä'],
    ['that starts with a space', ' a'],
  ])('a subject %s', async (_, Subject) => {
    await publish({ Subject: 'x'.repeat(99) });
    await expect(publish({ Subject })).rejects.toBeInstanceOf(InvalidParameterException);
  });

  it.each([
    ['an empty value', { a: text('') }],
    ['a surrogate pair', { a: text('🦉') }],
    ['a reserved name', { 'AWS.a': text('v') }],
    ['an unknown type', { a: { DataType: 'Date', StringValue: 'v' } }],
    ['a Number that is none', { a: { DataType: 'Number', StringValue: 'v' } }],
    ['a String.Array that is none', { a: { DataType: 'String.Array', StringValue: '[{}]' } }],
  ])('an attribute with %s', async (_, MessageAttributes) => {
    await expect(publish({ MessageAttributes })).rejects.toBeInstanceOf(InvalidParameterValueException);
  });

  it.each([
    ['without a default body', '{"sqs":"x"}', /No default entry/],
    ['that is no JSON', 'x', /failed to parse/],
    ['with a key twice', '{"default":"x","sqs":"a","sqs":"b"}', /failed to parse/],
  ])('a structured message %s', async (_, Message, reason) => {
    await expect(publish({ Message, MessageStructure: 'json' })).rejects.toThrow(reason);
  });

  it('an empty message', async () => {
    await expect(publish({ Message: '' })).rejects.toThrow(/Empty message/);
  });
});

describe('PublishBatch', () => {
  const batch = (entries: { Id: string; Message: string; Subject?: string }[]) =>
    client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));

  it('answers accepted and refused entries side by side', async () => {
    await subscribe();
    const answer = await batch([
      { Id: 'good', Message: 'x' },
      { Id: 'bad', Message: 'x', Subject: 'a\nb' },
    ]);
    expect(answer.Successful).toEqual([{ Id: 'good', MessageId: expect.any(String) }]);
    expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
    expect(delivered()).toHaveLength(1);
  });

  it('refuses eleven entries, none, equal ids, and too many bytes together', async () => {
    const ids = (all: string) => [...all].map((Id) => ({ Id, Message: 'x' }));
    await expect(batch(ids('abcdefghijk'))).rejects.toThrow(
      expect.objectContaining({ name: 'TooManyEntriesInBatchRequestException' }),
    );
    await expect(batch([])).rejects.toThrow(expect.objectContaining({ name: 'EmptyBatchRequestException' }));
    await expect(batch(ids('aa'))).rejects.toThrow(
      expect.objectContaining({ name: 'BatchEntryIdsNotDistinctException' }),
    );
    const half = 'x'.repeat(131_073);
    await expect(
      batch([
        { Id: 'a', Message: half },
        { Id: 'b', Message: half },
      ]),
    ).rejects.toThrow(expect.objectContaining({ name: 'BatchRequestTooLongException' }));
  });
});

describe('a test', () => {
  it.each([
    ['InternalError', 500, InternalErrorException],
    ['AuthorizationError', 403, AuthorizationErrorException],
    ['Throttled', 429, ThrottledException],
  ])('can let the next Publish fail with %s', async (code, status, kind) => {
    aws.sns.control.failNext(1, { code, status });
    await expect(publish({})).rejects.toBeInstanceOf(kind);
    await publish({});
  });
});
