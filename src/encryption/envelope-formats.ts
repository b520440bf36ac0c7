import { claimedKeyOf, readDescription } from './description.ts';
import { isBase64 } from './envelope-bytes.ts';
import { type KEY_NAMES, LONG_NAMES, type Members, V3_OBJECT_NAMES } from './envelope-members.ts';
import type { Envelope, EnvelopeFormat, EnvelopeStorage, Json } from './observation.ts';

/** What one format must and must not have. */
export interface Format {
  readonly format: EnvelopeFormat;
  readonly keyName: (typeof KEY_NAMES)[number];
  /** Must be there, and base64. */
  readonly base64: readonly string[];
  /** Must be there, whatever it says: the lists of wraps and suites are open. */
  readonly text: readonly string[];
  /** Belongs to another format: with it the envelope is a mixture, and no two clients need read it alike. */
  readonly foreign: readonly string[];
}

const V1: Format = {
  format: 'V1',
  keyName: 'x-amz-key',
  base64: ['x-amz-key', 'x-amz-iv'],
  text: [],
  foreign: ['x-amz-wrap-alg', 'x-amz-cek-alg', 'x-amz-tag-len'],
};
const V2: Format = {
  format: 'V2',
  keyName: 'x-amz-key-v2',
  base64: ['x-amz-key-v2', 'x-amz-iv'],
  text: ['x-amz-wrap-alg', 'x-amz-cek-alg'],
  foreign: [],
};
const V3: Format = {
  format: 'V3',
  keyName: 'x-amz-3',
  base64: ['x-amz-3', 'x-amz-d', 'x-amz-i'],
  text: ['x-amz-c', 'x-amz-w'],
  foreign: LONG_NAMES,
};
const FORMATS: readonly Format[] = [V1, V2, V3];

export type FormatChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly format: Format }
  | { readonly kind: 'mixed'; readonly why: string };

/** Which format the names say, by the name that holds the wrapped key. Each such name excludes the two others. */
export function chooseFormat(members: Members): FormatChoice {
  const [first, second] = FORMATS.filter((format) => members.has(format.keyName));
  if (first === undefined) return { kind: 'none' };
  if (second === undefined) return { kind: 'one', format: first };
  return { kind: 'mixed', why: `${first.keyName} and ${second.keyName} are both there` };
}

/** True where all that V3 leaves on the object of an instruction file is there; fewer may be an application's own. */
export const hasV3ObjectNames = (members: Members): boolean =>
  V3_OBJECT_NAMES.every((name) => members.has(name));

/** Says by member names alone what keeps the envelope from being complete; never repeats a value. */
export function formatFault(
  format: Format,
  members: Members,
  elsewhere: readonly string[] = [],
): string | undefined {
  const foreign = format.foreign.find((name) => members.has(name));
  if (foreign !== undefined) return `${format.keyName} and ${foreign} belong to different formats`;
  if (format.format !== 'V3' && hasV3ObjectNames(members)) {
    return `${format.keyName} and ${V3_OBJECT_NAMES.join(', ')} belong to different formats`;
  }
  const required = [...format.base64, ...format.text].filter((name) => !elsewhere.includes(name));
  const missing = required.find((name) => (members.get(name) ?? '') === '');
  if (missing !== undefined) return members.has(missing) ? `${missing} is empty` : `${missing} is missing`;
  return base64Fault(format.base64, members);
}

/** Names the first of these members that is there and no base64. */
export function base64Fault(names: readonly string[], members: Members): string | undefined {
  const bad = names.find((name) => {
    const value = members.get(name);
    return value !== undefined && !isBase64(value);
  });
  return bad === undefined ? undefined : `${bad} is not base64`;
}

/** V3's codes for a wrap, by the names that the contract uses. Ruby's readers know others that no client writes. */
const V3_WRAPS: ReadonlyMap<string, string> = new Map([
  ['02', 'AES/GCM'],
  ['12', 'kms+context'],
  ['22', 'RSA-OAEP-SHA1'],
]);

/** Builds the observation from members that `formatFault` found nothing to say about. */
export function buildEnvelope(format: Format, members: Members, storage: EnvelopeStorage): Envelope {
  const { wrap, suite, description } = particulars(format.format, (name) => members.get(name));
  // V3 knows no wrap `kms`: a V3 code that reads so is unheard-of, and no client's claim.
  const claimedKey = format.format === 'V2' && wrap === 'kms' ? claimedKeyOf(description) : undefined;
  return {
    type: 'envelope',
    format: format.format,
    wrap,
    suite,
    storage,
    ...(claimedKey === undefined ? {} : { claimedKey }),
    ...(description === undefined ? {} : { description }),
    wrappedKey: members.get(format.keyName) ?? '',
  };
}

type Particulars = { readonly wrap: string; readonly suite: string; readonly description: Json | undefined };
type Lookup = (name: string) => string | undefined;

function particulars(format: EnvelopeFormat, member: Lookup): Particulars {
  if (format === 'V3') {
    const code = member('x-amz-w') ?? '';
    return {
      wrap: V3_WRAPS.get(code) ?? code,
      suite: member('x-amz-c') ?? '',
      description: v3Description(code, member),
    };
  }
  const description = readDescription(member('x-amz-matdesc'));
  if (format === 'V1') return { wrap: 'unnamed', suite: 'unnamed', description };
  return { wrap: member('x-amz-wrap-alg') ?? '', suite: member('x-amz-cek-alg') ?? '', description };
}

/** The specification reads a missing context or description of V3 as `{}`; C++ puts static descriptions in `x-amz-t`. */
function v3Description(code: string, member: Lookup): Json | undefined {
  const context = member('x-amz-t');
  if (code === '12') return readDescription(context ?? '{}');
  const text = member('x-amz-m') ?? context;
  return readDescription(V3_WRAPS.has(code) ? (text ?? '{}') : text);
}
