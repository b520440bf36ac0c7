import { setTimeout as wait } from 'node:timers/promises';
import { CallerRefused, RetryableFailure } from '../audit/failures.ts';
import { asFailure, isTransient, sdkFailure } from './failure.ts';
import { type HttpAnswer, HttpPool, headerOf } from './fast-http.ts';
import { askedWaitMs, type RetryReason, reasonOf, StandardRetries } from './fast-retry.ts';
import type { S3Access, S3Endpoint } from './s3-endpoint.ts';
import { type SigningCredentials, SigV4Signer } from './sigv4.ts';

export interface FastRequestsOptions {
  readonly access: S3Access;
  readonly pool?: HttpPool;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** One request to S3, without what signing adds. */
export interface FastRequest {
  /** For messages: `s3:HeadObject`. */
  readonly operation: string;
  readonly method: 'HEAD' | 'GET';
  readonly endpoint: S3Endpoint;
  /** Encoded, after the endpoint's base path. */
  readonly path: string;
  /** Canonical. */
  readonly query: string;
}

/** S3 refuses signatures of a clock that is wrong by 15 minutes; the SDK corrects its own from 4. */
const SKEW_MS = 240_000;
/** Providers renew minutes before the end, so a second more is no risk. */
const KEEP_CREDENTIALS_MS = 1000;

/** Signs requests, sends them over pooled connections and tries again what may pass. */
export class FastRequests {
  readonly access: S3Access;
  readonly #pool: HttpPool;
  readonly #now: () => number;
  readonly #retries: StandardRetries;
  readonly #signer = new SigV4Signer();
  #clockOffsetMs = 0;
  #kept: SigningCredentials | undefined;
  #keptUntilMs = Number.NEGATIVE_INFINITY;

  constructor({
    access,
    pool = new HttpPool(),
    now = Date.now,
    random = Math.random,
    sleep = wait,
  }: FastRequestsOptions) {
    this.access = access;
    this.#pool = pool;
    this.#now = now;
    this.#retries = new StandardRetries({ random, sleep });
  }

  /** Gives any answer that stays. Throws `RetryableFailure` for what may pass, `CallerRefused` without credentials. */
  async send(request: FastRequest): Promise<HttpAnswer> {
    const kept = this.#keptCredentials();
    const credentials = kept ?? (await this.#askCredentials());
    let last: RetryReason | undefined;
    for (let attempt = 1; ; attempt++) {
      const { answer, broken } = await this.#attempt(request, credentials);
      const reason = answer === undefined ? 'transient' : (reasonOf(answer.status) ?? this.#skewOf(answer));
      if (reason !== undefined && (await this.#mayRetry(attempt, reason, answer))) {
        last = reason;
        continue;
      }
      if (answer === undefined) throw asFailure(request.operation, broken);
      if (isTransient(answer.status)) throw new RetryableFailure(request.operation, `HTTP ${answer.status}`);
      this.#retries.succeeded(last);
      return answer;
    }
  }

  #keptCredentials(): SigningCredentials | undefined {
    return this.#now() < this.#keptUntilMs ? this.#kept : undefined;
  }

  /** The provider keeps its credentials itself and knows when they end; asking it for every object would cost more than signing. */
  async #askCredentials(): Promise<SigningCredentials> {
    try {
      const credentials = await this.access.credentials();
      this.#kept = credentials;
      this.#keptUntilMs = this.#now() + KEEP_CREDENTIALS_MS;
      return credentials;
    } catch (error) {
      // A role that may not be assumed is a 403 of STS: whatever it is called, it is the caller's and says nothing of S3.
      throw new CallerRefused('CredentialsProviderError', sdkFailure(error).message, { cause: error });
    }
  }

  async #attempt(request: FastRequest, credentials: SigningCredentials): Promise<Attempt> {
    const { endpoint, method, query } = request;
    const path = `${endpoint.basePath}/${request.path}`;
    const { host, signingRegion: region } = endpoint;
    const atMs = this.#now() + this.#clockOffsetMs;
    try {
      const headers = this.#signer.sign({ method, host, path, query, region, credentials, atMs });
      const target = query === '' ? path : `${path}?${query}`;
      return { answer: await this.#pool.exchange({ endpoint, method, path: target, headers }) };
    } catch (broken) {
      return { broken };
    }
  }

  /** A refusal that comes with another time than ours may be for our clock: the next attempt is signed by S3's. */
  #skewOf(answer: HttpAnswer): RetryReason | undefined {
    if (answer.status !== 403 && answer.status !== 400) return undefined;
    if (headerOf(answer, 'age') !== undefined) return undefined;
    const offsetMs = Date.parse(headerOf(answer, 'date') ?? '') - this.#now();
    // False for no date, too: it is NaN.
    if (!(Math.abs(offsetMs - this.#clockOffsetMs) >= SKEW_MS)) return undefined;
    this.#clockOffsetMs = offsetMs;
    return 'transient';
  }

  async #mayRetry(attempt: number, reason: RetryReason, answer: HttpAnswer | undefined): Promise<boolean> {
    if (attempt >= (await this.access.maxAttempts())) return false;
    const askedMs = answer === undefined ? 0 : askedWaitMs((name) => headerOf(answer, name), this.#now());
    return this.#retries.again(attempt + 1, reason, askedMs);
  }
}

type Attempt =
  | { readonly answer: HttpAnswer; readonly broken?: never }
  | { readonly answer?: never; readonly broken: unknown };
