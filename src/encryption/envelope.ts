import { assertNever } from '../objects/assert-never.ts';
import {
  base64Fault,
  buildEnvelope,
  chooseFormat,
  type Format,
  formatFault,
  hasV3ObjectNames,
} from './envelope-formats.ts';
import {
  fileMembers,
  LONG_NAMES,
  type Members,
  metadataMembers,
  PLAINTEXT_NAMES,
  V3_OBJECT_BASE64_NAMES,
  V3_OBJECT_NAMES,
} from './envelope-members.ts';
import type { ClientSideEncryption, Envelope, EnvelopeStorage, Json } from './observation.ts';

export type MalformedEnvelope = Extract<ClientSideEncryption, { type: 'malformed' }>;

/** What the metadata alone says. `instruction-mode`: it says that the rest of the envelope is in an instruction file. */
export type EnvelopeReading =
  | { readonly type: 'none' }
  | Envelope
  | MalformedEnvelope
  | {
      readonly type: 'instruction-mode';
      /** `unknown`: only the plaintext's length is there, which clients of V1 and V2 leave. A hint, no proof. */
      readonly format: 'V3' | 'unknown';
    };

/**
 * Reads an object's metadata (names without `x-amz-meta-`). Total: every metadata is exactly one of the four.
 * Names and rules: S3 Encryption Client specification, data-format/content-metadata.md; docs/client-side-encryption.md
 * lists what it leaves open.
 */
export function readEnvelope(metadata: ReadonlyMap<string, string>): EnvelopeReading {
  return readMetadata(metadataMembers(metadata));
}

/**
 * Reads an object together with its instruction file (as `readInstructionFile` returned it). A complete or a malformed
 * envelope on the object comes first, as for every client: the file is not consulted then.
 */
export function readWithInstructionFile(
  metadata: ReadonlyMap<string, string>,
  file: ReadonlyMap<string, Json>,
): ClientSideEncryption {
  const onObject = metadataMembers(metadata);
  const reading = readMetadata(onObject);
  if (reading.type === 'envelope' || reading.type === 'malformed') return reading;
  const inFile = fileMembers(file);
  if (!inFile.ok) return malformed(inFile.why, 'instruction-file');
  return readFile(onObject, inFile.members);
}

/** What an object is once it is known that no instruction file stands beside it. */
export function toClientSide(reading: EnvelopeReading): ClientSideEncryption {
  switch (reading.type) {
    case 'none':
    case 'envelope':
    case 'malformed':
      return reading;
    case 'instruction-mode':
      return { type: 'instruction-file-missing' };
    default:
      return assertNever(reading);
  }
}

/** Reads an object of which the metadata is all there is: `readEnvelope`, with no instruction file beside it. */
export const clientSideFromMetadata = (metadata: ReadonlyMap<string, string>): ClientSideEncryption =>
  toClientSide(readEnvelope(metadata));

/** True where an instruction file, if there is one, would say more: many clients leave no trace of it on the object. */
export const asksForInstructionFile = (reading: EnvelopeReading): boolean =>
  reading.type === 'none' || reading.type === 'instruction-mode';

const malformed = (why: string, storage: EnvelopeStorage): MalformedEnvelope => ({
  type: 'malformed',
  why,
  storage,
});

function readMetadata(members: Members): EnvelopeReading {
  const choice = chooseFormat(members);
  switch (choice.kind) {
    case 'mixed':
      return malformed(choice.why, 'metadata');
    case 'one':
      return complete(choice.format, members, 'metadata');
    case 'none':
      return withoutKey(members);
    default:
      return assertNever(choice);
  }
}

function complete(format: Format, members: Members, storage: EnvelopeStorage): Envelope | MalformedEnvelope {
  const why = formatFault(format, members);
  return why === undefined ? buildEnvelope(format, members, storage) : malformed(why, storage);
}

/** No wrapped key on the object: instruction mode, the remains of an envelope, an application's own names, or nothing. */
function withoutKey(members: Members): EnvelopeReading {
  const remains = LONG_NAMES.find((name) => members.has(name));
  // `none` would pass in silence where the policy forbids client-side encryption; no client leaves these alone.
  if (remains !== undefined) return malformed(`${remains} is there without a wrapped key`, 'metadata');
  if (hasV3ObjectNames(members)) {
    const why = base64Fault(V3_OBJECT_BASE64_NAMES, members);
    return why === undefined ? { type: 'instruction-mode', format: 'V3' } : malformed(why, 'metadata');
  }
  const hint = PLAINTEXT_NAMES.some((name) => members.has(name));
  return hint ? { type: 'instruction-mode', format: 'unknown' } : { type: 'none' };
}

/** `onObject` holds no wrapped key. V3 is read from both together, V1 and V2 from the file alone. */
function readFile(onObject: Members, inFile: Members): ClientSideEncryption {
  const choice = chooseFormat(inFile);
  if (choice.kind === 'mixed') return malformed(choice.why, 'instruction-file');
  if (choice.kind === 'none')
    return malformed('the instruction file holds no wrapped key', 'instruction-file');
  const { format } = choice;
  if (format.format !== 'V3') {
    return hasV3ObjectNames(onObject)
      ? malformed(`the object shows V3, its instruction file ${format.format}`, 'instruction-file')
      : complete(format, inFile, 'instruction-file');
  }
  // V3 puts these on the object, never in the file: without them no client reads the two as one.
  const absent = V3_OBJECT_NAMES.find((name) => !onObject.has(name));
  if (absent !== undefined) return malformed(`${absent} is missing on the object`, 'instruction-file');
  const differing = V3_OBJECT_NAMES.find(
    (name) => inFile.has(name) && inFile.get(name) !== onObject.get(name),
  );
  if (differing !== undefined) {
    return malformed(`${differing} differs between the object and its instruction file`, 'instruction-file');
  }
  const shared = V3_OBJECT_NAMES.map((name): [string, string] => [name, onObject.get(name) ?? '']);
  return complete(format, new Map([...inFile, ...shared]), 'instruction-file');
}
