import { clientSideFromMetadata } from '../encryption/envelope.ts';
import type { ObjectHead } from '../encryption/head.ts';
import { KeyEnquiry, type KeyQuestion } from '../keys/enquiry.ts';
import type { AliasReference } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { WrittenObject } from '../objects/object.ts';
import { zonedTimeMs } from '../objects/zoned-time.ts';
import { type Evidence, judge, judgeSseC } from '../verdict/judge.ts';
import type { Governed, Verdict } from '../verdict/verdict.ts';
import type { AuditDeps, Audited } from './audit-object.ts';
import { observeInnerLayer, unreadable } from './inner-layer.ts';
import { type InstructionRole, instructionRole } from './instruction-role.ts';
import type { Freshness } from './ports.ts';

/** A verdict needs a handful of rounds at most: aliases, then the key found, then the aliases that point at it. */
const MOST_ROUNDS = 8;

/**
 * Judges what HEAD showed, asking KMS whatever the judgement turns out to need. A HEAD that was taken with the customer's
 * key is judged as one without it, which is refused: on every route the inner layer counts as hidden.
 */
export async function judgeHead(
  head: ObjectHead,
  object: WrittenObject,
  governed: Governed,
  deps: AuditDeps,
): Promise<Audited> {
  const superseded =
    object.etag !== undefined && head.etag !== undefined && object.etag !== head.etag
      ? { superseded: true }
      : {};
  if (head.customerAlgorithm !== undefined) {
    return { verdict: judgeHidden(governed, deps), head, ...superseded };
  }
  const role = await instructionRole(object, head.sizeBytes, deps);
  const { evidence, mayFollow } = await evidenceOf(head, object, governed, role, deps);
  const enquiry = new KeyEnquiry();
  const judgeOnce = (): Verdict => judge(deps.policy.policy, governed, evidence, enquiry);
  const verdict = await judgeWithAnswers(judgeOnce, enquiry, object.region, deps);
  return { verdict, head, role, ...superseded, ...(mayFollow ? { mayFollow } : {}) };
}

/** Judges an SSE-C object, of which HEAD shows nothing. */
export const judgeHidden = (governed: Governed, deps: AuditDeps): Verdict =>
  judgeSseC(deps.policy.policy, governed, new KeyEnquiry());

async function evidenceOf(
  head: ObjectHead,
  object: WrittenObject,
  governed: Governed,
  role: InstructionRole,
  deps: AuditDeps,
): Promise<{ readonly evidence: Evidence; readonly mayFollow: boolean }> {
  const rekeyed = rekeyedAt(object);
  if (role.kind === 'instruction-file') {
    const cse = clientSideFromMetadata(head.metadata);
    const evidence = { head, cse, instructionKey: object.key, isInstructionFile: true, ...rekeyed };
    return { evidence, mayFollow: false };
  }
  const { mayFollow, ...inner } = await observeInnerLayer(head, object, governed, deps);
  // What may be an instruction file or data cannot be judged as either.
  const cseReasons = role.kind === 'unreadable' ? [unreadable(object.key, role.why)] : inner.cseReasons;
  const reasons = cseReasons === undefined ? {} : { cseReasons };
  return { evidence: { head, ...inner, ...reasons, ...rekeyed }, mayFollow };
}

/** Last-Modified never stands in for the time of a re-key: it is earlier, and a key past its last day would pass. */
const rekeyedAt = ({ change, writer }: WrittenObject): Pick<Evidence, 'rekeyedMs'> =>
  change === 're-key' ? { rekeyedMs: zonedTimeMs(writer?.at ?? '') ?? 'not-told' } : {};

async function judgeWithAnswers(
  judgeOnce: () => Verdict,
  enquiry: KeyEnquiry,
  region: string | undefined,
  deps: AuditDeps,
): Promise<Verdict> {
  const aliases = new Map<string, AliasReference>();
  let refreshed = false;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const verdict = judgeOnce();
    const questions = enquiry.takeQuestions();
    for (const question of questions) {
      if (question.ask === 'alias') aliases.set(JSON.stringify(question.alias), question.alias);
    }
    if (questions.length > 0) {
      await Promise.all(questions.map((question) => answer(question, enquiry, region, 'kept', deps)));
    } else if (!refreshed && aliases.size > 0 && isKeyMismatch(verdict)) {
      // An alias may have been re-pointed since its answer was kept: a mismatch is never told on an old answer.
      refreshed = true;
      const again = [...aliases.values()].map((alias) => ({ ask: 'alias', alias }) as const);
      await Promise.all(again.map((question) => answer(question, enquiry, region, 'fresh', deps)));
    } else {
      return verdict;
    }
  }
  throw new Error(`the judgement still asks KMS after ${MOST_ROUNDS} rounds`);
}

const KEY_MISMATCHES: ReadonlySet<string> = new Set([
  'KMS_KEY_NOT_ALLOWED',
  'KMS_KEY_EXPIRED',
  'CSE_KEY_NOT_ALLOWED',
]);

const isKeyMismatch = (verdict: Verdict): boolean =>
  verdict.outcome === 'violation' && verdict.violations.some(({ code }) => KEY_MISMATCHES.has(code));

async function answer(
  question: KeyQuestion,
  enquiry: KeyEnquiry,
  region: string | undefined,
  freshness: Freshness,
  { keys }: AuditDeps,
): Promise<void> {
  switch (question.ask) {
    case 'alias':
      return enquiry.setAlias(question.alias, await keys.alias(question.alias, region, freshness));
    case 'key':
      return enquiry.setKey(question.arn, await keys.key(question.arn));
    case 'alias-names':
      return enquiry.setAliasNames(question.arn, await keys.aliasNames(question.arn));
    case 'proof':
      return enquiry.setProof(question.request, await keys.prove(question.request, region));
    default:
      return assertNever(question);
  }
}
