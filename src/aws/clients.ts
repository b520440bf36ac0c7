import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** How to reach AWS, as the AWS CLI's global options say it; what is left out the SDK finds by itself. */
export interface ConnectionOptions {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** The SDK clients, each loaded and made when first needed and once for each Region. */
export interface Clients {
  s3(region?: string): Promise<S3Client>;
  kms(region?: string): Promise<KMSClient>;
  sns(region?: string): Promise<SNSClient>;
  ssm(region?: string): Promise<SSMClient>;
}

/** Gives the clients for one way of reaching AWS. Nothing is loaded before it is asked for. */
export function awsClients(options: ConnectionOptions): Clients {
  const base = {
    ...(options.endpointUrl === undefined ? {} : { endpoint: options.endpointUrl }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  // A bucket's name in front of an address that is no AWS host would not resolve.
  const custom = options.endpointUrl ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const s3 = { ...base, ...(custom === undefined ? {} : { forcePathStyle: true }) };
  return {
    s3: perRegion(
      options,
      async (region) => new (await import('@aws-sdk/client-s3')).S3Client({ ...s3, ...region }),
    ),
    kms: perRegion(
      options,
      async (region) => new (await import('@aws-sdk/client-kms')).KMSClient({ ...base, ...region }),
    ),
    sns: perRegion(
      options,
      async (region) => new (await import('@aws-sdk/client-sns')).SNSClient({ ...base, ...region }),
    ),
    ssm: perRegion(
      options,
      async (region) => new (await import('@aws-sdk/client-ssm')).SSMClient({ ...base, ...region }),
    ),
  };
}

function perRegion<Client>(
  options: ConnectionOptions,
  make: (region: { region?: string }) => Promise<Client>,
): (region?: string) => Promise<Client> {
  const made = new Map<string, Promise<Client>>();
  return (wanted = options.region) => {
    const known = made.get(wanted ?? '');
    if (known !== undefined) return known;
    const client = make(wanted === undefined ? {} : { region: wanted });
    made.set(wanted ?? '', client);
    return client;
  };
}
