import {
  type Event,
  type FilterRule,
  GetBucketEncryptionCommand,
  type GetBucketEncryptionCommandOutput,
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
  type NotificationConfigurationFilter,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CallerRefused } from '../audit/failures.ts';
import type {
  BucketNotifications,
  BucketSettings,
  NotificationTarget,
  SettingAnswer,
} from '../emr/bucket-settings.ts';
import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { BucketName } from '../objects/object.ts';
import { asFailure, failureText, isTransient, sdkFailure } from './failure.ts';

/** A bucket's own configuration through the SDK. Throws `RetryableFailure` for what may pass and `CallerRefused` for bad credentials. */
export class S3BucketSettings implements BucketSettings {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async defaultEncryption(bucket: BucketName): Promise<SettingAnswer<BucketDefault>> {
    try {
      return readDefault(await this.#client.send(new GetBucketEncryptionCommand({ Bucket: bucket })));
    } catch (error) {
      return refusal('s3:GetEncryptionConfiguration', error);
    }
  }

  async notifications(bucket: BucketName): Promise<SettingAnswer<BucketNotifications>> {
    try {
      const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket });
      return { kind: 'found', value: readNotifications(await this.#client.send(command)) };
    } catch (error) {
      return refusal('s3:GetBucketNotification', error);
    }
  }
}

/**
 * S3 always has one rule. A rule that blocks or switches something without naming an algorithm is kept: what it would do to
 * a write is then not known. An answer without any rule is no answer: a server that has no default says so by its error.
 */
function readDefault(output: GetBucketEncryptionCommandOutput): SettingAnswer<BucketDefault> {
  const [rule] = output.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (rule === undefined) return { kind: 'refused', why: NO_RULE };
  const { SSEAlgorithm, KMSMasterKeyID } = rule.ApplyServerSideEncryptionByDefault ?? {};
  return {
    kind: 'found',
    value: {
      algorithm: SSEAlgorithm ?? '',
      ...(KMSMasterKeyID ? { kmsKeyId: KMSMasterKeyID } : {}),
      bucketKeyEnabled: rule.BucketKeyEnabled ?? false,
      blockedTypes: rule.BlockedEncryptionTypes?.EncryptionType ?? [],
    },
  };
}

const NO_RULE = 'its answer holds no rule of default encryption: this server may not know the question';

function readNotifications(output: GetBucketNotificationConfigurationCommandOutput): BucketNotifications {
  const { QueueConfigurations = [], TopicConfigurations = [], LambdaFunctionConfigurations = [] } = output;
  return {
    eventBridge: output.EventBridgeConfiguration !== undefined,
    targets: [
      ...QueueConfigurations.map((one) => target('queue', one.QueueArn, one)),
      ...TopicConfigurations.map((one) => target('topic', one.TopicArn, one)),
      ...LambdaFunctionConfigurations.map((one) => target('function', one.LambdaFunctionArn, one)),
    ],
  };
}

interface Configured {
  readonly Events?: readonly Event[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

function target(
  kind: NotificationTarget['kind'],
  arn: string | undefined,
  { Events = [], Filter }: Configured,
): NotificationTarget {
  const rules = Filter?.Key?.FilterRules ?? [];
  return {
    kind,
    arn: arn ?? '',
    events: Events,
    prefix: filterValue(rules, 'prefix'),
    suffix: filterValue(rules, 'suffix'),
  };
}

/** S3 gives `Prefix` and `Suffix` back in capitals, however they were put. */
const filterValue = (rules: readonly FilterRule[], name: string): string =>
  rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';

/** What other servers, and S3 before 2023, answer where no default was put. */
const NO_DEFAULT = 'ServerSideEncryptionConfigurationNotFoundError';

/** A refusal without an error document is named `Unknown`. Other codes, as `AllAccessDisabled`, are no lack of a permission. */
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'Unknown']);

function refusal(permission: string, error: unknown): SettingAnswer<never> {
  const failure = sdkFailure(error);
  const { status, name, headers } = failure;
  const region = headers['x-amz-bucket-region'];
  // A signature for another Region is refused as malformed, with the Region beside it.
  const misdirected = name === 'AuthorizationHeaderMalformed' && region !== undefined;
  if (misdirected || status === 301 || status === 307 || status === 308) {
    return { kind: 'wrong-region', ...(region === undefined ? {} : { region }) };
  }
  const thrown = asFailure(permission, error);
  if (thrown instanceof CallerRefused) throw thrown;
  if (name === NO_DEFAULT) return { kind: 'none' };
  if (status === 403 && DENIED.has(name)) return { kind: 'denied', permission };
  if (status === 404 && name === 'NoSuchBucket') return { kind: 'no-bucket' };
  // 501 is how a server says that it does not know the request: it will not know it the next time either.
  if (status !== 501 && isTransient(status)) throw thrown;
  return { kind: 'refused', why: failureText(failure) };
}
