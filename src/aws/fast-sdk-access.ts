import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { BucketName } from '../objects/object.ts';
import { endpointOf, isPlainName, type S3Access, type S3Endpoint } from './s3-endpoint.ts';

/**
 * Access as an S3 client of the SDK resolves it: its credentials, refreshed as its provider says, and for each bucket
 * the endpoint of its own rules, so that custom endpoints, path style, dual-stack and FIPS hold without being known here.
 */
export function fromSdkClient(client: S3Client): S3Access {
  const endpoints = new Map<BucketName, S3Endpoint | undefined>();
  const asked = new Map<BucketName, Promise<S3Endpoint | undefined>>();
  const ask = async (bucket: BucketName): Promise<S3Endpoint | undefined> => {
    try {
      const endpoint = await askEndpoint(client, bucket);
      endpoints.set(bucket, endpoint);
      return endpoint;
    } finally {
      // A failure is asked again; of many that ask at once only the first does.
      asked.delete(bucket);
    }
  };
  return {
    credentials: () => client.config.credentials(),
    endpointFor: (bucket) => {
      const known = endpoints.get(bucket);
      if (known !== undefined || endpoints.has(bucket)) return known;
      const asking = asked.get(bucket) ?? ask(bucket);
      asked.set(bucket, asking);
      return asking;
    },
    maxAttempts: () => client.config.maxAttempts(),
  };
}

async function askEndpoint(client: S3Client, bucket: BucketName): Promise<S3Endpoint | undefined> {
  if (!isPlainName(bucket)) return undefined;
  const { retryMode } = client.config;
  // The adaptive mode keeps a rate for all of a client's requests, which only the client can do.
  if ((typeof retryMode === 'function' ? await retryMode() : retryMode) !== 'standard') return undefined;
  const rule = await resolvedEndpoint(client, bucket);
  if (rule === undefined || Object.keys(rule.headers ?? {}).length > 0) return undefined;
  const schemes: unknown = rule.properties?.authSchemes;
  const scheme: unknown = Array.isArray(schemes) ? schemes[0] : undefined;
  if (typeof scheme !== 'object' || scheme === null) return undefined;
  const plain = Reflect.get(scheme, 'name') === 'sigv4' && Reflect.get(scheme, 'signingName') === 's3';
  const region: unknown = Reflect.get(scheme, 'signingRegion');
  return plain && typeof region === 'string' ? endpointOf(rule.url, region) : undefined;
}

interface RuleAnswer {
  readonly url: URL;
  readonly headers?: Record<string, string[]>;
  readonly properties?: Record<string, unknown>;
}

/** Sends a HEAD that stops where the client has found its endpoint: nothing is signed and nothing leaves. */
async function resolvedEndpoint(client: S3Client, bucket: BucketName): Promise<RuleAnswer | undefined> {
  const command = new HeadObjectCommand({ Bucket: bucket, Key: 'any' });
  let found: RuleAnswer | undefined;
  command.middlewareStack.addRelativeTo(
    (_next: unknown, context: { readonly endpointV2?: RuleAnswer }) => async () => {
      found = context.endpointV2;
      return { output: { $metadata: {} }, response: undefined };
    },
    { name: 'stopAtEndpoint', relation: 'after', toMiddleware: 'endpointV2Middleware' },
  );
  await client.send(command);
  return found;
}
