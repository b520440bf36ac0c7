import { objectKey } from '../objects/object.ts';
import type { ListedObject } from '../reaudit/ports.ts';

/** What a listing's document says, of `ListObjectsV2` or of `ListObjectVersions`. */
export interface Listing {
  readonly objects: readonly ListedObject[];
  readonly deleteMarkers: number;
  readonly truncated: boolean;
  readonly token?: string;
  readonly nextKey?: string;
  readonly nextVersionId?: string;
}

/** The document is not written as S3 writes it. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * Reads a listing by its tags, at a small part of what a parser of all XML costs. `undefined` for anything that is not
 * as S3 writes it (a comment, CDATA, an attribute, another count of keys than it says): that is left to a real parser.
 */
export function readListing(xml: string, versions: boolean): Listing | undefined {
  try {
    return read(xml, versions ? 'ListVersionsResult' : 'ListBucketResult');
  } catch (error) {
    if (error instanceof Unreadable || error instanceof URIError) return undefined;
    throw error;
  }
}

function read(xml: string, root: string): Listing {
  const items: { readonly name: string; readonly inner: string }[] = [];
  const top = new Map<string, string>();
  for (const child of children(xml, root)) {
    if (child.name === 'Contents' || child.name === 'Version' || child.name === 'DeleteMarker')
      items.push(child);
    else top.set(child.name, child.inner);
  }
  const truncated = top.get('IsTruncated');
  const count = top.get('KeyCount');
  if (truncated !== 'true' && truncated !== 'false') throw new Unreadable('IsTruncated');
  if (count !== undefined && Number(count) !== items.length) throw new Unreadable('KeyCount');
  const encoded = top.get('EncodingType') === 'url';
  const stored = items.filter(({ name }) => name !== 'DeleteMarker');
  const nextKey = top.get('NextKeyMarker');
  return {
    objects: stored.map(({ name, inner }) => listedObject(copyOf(inner), name === 'Version', encoded)),
    deleteMarkers: items.length - stored.length,
    truncated: truncated === 'true',
    ...texts(top, { token: 'NextContinuationToken', nextVersionId: 'NextVersionIdMarker' }),
    ...(nextKey === undefined ? {} : { nextKey: nextKeyOf(nextKey, items.at(-1)?.inner, encoded) }),
  };
}

/** S3 encodes the marker as it does the keys. Ceph leaves it as it is: then it is the last key of the page itself. */
function nextKeyOf(marker: string, last: string | undefined, encoded: boolean): string {
  const lastKey = last === undefined ? undefined : field(last, 'Key');
  const raw = unescapeXml(marker);
  return lastKey !== undefined && decode(lastKey, encoded) === raw ? raw : decode(marker, encoded);
}

function texts<Name extends string>(top: ReadonlyMap<string, string>, names: Readonly<Record<Name, string>>) {
  const found: { [N in Name]?: string } = {};
  for (const name in names) {
    const text = top.get(names[name]);
    if (text !== undefined && text !== '') found[name] = unescapeXml(text);
  }
  return found;
}

const NAME = /^\w+$/;

/** The children of the root, each with what is in it; the root is alone in the document and closed. */
function* children(xml: string, root: string) {
  const closing = `</${root}>`;
  const opening = xml.indexOf(`<${root}`);
  const ending = xml.lastIndexOf(closing);
  if (opening === -1 || xml.includes('<!')) throw new Unreadable('no root');
  if (ending === -1 || xml.slice(ending + closing.length).trim() !== '') throw new Unreadable('no end');
  let at = xml.indexOf('>', opening) + 1;
  for (;;) {
    while (xml[at] === '\n' || xml[at] === ' ' || xml[at] === '\r' || xml[at] === '\t') at++;
    if (at === ending) return;
    const close = xml.indexOf('>', at);
    const name = xml.slice(at + 1, close);
    if (xml[at] !== '<' || close > ending) throw new Unreadable('text');
    at = close + 1;
    if (name.endsWith('/')) continue;
    const end = xml.indexOf(`</${name}>`, at);
    if (!NAME.test(name) || end === -1 || end > ending) throw new Unreadable(name);
    yield { name, inner: xml.slice(at, end) };
    at = end + name.length + 3;
  }
}

/** A part of a string keeps all of it in memory: one key that is kept would keep its page of a thousand. */
const copyOf = (text: string): string => Buffer.from(text).toString();

function listedObject(inner: string, isVersion: boolean, encoded: boolean): ListedObject {
  const key = field(inner, 'Key');
  const size = Number(field(inner, 'Size'));
  const lastModifiedMs = Date.parse(field(inner, 'LastModified') ?? '');
  const versionId = isVersion ? field(inner, 'VersionId') : undefined;
  const storageClass = field(inner, 'StorageClass');
  if (key === undefined || key === '' || Number.isNaN(size) || Number.isNaN(lastModifiedMs)) {
    throw new Unreadable('an entry');
  }
  return {
    key: objectKey(decode(key, encoded)),
    ...(versionId === undefined || versionId === '' ? {} : { versionId: unescapeXml(versionId) }),
    sizeBytes: size,
    etag: unescapeXml(field(inner, 'ETag') ?? '').replaceAll('"', ''),
    lastModifiedMs,
    ...(storageClass === undefined || storageClass === '' ? {} : { storageClass }),
    isLatest: !isVersion || field(inner, 'IsLatest') === 'true',
  };
}

function field(inner: string, name: string): string | undefined {
  const tag = `<${name}>`;
  const open = inner.indexOf(tag);
  if (open === -1) return undefined;
  const from = open + tag.length;
  const to = inner.indexOf('<', from);
  if (!inner.startsWith(`</${name}>`, to)) throw new Unreadable(name);
  return inner.slice(from, to);
}

/** `encoding-type=url` is the encoding of forms: a space is `+`. */
function decode(text: string, encoded: boolean): string {
  const raw = unescapeXml(text);
  return encoded && /[%+]/.test(raw) ? decodeURIComponent(raw.replaceAll('+', ' ')) : raw;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text as it was before it was made safe for XML. Throws where an entity is none of XML's own. */
export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:(\w+)|#x([0-9a-fA-F]{1,6})|#([0-9]{1,7}));|&/g, (_, name, hex, decimal) => {
    if (name !== undefined && Object.hasOwn(ENTITIES, name)) return ENTITIES[name] ?? '';
    const point = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
    // Not a number for a bare ampersand or an unknown entity.
    if (!(point <= 0x10ffff)) throw new Unreadable('an entity');
    return String.fromCodePoint(point);
  });
}
