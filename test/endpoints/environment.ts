import { randomBytes } from 'node:crypto';
import { type ClientConfig, type Endpoint, environmentOf, type NoEndpoint } from './endpoint.ts';
import { makeKeys } from './kms-keys.ts';
import { sqsNotifications } from './sqs-notifications.ts';

const NEEDED = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL'] as const;
/** Long enough for S3 to have sent all that it will send. */
const WAIT_SECONDS = 10;

/** The endpoint that the environment names, with credentials of a throw-away account. Everything is deleted at the end. */
export async function environmentEndpoint(env = process.env): Promise<Endpoint | NoEndpoint> {
  const missing = NEEDED.filter((name) => !env[name]);
  if (missing.length > 0) return { why: `not set: ${missing.join(', ')}` };
  const region = env.AWS_REGION || 'eu-west-1';
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
  };
  const at = (url: string | undefined): ClientConfig => ({
    endpoint: url || (env.AWS_ENDPOINT_URL ?? ''),
    region,
    credentials,
  });
  const [s3, others] = [at(env.AWS_ENDPOINT_URL_S3), at(undefined)];
  const keys = await makeKeys(others);
  const account = keys.right.split(':')[4] ?? '';
  const name = `encryption-auditor-${randomBytes(4).toString('hex')}`;
  return {
    ...{ name: 'env', account, s3, others, own: ['kms', 'alerts'], env: environmentOf(s3, others) },
    ...{ keys, kmsNeedsKey: false, vanishes: false },
    notifications: () => sqsNotifications(s3, others, name, WAIT_SECONDS),
    close: () => keys.delete(),
  };
}
