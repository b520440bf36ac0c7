import { randomUUID } from 'node:crypto';
import type { BusEvent } from '../events/events.ts';
import type { KeysForS3 } from '../kms/kms.ts';
import type { Clock, DeliverToQueue, LocalRequest, LocalResponse, LocalService } from '../service.ts';
import { readS3Body } from './body.ts';
import { bucketKey } from './buckets.ts';
import type { S3Call, S3State } from './call.ts';
import { createS3Control, type S3Control } from './control.ts';
import { accessDenied, renderError, S3Error } from './errors.ts';
import { createNotifier } from './notification.ts';
import { type BucketRoute, findRoute, readPath, refuseUnknownHeaders } from './router.ts';
import type { Bucket } from './store.ts';

export type { RawObject, S3Control } from './control.ts';

export interface S3Options {
  readonly clock: Clock;
  readonly keys: KeysForS3;
  readonly deliver: DeliverToQueue;
  /** Puts an event on the default bus of the bucket's account and Region; absent: nobody listens. */
  readonly putEvent?: (event: BusEvent) => void;
  /** How long a notification takes to its queue; 0 delivers before the response is sent. */
  readonly notificationDelayMs?: number;
  /** AWS has blocked SSE-C on new buckets since April 2026; `PutBucketEncryption` with `NONE` allows it again. */
  readonly sseCOnNewBuckets?: 'blocked' | 'allowed';
}

export interface LocalS3 extends LocalService {
  readonly control: S3Control;
  /** Drops the notifications that are still on their way. */
  close(): void;
}

/** An S3 that speaks path-style REST and keeps everything in memory. */
export function createS3(options: S3Options): LocalS3 {
  const notifier = createNotifier({
    deliver: options.deliver,
    putEvent: options.putEvent ?? (() => {}),
    clock: options.clock,
    delayMs: options.notificationDelayMs ?? 0,
  });
  const state: S3State = {
    clock: options.clock,
    keys: options.keys,
    buckets: new Map(),
    uploads: new Map(),
    sseCOnNewBuckets: options.sseCOnNewBuckets ?? 'blocked',
    notify: notifier.notify,
    record: notifier.record,
    deliver: options.deliver,
  };
  return {
    control: createS3Control(state.buckets, options.clock),
    handle: async (request) => answer(request, state),
    close: notifier.close,
  };
}

interface ResponseIds {
  readonly requestId: string;
  readonly hostId: string;
}

function newResponseIds(): ResponseIds {
  const digits = randomUUID().replaceAll('-', '').toUpperCase();
  // AWS's request ids are 16 hexadecimal digits, its host ids base64 of 56 bytes.
  const hostId = Buffer.from(`${digits}${digits.slice(0, 24)}`, 'latin1').toString('base64');
  return { requestId: digits.slice(0, 16), hostId };
}

function answer(request: LocalRequest, state: S3State): LocalResponse {
  const ids = newResponseIds();
  const idHeaders = { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.hostId };
  try {
    const { status, headers, body } = run(request, ids, state);
    const answered = { status, headers: { ...idHeaders, ...headers } };
    return body === undefined ? answered : { ...answered, body };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const headers = { ...idHeaders, 'content-type': 'application/xml', ...error.headers };
    if (request.method === 'HEAD') return { status: error.status, headers };
    return { status: error.status, headers, body: renderError(error, ids.requestId, ids.hostId) };
  }
}

function run(request: LocalRequest, ids: ResponseIds, state: S3State): LocalResponse {
  const { body, headers } = request.body.length === 0 ? request : readS3Body(request.body, request.headers);
  const { method, query, caller } = request;
  const call: S3Call = { method, query, caller, headers, body, ...readPath(request.rawPath), ...ids };
  refuseUnknownHeaders(headers);
  const route = findRoute(call);
  if (route.scope === 'service') return route.run(call, state);
  return runRecorded(call, bucketOf(call, route, state), route, state);
}

/** Runs a call on a bucket and lets the trail record it, a refused one too, where it is of a kind that trails record. */
function runRecorded(call: S3Call, bucket: Bucket, route: BucketRoute, state: S3State): LocalResponse {
  const name = route.dataEvent?.(call);
  if (name === undefined) return route.run(call, bucket, state);
  try {
    const response = route.run(call, bucket, state);
    state.record({
      call,
      bucket,
      name,
      ...(response.headers === undefined ? {} : { headers: response.headers }),
    });
    return response;
  } catch (error) {
    if (error instanceof S3Error) state.record({ call, bucket, name, error });
    throw error;
  }
}

function bucketOf(call: S3Call, route: BucketRoute, state: S3State): Bucket {
  const bucket = state.buckets.get(bucketKey(call.bucketName, call.caller.region));
  if (bucket === undefined) {
    throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', {
      elements: { BucketName: call.bucketName },
    });
  }
  if (bucket.region !== call.caller.region && route.anyRegion !== true) throw permanentRedirect(bucket);
  const expectedOwner = call.headers['x-amz-expected-bucket-owner'];
  if (expectedOwner !== undefined && expectedOwner !== bucket.account) throw accessDenied();
  return bucket;
}

function permanentRedirect(bucket: Bucket): S3Error {
  return new S3Error(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    {
      headers: { 'x-amz-bucket-region': bucket.region },
      elements: { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
    },
  );
}
