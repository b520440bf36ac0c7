import type { S3ClientConfig } from '@aws-sdk/client-s3';

export const ENDPOINT_NAMES = ['moto', 'radosgw', 'env'] as const;
export type EndpointName = (typeof ENDPOINT_NAMES)[number];

/** What every client of the SDK takes. */
export type ClientConfig = Pick<S3ClientConfig, 'region' | 'credentials' | 'endpoint'> & {
  readonly endpoint: string;
  readonly region: string;
};

/** Keys that objects can be encrypted with. */
export interface EndpointKeys {
  /** The one that the policy asks for, an ARN. */
  readonly right: string;
  readonly rightAlias: string;
  readonly wrong: string;
}

/** S3's notifications, by whatever way the endpoint sends them. */
export interface Notifications {
  /** Has the bucket tell of every object that is created in it. */
  watch(bucket: string): Promise<void>;
  /** The bodies that have come since, oldest first. */
  take(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Servers that answer as AWS does, or nearly. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly account: string;
  /** For S3 alone: `others` are for KMS, SNS and SQS. */
  readonly s3: ClientConfig;
  readonly others: ClientConfig;
  /** Which of the others are the endpoint's own, and so worth asking. */
  readonly own: readonly ('kms' | 'alerts')[];
  /** A caller who owns nothing of what the suites make. */
  readonly stranger?: ClientConfig;
  /** What the product is told of the endpoint by its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: EndpointKeys;
  /** What a new bucket names as its place, where that is not the Region. */
  readonly location?: string;
  /** Set where the endpoint has no key for `aws:kms` by default, so that the contract's suite names one. */
  readonly kmsNeedsKey: boolean;
  notifications(): Promise<Notifications>;
  /** The same S3 by a session token, of a role that may do everything. */
  session?(): Promise<ClientConfig>;
  /** Whether all that was made is gone with it; else the suites delete what they made. */
  readonly vanishes: boolean;
  close(): Promise<void>;
}

/** Why no endpoint could be had. */
export interface NoEndpoint {
  readonly why: string;
}

export const REGION = 'eu-west-1';

/** The environment of a process that reaches S3 at one place and all else at another. */
export const environmentOf = (s3: ClientConfig, others: ClientConfig): Record<string, string> => {
  const { accessKeyId, secretAccessKey, sessionToken } = secretsOf(s3);
  return {
    AWS_ENDPOINT_URL: others.endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
};

export interface Secrets {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The credentials that a configuration holds as they are. */
export function secretsOf({ credentials }: ClientConfig): Secrets {
  if (credentials === undefined || typeof credentials === 'function') throw new Error('no plain credentials');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
