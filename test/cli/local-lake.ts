import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../local/aws.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
const BUCKET = 'acme-lake';

/** What the SDK needs to reach the local AWS, as a user sets it. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: `LOCAL${ACCOUNT}`,
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
};

export interface LocalLake {
  readonly aws: LocalAws;
  /** Key ARNs of the tenants a and b, behind `alias/tenant-a` and `alias/tenant-b`. */
  readonly keys: Readonly<Record<'a' | 'b', string>>;
  put(key: string, kmsKey: string): Promise<void>;
  putText(bucket: string, key: string, text: string): Promise<void>;
  /** A new topic, and what has come out of it. */
  topic(
    name: string,
  ): Promise<{ readonly arn: string; readonly received: () => Promise<readonly Received[]> }>;
  close(): Promise<void>;
}

export interface Received {
  readonly Subject: string;
  readonly Message: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly Value: string }>>;
}

/** The bucket that the sample events speak of, with two keys, in the local AWS. */
export async function localLake(options: LocalAwsOptions = {}): Promise<LocalLake> {
  const aws = await startLocalAws(options);
  const config = { ...aws.clientConfig(ACCOUNT, REGION), maxAttempts: 1 };
  const [s3, kms, sns, sqs] = [
    new S3Client(config),
    new KMSClient(config),
    new SNSClient(config),
    new SQSClient(config),
  ] as const;
  for (const Bucket of [BUCKET, 'policies']) await s3.send(new CreateBucketCommand({ Bucket }));
  const newKey = async (AliasName: string): Promise<string> => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    return KeyMetadata?.Arn ?? '';
  };
  const keys = { a: await newKey('alias/tenant-a'), b: await newKey('alias/tenant-b') };
  return {
    aws,
    keys,
    put: async (Key, SSEKMSKeyId) => {
      const encryption = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId } as const;
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ...encryption }));
    },
    putText: async (Bucket, Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    topic: async (Name) => {
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: Name }));
      const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:${Name}`;
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
      const received = async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
        );
        return Messages.map(({ Body = '' }): Received => JSON.parse(Body));
      };
      return { arn: TopicArn ?? '', received };
    },
    close: async () => {
      for (const client of [s3, kms, sns, sqs]) client.destroy();
      await aws.close();
    },
  };
}
