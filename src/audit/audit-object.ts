import { assertNever } from '../objects/assert-never.ts';
import type { WrittenObject } from '../objects/object.ts';
import { permissionToList } from '../objects/permission.ts';
import { findExemption } from '../policy/exempt.ts';
import { decideRule } from '../policy/match.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { type RecordFacts, toRecord } from '../verdict/to-record.ts';
import type { Governed, UnknownReason, Verdict } from '../verdict/verdict.ts';
import type { RetryableFailure } from './failures.ts';
import type { InstructionRole } from './instruction-role.ts';
import { judgeHead, judgeHidden } from './judge-head.ts';
import type { HeadAnswer, InstructionFiles, KeyDirectory, ObjectHeads } from './ports.ts';
import type { PreparedPolicy } from './prepared-policy.ts';
import { accessDenied, explainUnseen } from './unseen.ts';

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
  if (answer.kind === 'found') {
    if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
    return judgeHead(answer.head, object, governed, deps);
  }
  const unseen = await explainUnseen(answer, object, deps.heads);
  switch (unseen.kind) {
    case 'absent':
      return missing(object, governed, deps);
    case 'sse-c':
      if (governed === undefined) return { verdict: { outcome: 'uncovered' } };
      return { verdict: judgeHidden(governed, deps) };
    case 'unknown':
      return unknown(governed, unseen.reason);
    default:
      return assertNever(unseen);
  }
}

function unknown(governed: Governed | undefined, reason: UnknownReason): Audited {
  const rule = governed === undefined ? {} : { governed };
  return { verdict: { outcome: 'unknown', ...rule, reasons: [reason], diagnosis: [] } };
}

/** Gone only while the bucket itself answers, and only where there is nothing at the other reading of the key either. */
async function missing(
  object: WrittenObject,
  governed: Governed | undefined,
  deps: AuditDeps,
): Promise<Audited> {
  const otherwise = await atOtherReading(object, deps.heads);
  if (otherwise !== undefined) return unknown(governed, otherwise);
  const bucket = await deps.heads.bucket(object.bucket);
  switch (bucket) {
    case 'answers':
      return { verdict: { outcome: 'gone', ...(governed === undefined ? {} : { governed }) } };
    case 'denied':
      return unknown(governed, accessDenied(permissionToList(object)));
    case 'missing':
    case 'wrong-region':
      return unknown(governed, { code: 'BUCKET_UNREACHABLE', args: {} });
    default:
      return assertNever(bucket);
  }
}

/** Why the object may be at the other reading of its key; `undefined` where there is none, or nothing is there. */
async function atOtherReading(object: WrittenObject, heads: ObjectHeads): Promise<UnknownReason | undefined> {
  const key = object.otherReading;
  if (key === undefined) return undefined;
  const there: UnknownReason = { code: 'KEY_ENCODING', args: { foundAs: key } };
  const answer = await heads.head({ ...object, key });
  if (answer.kind === 'found') return there;
  const unseen = await explainUnseen(answer, { ...object, key }, heads);
  switch (unseen.kind) {
    case 'absent':
      return undefined;
    case 'sse-c':
      return there;
    case 'unknown':
      return unseen.reason;
    default:
      return assertNever(unseen);
  }
}
