import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { BucketName } from '../objects/object.ts';
import { isDirectoryBucket } from '../objects/permission.ts';
import type { SigningCredentials } from './sigv4.ts';

/** Where requests for one bucket go, and in which Region they are signed. */
export interface S3Endpoint {
  readonly protocol: 'http:' | 'https:';
  /** Protocol, host and port: what connections are shared by. */
  readonly origin: string;
  /** As the `Host` header says it. */
  readonly host: string;
  readonly hostname: string;
  /** Absent where it is the protocol's own. */
  readonly port?: number;
  /** Encoded; what comes before the slash that a key follows: empty, or the bucket of the path style. */
  readonly basePath: string;
  readonly signingRegion: string;
}

/** All that signing and sending a request to S3 takes beside the request. */
export interface S3Access {
  credentials(): SigningCredentials | Promise<SigningCredentials>;
  /** `undefined` for a bucket that plain Signature Version 4 of S3 does not reach: it is left to the SDK. */
  endpointFor(bucket: BucketName): S3Endpoint | undefined | Promise<S3Endpoint | undefined>;
  /** How often a request is sent at most, the first time included. */
  maxAttempts(): number | Promise<number>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentOptions {
  readonly fileExists?: (path: string) => boolean;
  readonly home?: () => string;
}

export const DEFAULT_MAX_ATTEMPTS = 3;

/** Settings that change the endpoint, the credentials or the retries in ways that only the SDK is to decide. */
const SDK_ONLY = ['AWS_PROFILE', 'AWS_DEFAULTS_MODE', 'AWS_SDK_LOAD_CONFIG', 'AWS_CREDENTIAL_SCOPE'] as const;
const SDK_ONLY_IF_TRUE = [
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
] as const;

/** Host suffixes of the partitions whose Regions are told by their names alone. */
const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/, 'amazonaws.com'],
  [/^cn-\w+-\d+$/, 'amazonaws.com.cn'],
  [/^us-gov-\w+-\d+$/, 'amazonaws.com'],
];

/**
 * Access by the environment alone, as a Lambda function has it, so that nothing of the SDK has to be loaded.
 * `undefined` where anything is missing or set that the SDK may take in another way: then the SDK decides.
 */
export function fromEnvironment(env: Environment, options: EnvironmentOptions = {}): S3Access | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = env;
  if (!accessKeyId || !secretAccessKey || !region || sdkDecides(env) || hasConfigFile(env, options)) {
    return undefined;
  }
  const maxAttempts = attemptsOf(env.AWS_MAX_ATTEMPTS);
  const suffix = PARTITIONS.find(([regions]) => regions.test(region))?.[1];
  const custom = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  const url = custom === undefined ? undefined : plainUrl(custom);
  if (maxAttempts === undefined || suffix === undefined || (custom !== undefined && url === undefined)) {
    return undefined;
  }
  const sessionToken = env.AWS_SESSION_TOKEN;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const endpoints = new Map<BucketName, S3Endpoint | undefined>();
  const make = (bucket: BucketName): S3Endpoint | undefined => {
    if (!isPlainName(bucket)) return undefined;
    if (url !== undefined) return endpointOf(new URL(`${url.origin}/${bucket}`), region);
    const virtual = !bucket.includes('.');
    const host = `s3.${region}.${suffix}`;
    return endpointOf(new URL(virtual ? `https://${bucket}.${host}/` : `https://${host}/${bucket}`), region);
  };
  return {
    credentials: () => credentials,
    endpointFor: (bucket) => {
      if (!endpoints.has(bucket)) endpoints.set(bucket, make(bucket));
      return endpoints.get(bucket);
    },
    maxAttempts: () => maxAttempts,
  };
}

/** The parts of an endpoint's URL that a request needs; `undefined` where a request cannot say them. */
export function endpointOf(url: URL, signingRegion: string): S3Endpoint | undefined {
  const { protocol, hostname, host, port, pathname } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '') return undefined;
  return {
    protocol,
    origin: url.origin,
    host,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    basePath: pathname.replace(/\/$/, ''),
    signingRegion,
  };
}

/**
 * True for what names a general purpose bucket, or an access point by its alias: a DNS name. Not for ARNs, directory
 * buckets (`--x-s3`), nor names of before 2018 that are no DNS names.
 */
export const isPlainName = (bucket: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..') && !isDirectoryBucket(bucket);

function sdkDecides(env: Environment): boolean {
  if (SDK_ONLY.some((name) => env[name])) return true;
  if (SDK_ONLY_IF_TRUE.some((name) => env[name] && env[name]?.toLowerCase() !== 'false')) return true;
  return Boolean(env.AWS_RETRY_MODE) && env.AWS_RETRY_MODE !== 'standard';
}

/** A shared configuration file may hold an endpoint, FIPS or a retry mode, and the SDK reads it even beside credentials of the environment. */
function hasConfigFile(env: Environment, { fileExists = existsSync, home = homedir }: EnvironmentOptions) {
  const folder = () => join(env.HOME ?? home(), '.aws');
  return (
    fileExists(env.AWS_CONFIG_FILE || join(folder(), 'config')) ||
    fileExists(env.AWS_SHARED_CREDENTIALS_FILE || join(folder(), 'credentials'))
  );
}

function attemptsOf(text: string | undefined): number | undefined {
  if (!text) return DEFAULT_MAX_ATTEMPTS;
  const attempts = Number(text);
  return Number.isInteger(attempts) && attempts >= 1 ? attempts : undefined;
}

function plainUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && /^https?:\/\/[^/?#@]+\/?$/.test(text) ? url : undefined;
}
