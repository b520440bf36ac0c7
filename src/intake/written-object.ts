import { bucketName, type ObjectKey, objectKey, type Writer, type WrittenObject } from '../objects/object.ts';
import { decodeFormKey } from './decode-key.ts';
import type { Envelope } from './envelope.ts';
import { type Located, type Malformed, optionalText, requiredText } from './located.ts';

/** Where one route keeps each part of a write. Only bucket and key can make it malformed. */
export interface RouteFields {
  readonly change: WrittenObject['change'];
  /** `form` where the route form-urlencodes keys, `verbatim` where it writes them as they are. */
  readonly keyReading: 'form' | 'verbatim';
  readonly bucket: Located;
  readonly key: Located;
  readonly versionId?: Located;
  readonly region: Located;
  readonly sizeBytes?: Located;
  readonly etag?: Located;
  readonly sequencer?: Located;
  readonly writer: {
    readonly event: string;
    readonly principal: Located;
    readonly sourceIp: Located;
    readonly at: Located;
  };
}

/** Narrows what a route holds to the object to audit. The rules for absent and odd parts are the same for all routes. */
export function readWrite(fields: RouteFields): Envelope {
  const bucket = requiredText(fields.bucket);
  if (typeof bucket !== 'string') return bucket;
  const keys = readKeys(fields);
  if ('kind' in keys) return keys;
  const versionId = fields.versionId && readVersionId(fields.versionId);
  const region = optionalText(fields.region);
  const sizeBytes = fields.sizeBytes && readSize(fields.sizeBytes);
  const etag = fields.etag && readEtag(fields.etag);
  const sequencer = fields.sequencer && optionalText(fields.sequencer);
  const object: WrittenObject = {
    bucket: bucketName(bucket),
    key: keys.key,
    ...(versionId !== undefined && { versionId }),
    change: fields.change,
    ...(region !== undefined && { region }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(etag !== undefined && { etag }),
    ...(sequencer !== undefined && { sequencer }),
    ...(keys.otherReading !== undefined && { otherReading: keys.otherReading }),
    writer: readWriter(fields.writer),
  };
  return { kind: 'objects', objects: [object] };
}

interface Keys {
  readonly key: ObjectKey;
  readonly otherReading: ObjectKey | undefined;
}

function readKeys({ key: located, keyReading }: RouteFields): Keys | Malformed {
  const raw = requiredText(located);
  if (typeof raw !== 'string') return raw;
  const decoded = decodeFormKey(raw);
  const form = decoded.kind === 'decoded' ? decoded.key : undefined;
  const verbatim = objectKey(raw);
  const differ = form !== verbatim;
  if (keyReading === 'verbatim') return { key: verbatim, otherReading: differ ? form : undefined };
  if (decoded.kind === 'undecodable') return { kind: 'malformed', why: `${located.place}: ${decoded.why}` };
  return { key: decoded.key, otherReading: differ ? verbatim : undefined };
}

/** S3 calls the version of an unversioned object `null`; some senders leave it empty. */
export function readVersionId(located: Located): string | undefined {
  const text = optionalText(located);
  return text === 'null' ? undefined : text;
}

const readSize = ({ value }: Located): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

function readEtag(located: Located): string | undefined {
  const bare = optionalText(located)?.replace(/^"(.*)"$/s, '$1');
  return bare === '' ? undefined : bare;
}

function readWriter(fields: RouteFields['writer']): Writer {
  const principal = optionalText(fields.principal);
  const sourceIp = optionalText(fields.sourceIp);
  const at = optionalText(fields.at);
  return {
    event: fields.event,
    ...(principal !== undefined && { principal }),
    ...(sourceIp !== undefined && { sourceIp }),
    ...(at !== undefined && { at }),
  };
}
