import type { Json } from './observation.ts';
import { decodeMetadataValue } from './rfc2047.ts';

/** Members of an envelope by name. Empty ones are left out: clients and SDKs drop or keep them at will. */
export type Members = ReadonlyMap<string, string>;

/** The names that hold a wrapped data key, each exclusive to one format. */
export const KEY_NAMES = ['x-amz-key', 'x-amz-key-v2', 'x-amz-3'] as const;

/** V3's members that stay on the object when the others go to an instruction file. */
export const V3_OBJECT_NAMES = ['x-amz-c', 'x-amz-d', 'x-amz-i'] as const;
/** Of these, the key commitment and the message id; the third is the suite's number. */
export const V3_OBJECT_BASE64_NAMES = ['x-amz-d', 'x-amz-i'] as const;

/**
 * Names that V1 and V2 coined for an envelope and nothing else. V3's single letters are not among them: an application may
 * well have thought of those by itself.
 */
export const LONG_NAMES = [
  'x-amz-iv',
  'x-amz-matdesc',
  'x-amz-wrap-alg',
  'x-amz-cek-alg',
  'x-amz-tag-len',
] as const;

/** What clients of V1 and V2 leave on an object whose envelope is in an instruction file; the second is of very old ones. */
export const PLAINTEXT_NAMES = ['x-amz-unencrypted-content-length', 'x-amz-unencrypted-content-md5'] as const;

/** Every name of the three formats, the marker of instruction files included. */
export const ENVELOPE_NAMES: ReadonlySet<string> = new Set([
  ...KEY_NAMES,
  ...V3_OBJECT_NAMES,
  ...LONG_NAMES,
  ...PLAINTEXT_NAMES,
  'x-amz-w',
  'x-amz-t',
  'x-amz-m',
  'x-amz-crypto-instr-file',
]);

const DESCRIPTION_NAMES: ReadonlySet<string> = new Set(['x-amz-matdesc', 'x-amz-t', 'x-amz-m']);
const KEY_NAME_SET: ReadonlySet<string> = new Set(KEY_NAMES);
/** PHP's first client writes these two as JSON numbers, and Go's reads both kinds. */
const NUMBER_NAMES: ReadonlySet<string> = new Set(['x-amz-unencrypted-content-length', 'x-amz-tag-len']);

/** Picks the envelope's names out of an object's metadata. A description may have been through S3's encoding of headers. */
export function metadataMembers(metadata: ReadonlyMap<string, string>): Members {
  const members = new Map<string, string>();
  for (const [anyCase, raw] of metadata) {
    const name = anyCase.toLowerCase();
    if (!ENVELOPE_NAMES.has(name)) continue;
    const value = DESCRIPTION_NAMES.has(name) ? decodeMetadataValue(raw) : raw;
    const former = members.get(name);
    // As the SDK joins a header that came twice: no base64, and so never a complete envelope by accident.
    members.set(name, former === undefined ? value : `${former}, ${value}`);
  }
  return withoutEmpty(members);
}

export type FileMembers =
  | { readonly ok: true; readonly members: Members }
  | { readonly ok: false; readonly why: string };

/** Takes an instruction file's members as text; refuses a foreign name and a value that no client writes there. */
export function fileMembers(file: ReadonlyMap<string, Json>): FileMembers {
  const members = new Map<string, string>();
  for (const [name, value] of file) {
    // The name is whatever the file's writer liked, so it is not repeated.
    if (!ENVELOPE_NAMES.has(name)) return { ok: false, why: 'a member that no envelope has' };
    if (typeof value === 'string') members.set(name, value);
    else if (typeof value === 'number' && NUMBER_NAMES.has(name)) members.set(name, String(value));
    // .NET writes `x-amz-m` always, as null where there is no description.
    else if (value !== null || name !== 'x-amz-m') return { ok: false, why: `${name} is no text` };
  }
  return { ok: true, members: withoutEmpty(members) };
}

/** An empty wrapped key stays: whoever names it means an envelope. */
function withoutEmpty(members: Members): Members {
  return new Map([...members].filter(([name, value]) => value !== '' || KEY_NAME_SET.has(name)));
}
