import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { BucketName } from '../objects/object.ts';

/** What a bucket answered when it was asked for one of its settings. Transient answers are thrown. */
export type SettingAnswer<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** There is no such setting: S3 always has a default encryption, other servers may have none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'denied'; readonly permission: string }
  | { readonly kind: 'no-bucket' }
  | { readonly kind: 'wrong-region'; readonly region?: string }
  /** The server does not know the request, or refuses it for another reason. */
  | { readonly kind: 'refused'; readonly why: string };

/** One place to which S3 sends what happens in a bucket. */
export interface NotificationTarget {
  readonly kind: 'queue' | 'topic' | 'function';
  readonly arn: string;
  /** As configured: `s3:ObjectCreated:*`, `s3:ObjectCreated:Put`. */
  readonly events: readonly string[];
  /** Empty where there is no such filter. */
  readonly prefix: string;
  readonly suffix: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export interface BucketNotifications {
  readonly eventBridge: boolean;
  readonly targets: readonly NotificationTarget[];
}

/** What S3 shows of a bucket's own configuration. Both methods throw what may pass, and credentials that were refused. */
export interface BucketSettings {
  defaultEncryption(bucket: BucketName): Promise<SettingAnswer<BucketDefault>>;
  notifications(bucket: BucketName): Promise<SettingAnswer<BucketNotifications>>;
}
