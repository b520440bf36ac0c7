import { quoted } from './located.ts';

/** What the name of an S3 event means for the auditor. */
export type EventMeaning =
  | { readonly kind: 'write' }
  | { readonly kind: 'ignored'; readonly why: string }
  /** In no documented family: it could be a write, so it must not be acknowledged. */
  | { readonly kind: 'unknown' };

export const KNOWN_NAME_EXPECTED = 'an event name that S3 documents (an unknown one could be a write)';

const DELETION = 'a deletion writes no object';
const RESTORE = 'a restore leaves the encryption as it is';
const STORAGE_CLASS = 'a change of storage class leaves the encryption as it is';
const TAGS = 'tags do not touch the encryption';
const ACL = 'an access control list does not touch the encryption';
const ANNOTATION = 'an annotation does not touch the encryption';
const RETENTION = 'a retention does not touch the encryption';
const SERVICE_EVENT = 'a service event of CloudTrail is no write by a caller';

const IGNORED_FAMILIES: ReadonlyMap<string, string> = new Map([
  ['ObjectRemoved', DELETION],
  ['LifecycleExpiration', DELETION],
  ['ReducedRedundancyLostObject', 'a lost object cannot be audited'],
  ['ObjectRestore', RESTORE],
  ['LifecycleTransition', STORAGE_CLASS],
  ['IntelligentTiering', STORAGE_CLASS],
  ['ObjectTagging', TAGS],
  ['ObjectAcl', ACL],
  ['ObjectAnnotation', ANNOTATION],
  ['ObjectRetention', RETENTION],
  ['Replication', "the state of a replication is told here; the replica has its own bucket's event"],
]);

const IGNORED_DETAIL_TYPES: ReadonlyMap<string, string> = new Map([
  ['Object Deleted', DELETION],
  ['Object Restore Initiated', RESTORE],
  ['Object Restore Completed', RESTORE],
  ['Object Restore Expired', RESTORE],
  ['Object Storage Class Changed', STORAGE_CLASS],
  ['Object Access Tier Changed', STORAGE_CLASS],
  ['Object Tags Added', TAGS],
  ['Object Tags Deleted', TAGS],
  ['Object ACL Updated', ACL],
  ['Object Annotation Created', ANNOTATION],
  ['Object Annotation Removed', ANNOTATION],
  ['Object Retention Updated', RETENTION],
  ['AWS Service Event via CloudTrail', SERVICE_EVENT],
]);

/** Configurations write `s3:ObjectCreated:Put`, events `ObjectCreated:Put`; older Ceph writes the former into events. */
export const withoutPrefix = (eventName: string): string => eventName.replace(/^s3:/, '');

/**
 * What `eventName` of a notification record means; the part before the first colon, its family, decides.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export function notificationMeaning(eventName: string): EventMeaning {
  const name = withoutPrefix(eventName);
  const [family = name] = name.split(':');
  return family === 'ObjectCreated' ? { kind: 'write' } : ignoredOrUnknown(IGNORED_FAMILIES, family, name);
}

/**
 * What `detail-type` of an EventBridge event from S3 means.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
 */
export const detailTypeMeaning = (detailType: string): EventMeaning =>
  detailType === 'Object Created'
    ? { kind: 'write' }
    : ignoredOrUnknown(IGNORED_DETAIL_TYPES, detailType, detailType);

function ignoredOrUnknown(reasons: ReadonlyMap<string, string>, known: string, name: string): EventMeaning {
  const reason = reasons.get(known);
  if (reason === undefined) return { kind: 'unknown' };
  return { kind: 'ignored', why: `${quoted(name)}: ${reason}` };
}
