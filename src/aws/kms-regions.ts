import type { KMSClient } from '@aws-sdk/client-kms';
import { CallerRefused } from '../audit/failures.ts';
import { once } from '../audit/once.ts';
import { partitionOf } from '../objects/permission.ts';
import { asFailure, sdkFailure } from './failure.ts';

/** A client for a Region, the caller's own where none is given; made when first needed. */
export type KmsClientFor = (region: string | undefined) => Promise<KMSClient>;

/** Where a question belongs. */
export interface KmsPlace {
  /** Of the ARN that is asked about, else the bucket's. */
  readonly region: string | undefined;
  readonly bucketRegion?: string | undefined;
}

const MINUTE_MS = 60_000;
/** More than there are Regions; the names of others are made up. */
const MOST_REFUSALS = 1_000;

/** What speaks of the credentials themselves, whichever Region says it. */
const OF_ANY_REGION: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'TokenProviderError',
  'TokenRefreshRequired',
]);

/** What a Region says that is not enabled for the account, beside what it says of a caller that it does not know. */
const NOT_ENABLED: ReadonlySet<string> = new Set([
  'EndpointError',
  'OptInRequired',
  'SubscriptionRequiredException',
]);

/**
 * True for an error by which a Region other than the auditor's own refuses whoever is not known there, or which says that
 * there is no such Region: it will be the same next time, and says nothing of the caller elsewhere.
 * https://docs.aws.amazon.com/general/latest/gr/rande-manage.html
 */
function isRefusalOfRegion(error: unknown): boolean {
  const failure = asFailure('kms', error);
  if (failure instanceof CallerRefused) return !OF_ANY_REGION.has(failure.code);
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === 'ENOTFOUND' || NOT_ENABLED.has(sdkFailure(error).name);
}

/**
 * KMS in every Region that an ARN may name. In the Region of the auditor or of the bucket a refused caller is refused
 * indeed; any other may have been named by a stranger's envelope, and only says by it that it can give no answer.
 */
export class KmsRegions {
  readonly #client: KmsClientFor;
  readonly #now: () => number;
  readonly #own: () => Promise<string | undefined>;
  readonly #refusals = new Map<string, number>();

  constructor(client: KmsClientFor, now: () => number) {
    this.#client = client;
    this.#now = now;
    const own = once(async () => (await client(undefined)).config.region());
    // Without a Region of its own the auditor can ask S3 nothing either, which says so.
    this.#own = () => own().catch(() => undefined);
  }

  /** What `question` makes of the client of a Region; `undefined` where that Region can give no answer. Throws its other errors. */
  async ask<Answer>(
    { region, bucketRegion }: KmsPlace,
    question: (client: KMSClient) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const own = await this.#own();
    if (region === undefined || own === undefined || region === own || region === bucketRegion) {
      return question(await this.#client(region));
    }
    // Credentials are good in one partition alone.
    if (partitionOf(region) !== partitionOf(own) || this.#hasRefused(region)) return undefined;
    try {
      return await question(await this.#client(region));
    } catch (error) {
      if (!isRefusalOfRegion(error)) throw error;
      this.#note(region);
      return undefined;
    }
  }

  /** It is asked again after a minute, whatever else is asked about there. */
  #hasRefused(region: string): boolean {
    const refusedMs = this.#refusals.get(region);
    return refusedMs !== undefined && this.#now() - refusedMs < MINUTE_MS;
  }

  #note(region: string): void {
    this.#refusals.delete(region);
    this.#refusals.set(region, this.#now());
    const [first] = this.#refusals.keys();
    if (this.#refusals.size > MOST_REFUSALS && first !== undefined) this.#refusals.delete(first);
  }
}
