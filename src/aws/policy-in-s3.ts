import { bucketName } from '../objects/object.ts';
import type { Clients } from './clients.ts';
import { HttpPool } from './fast-http.ts';
import { FastRequests } from './fast-requests.ts';
import { type Environment, fromEnvironment } from './s3-endpoint.ts';
import { encodeKeyPath } from './sigv4.ts';

export interface PolicyPlace {
  readonly bucket: string;
  readonly key: string;
}

/** What is read in place of a byte that is no UTF-8; a text may also hold it itself. */
const REPLACEMENT = '\uFFFD';

/**
 * The text of a policy in S3. Where `env` alone says how to reach AWS it comes by the path of the HEADs, and S3's client
 * is loaded for what did not come whole, to read it or to say why not. Throws `PolicyUnusable`.
 */
export async function policyInS3(place: PolicyPlace, clients: Clients, env?: Environment): Promise<string> {
  const fast = env === undefined ? undefined : await fastText(place, env);
  if (fast !== undefined) return fast;
  const { readPolicyFromS3 } = await import('./read-policy.ts');
  return readPolicyFromS3(await clients.s3(), place.bucket, place.key);
}

async function fastText({ bucket, key }: PolicyPlace, env: Environment): Promise<string | undefined> {
  const access = fromEnvironment(env);
  const endpoint = await access?.endpointFor(bucketName(bucket));
  if (access === undefined || endpoint === undefined) return undefined;
  // Once: what may pass is the client's to try again.
  // And on a connection that is not kept: the next reading is minutes away.
  const pool = new HttpPool({ idleSockets: 0 });
  const requests = new FastRequests({ access: { ...access, maxAttempts: () => 1 }, pool });
  try {
    const path = encodeKeyPath(key);
    const request = { operation: 's3:GetObject', method: 'GET', endpoint, path, query: '' } as const;
    const { status, body } = await requests.send(request);
    return status === 200 && !body.includes(REPLACEMENT) ? body : undefined;
  } catch {
    return undefined;
  }
}
