import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { AlertMessage } from '../../src/alerts/alert-sink.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { SnsAlertSink } from '../../src/aws/sns-alert-sink.ts';
import { CREDENTIALS, loopback } from './loopback.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

const MESSAGE: AlertMessage = {
  subject: 'violation: rule tenants, bucket acme-lake',
  body: '{"a":"ü 😀"}',
  attributes: {
    outcome: 'violation',
    severity: 'high',
    bucket: 'acme-lake',
    rule: '-',
    codes: ['KMS_KEY_NOT_ALLOWED', 'BUCKET_KEY_NOT_AS_REQUIRED'],
    trigger: 'event',
  },
};

let aws: LocalAws;
let sns: SNSClient;
let sqs: SQSClient;
let topicArn = '';
let QueueUrl = '';

beforeAll(async () => {
  aws = await startLocalAws();
  sns = new SNSClient({ ...aws.clientConfig(ACCOUNT, REGION), maxAttempts: 2 });
  sqs = new SQSClient(aws.clientConfig(ACCOUNT, REGION));
  topicArn = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn ?? '';
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'alerts' }))).QueueUrl ?? '';
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: `arn:aws:sqs:${REGION}:${ACCOUNT}:alerts`,
    }),
  );
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await aws.close();
});

const sink = (structure?: 'json'): SnsAlertSink =>
  new SnsAlertSink({
    client: async () => sns,
    topicArn,
    ...(structure === undefined ? {} : { structure }),
  });

async function received() {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
  return JSON.parse(Messages[0]?.Body ?? '{}');
}

describe('what is published', () => {
  it('subject and body arrive as they are', async () => {
    await sink().publish(MESSAGE);
    expect(await received()).toMatchObject({ Subject: MESSAGE.subject, Message: MESSAGE.body });
  });

  it('every attribute is a String, and codes are a String.Array that a filter policy can look into', async () => {
    await sink().publish(MESSAGE);
    expect((await received()).MessageAttributes).toEqual({
      outcome: { Type: 'String', Value: 'violation' },
      severity: { Type: 'String', Value: 'high' },
      bucket: { Type: 'String', Value: 'acme-lake' },
      rule: { Type: 'String', Value: '-' },
      trigger: { Type: 'String', Value: 'event' },
      codes: { Type: 'String.Array', Value: '["KMS_KEY_NOT_ALLOWED","BUCKET_KEY_NOT_AS_REQUIRED"]' },
    });
  });

  it('per protocol, each subscription gets the text for its own protocol', async () => {
    const body = JSON.stringify({ default: 'for all', sqs: 'for queues', email: 'for people' });
    await sink('json').publish({ ...MESSAGE, body });
    expect((await received()).Message).toBe('for queues');
  });

  it('the request says MessageStructure only where one is asked for', async () => {
    const server = await loopback(() => ({
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
    }));
    const client = new SNSClient({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS });
    const shared = { client: async () => client, topicArn };
    await new SnsAlertSink(shared).publish(MESSAGE);
    await new SnsAlertSink({ ...shared, structure: 'json' }).publish(MESSAGE);
    client.destroy();
    await server.close();
    const [plain, structured] = server.bodies.map((body) => new URLSearchParams(body));
    expect(plain?.has('MessageStructure')).toBe(false);
    expect(structured?.get('MessageStructure')).toBe('json');
    expect(plain?.get('TopicArn')).toBe(topicArn);
  });
});

describe('what is not accepted', () => {
  const published = (code: string, status: number): Promise<void> => {
    aws.sns.control.failNext(100, { code, status });
    return sink().publish(MESSAGE);
  };
  afterAll(() => aws.sns.control.failNext(0, { code: '', status: 500 }));

  for (const [code, status] of [
    ['InternalError', 500],
    ['Throttling', 400],
    ['AuthorizationError', 403],
    ['KMSAccessDenied', 400],
    ['NotFound', 404],
    ['InvalidParameter', 400],
    ['NobodyHeardOf', 418],
  ] as const) {
    it(`${code} is a RetryableFailure that names the topic: no record is done before its alert is accepted`, async () => {
      const failure = published(code, status);
      await expect(failure).rejects.toThrow(RetryableFailure);
      await expect(failure).rejects.toThrow(`sns:Publish to ${topicArn}: HTTP ${status}`);
    });
  }

  for (const code of ['InvalidClientTokenId', 'ExpiredToken', 'SignatureDoesNotMatch']) {
    it(`${code} is CallerRefused: it says nothing of the alert`, async () => {
      await expect(published(code, 403)).rejects.toThrow(CallerRefused);
    });
  }

  it('a topic that is not there is a RetryableFailure', async () => {
    aws.sns.control.failNext(0, { code: '', status: 500 });
    const nowhere = new SnsAlertSink({ client: async () => sns, topicArn: `${topicArn}-gone` });
    await expect(nowhere.publish(MESSAGE)).rejects.toThrow(RetryableFailure);
  });

  it('a client that cannot be made is a RetryableFailure as well', async () => {
    const broken = new SnsAlertSink({
      client: () => Promise.reject(new Error('no module')),
      topicArn,
    });
    await expect(broken.publish(MESSAGE)).rejects.toThrow(RetryableFailure);
  });
});
