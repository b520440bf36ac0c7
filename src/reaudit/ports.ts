import type { BucketName, ObjectKey } from '../objects/object.ts';

/** One object, or version, as a listing shows it. */
export interface ListedObject {
  readonly key: ObjectKey;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass?: string;
  /** Whether it is the version that a request without a version id names. */
  readonly isLatest: boolean;
}

/** Where the next page begins: after this key and, in a listing of versions, after this version of it. */
export interface ListMarker {
  readonly key: string;
  readonly versionId?: string;
}

export interface ListRequest {
  readonly bucket: BucketName;
  readonly prefix: string;
  /** Exclusive; absent begins at the first key. S3 lists in the byte order of UTF-8. */
  readonly after?: ListMarker;
  readonly versions: boolean;
  /** At most 1,000, which is also the default. */
  readonly maxKeys?: number;
}

/** What a listing answered. Transient answers are thrown as `RetryableFailure`, refused credentials as `CallerRefused`. */
export type ListAnswer =
  | {
      readonly kind: 'page';
      readonly objects: readonly ListedObject[];
      /** How many delete markers the page held; they are no objects. */
      readonly deleteMarkers: number;
      /** Absent on the last page. */
      readonly next?: ListMarker;
    }
  | { readonly kind: 'no-such-bucket' }
  | { readonly kind: 'denied'; readonly permission: string }
  | { readonly kind: 'wrong-region'; readonly region?: string }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string };

/** Lists what a prefix holds, page by page, in byte order. */
export interface ObjectLister {
  list(request: ListRequest): Promise<ListAnswer>;
}
