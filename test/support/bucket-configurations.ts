import {
  type NotificationConfiguration,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { assertNever } from '../../src/objects/assert-never.ts';
import type { PutDefault, PutTarget, SettingsWorld } from '../contract/bucket-settings.ts';

type Puts = Pick<SettingsWorld, 'putDefault' | 'putNotifications'>;

/** Puts a bucket's settings through the SDK, as every world of the contract of `BucketSettings` that has an S3 does. */
export const settingsThrough = (client: S3Client, target: SettingsWorld['target']): Puts => ({
  putDefault: async (Bucket, value) => {
    const ServerSideEncryptionConfiguration = { Rules: [rule(value)] };
    await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
  },
  putNotifications: async (Bucket, { eventBridge, targets }) => {
    const NotificationConfiguration = {
      ...sentTo(target, targets),
      ...(eventBridge === undefined ? {} : { EventBridgeConfiguration: {} }),
    };
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  },
});

const rule = ({ algorithm, kmsKeyId, bucketKeyEnabled, blocked }: PutDefault) => ({
  ApplyServerSideEncryptionByDefault: {
    SSEAlgorithm: algorithm,
    ...(kmsKeyId === undefined ? {} : { KMSMasterKeyID: kmsKeyId }),
  },
  ...(bucketKeyEnabled === undefined ? {} : { BucketKeyEnabled: bucketKeyEnabled }),
  ...(blocked === undefined ? {} : { BlockedEncryptionTypes: { EncryptionType: [blocked] } }),
});

function sentTo(
  { kind, arn }: SettingsWorld['target'],
  targets: readonly PutTarget[],
): NotificationConfiguration {
  const configured = targets.map(({ events, prefix, suffix }, index) => ({
    Id: `audit-${index}`,
    Events: [...events],
    ...filtered({ prefix, suffix }),
  }));
  switch (kind) {
    case 'queue':
      return { QueueConfigurations: configured.map((one) => ({ ...one, QueueArn: arn })) };
    case 'topic':
      return { TopicConfigurations: configured.map((one) => ({ ...one, TopicArn: arn })) };
    case 'function':
      return { LambdaFunctionConfigurations: configured.map((one) => ({ ...one, LambdaFunctionArn: arn })) };
    default:
      return assertNever(kind);
  }
}

function filtered(values: Readonly<Record<'prefix' | 'suffix', string | undefined>>) {
  const FilterRules = (['prefix', 'suffix'] as const).flatMap((Name) => {
    const Value = values[Name];
    return Value === undefined ? [] : [{ Name, Value }];
  });
  return FilterRules.length === 0 ? {} : { Filter: { Key: { FilterRules } } };
}
