import { childrenOf, childText, element, textElement } from '../xml.ts';
import { requireDigest } from './body.ts';
import { type BucketOperation, requestedVersionId, type S3Call, type S3State, xmlResponse } from './call.ts';
import { malformedXml, notImplemented, S3Error } from './errors.ts';
import type { Bucket } from './store.ts';
import { nextVersionId, toSecond } from './write.ts';
import { readXml } from './xmlbody.ts';

const MD5_OF_NOTHING = 'd41d8cd98f00b204e9800998ecf8427e';
const MAXIMUM_KEYS = 1000;
const NOTHING = Buffer.alloc(0);

interface Deleted {
  /** The marker that was made, or the version that was removed. */
  readonly versionId?: string;
  readonly deleteMarker: boolean;
}

/** `DeleteObject` */
export const deleteObject: BucketOperation = (call, bucket, s3) => {
  if (call.headers['if-match'] !== undefined) throw notImplemented('If-Match on DeleteObject');
  const versionId = requestedVersionId(call.query.get('versionId'));
  const deleted = deleteOne(call, bucket, call.key, versionId, s3);
  return {
    status: 204,
    headers: {
      ...(deleted.versionId === undefined ? {} : { 'x-amz-version-id': deleted.versionId }),
      ...(deleted.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
};

/** `DeleteObjects` */
export const deleteObjects: BucketOperation = (call, bucket, s3) => {
  requireDigest(call.body, call.headers);
  const root = readXml(call.body, 'Delete');
  const quiet = childText(root, 'Quiet') === 'true';
  const objects = childrenOf(root, 'Object').map((object) => {
    const unknown = object.children.find(({ name }) => name !== 'Key' && name !== 'VersionId');
    if (unknown !== undefined) throw notImplemented(`${unknown.name} in DeleteObjects`);
    return { key: childText(object, 'Key') ?? '', versionId: childText(object, 'VersionId') ?? null };
  });
  if (objects.length === 0 || objects.length > MAXIMUM_KEYS) throw malformedXml();
  const results = objects.map(({ key, versionId }) => {
    try {
      const deleted = deleteOne(call, bucket, key, requestedVersionId(versionId), s3);
      return quiet ? '' : renderDeleted(key, versionId, deleted);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const parts = [textElement('Code', error.code), textElement('Message', error.message)];
      return element(
        'Error',
        textElement('Key', key),
        textElement('VersionId', versionId ?? undefined),
        ...parts,
      );
    }
  });
  return xmlResponse(element('DeleteResult', ...results));
};

function renderDeleted(key: string, versionId: string | null, deleted: Deleted): string {
  const marker = deleted.deleteMarker
    ? [textElement('DeleteMarker', true), textElement('DeleteMarkerVersionId', deleted.versionId)]
    : [];
  return element(
    'Deleted',
    textElement('Key', key),
    textElement('VersionId', versionId ?? undefined),
    ...marker,
  );
}

function deleteOne(
  call: S3Call,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  s3: S3State,
): Deleted {
  if (versionId !== undefined) {
    const removed = bucket.objects.remove(key, versionId);
    if (removed !== undefined) s3.notify({ call, bucket, key, eventName: 'ObjectRemoved:Delete', versionId });
    return { versionId, deleteMarker: removed?.deleteMarker === true };
  }
  if (bucket.versioning !== undefined) return addDeleteMarker(call, bucket, key, s3);
  const removed = bucket.objects.remove(key, 'null');
  if (removed !== undefined) {
    s3.notify({ call, bucket, key, eventName: 'ObjectRemoved:Delete', versionId: 'null' });
  }
  return { deleteMarker: false };
}

function addDeleteMarker(call: S3Call, bucket: Bucket, key: string, s3: S3State): Deleted {
  const versionId = nextVersionId(bucket);
  bucket.objects.put(key, {
    versionId,
    deleteMarker: true,
    body: NOTHING,
    etag: '',
    lastModified: toSecond(s3.clock()),
    headers: {},
    checksums: {},
    encryption: {},
  });
  const eventName = 'ObjectRemoved:DeleteMarkerCreated';
  s3.notify({ call, bucket, key, eventName, versionId, etag: MD5_OF_NOTHING });
  return { versionId, deleteMarker: true };
}
