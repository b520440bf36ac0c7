import { createHash } from 'node:crypto';
import { type AuditDeps, auditObject } from '../../src/audit/audit-object.ts';
import { bucketName, objectKey, type WrittenObject } from '../../src/objects/object.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { MemoryFiles, MemoryHeads, MemoryKeys } from './memory.ts';
import { preparedOf } from './policy.ts';

export const NOW_MS = Date.parse('2026-11-21T02:00:00.000Z');

export interface TestBed {
  readonly heads: MemoryHeads;
  readonly keys: MemoryKeys;
  readonly files: MemoryFiles;
  readonly deps: AuditDeps;
}

/** An audit over memory, under the policy given as YAML. */
export function testBed(yaml: string): TestBed {
  const heads = new MemoryHeads();
  const keys = new MemoryKeys();
  const files = new MemoryFiles();
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return {
    heads,
    keys,
    files,
    deps: { heads, instructionFiles: files, keys, policy: preparedOf(yaml), now: () => NOW_MS, hash },
  };
}

/** An object as an event would name it. */
export const written = (place: string, more: Partial<WrittenObject> = {}): WrittenObject => {
  const slash = place.indexOf('/');
  return {
    change: 'write',
    region: 'eu-west-1',
    ...more,
    bucket: bucketName(place.slice(0, slash)),
    key: objectKey(place.slice(slash + 1)),
  };
};

export const audit = (bed: TestBed, object: WrittenObject): Promise<AuditRecord> =>
  auditObject(object, bed.deps);

/** Violation codes, or for an unknown its reason codes: what most tests ask of a record. */
export const codesOf = ({ violations = [], reasons = [] }: AuditRecord): readonly string[] =>
  [...violations, ...reasons].map(({ code }) => code);
