import { PutBucketEncryptionCommand, S3Client, type ServerSideEncryptionRule } from '@aws-sdk/client-s3';
import type { BeforeRequest, LocalAwsOptions } from '../../local/aws.ts';
import { ACCOUNT, type LocalLake, localLake, REGION } from './local-lake.ts';

export const Bucket = 'acme-lake';

/** The lake, and hands on the settings of its bucket. */
export interface SettingsLake extends LocalLake {
  readonly s3: S3Client;
  /** The sub-resource of buckets that is denied, if any. */
  denied: string | undefined;
  setDefault(rule: ServerSideEncryptionRule): Promise<void>;
}

export async function settingsLake(options: LocalAwsOptions = {}): Promise<SettingsLake> {
  let made: SettingsLake | undefined;
  const deny: BeforeRequest = (_service, { query }) =>
    made?.denied !== undefined && query.has(made.denied)
      ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>no</Message></Error>' }
      : undefined;
  const lake = await localLake({ ...options, beforeRequest: [...(options.beforeRequest ?? []), deny] });
  const s3 = new S3Client(lake.aws.clientConfig(ACCOUNT, REGION));
  made = {
    ...lake,
    s3,
    denied: undefined,
    setDefault: async (rule) => {
      const ServerSideEncryptionConfiguration = { Rules: [rule] };
      await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    },
    close: async () => {
      s3.destroy();
      await lake.close();
    },
  };
  return made;
}
