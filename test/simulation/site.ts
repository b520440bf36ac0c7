import { DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../local/aws.ts';
import { type LocalFunction, startFunction } from '../../local/lambda/function.ts';
import { ACCOUNT, REGION } from '../../local/simulation/messages.ts';
import { KEYS, LAKE, TENANTS } from '../../local/simulation/policies.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';

export const POLICY_BUCKET = 'sim-policy';
export const TIMEOUT_SECONDS = 4;
export const VISIBILITY_SECONDS = 30;
const MAX_RECEIVES = 5;

const place = { account: ACCOUNT, region: REGION };
const arnOf = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

/** The shipped bundle in a process of its own. */
export const startAuditor = (aws: LocalAws, bundle: string, topics: Topics): Promise<LocalFunction> =>
  startFunction({
    ...{
      bundle,
      handler: 'handler',
      name: 'audit-queue',
      timeoutSeconds: TIMEOUT_SECONDS,
      ...place,
    },
    environment: {
      AWS_ENDPOINT_URL: aws.endpoint,
      // Every fault reaches the code.
      AWS_MAX_ATTEMPTS: '1',
      POLICY: `s3://${POLICY_BUCKET}/policy.yaml`,
      POLICY_TTL_SECONDS: '1',
      TOPIC_ARN: topics.topicArn,
      MAIL_TOPIC_ARN: topics.mailTopicArn,
      MAX_RECEIVES: String(MAX_RECEIVES),
    },
  });

interface Topics {
  readonly topicArn: string;
  readonly mailTopicArn: string;
}

/** Everything that a deployment has, with an inbox for each topic. */
export interface Site {
  readonly queue: QueueView;
  readonly dead: QueueView;
  readonly programs: QueueView;
  readonly mail: QueueView;
  readonly topics: Topics;
  readonly managedKey: string;
  readonly s3: S3Client;
  close(): void;
}

export async function makeSite(aws: LocalAws): Promise<Site> {
  const config = aws.clientConfig(ACCOUNT, REGION);
  const [s3, kms, sns, sqs] = [
    new S3Client(config),
    new KMSClient(config),
    new SNSClient(config),
    new SQSClient(config),
  ];
  const key = (arn: string, alias?: string): string =>
    aws.kms.control.createKey({
      ...place,
      keyId: arn.split('/')[1] ?? '',
      ...(alias === undefined ? {} : { alias }),
    });
  key(KEYS.plain, 'alias/plain');
  for (const arn of [KEYS.other, KEYS.third]) key(arn);
  for (let tenant = 0; tenant < TENANTS; tenant++) key(KEYS.tenant(tenant), `alias/tenant-${tenant}`);
  await kms.send(new DisableKeyCommand({ KeyId: key(KEYS.disabled) }));
  for (const Bucket of [LAKE, POLICY_BUCKET]) {
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }
  aws.s3.control.setDenied(LAKE, 'arn/refused/');
  const queue = async (QueueName: string, Attributes: Record<string, string> = {}): Promise<QueueView> => {
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const made = aws.sqs.queue(arnOf(QueueName));
    if (made === undefined) throw new Error(`${QueueName} was not made`);
    return made;
  };
  const topic = async (name: string): Promise<readonly [string, QueueView]> => {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    const inbox = await queue(`${name}-inbox`);
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: inbox.arn }));
    return [TopicArn, inbox];
  };
  const dead = await queue('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: MAX_RECEIVES });
  const main = await queue('main', { VisibilityTimeout: String(VISIBILITY_SECONDS), RedrivePolicy });
  const [topicArn, programs] = await topic('alerts');
  const [mailTopicArn, mail] = await topic('mail');
  const managedKey = aws.kms.managedS3Key({ ...place, accessKeyId: `LOCAL${ACCOUNT}` });
  for (const client of [kms, sns, sqs]) client.destroy();
  return {
    queue: main,
    dead,
    programs,
    mail,
    topics: { topicArn, mailTopicArn },
    managedKey,
    s3,
    close: () => s3.destroy(),
  };
}
