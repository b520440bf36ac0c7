import { readFileSync } from 'node:fs';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../local/aws.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { ACME, BUCKETS, KEYS, REGION } from './names.ts';

export const POLICY_TEXT: string = readFileSync(new URL('policy.yaml', import.meta.url), 'utf8');

/** Seconds. A queue's visibility timeout must not be shorter than its function's. */
export const VISIBILITY = 30;
export const MAX_RECEIVES = 2;

export interface Site {
  readonly events: QueueView;
  readonly deadLetters: QueueView;
  readonly topics: {
    readonly alerts: string;
    readonly mail: string;
    readonly wrapped: string;
    readonly raw: string;
  };
  /** Queues that subscribe: to all alerts, to those of critical violations, and to the mail. */
  readonly inboxes: { readonly alerts: QueueView; readonly critical: QueueView; readonly mail: QueueView };
}

/** Makes everything that a deployment has, over the wire: keys, buckets, queues, topics, subscriptions and the policy. */
export async function makeSite(aws: LocalAws): Promise<Site> {
  for (const key of Object.values(KEYS)) aws.kms.control.createKey({ ...key, region: REGION });
  const sqs = new SQSClient(aws.clientConfig(ACME, REGION));
  const sns = new SNSClient(aws.clientConfig(ACME, REGION));
  const s3 = new S3Client(aws.clientConfig(ACME, REGION));
  const queue = (name: string, attributes: Record<string, string> = {}) =>
    makeQueue(aws, sqs, name, attributes);
  const deadLetters = await queue('events-dead');
  const events = await queue('events', {
    VisibilityTimeout: String(VISIBILITY),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVES }),
  });
  const inboxes = {
    alerts: await queue('alerts-inbox'),
    critical: await queue('critical-inbox'),
    mail: await queue('mail-inbox'),
  };
  const topic = async (Name: string): Promise<string> =>
    (await sns.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
  const topics = {
    alerts: await topic('alerts'),
    mail: await topic('mail'),
    wrapped: await topic('events-wrapped'),
    raw: await topic('events-raw'),
  };
  const subscribe = (TopicArn: string, to: QueueView, Attributes: Record<string, string> = {}) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: to.arn, Attributes }));
  await subscribe(topics.alerts, inboxes.alerts);
  await subscribe(topics.alerts, inboxes.critical, {
    FilterPolicy: JSON.stringify({ severity: ['critical'], outcome: ['violation'] }),
  });
  await subscribe(topics.mail, inboxes.mail);
  await subscribe(topics.wrapped, events);
  await subscribe(topics.raw, events, { RawMessageDelivery: 'true' });
  await makeBuckets(aws, s3, events);
  for (const client of [sqs, sns, s3]) client.destroy();
  return { events, deadLetters, topics, inboxes };
}

async function makeQueue(
  aws: LocalAws,
  sqs: SQSClient,
  QueueName: string,
  Attributes: Record<string, string>,
): Promise<QueueView> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const view = aws.sqs.queue(answer.Attributes?.QueueArn ?? '');
  if (view === undefined) throw new Error(`the queue ${QueueName} was not made`);
  return view;
}

async function makeBuckets(aws: LocalAws, s3: S3Client, events: QueueView): Promise<void> {
  for (const Bucket of BUCKETS) {
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
  }
  const east = new S3Client(aws.clientConfig(ACME, 'us-east-1'));
  await east.send(new CreateBucketCommand({ Bucket: 'acme-east' }));
  east.destroy();
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: 'acme-versions',
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  for (const [Bucket, alias, bucketKey] of [
    ['acme-defaults', 'alias/lake-default', true],
    ['acme-drop', 'alias/shared', false],
  ] as const) {
    const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: alias } as const;
    const rule = { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: bucketKey };
    await s3.send(
      new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
    );
  }
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket: 'acme-sealed',
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
            BlockedEncryptionTypes: { EncryptionType: ['NONE'] },
          },
        ],
      },
    }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'acme-policy', Key: 'policy.yaml', Body: POLICY_TEXT }));
  for (const Bucket of BUCKETS) {
    if (Bucket === 'acme-silent' || Bucket === 'acme-policy') continue;
    const QueueConfigurations = [
      { QueueArn: events.arn, Events: ['s3:ObjectCreated:*' as const, 's3:ObjectRemoved:*' as const] },
    ];
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
  }
}
