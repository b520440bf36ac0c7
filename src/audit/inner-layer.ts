import {
  asksForInstructionFile,
  type EnvelopeReading,
  readEnvelope,
  readWithInstructionFile,
  toClientSide,
} from '../encryption/envelope.ts';
import type { ObjectHead } from '../encryption/head.ts';
import {
  instructionKey,
  MAX_INSTRUCTION_FILE_BYTES,
  readInstructionFile,
} from '../encryption/instruction-file.ts';
import type { ClientSideEncryption } from '../encryption/observation.ts';
import { assertNever } from '../objects/assert-never.ts';
import { objectKey, type WrittenObject } from '../objects/object.ts';
import { type CseRequirement, DEFAULT_INSTRUCTION_SUFFIX } from '../policy/types.ts';
import type { Governed, UnknownReason } from '../verdict/verdict.ts';
import type { InstructionFiles, ObjectHeads, SmallObject } from './ports.ts';
import { explainUnseen } from './unseen.ts';

export interface InnerLayer {
  readonly cse: ClientSideEncryption;
  readonly cseReasons?: readonly UnknownReason[];
  readonly instructionKey: string;
  /** The object may only be waiting for its instruction file: writers may put it second. */
  readonly mayFollow: boolean;
}

export interface InnerLayerDeps {
  readonly heads: ObjectHeads;
  readonly instructionFiles: InstructionFiles;
}

/** Looks at the inner layer of an object: its metadata, and its instruction file where the rule cares and metadata do not settle it. */
export async function observeInnerLayer(
  head: ObjectHead,
  object: WrittenObject,
  { rule }: Governed,
  deps: InnerLayerDeps,
): Promise<InnerLayer> {
  const reading = readEnvelope(head.metadata);
  const key = instructionKey(object.key, rule.cse?.instructionSuffix ?? DEFAULT_INSTRUCTION_SUFFIX);
  const settled = { cse: toClientSide(reading), instructionKey: key, mayFollow: false };
  if (rule.cse === undefined || !asksForInstructionFile(reading)) return settled;
  const file = await deps.instructionFiles.read(
    { bucket: object.bucket, key: objectKey(key) },
    MAX_INSTRUCTION_FILE_BYTES,
  );
  if (file.kind === 'unreadable') return { ...settled, cseReasons: [unreadable(key, file.why)] };
  const members = membersOf(file);
  const traced = members !== undefined || reading.type === 'instruction-mode';
  const apart = traced ? await whyApart(object, key, deps.heads) : undefined;
  if (apart !== undefined) return { ...settled, cseReasons: [apart] };
  if (members === undefined) return { ...settled, mayFollow: waitsFor(rule.cse, head, reading) };
  return { ...settled, cse: readWithInstructionFile(head.metadata, members) };
}

/** Under `forbidden` nothing is waited for (the file's own event audits its object), nor where metadata were cut. */
const waitsFor = (cse: CseRequirement, head: ObjectHead, reading: EnvelopeReading): boolean =>
  cse.kind === 'required' && (head.missingMetadata === 0 || reading.type === 'instruction-mode');

function membersOf(file: Exclude<SmallObject, { kind: 'unreadable' }>) {
  switch (file.kind) {
    case 'not-found':
    case 'too-large':
      return undefined;
    case 'body': {
      const read = readInstructionFile(file.text);
      return read.kind === 'instruction-file' ? read.members : undefined;
    }
    default:
      return assertNever(file);
  }
}

export const unreadable = (key: string, why: string): UnknownReason => ({
  code: 'INSTRUCTION_FILE_UNREADABLE',
  args: { key, why },
});

/**
 * The two files have versions that do not belong together, so only the current object can be read with the current file.
 * Gives why this object is not known to be that; `undefined` where it is.
 */
async function whyApart(
  object: WrittenObject,
  file: string,
  heads: ObjectHeads,
): Promise<UnknownReason | undefined> {
  const { versionId, ...named } = object;
  if (versionId === undefined) return undefined;
  const notCurrent: UnknownReason = { code: 'INSTRUCTION_FILE_VERSION', args: { key: file } };
  const current = await heads.head(named);
  if (current.kind === 'found') return current.head.versionId === versionId ? undefined : notCurrent;
  const unseen = await explainUnseen(current, named, heads);
  return unseen.kind === 'unknown' ? unseen.reason : notCurrent;
}
