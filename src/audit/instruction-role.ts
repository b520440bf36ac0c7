import {
  companionKey,
  MAX_INSTRUCTION_FILE_BYTES,
  readInstructionFile,
} from '../encryption/instruction-file.ts';
import { assertNever } from '../objects/assert-never.ts';
import { type ObjectKey, type ObjectRef, objectKey } from '../objects/object.ts';
import { decideRule } from '../policy/match.ts';
import type { InstructionFiles } from './ports.ts';
import type { PreparedPolicy } from './prepared-policy.ts';

/** What an object is, going by its key's ending and, where that fits, by its body. */
export type InstructionRole =
  | { readonly kind: 'data' }
  | { readonly kind: 'instruction-file'; readonly companion: ObjectKey; readonly required: boolean }
  | { readonly kind: 'unreadable'; readonly why: string };

export interface RoleDeps {
  readonly instructionFiles: InstructionFiles;
  readonly policy: PreparedPolicy;
}

/** The object that this one would be the instruction file of: the rule of that object has to look for this suffix. */
export function companionOf(
  { bucket, key }: ObjectRef,
  policy: PreparedPolicy,
): { readonly companion: ObjectKey; readonly required: boolean } | undefined {
  for (const suffix of policy.instructionSuffixes) {
    const text = companionKey(key, suffix);
    if (text === undefined) continue;
    const companion = objectKey(text);
    const cse = decideRule(policy.rules, bucket, companion)?.rule.cse;
    if (cse?.instructionSuffix === suffix) return { companion, required: cse.kind === 'required' };
  }
  return undefined;
}

/**
 * Tells an instruction file from data: at most 64 KiB and a complete envelope with no other member; all else is data. Read
 * is the very version that is judged: what stands at the key now may be another, or nothing.
 */
export async function instructionRole(
  object: ObjectRef,
  sizeBytes: number | undefined,
  { instructionFiles, policy }: RoleDeps,
): Promise<InstructionRole> {
  const candidate = companionOf(object, policy);
  if (candidate === undefined || (sizeBytes ?? 0) > MAX_INSTRUCTION_FILE_BYTES) return { kind: 'data' };
  const file = await instructionFiles.read(object, MAX_INSTRUCTION_FILE_BYTES);
  switch (file.kind) {
    case 'not-found':
    case 'too-large':
      return { kind: 'data' };
    case 'unreadable':
      return { kind: 'unreadable', why: file.why };
    case 'body':
      return readInstructionFile(file.text).kind === 'instruction-file'
        ? { kind: 'instruction-file', ...candidate }
        : { kind: 'data' };
    default:
      return assertNever(file);
  }
}
