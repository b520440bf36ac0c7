import { utf8Length } from '../objects/utf8.ts';
import { chooseFormat, formatFault } from './envelope-formats.ts';
import { fileMembers, V3_OBJECT_NAMES } from './envelope-members.ts';
import { isJsonObject, parseJson } from './json.ts';
import type { EnvelopeFormat, Json } from './observation.ts';

/** Larger objects are data, whatever their key ends in; no envelope comes near it. */
export const MAX_INSTRUCTION_FILE_BYTES = 65_536;

export type InstructionFileReading =
  | {
      readonly kind: 'instruction-file';
      /** V1 and V2 are complete by themselves; V3 always needs what it leaves on its object. */
      readonly format: EnvelopeFormat;
      readonly members: ReadonlyMap<string, Json>;
    }
  | { readonly kind: 'data'; readonly why: string };

const data = (why: string): InstructionFileReading => ({ kind: 'data', why });

/**
 * Tells an instruction file from data whose key happens to end alike, by its body decoded from UTF-8: one JSON object,
 * a complete envelope, no other member. A V3 file is complete with `x-amz-3` and `x-amz-w`; `x-amz-c`, `-d` and `-i` stand
 * on the object. The marker header is no help: half of the clients never write it.
 */
export function readInstructionFile(body: string): InstructionFileReading {
  if (utf8Length(body) > MAX_INSTRUCTION_FILE_BYTES) return data('too large');
  const parsed = parseJson(body);
  if (!parsed.ok) return data(parsed.why);
  if (!isJsonObject(parsed.value)) return data('no JSON object');
  const file = fileMembers(parsed.value);
  if (!file.ok) return data(file.why);
  const choice = chooseFormat(file.members);
  if (choice.kind === 'none') return data('no wrapped key');
  if (choice.kind === 'mixed') return data(choice.why);
  const elsewhere = choice.format.format === 'V3' ? V3_OBJECT_NAMES : [];
  const fault = formatFault(choice.format, file.members, elsewhere);
  return fault === undefined
    ? { kind: 'instruction-file', format: choice.format.format, members: parsed.value }
    : data(fault);
}

/** The key of the instruction file that belongs to an object. */
export const instructionKey = (key: string, suffix: string): string => `${key}${suffix}`;

/** The key of the object that an instruction file of this key would belong to; `undefined` where it could be none. */
export function companionKey(key: string, suffix: string): string | undefined {
  return suffix !== '' && key.endsWith(suffix) && key.length > suffix.length
    ? key.slice(0, -suffix.length)
    : undefined;
}
