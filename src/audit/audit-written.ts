import { asksForInstructionFile, readEnvelope } from '../encryption/envelope.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ObjectKey, WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Diagnosis, Verdict } from '../verdict/verdict.ts';
import { type AuditDeps, type Audited, recordOf, settle } from './audit-object.ts';

/** What one event leads to: the object's record and, for an instruction file, its companion's. */
export interface WrittenAudit {
  readonly records: readonly AuditRecord[];
  /** Something that belongs to it may still come: these records are to be made once more, and before this moment the event may go back. */
  readonly waitsUntilMs?: number;
}

/** How long after Last-Modified the other of the two files is waited for: contract section 3, "Retry or decide". */
const WAIT_MS = 2 * 60_000;

/**
 * Audits what an event says was written. An object without an envelope may precede its instruction file, and an
 * instruction file its object: then the answer says until when to wait. Throws as `auditObject` does.
 */
export async function auditWritten(object: WrittenObject, deps: AuditDeps): Promise<WrittenAudit> {
  const audited = await settle(object, deps);
  if (audited.role?.kind !== 'instruction-file') {
    const waits = audited.mayFollow === true ? waitOf(audited) : {};
    return { records: [recordOf(object, audited, deps)], ...waits };
  }
  const { companion, required } = audited.role;
  const beside = await auditCompanion(companion, object, deps);
  switch (beside.kind) {
    case 'missing': {
      const orphan: Diagnosis = { code: 'INSTRUCTION_FILE_ORPHAN', args: { companion } };
      const waits = required ? waitOf(audited) : {};
      return { records: [recordOf(object, withDiagnosis(audited, orphan), deps)], ...waits };
    }
    case 'own-envelope': {
      const unused: Diagnosis = { code: 'INSTRUCTION_FILE_UNUSED', args: { companion } };
      return { records: [recordOf(object, withDiagnosis(audited, unused), deps)] };
    }
    case 'not-asked':
      return { records: [recordOf(object, audited, deps)] };
    case 'audited':
      return { records: [recordOf(object, audited, deps), beside.record] };
    default:
      return assertNever(beside);
  }
}

function waitOf({ head }: Audited): { readonly waitsUntilMs?: number } {
  return head?.lastModifiedMs === undefined ? {} : { waitsUntilMs: head.lastModifiedMs + WAIT_MS };
}

type Companion =
  | { readonly kind: 'missing' }
  | { readonly kind: 'own-envelope' }
  /** No rule asks after it: exempt, or uncovered. */
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'audited'; readonly record: AuditRecord };

/** Audits the object beside an instruction file, so that a file that was re-keyed is noticed; nobody wrote that object just now. */
async function auditCompanion(key: ObjectKey, file: WrittenObject, deps: AuditDeps): Promise<Companion> {
  const { bucket, region } = file;
  const companion: WrittenObject = {
    change: 'write',
    bucket,
    key,
    ...(region === undefined ? {} : { region }),
  };
  const audited = await settle(companion, deps);
  switch (audited.verdict.outcome) {
    case 'gone':
      return { kind: 'missing' };
    case 'exempt':
    case 'uncovered':
      return { kind: 'not-asked' };
    case 'compliant':
    case 'violation':
    case 'unknown':
      return audited.head !== undefined && !asksForInstructionFile(readEnvelope(audited.head.metadata))
        ? { kind: 'own-envelope' }
        : { kind: 'audited', record: recordOf(companion, audited, deps) };
    default:
      return assertNever(audited.verdict);
  }
}

function withDiagnosis(audited: Audited, diagnosis: Diagnosis): Audited {
  const { verdict } = audited;
  const told: Verdict =
    'diagnosis' in verdict ? { ...verdict, diagnosis: [diagnosis, ...verdict.diagnosis] } : verdict;
  return { ...audited, verdict: told };
}
