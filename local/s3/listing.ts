import { element, textElement } from '../xml.ts';
import { canonicalUserId } from './buckets.ts';
import { type BucketOperation, type S3Call, xmlResponse } from './call.ts';
import { invalidArgument } from './errors.ts';
import { firstIndex } from './keyindex.ts';
import type { Bucket, ObjectVersion } from './store.ts';
import { formEncodeKey } from './urlencoding.ts';

const MAXIMUM_PAGE = 1000;

export interface ListParameters {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly encodingType: string | undefined;
  /** Encodes a key as `encoding-type` asks. */
  readonly encode: (text: string) => string;
}

/** The parameters that both listings share. */
export function listParameters({ query }: S3Call): ListParameters {
  const maxKeys = query.get('max-keys') ?? String(MAXIMUM_PAGE);
  if (!/^[0-9]{1,10}$/.test(maxKeys) || Number(maxKeys) > 2_147_483_647) {
    throw invalidArgument('Provided max-keys not an integer or within integer range', {
      ArgumentName: 'max-keys',
      ArgumentValue: maxKeys,
    });
  }
  const encodingType = query.get('encoding-type') ?? undefined;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', { ArgumentName: 'encoding-type' });
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(Number(maxKeys), MAXIMUM_PAGE),
    encodingType,
    encode: encodingType === 'url' ? formEncodeKey : (text) => text,
  };
}

/** Where a page starts: after a key, or after everything below a common prefix. */
interface Position {
  readonly kind: 'key' | 'prefix';
  readonly at: string;
}

type Entry = { readonly key: string; readonly version: ObjectVersion } | { readonly commonPrefix: string };

/** `ListObjectsV2` */
export const listObjectsV2: BucketOperation = (call, bucket) => {
  const parameters = listParameters(call);
  const { prefix, delimiter, maxKeys, encodingType, encode } = parameters;
  const token = call.query.get('continuation-token');
  const startAfter = call.query.get('start-after') ?? '';
  const position: Position = token === null ? { kind: 'key', at: startAfter } : readToken(token);
  const { entries, next } = listPage(bucket, parameters, position);
  const owner = call.query.get('fetch-owner') === 'true' ? ownerElement(bucket) : '';
  const encodedIfAny = (text: string) => (text === '' ? undefined : encode(text));
  const parts = [
    textElement('Name', bucket.name),
    textElement('Prefix', encode(prefix)),
    textElement('StartAfter', encodedIfAny(startAfter)),
    textElement('ContinuationToken', token ?? undefined),
    textElement('NextContinuationToken', next === undefined ? undefined : writeToken(next)),
    textElement('KeyCount', entries.length),
    textElement('MaxKeys', maxKeys),
    textElement('Delimiter', encodedIfAny(delimiter)),
    textElement('EncodingType', encodingType),
    textElement('IsTruncated', next !== undefined),
  ];
  for (const entry of entries)
    if ('key' in entry) parts.push(renderContents(entry.key, entry.version, owner, encode));
  for (const entry of entries) {
    if ('commonPrefix' in entry)
      parts.push(element('CommonPrefixes', textElement('Prefix', encode(entry.commonPrefix))));
  }
  return xmlResponse(element('ListBucketResult', ...parts));
};

function listPage(
  bucket: Bucket,
  { prefix, delimiter, maxKeys }: ListParameters,
  position: Position,
): { entries: Entry[]; next: Position | undefined } {
  const { objects } = bucket;
  const keys = objects.sortedKeys();
  const entries: Entry[] = [];
  if (maxKeys === 0) return { entries, next: undefined };
  let next: Position | undefined;
  let index = firstIndex(
    keys,
    firstAfter(bucket, keys, position),
    (key) => objects.compareKeys(key, prefix) >= 0,
  );
  while (index < keys.length) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) break;
    const version = objects.current(key);
    if (version === undefined || version.deleteMarker) {
      index += 1;
      continue;
    }
    if (entries.length === maxKeys) return { entries, next };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut === -1) {
      entries.push({ key, version });
      next = { kind: 'key', at: key };
      index += 1;
    } else {
      const commonPrefix = key.slice(0, cut + delimiter.length);
      entries.push({ commonPrefix });
      next = { kind: 'prefix', at: commonPrefix };
      index = firstIndex(keys, index, (other) => !other.startsWith(commonPrefix));
    }
  }
  return { entries, next: undefined };
}

function firstAfter(bucket: Bucket, keys: readonly string[], { kind, at }: Position): number {
  if (at === '') return 0;
  const after = (key: string) => bucket.objects.compareKeys(key, at) > 0;
  return firstIndex(keys, 0, kind === 'key' ? after : (key) => after(key) && !key.startsWith(at));
}

function writeToken({ kind, at }: Position): string {
  return Buffer.from(`${kind}:${at}`).toString('base64');
}

function readToken(token: string): Position {
  const [, kind, at = ''] =
    /^(key|prefix):([\s\S]+)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
  if (kind === 'key' || kind === 'prefix') return { kind, at };
  throw invalidArgument('The continuation token provided is incorrect', {
    ArgumentName: 'continuation-token',
  });
}

/** `<Owner>`: objects belong to the owner of the bucket. */
export function ownerElement(bucket: Bucket): string {
  return element('Owner', textElement('ID', canonicalUserId(bucket.account)));
}

function renderContents(
  key: string,
  version: ObjectVersion,
  owner: string,
  encode: (text: string) => string,
): string {
  return element('Contents', textElement('Key', encode(key)), commonFields(version), owner);
}

/** What both listings tell of a version. */
export function commonFields(version: ObjectVersion): string {
  return [
    textElement('LastModified', new Date(version.lastModified).toISOString()),
    textElement('ETag', `"${version.etag}"`),
    textElement('Size', version.body.length),
    textElement('StorageClass', version.headers['x-amz-storage-class'] ?? 'STANDARD'),
  ].join('');
}
