import type { Clock } from '../service.ts';
import type { Bucket, StoredEncryption } from './store.ts';
import { etagOf, nextVersionId, toSecond } from './write.ts';

export interface RawObject {
  readonly bucket: string;
  readonly key: string;
  readonly body?: string | Buffer;
  /** Returned by HEAD as they are; metadata with its `x-amz-meta-` prefix. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: stored with no encryption at all, like an object from before 2023. No value is checked. */
  readonly serverSideEncryption?: string;
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
  /** Answered as `x-amz-missing-meta`. */
  readonly missingMeta?: number;
  readonly lastModified?: number;
  /** Without its quotes; absent: as S3 makes it. */
  readonly etag?: string;
}

/** What a test or a benchmark does to S3 from inside the process. */
export interface S3Control {
  /** Makes HEAD and GET below a prefix answer 403; `undefined` lifts it. */
  setDenied(bucket: string, keyPrefix: string | undefined): void;
  /** Lets a trail record the calls that write objects of a bucket (data events, write only) and hand them to EventBridge. */
  setDataEvents(bucket: string, on: boolean): void;
  /** Stores an object as no request could, without a notification; answers its version id. */
  putRaw(object: RawObject): string;
}

/** The controls over the buckets of one S3. A name that two partitions share is refused. */
export function createS3Control(buckets: ReadonlyMap<string, Bucket>, clock: Clock): S3Control {
  const named = (name: string): Bucket => {
    const [bucket, another] = [...buckets.values()].filter((candidate) => candidate.name === name);
    if (bucket === undefined || another !== undefined) throw new Error(`no single bucket is named ${name}`);
    return bucket;
  };
  return {
    setDenied(bucket, keyPrefix) {
      named(bucket).deniedPrefix = keyPrefix;
    },
    setDataEvents(bucket, on) {
      named(bucket).dataEvents = on;
    },
    putRaw(object) {
      const bucket = named(object.bucket);
      const body = Buffer.from(object.body ?? '');
      const encryption = rawEncryption(object);
      const missingMeta =
        object.missingMeta === undefined ? {} : { 'x-amz-missing-meta': String(object.missingMeta) };
      const versionId = nextVersionId(bucket);
      bucket.objects.put(object.key, {
        versionId,
        deleteMarker: false,
        body,
        etag: object.etag ?? etagOf(body, encryption),
        lastModified: toSecond(object.lastModified ?? clock()),
        headers: { 'content-type': 'binary/octet-stream', ...lowerCaseNames(object.headers), ...missingMeta },
        checksums: {},
        encryption,
      });
      return versionId;
    },
  };
}

function rawEncryption(object: RawObject): StoredEncryption {
  return {
    ...(object.serverSideEncryption === undefined ? {} : { algorithm: object.serverSideEncryption }),
    ...(object.kmsKeyId === undefined ? {} : { keyArn: object.kmsKeyId }),
    ...(object.bucketKeyEnabled === undefined ? {} : { bucketKeyEnabled: object.bucketKeyEnabled }),
  };
}

function lowerCaseNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
