import * as encryption from './bucketencryption.ts';
import * as buckets from './buckets.ts';
import type { BucketOperation, S3Call, ServiceOperation } from './call.ts';
import { copyObject } from './copy.ts';
import { deleteObject, deleteObjects } from './deletes.ts';
import { notImplemented, S3Error } from './errors.ts';
import { listObjectsV2 } from './listing.ts';
import { listObjectVersions } from './listversions.ts';
import * as multipart from './multipart.ts';
import { getBucketNotification, putBucketNotification } from './notificationconfig.ts';
import { getObject, headObject, putObject } from './objects.ts';
import { updateObjectEncryption } from './updateencryption.ts';

interface RouteQuery {
  /** Query parameters that must be there: the sub-resource, with its value where the value matters. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export interface BucketRoute extends RouteQuery {
  readonly scope: 'bucket';
  readonly run: BucketOperation;
  /** Answered from every Region, where others redirect. */
  readonly anyRegion?: boolean;
  /** The name under which a trail records the call as a write of an object. */
  readonly dataEvent?: (call: S3Call) => string;
}

export interface ServiceRoute extends RouteQuery {
  readonly scope: 'service';
  readonly run: ServiceOperation;
}

export type Route = BucketRoute | ServiceRoute;

const route = (run: BucketOperation, required: string[] = [], optional: string[] = []): BucketRoute => ({
  scope: 'bucket',
  run,
  required,
  optional,
});

const recorded = (name: string, route: BucketRoute): BucketRoute => ({ ...route, dataEvent: () => name });

const LIST = ['prefix', 'max-keys', 'encoding-type'];

const isCopy = ({ headers }: S3Call): boolean => headers['x-amz-copy-source'] !== undefined;

const putOrCopy: BucketOperation = (call, bucket, s3) =>
  (isCopy(call) ? copyObject : putObject)(call, bucket, s3);

/** By level and method. A request whose query fits none of them is refused: it must never become a plain put. */
const ROUTES: Readonly<Record<string, readonly Route[]>> = {
  'service GET': [{ scope: 'service', run: buckets.listBuckets, required: [], optional: [] }],
  'bucket PUT': [
    { scope: 'service', run: buckets.createBucket, required: [], optional: [] },
    route(buckets.putBucketVersioning, ['versioning']),
    route(encryption.putBucketEncryption, ['encryption']),
    route(putBucketNotification, ['notification']),
  ],
  'bucket GET': [
    route(
      listObjectsV2,
      ['list-type=2'],
      [...LIST, 'delimiter', 'start-after', 'continuation-token', 'fetch-owner'],
    ),
    route(listObjectVersions, ['versions'], [...LIST, 'key-marker', 'version-id-marker']),
    route(buckets.getBucketVersioning, ['versioning']),
    route(encryption.getBucketEncryption, ['encryption']),
    route(getBucketNotification, ['notification']),
    { ...route(buckets.getBucketLocation, ['location']), anyRegion: true },
  ],
  'bucket HEAD': [route(buckets.headBucket)],
  'bucket DELETE': [route(buckets.deleteBucket), route(encryption.deleteBucketEncryption, ['encryption'])],
  'bucket POST': [route(deleteObjects, ['delete'])],
  'object PUT': [
    { ...route(putOrCopy), dataEvent: (call) => (isCopy(call) ? 'CopyObject' : 'PutObject') },
    recorded('UpdateObjectEncryption', route(updateObjectEncryption, ['encryption'], ['versionId'])),
    recorded('UploadPart', route(multipart.uploadPart, ['partNumber', 'uploadId'])),
  ],
  'object GET': [route(getObject, [], ['versionId'])],
  'object HEAD': [route(headObject, [], ['versionId'])],
  'object DELETE': [
    recorded('DeleteObject', route(deleteObject, [], ['versionId'])),
    recorded('AbortMultipartUpload', route(multipart.abortMultipartUpload, ['uploadId'])),
  ],
  'object POST': [
    recorded('CreateMultipartUpload', route(multipart.createMultipartUpload, ['uploads'])),
    recorded('CompleteMultipartUpload', route(multipart.completeMultipartUpload, ['uploadId'])),
  ],
};

/** The operation that a request asks for; 501 for everything that is not in the table. */
export function findRoute(call: S3Call): Route {
  const level = call.key !== '' ? 'object' : call.bucketName !== '' ? 'bucket' : 'service';
  // The SDKs name the operation in `x-id`, which AWS ignores.
  const names = call.query.size === 0 ? [] : [...call.query.keys()].filter((name) => name !== 'x-id');
  const found = ROUTES[`${level} ${call.method}`]?.find((candidate) => fits(candidate, names, call.query));
  if (found === undefined)
    throw notImplemented(`${call.method} on a ${level} with the query "${names.join('&')}"`);
  if (call.headers['content-range'] !== undefined) throw notImplemented('the header Content-Range');
  return found;
}

function fits(route: RouteQuery, names: readonly string[], query: URLSearchParams): boolean {
  for (const required of route.required) {
    const [name = '', value] = required.split('=');
    if (!query.has(name) || (value !== undefined && query.get(name) !== value)) return false;
  }
  return names.every((name) => route.optional.includes(name) || isRequired(route, name));
}

function isRequired(route: RouteQuery, name: string): boolean {
  return route.required.some((required) => required === name || required.startsWith(`${name}=`));
}

const KNOWN_HEADERS = new Set(
  [
    'acl',
    'checksum-algorithm',
    'checksum-crc32',
    'checksum-crc32c',
    'checksum-crc64nvme',
    'checksum-mode',
    'checksum-sha1',
    'checksum-sha256',
    'checksum-type',
    'content-sha256',
    'copy-source',
    'copy-source-if-match',
    'copy-source-server-side-encryption-customer-algorithm',
    'copy-source-server-side-encryption-customer-key',
    'copy-source-server-side-encryption-customer-key-md5',
    'date',
    'decoded-content-length',
    'expected-bucket-owner',
    'metadata-directive',
    'mp-object-size',
    'request-payer',
    'sdk-checksum-algorithm',
    'security-token',
    'server-side-encryption',
    'server-side-encryption-aws-kms-key-id',
    'server-side-encryption-bucket-key-enabled',
    'server-side-encryption-context',
    'server-side-encryption-customer-algorithm',
    'server-side-encryption-customer-key',
    'server-side-encryption-customer-key-md5',
    'skip-destination-validation',
    'source-expected-bucket-owner',
    'storage-class',
    'trailer',
    'user-agent',
  ].map((name) => `x-amz-${name}`),
);

/** Refuses an AWS header that would be ignored here: an object lock or a tag must not be lost silently. */
export function refuseUnknownHeaders(headers: S3Call['headers']): void {
  for (const name in headers) {
    if (!name.startsWith('x-amz-') || KNOWN_HEADERS.has(name) || name.startsWith('x-amz-meta-')) continue;
    throw notImplemented(`the header ${name}`);
  }
}

const MAXIMUM_KEY_BYTES = 1024;

/** The bucket and key of a raw path. The key is decoded once and nothing in it is normalised. */
export function readPath(rawPath: string): { bucketName: string; key: string } {
  const slash = rawPath.indexOf('/', 1);
  const rawBucket = rawPath.slice(1, slash === -1 ? undefined : slash);
  const rawKey = slash === -1 ? '' : rawPath.slice(slash + 1);
  try {
    const key = rawKey.includes('%') ? decodeURIComponent(rawKey) : rawKey;
    // Only a key this long in UTF-16 can be too long in UTF-8.
    if (key.length * 3 > MAXIMUM_KEY_BYTES && Buffer.byteLength(key) > MAXIMUM_KEY_BYTES) {
      throw new S3Error(400, 'KeyTooLongError', 'Your key is too long', {
        elements: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(MAXIMUM_KEY_BYTES) },
      });
    }
    return { bucketName: decodeURIComponent(rawBucket), key };
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}
