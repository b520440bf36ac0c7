import type { BucketAnswer, ErrorDocument, HeadAnswer, ObjectHeads } from '../audit/ports.ts';
import type { BucketName, ObjectRef } from '../objects/object.ts';
import { asFailure } from './failure.ts';
import { headOfHeaders, refusedHead } from './fast-head-answer.ts';
import { headerOf } from './fast-http.ts';
import { FastRequests, type FastRequestsOptions } from './fast-requests.ts';
import type { S3Endpoint } from './s3-endpoint.ts';
import { encodeKeyPath, encodeStrictly } from './sigv4.ts';

export interface FastObjectHeadsOptions extends FastRequestsOptions {
  /** Asked for everything but HEADs of objects, and for buckets that the fast path does not reach. */
  readonly sdk: ObjectHeads;
}

const HEAD = 's3:HeadObject';

/** HEAD without the SDK's cost: signed here, over pooled connections. Answers what the SDK's adapter answers. */
export class FastObjectHeads implements ObjectHeads {
  readonly #sdk: ObjectHeads;
  readonly #requests: FastRequests;

  constructor({ sdk, ...options }: FastObjectHeadsOptions) {
    this.#sdk = sdk;
    this.#requests = new FastRequests(options);
  }

  async head(object: ObjectRef): Promise<HeadAnswer> {
    const asked = this.#requests.access.endpointFor(object.bucket);
    const endpoint = asked instanceof Promise ? await endpointOf(asked) : asked;
    if (endpoint === undefined) return this.#sdk.head(object);
    const answer = await this.#requests.send({
      operation: HEAD,
      method: 'HEAD',
      endpoint,
      path: keyPath(object.key),
      query: object.versionId === undefined ? '' : `versionId=${encodeStrictly(object.versionId)}`,
    });
    const { status, rawHeaders } = answer;
    if (status >= 200 && status < 300) return { kind: 'found', head: headOfHeaders(rawHeaders) };
    return refusedHead(status, headerOf(answer, 'x-amz-bucket-region'));
  }

  errorDocument(object: ObjectRef): Promise<ErrorDocument> {
    return this.#sdk.errorDocument(object);
  }

  bucket(bucket: BucketName): Promise<BucketAnswer> {
    return this.#sdk.bucket(bucket);
  }
}

async function endpointOf(asked: Promise<S3Endpoint | undefined>): Promise<S3Endpoint | undefined> {
  try {
    return await asked;
  } catch (error) {
    throw asFailure(HEAD, error);
  }
}

function keyPath(key: string): string {
  try {
    return encodeKeyPath(key);
  } catch (error) {
    // A lone surrogate, which no key in S3 can have.
    throw asFailure(HEAD, error);
  }
}
