import type { ListAnswer, ListRequest, ObjectLister } from '../reaudit/ports.ts';
import { asFailure } from './failure.ts';
import { type HttpAnswer, headerOf } from './fast-http.ts';
import {
  listOperation,
  orderedPage,
  pageParameters,
  type RawPage,
  type RefusedList,
  refusedList,
  versionsPage,
} from './fast-list-answer.ts';
import { type Listing, readListing, unescapeXml } from './fast-listing-xml.ts';
import { FastRequests, type FastRequestsOptions } from './fast-requests.ts';
import type { S3Endpoint } from './s3-endpoint.ts';
import { canonicalQuery } from './sigv4.ts';

export interface FastObjectListerOptions extends FastRequestsOptions {
  /** Asked where the fast path does not reach, and for a document that is not as S3 writes it. */
  readonly sdk: ObjectLister;
}

/** A listing without the SDK's cost. Answers what the SDK's adapter answers. */
export class FastObjectLister implements ObjectLister {
  readonly #sdk: ObjectLister;
  readonly #requests: FastRequests;

  constructor({ sdk, ...options }: FastObjectListerOptions) {
    this.#sdk = sdk;
    this.#requests = new FastRequests(options);
  }

  async list(request: ListRequest): Promise<ListAnswer> {
    const endpoint = await this.#endpointOf(request);
    if (endpoint === undefined) return this.#sdk.list(request);
    try {
      return request.versions
        ? await this.#versions(request, endpoint)
        : await orderedPage(request, (token) => this.#page(request, endpoint, token));
    } catch (error) {
      if (error instanceof NotAsS3Writes) return this.#sdk.list(request);
      throw error;
    }
  }

  async #endpointOf(request: ListRequest): Promise<S3Endpoint | undefined> {
    try {
      return await this.#requests.access.endpointFor(request.bucket);
    } catch (error) {
      throw asFailure(listOperation(request), error);
    }
  }

  async #page(
    request: ListRequest,
    endpoint: S3Endpoint,
    token: string | undefined,
  ): Promise<RawPage | RefusedList> {
    const { prefix, maxKeys, startAfter, token: goOn } = pageParameters(request, token);
    return this.#ask(request, endpoint, {
      'list-type': '2',
      'continuation-token': goOn,
      'encoding-type': 'url',
      'max-keys': maxKeys?.toString(),
      prefix,
      'start-after': startAfter,
    });
  }

  async #versions(request: ListRequest, endpoint: S3Endpoint): Promise<ListAnswer> {
    const { prefix, after, maxKeys } = request;
    const listing = await this.#ask(request, endpoint, {
      versions: '',
      'encoding-type': 'url',
      'key-marker': after?.key,
      'max-keys': maxKeys?.toString(),
      prefix,
      'version-id-marker': after?.versionId,
    });
    return 'kind' in listing ? listing : versionsPage(request, listing);
  }

  async #ask(
    request: ListRequest,
    endpoint: S3Endpoint,
    parameters: Readonly<Record<string, string | undefined>>,
  ): Promise<Listing | RefusedList> {
    const answer = await this.#requests.send({
      operation: listOperation(request),
      method: 'GET',
      endpoint,
      path: '',
      query: canonicalQuery(parameters),
    });
    if (answer.status >= 200 && answer.status < 300) {
      const listing = readListing(answer.body, request.versions);
      if (listing === undefined) throw new NotAsS3Writes();
      return listing;
    }
    return refusedList(refusalOf(answer), request);
  }
}

/** Never leaves this file: the SDK is asked in its place. */
class NotAsS3Writes extends Error {
  override readonly name = 'NotAsS3Writes';
}

function refusalOf(answer: HttpAnswer) {
  const element = (name: string): string =>
    unescapeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.body)?.[1] ?? '');
  const region = headerOf(answer, 'x-amz-bucket-region') ?? (element('Region') || undefined);
  return { status: answer.status, code: element('Code'), message: element('Message'), region };
}
