import { once } from '../audit/once.ts';
import type { ObjectHeads } from '../audit/ports.ts';
import type { ListRequest, ObjectLister } from '../reaudit/ports.ts';
import type { Clients } from './clients.ts';
import { FastObjectHeads } from './fast-object-heads.ts';
import { FastObjectLister } from './fast-object-lister.ts';
import { type Environment, fromEnvironment, type S3Access } from './s3-endpoint.ts';

export interface HeadsForOptions {
  /** Given where the environment alone says how to reach AWS: then the SDK is not even loaded while HEADs need none of it. */
  readonly env?: Environment;
}

/**
 * HEADs by the fast path, and by the SDK's client where that does not apply: ARNs, directory buckets, names that are no
 * DNS names, and settings that only the SDK understands. The client is loaded when it is first needed.
 */
export function headsFor(clients: Pick<Clients, 's3'>, { env }: HeadsForOptions = {}): ObjectHeads {
  return new FastObjectHeads({ access: accessFor(clients, env), sdk: sdkHeads(clients) });
}

/** Listings by the fast path, and by the SDK's client where that does not apply. */
export function listerFor(clients: Pick<Clients, 's3'>, { env }: HeadsForOptions = {}): ObjectLister {
  const inner = once(async () => {
    const { S3ObjectLister } = await import('./s3-object-lister.ts');
    return new S3ObjectLister(await clients.s3());
  });
  const sdk = { list: async (request: ListRequest) => (await inner()).list(request) };
  return new FastObjectLister({ access: accessFor(clients, env), sdk });
}

const accessFor = (clients: Pick<Clients, 's3'>, env: Environment | undefined): S3Access =>
  (env === undefined ? undefined : fromEnvironment(env)) ?? clientAccess(clients);

function sdkHeads(clients: Pick<Clients, 's3'>): ObjectHeads {
  const inner = once(async () => {
    const { S3ObjectHeads } = await import('./s3-object-heads.ts');
    return new S3ObjectHeads(await clients.s3());
  });
  return {
    head: async (object) => (await inner()).head(object),
    errorDocument: async (object) => (await inner()).errorDocument(object),
    bucket: async (bucket) => (await inner()).bucket(bucket),
  };
}

function clientAccess(clients: Pick<Clients, 's3'>): S3Access {
  let made: S3Access | undefined;
  const inner = once(async () => {
    const { fromSdkClient } = await import('./fast-sdk-access.ts');
    made = fromSdkClient(await clients.s3());
    return made;
  });
  // Without a wait once it is there: every HEAD comes by here.
  return {
    credentials: () => made?.credentials() ?? inner().then((access) => access.credentials()),
    endpointFor: (bucket) =>
      made === undefined ? inner().then((access) => access.endpointFor(bucket)) : made.endpointFor(bucket),
    maxAttempts: () => made?.maxAttempts() ?? inner().then((access) => access.maxAttempts()),
  };
}
