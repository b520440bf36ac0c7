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
    s3: perRegion(options, async (region) => {
      const client = new (await import('./s3-client.ts')).S3Client({ ...s3, ...region });
      client.middlewareStack.add(tellOfCredentials(client), FIRST);
      return client;
    }),
    kms: perRegion(options, async (region) => {
      const client = new (await import('./kms-client.ts')).KMSClient({
        ...base,
        ...region,
        requestHandler: TIMES,
      });
      client.middlewareStack.add(tellOfCredentials(client), FIRST);
      return client;
    }),
    sns: perRegion(options, async (region) => {
      const client = new (await import('./sns-client.ts')).SNSClient({ ...base, ...region });
      client.middlewareStack.add(tellOfCredentials(client), FIRST);
      return client;
    }),
    ssm: perRegion(options, async (region) => {
      const client = new (await import('./ssm-client.ts')).SSMClient({ ...base, ...region });
      client.middlewareStack.add(tellOfCredentials(client), FIRST);
      return client;
    }),
  };
}

/** A stranger's envelope may name a Region that a network without a way out never reaches: without these it would be waited for. */
const TIMES = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;

/** More than a partition has. Envelopes may name any number of others, each of which would keep a client for ever. */
const MOST_REGIONS = 64;

function perRegion<Client>(
  options: ConnectionOptions,
  make: (region: { region?: string }) => Promise<Client>,
): (region?: string) => Promise<Client> {
  const made = new Map<string, Promise<Client>>();
  return (wanted = options.region) => {
    const client = made.get(wanted ?? '') ?? make(wanted === undefined ? {} : { region: wanted });
    made.delete(wanted ?? '');
    made.set(wanted ?? '', client);
    const [idlest] = made.keys();
    if (made.size > MOST_REGIONS && idlest !== undefined) made.delete(idlest);
    return client;
  };
}

interface Signing {
  readonly config: { readonly credentials: () => Promise<unknown> };
}

const FIRST = { step: 'initialize', name: 'tellOfCredentials' } as const;

/**
 * A middleware by which a request fails under a name of its own where there is nothing to sign it with. A role that may
 * not be assumed is a 403 of STS, which the SDK throws as it came: it would be taken for S3's refusal of the object.
 */
function tellOfCredentials({ config }: Signing) {
  return <Request, Answer>(next: (request: Request) => Promise<Answer>) =>
    async (request: Request): Promise<Answer> => {
      await config.credentials().catch((error: unknown) => {
        throw new CredentialsProviderError(error);
      });
      return next(request);
    };
}

/** No credentials could be had; named as the SDK names what it tells so itself. */
class CredentialsProviderError extends Error {
  override readonly name = 'CredentialsProviderError';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
