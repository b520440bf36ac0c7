import { element, textElement } from '../xml.ts';
import { type BucketOperation, requestedVersionId, type S3Call, xmlResponse } from './call.ts';
import { invalidArgument } from './errors.ts';
import { firstIndex } from './keyindex.ts';
import { commonFields, listParameters, ownerElement } from './listing.ts';
import type { Bucket, ObjectVersion } from './store.ts';

interface ListedVersion {
  readonly key: string;
  readonly version: ObjectVersion;
  readonly latest: boolean;
}

interface Markers {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** `ListObjectVersions`: keys in order, the versions of each from the newest to the oldest. */
export const listObjectVersions: BucketOperation = (call, bucket) => {
  const { prefix, maxKeys, encodingType, encode } = listParameters(call);
  const markers = readMarkers(call);
  const listed: ListedVersion[] = [];
  let truncated = false;
  for (const entry of versionsAfter(bucket, prefix, markers)) {
    truncated = maxKeys > 0 && listed.length === maxKeys;
    if (listed.length === maxKeys) break;
    listed.push(entry);
  }
  const last = truncated ? listed.at(-1) : undefined;
  const owner = ownerElement(bucket);
  const body = element(
    'ListVersionsResult',
    textElement('Name', bucket.name),
    textElement('Prefix', encode(prefix)),
    textElement('KeyMarker', encode(markers.key)),
    textElement('VersionIdMarker', markers.versionId ?? ''),
    textElement('NextKeyMarker', last === undefined ? undefined : encode(last.key)),
    textElement('NextVersionIdMarker', last?.version.versionId),
    textElement('MaxKeys', maxKeys),
    textElement('EncodingType', encodingType),
    textElement('IsTruncated', truncated),
    ...listed.map((entry) => renderVersion(entry, owner, encode)),
  );
  return xmlResponse(body);
};

function readMarkers({ query }: S3Call): Markers {
  const key = query.get('key-marker') ?? '';
  const versionIdMarker = query.get('version-id-marker');
  if (versionIdMarker === null || versionIdMarker === '') return { key, versionId: undefined };
  if (key === '') {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.', {
      ArgumentName: 'version-id-marker',
      ArgumentValue: versionIdMarker,
    });
  }
  return { key, versionId: requestedVersionId(versionIdMarker) };
}

function* versionsAfter(bucket: Bucket, prefix: string, markers: Markers): Generator<ListedVersion> {
  const { objects } = bucket;
  const keys = objects.sortedKeys();
  // With a version marker the key itself is begun, not done.
  const reached = markers.versionId === undefined ? 1 : 0;
  const from =
    markers.key === '' ? 0 : firstIndex(keys, 0, (key) => objects.compareKeys(key, markers.key) >= reached);
  let index = firstIndex(keys, from, (key) => objects.compareKeys(key, prefix) >= 0);
  for (; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) return;
    const versions = objects.versions(key);
    let at = versions.length - 1;
    if (key === markers.key) at = versions.findIndex(({ versionId }) => versionId === markers.versionId) - 1;
    for (; at >= 0; at -= 1) {
      const version = versions[at];
      if (version !== undefined) yield { key, version, latest: at === versions.length - 1 };
    }
  }
}

function renderVersion(
  { key, version, latest }: ListedVersion,
  owner: string,
  encode: (text: string) => string,
): string {
  const identity = [
    textElement('Key', encode(key)),
    textElement('VersionId', version.versionId),
    textElement('IsLatest', latest),
  ];
  if (!version.deleteMarker) return element('Version', ...identity, commonFields(version), owner);
  const lastModified = textElement('LastModified', new Date(version.lastModified).toISOString());
  return element('DeleteMarker', ...identity, lastModified, owner);
}
