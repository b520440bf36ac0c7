import { assertNever } from '../objects/assert-never.ts';
import type { ObjectKey, ObjectRef, WrittenObject } from '../objects/object.ts';
import { type MissingPermission, permissionToHead, permissionToList } from '../objects/permission.ts';
import { findExemption } from '../policy/exempt.ts';
import { decideRule } from '../policy/match.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { type RecordFacts, toRecord } from '../verdict/to-record.ts';
import type { Governed, UnknownReason, Verdict } from '../verdict/verdict.ts';
import { explainBadRequest } from './bad-request.ts';
import type { RetryableFailure } from './failures.ts';
import type { InstructionRole } from './instruction-role.ts';
import { judgeHead, judgeHidden } from './judge-head.ts';
import type { HeadAnswer, InstructionFiles, KeyDirectory, ObjectHeads } from './ports.ts';
import type { PreparedPolicy } from './prepared-policy.ts';

export interface AuditDeps {
  readonly heads: ObjectHeads;
  readonly instructionFiles: InstructionFiles;
  readonly keys: KeyDirectory;
  readonly policy: PreparedPolicy;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly hash: (text: string) => string;
}

/** A verdict with what HEAD showed beside it. */
export type Audited = Pick<RecordFacts, 'head' | 'superseded'> & {
  readonly verdict: Verdict;
  readonly role?: InstructionRole;
  /** The object may only be waiting for its instruction file. */
  readonly mayFollow?: boolean;
};

/**
 * Audits one object: exemptions first, then the most specific rule, then HEAD and judgement. Gives the record; throws
 * `RetryableFailure` where the answer may differ next time and `CallerRefused` where AWS refused the auditor itself.
 */
export async function auditObject(object: WrittenObject, deps: AuditDeps): Promise<AuditRecord> {
  return recordOf(object, await settle(object, deps), deps);
}

/** The record of an object that a run gave up on: `UNAVAILABLE`, never a pass. */
export function giveUp(object: WrittenObject, failure: RetryableFailure, deps: AuditDeps): AuditRecord {
  const governed = decideRule(deps.policy.rules, object.bucket, object.key);
  const reason: UnknownReason = { code: 'UNAVAILABLE', args: { operation: failure.operation } };
  return recordOf(object, unknown(governed, reason), deps);
}

export function recordOf(object: WrittenObject, audited: Audited, deps: AuditDeps): AuditRecord {
  const { head } = audited;
  const version = object.versionId ?? head?.versionId;
  const ours = object.writer !== undefined && audited.superseded !== true;
  return toRecord(
    audited.verdict,
    {
      object: {
        bucket: object.bucket,
        key: object.key,
        ...(version === undefined ? {} : { versionId: version }),
      },
      ...(head === undefined ? {} : { head, source: 'head' as const }),
      ...(ours && object.writer !== undefined ? { writer: object.writer } : {}),
      ...(audited.superseded === undefined ? {} : { superseded: audited.superseded }),
    },
    {
      policy: deps.policy.policy,
      policyHash: deps.policy.hash,
      auditedAt: new Date(deps.now()).toISOString(),
      hash: deps.hash,
    },
  );
}

export async function settle(object: WrittenObject, deps: AuditDeps): Promise<Audited> {
  const { policy } = deps;
  const today = utcDay(deps.now());
  const exemption = findExemption(policy.exemptions, { ...object, today });
  if (exemption.kind === 'exempt')
    return { verdict: { outcome: 'exempt', exemption: exemption.exemption.text } };
  const governed = decideRule(policy.rules, object.bucket, object.key);
  if (exemption.kind === 'none') {
    if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
    return judgeAnswer(await deps.heads.head(object), object, governed, deps);
  }
  const answer = await deps.heads.head(object);
  if (answer.kind !== 'found') return judgeAnswer(answer, object, governed, deps);
  const sized = findExemption(policy.exemptions, {
    ...object,
    today,
    sizeBytes: answer.head.sizeBytes ?? Number.POSITIVE_INFINITY,
  });
  if (sized.kind === 'exempt') return { verdict: { outcome: 'exempt', exemption: sized.exemption.text } };
  if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
  return judgeAnswer(answer, object, governed, deps);
}

async function judgeAnswer(
  answer: HeadAnswer,
  object: WrittenObject,
  governed: Governed | undefined,
  deps: AuditDeps,
): Promise<Audited> {
  switch (answer.kind) {
    case 'found':
      if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
      return judgeHead(answer.head, object, governed, deps);
    case 'not-found':
      return { verdict: await missing(object, governed, deps) };
    case 'method-not-allowed':
      if (object.versionId !== undefined) return { verdict: await missing(object, governed, deps) };
      return unknown(governed, { code: 'BAD_REQUEST', args: { status: 405 } });
    case 'denied':
      return unknown(governed, denied(permissionToHead(object)));
    case 'bad-request': {
      const why = explainBadRequest(await deps.heads.errorDocument(object));
      if (why !== 'sse-c') return unknown(governed, why);
      if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
      return { verdict: judgeHidden(governed, deps) };
    }
    case 'wrong-region':
      return unknown(governed, { code: 'BUCKET_UNREACHABLE', args: regionArgs(answer.region) });
    case 'unexpected':
      return unknown(governed, { code: 'BAD_REQUEST', args: { status: answer.status } });
    default:
      return assertNever(answer);
  }
}

const regionArgs = (region: string | undefined) => (region === undefined ? {} : { region });

function unknown(governed: Governed | undefined, reason: UnknownReason): Audited {
  const rule = governed === undefined ? {} : { governed };
  return { verdict: { outcome: 'unknown', ...rule, reasons: [reason], diagnosis: [] } };
}

/** Without s3:ListBucket a missing object is a 403 too, so the digest's advice names both. */
const denied = (args: MissingPermission): UnknownReason => ({ code: 'ACCESS_DENIED', args });

/** Gone only while the bucket itself answers, and only where no other reading of the key names an object that is there. */
async function missing(
  object: WrittenObject,
  governed: Governed | undefined,
  deps: AuditDeps,
): Promise<Verdict> {
  const rule = governed === undefined ? {} : { governed };
  if (object.otherReading !== undefined && (await isThere(object, object.otherReading, deps))) {
    const reason: UnknownReason = { code: 'KEY_ENCODING', args: { foundAs: object.otherReading } };
    return { outcome: 'unknown', ...rule, reasons: [reason], diagnosis: [] };
  }
  const bucket = await deps.heads.bucket(object.bucket);
  switch (bucket) {
    case 'answers':
      return { outcome: 'gone', ...rule };
    case 'denied': {
      const reason = denied(permissionToList(object));
      return { outcome: 'unknown', ...rule, reasons: [reason], diagnosis: [] };
    }
    case 'missing':
    case 'wrong-region':
      return {
        outcome: 'unknown',
        ...rule,
        reasons: [{ code: 'BUCKET_UNREACHABLE', args: {} }],
        diagnosis: [],
      };
    default:
      return assertNever(bucket);
  }
}

/** A 400 to the other reading is an object too: one under SSE-C. */
async function isThere(object: ObjectRef, key: ObjectKey, deps: AuditDeps): Promise<boolean> {
  const { kind } = await deps.heads.head({ ...object, key });
  return kind === 'found' || kind === 'bad-request';
}
