import { describe, expect, it } from 'vitest';
import {
  asksForInstructionFile,
  clientSideFromMetadata,
  readEnvelope,
  readWithInstructionFile,
  toClientSide,
} from '../../src/encryption/envelope.ts';
import { companionKey, instructionKey, readInstructionFile } from '../../src/encryption/instruction-file.ts';
import type { ClientSideEncryption } from '../../src/encryption/observation.ts';
import { type CseObject, loadCseObjects } from '../fixtures/cse/load.ts';

const recorded = loadCseObjects('cse-objects.json');
const constructed = loadCseObjects('constructed.json');
const all = [...recorded, ...constructed];

const observe = (object: CseObject): ClientSideEncryption => {
  if (object.instructionFile === undefined) return clientSideFromMetadata(object.metadata);
  const file = readInstructionFile(object.instructionFile.body);
  if (file.kind !== 'instruction-file') throw new Error(file.why);
  return readWithInstructionFile(object.metadata, file.members);
};

describe('objects whose truth is known', () => {
  it('the recorded ones were written by real clients, the constructed ones say that they were not', () => {
    expect(recorded).toHaveLength(22);
    expect(recorded.some((object) => object.constructed)).toBe(false);
    expect(constructed.length).toBeGreaterThan(10);
    expect(constructed.every((object) => object.constructed)).toBe(true);
  });

  it.each(all.filter((object) => object.encrypted))('$key is read as what its writer wrote', (object) => {
    const { format, wrap, suite, storage, claimedKey, description } = object;
    expect(observe(object)).toEqual({
      type: 'envelope',
      format,
      wrap,
      suite,
      storage,
      ...(claimedKey === undefined ? {} : { claimedKey }),
      description,
      wrappedKey: expect.stringMatching(/^[A-Za-z0-9+/]{20,}=*$/),
    });
  });

  it.each(all.filter((object) => !object.encrypted))('$key shows no client-side encryption', (object) => {
    expect(observe(object)).toEqual({ type: 'none' });
  });

  it.each(all.filter((object) => object.instructionFile !== undefined))(
    '$key is not taken for an envelope without its instruction file',
    (object) => {
      const reading = readEnvelope(object.metadata);
      const bare = ![...object.metadata.keys()].some((name) => name.startsWith('x-amz-'));
      expect(asksForInstructionFile(reading)).toBe(true);
      expect(toClientSide(reading)).toEqual({ type: bare ? 'none' : 'instruction-file-missing' });
    },
  );

  it.each(all.filter((object) => object.instructionFile !== undefined))(
    '$key and its instruction file name each other',
    ({ key, instructionFile }) => {
      const suffix = instructionFile?.suffix ?? '';
      expect(instructionKey(key, suffix)).toBe(instructionFile?.key);
      expect(companionKey(instructionFile?.key ?? '', suffix)).toBe(key);
    },
  );
});
