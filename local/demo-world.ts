import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAws, startLocalAws } from './aws.ts';
import { type EventSourceMapping, startEventSourceMapping } from './lambda/event-source-mapping.ts';
import { type LocalFunction, startFunction } from './lambda/function.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const BUCKET = 'acme-lake';
const CONFIG_BUCKET = 'acme-audit-config';
const MAIL_ADDRESS = 'data-platform@example.com';

/** Everything that a deployed stack would be: bucket, keys, queues, topics, the function and its poller. */
export interface DemoWorld {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly lambda: LocalFunction;
  readonly mapping: EventSourceMapping;
  /** Alerts as a mail subscriber has received them. */
  mails(): readonly { readonly subject: string; readonly body: string }[];
  close(): Promise<void>;
}

/** Builds the world and starts the bundled function; `close` leaves nothing running. */
export async function startDemoWorld(root: string): Promise<DemoWorld> {
  const aws = await startLocalAws();
  const config = aws.clientConfig(ACCOUNT, REGION);
  const s3 = new S3Client(config);
  const kms = new KMSClient(config);
  const sns = new SNSClient(config);
  const sqs = new SQSClient(config);
  makeKeys(aws);
  await makeBuckets(s3, join(root, 'examples/data-lake-policy.yaml'));
  const queueArn = await makeQueue(sqs);
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: {
        QueueConfigurations: [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*'] }],
      },
    }),
  );
  const topicArn = await makeTopic(sns, 'encryption-alerts');
  const mailTopicArn = await makeTopic(sns, 'encryption-alerts-mail');
  await sns.send(new SubscribeCommand({ TopicArn: mailTopicArn, Protocol: 'email', Endpoint: MAIL_ADDRESS }));
  aws.sns.control.confirmEmail(mailTopicArn, MAIL_ADDRESS);
  const lambda = await startFunction({
    bundle: join(root, 'dist/handlers/audit-queue.mjs'),
    handler: 'handler',
    environment: {
      AWS_ENDPOINT_URL: aws.endpoint,
      POLICY: `s3://${CONFIG_BUCKET}/policy.yaml`,
      TOPIC_ARN: topicArn,
      MAIL_TOPIC_ARN: mailTopicArn,
    },
    timeoutSeconds: 60,
    account: ACCOUNT,
    region: REGION,
    name: 'audit-queue',
  });
  const queue = aws.sqs.queue(queueArn);
  if (queue === undefined) throw new Error(`there is no queue ${queueArn}`);
  const mapping = startEventSourceMapping({
    queue,
    function: lambda,
    batchSize: 1_000,
    maximumBatchingWindowMs: 500,
    maximumConcurrency: 1,
    reportBatchItemFailures: true,
  });
  return {
    ...{ aws, s3, kms, lambda, mapping },
    mails: () => aws.sns.mailbox(mailTopicArn).slice(1),
    close: async () => {
      await mapping.stop();
      await lambda.stop();
      for (const client of [s3, kms, sns, sqs]) client.destroy();
      await aws.close();
    },
  };
}

/** A key behind an alias for each tenant and department. The ids are fixed so that the demo prints the same each time. */
function makeKeys({ kms }: LocalAws): void {
  const keys = {
    'alias/tenant-a': 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa',
    'alias/tenant-b': 'bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb',
    'alias/payroll-cse': 'cccccccc-3333-4333-8333-cccccccccccc',
    'alias/hr-cse': 'dddddddd-4444-4444-8444-dddddddddddd',
  };
  for (const [alias, keyId] of Object.entries(keys)) {
    kms.control.createKey({ account: ACCOUNT, region: REGION, keyId, alias });
  }
}

async function makeBuckets(s3: S3Client, policyFile: string): Promise<void> {
  for (const Bucket of [BUCKET, CONFIG_BUCKET]) {
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }
  const Body = readFileSync(policyFile, 'utf8');
  await s3.send(new PutObjectCommand({ Bucket: CONFIG_BUCKET, Key: 'policy.yaml', Body }));
}

async function makeQueue(sqs: SQSClient): Promise<string> {
  const deadLetters = await sqs.send(new CreateQueueCommand({ QueueName: 'audit-dead-letters' }));
  const deadLetterTargetArn = await queueArnOf(sqs, deadLetters.QueueUrl);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 });
  const queue = await sqs.send(
    new CreateQueueCommand({ QueueName: 'audit', Attributes: { VisibilityTimeout: '400', RedrivePolicy } }),
  );
  return queueArnOf(sqs, queue.QueueUrl);
}

async function queueArnOf(sqs: SQSClient, QueueUrl: string | undefined): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return Attributes?.QueueArn ?? '';
}

async function makeTopic(sns: SNSClient, Name: string): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
  return TopicArn ?? '';
}
