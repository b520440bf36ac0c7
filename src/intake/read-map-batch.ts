import {
  type BucketName,
  bucketName,
  type ObjectKey,
  objectKey,
  type WrittenObject,
} from '../objects/object.ts';
import { decodeFormKey } from './decode-key.ts';
import {
  foundText,
  inside,
  isJsonObject,
  isList,
  type Located,
  type Malformed,
  malformed,
  optionalText,
  requiredText,
} from './located.ts';
import { readVersionId } from './written-object.ts';

/** How keys are written in a batch. Nobody says whether Step Functions decodes an inventory's keys, so the batch says it. */
export type KeyEncoding = 'raw' | 'url';

/** One batch of a Distributed Map: the objects to audit, and what makes it the same batch when it comes again. */
export interface MapBatch {
  readonly runId: string;
  /** The policy that the run names in place of the function's own. */
  readonly policy?: { readonly kind: 's3'; readonly bucket: string; readonly key: string };
  readonly objects: readonly WrittenObject[];
  /** How many items the batch held, those included that are no objects or could not be read. */
  readonly items: number;
  /** Delete markers, and rows of an inventory outside the prefix. */
  readonly skipped: number;
  /** Why an item could not be read, one sentence each. */
  readonly unreadable: readonly string[];
  /** Equal for the same items in the same order, whenever and however often they come. */
  readonly identity: string;
}

export type MapBatchReading = { readonly kind: 'batch'; readonly batch: MapBatch } | Malformed;

interface Frame {
  readonly bucket: BucketName | undefined;
  readonly prefix: string;
  readonly encoding: KeyEncoding;
}

/**
 * Reads the input of one child of a Distributed Map, `{BatchInput, Items}`; an item is an object of ListObjectsV2 or a
 * row of an S3 Inventory.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
 */
export function readMapBatch(event: unknown): MapBatchReading {
  const document = { place: '', value: event };
  const runId = readRunId(inside(document, 'BatchInput', 'runId'));
  if (typeof runId !== 'string') return runId;
  const policy = readPolicy(inside(document, 'BatchInput', 'policy'));
  if (policy?.kind === 'malformed') return policy;
  const encoding = inside(document, 'BatchInput', 'keyEncoding');
  if (encoding.value !== 'raw' && encoding.value !== 'url')
    return malformed(encoding, '"raw" or "url"; the encoding of keys is never guessed');
  const items = inside(document, 'Items');
  if (!isList(items.value)) return malformed(items, 'a list of items');
  const bucket = optionalText(inside(document, 'BatchInput', 'bucket'));
  const prefix = optionalText(inside(document, 'BatchInput', 'prefix')) ?? '';
  const frame: Frame = {
    bucket: bucket === undefined ? undefined : bucketName(bucket),
    prefix,
    encoding: encoding.value,
  };
  const batch = { runId, ...readItems(items.value, frame), ...(policy === undefined ? {} : { policy }) };
  return { kind: 'batch', batch };
}

// It names a folder of the report bucket, so that it must be one: no slash, and nothing that cannot be seen.
const RUN_ID = /^[^/\p{Cc}\p{Cf}]{1,200}$/u;

/** Reads the name of a run. */
export function readRunId(located: Located): string | Malformed {
  const text = requiredText(located);
  if (typeof text !== 'string') return text;
  return RUN_ID.test(text) ? text : malformed(located, 'at most 200 characters without a slash');
}

/** Reads the policy that a run names; empty is none. Only S3 will do: it is read with the function's own rights. */
export function readPolicy(located: Located): NonNullable<MapBatch['policy']> | Malformed | undefined {
  if (located.value === undefined || located.value === null || located.value === '') return undefined;
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(optionalText(located) ?? '') ?? [];
  if (bucket === undefined || key === undefined) return malformed(located, 's3://BUCKET/KEY');
  return { kind: 's3', bucket, key };
}

type Item =
  | { readonly kind: 'object'; readonly object: WrittenObject }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'unreadable'; readonly why: string };

function readItems(
  values: readonly unknown[],
  frame: Frame,
): Pick<MapBatch, 'objects' | 'items' | 'skipped' | 'unreadable' | 'identity'> {
  const objects: WrittenObject[] = [];
  const unreadable: string[] = [];
  let skipped = 0;
  for (const [index, value] of values.entries()) {
    const item = readItem({ place: `Items[${index}]`, value }, frame);
    if (item.kind === 'object') objects.push(item.object);
    else if (item.kind === 'unreadable') unreadable.push(item.why);
    else skipped += 1;
  }
  return { objects, items: values.length, skipped, unreadable, identity: identityOf(values, frame) };
}

/** By keys and versions alone: what else a listing says of an object may have changed when the batch comes again. */
function identityOf(values: readonly unknown[], { bucket, encoding }: Frame): string {
  const names = values.map((value) =>
    isJsonObject(value) ? [value.Bucket ?? null, value.Key ?? null, value.VersionId ?? null] : value,
  );
  return JSON.stringify([bucket ?? null, encoding, names]);
}

function readItem(item: Located, frame: Frame): Item {
  if (isTrue(inside(item, 'IsDeleteMarker').value)) return { kind: 'skipped' };
  const bucket = readBucket(inside(item, 'Bucket'), frame);
  if (bucket.kind === 'malformed') return { kind: 'unreadable', why: bucket.why };
  const keys = readKeys(inside(item, 'Key'), frame.encoding);
  if (keys.kind === 'malformed') return { kind: 'unreadable', why: keys.why };
  if (!keys.key.startsWith(frame.prefix)) return { kind: 'skipped' };
  const versionId = readVersionId(inside(item, 'VersionId'));
  const sizeBytes = readSize(inside(item, 'Size').value);
  const object: WrittenObject = {
    bucket: bucket.name,
    key: keys.key,
    ...(versionId === undefined ? {} : { versionId }),
    change: 'write',
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(keys.otherReading === undefined ? {} : { otherReading: keys.otherReading }),
  };
  return { kind: 'object', object };
}

/** An inventory's row names its bucket; one that names another than the run's is not of this run. */
function readBucket(
  located: Located,
  { bucket }: Frame,
): { readonly kind: 'bucket'; readonly name: BucketName } | Malformed {
  const own = optionalText(located);
  if (own === undefined) return bucket ? { kind: 'bucket', name: bucket } : malformed(located, 'a bucket');
  if (bucket === undefined || own === bucket) return { kind: 'bucket', name: bucketName(own) };
  return malformed(located, `the run's bucket, ${bucket}`);
}

type Keys = { readonly kind: 'keys'; readonly key: ObjectKey; readonly otherReading?: ObjectKey };

function readKeys(located: Located, encoding: KeyEncoding): Keys | Malformed {
  const raw = requiredText(located);
  if (typeof raw !== 'string') return raw;
  const decoded = decodeFormKey(raw);
  const [key, other] =
    encoding === 'raw'
      ? [objectKey(raw), decoded.kind === 'decoded' ? decoded.key : undefined]
      : [decoded.kind === 'decoded' ? decoded.key : undefined, objectKey(raw)];
  if (key === undefined)
    return {
      kind: 'malformed',
      why: `${located.place}: found ${foundText(raw)}, expected form-urlencoded UTF-8`,
    };
  return { kind: 'keys', key, ...(other === undefined || other === key ? {} : { otherReading: other }) };
}

/** Rows of CSV hold text alone. */
const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true');

function readSize(value: unknown): number | undefined {
  const size = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** What the summary of a run is asked for with. */
export interface SummaryRequest {
  readonly runId: string;
  readonly bucket?: string;
  readonly prefix: string;
  readonly policy?: NonNullable<MapBatch['policy']>;
  /** Where the map says that its manifest lies; absent where somebody asks by hand for what is there. */
  readonly manifestKey?: string;
}

export type SummaryReading = { readonly kind: 'request'; readonly request: SummaryRequest } | Malformed;

/**
 * Reads what the state machine passes on when its map is done; `manifest` is what ResultWriter answers with.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
export function readSummaryRequest(event: unknown): SummaryReading {
  const document = { place: '', value: event };
  const runId = readRunId(inside(document, 'runId'));
  if (typeof runId !== 'string') return runId;
  const policy = readPolicy(inside(document, 'policy'));
  if (policy?.kind === 'malformed') return policy;
  const bucket = optionalText(inside(document, 'bucket'));
  const manifestKey = optionalText(inside(document, 'manifest', 'Key'));
  const request: SummaryRequest = {
    runId,
    prefix: optionalText(inside(document, 'prefix')) ?? '',
    ...(bucket === undefined ? {} : { bucket }),
    ...(policy === undefined ? {} : { policy }),
    ...(manifestKey === undefined ? {} : { manifestKey }),
  };
  return { kind: 'request', request };
}
