import type { ObjectHead } from '../encryption/head.ts';
import type { ClientSideEncryption } from '../encryption/observation.ts';
import { readServerSide } from '../encryption/server-side.ts';
import type { KeyEnquiry } from '../keys/enquiry.ts';
import { isNonEmpty } from '../objects/non-empty.ts';
import type { CseRequirement, Policy } from '../policy/types.ts';
import { diagnose } from './diagnose.ts';
import { isKmsWrap, judgeCse } from './judge-cse.ts';
import { type Findings, join, judgeSse } from './judge-sse.ts';
import type { Governed, Observation, UnknownReason, Verdict } from './verdict.ts';

export interface Evidence {
  readonly head: ObjectHead;
  /** The inner layer as metadata and, where one was needed, the instruction file show it. */
  readonly cse: ClientSideEncryption;
  /** What could not be seen of the inner layer, for example an instruction file that may not be read. */
  readonly cseReasons?: readonly UnknownReason[];
  readonly instructionKey: string;
  /** The object is itself an instruction file: of its rule `sse` alone applies. */
  readonly isInstructionFile?: boolean;
  /** When the outer key was chosen, where that is not Last-Modified: the time of an UpdateObjectEncryption, if its event tells it. */
  readonly rekeyedMs?: number | 'not-told';
}

/** Judges an object that HEAD showed, both layers by themselves. Open questions are noted in `enquiry`: answer them and judge again. */
export function judge(policy: Policy, governed: Governed, evidence: Evidence, enquiry: KeyEnquiry): Verdict {
  const sse = readServerSide(evidence.head);
  const observed: Observation = { sse, cse: evidence.cse };
  const { rule, captures } = governed;
  const scope = { captures, listedAliases: policy.listedAliases, enquiry };
  const writtenMs = evidence.rekeyedMs ?? evidence.head.lastModifiedMs;
  const written = writtenMs === undefined || writtenMs === 'not-told' ? {} : { writtenMs };
  const outer =
    rule.sse === undefined
      ? []
      : [
          judgeSse({
            ...scope,
            ...written,
            observed: sse,
            requirement: rule.sse,
            trustedAccounts: policy.trustedAccounts,
          }),
        ];
  const lastModified =
    evidence.head.lastModifiedMs === undefined ? {} : { writtenMs: evidence.head.lastModifiedMs };
  const inner =
    rule.cse === undefined || evidence.isInstructionFile === true
      ? []
      : [innerFindings(rule.cse, evidence, { ...scope, ...lastModified })];
  const findings = join(...outer, ...inner);
  return conclude(policy, governed, observed, findings, enquiry);
}

function innerFindings(
  requirement: CseRequirement,
  evidence: Evidence,
  scope: Omit<
    Parameters<typeof judgeCse>[0],
    'observed' | 'requirement' | 'missingMetadata' | 'instructionKey'
  >,
): Findings {
  const { cseReasons: reasons = [] } = evidence;
  if (isNonEmpty(reasons)) return { violations: [], reasons };
  return judgeCse({
    ...scope,
    observed: evidence.cse,
    requirement,
    missingMetadata: evidence.head.missingMetadata,
    instructionKey: evidence.instructionKey,
  });
}

/** The verdict on an SSE-C object, which HEAD without the customer's key cannot show. */
export function judgeSseC(policy: Policy, governed: Governed, enquiry: KeyEnquiry): Verdict {
  const { rule, captures } = governed;
  const scope = { captures, listedAliases: policy.listedAliases, enquiry };
  const observed: Observation = { sse: { type: 'sse-c' } };
  const outer =
    rule.sse === undefined
      ? []
      : [
          judgeSse({
            ...scope,
            observed: observed.sse,
            requirement: rule.sse,
            trustedAccounts: policy.trustedAccounts,
          }),
        ];
  const hidden: Findings = { violations: [], reasons: [{ code: 'SSE_C_HIDES_METADATA', args: {} }] };
  const findings = join(...outer, ...(rule.cse === undefined ? [] : [hidden]));
  return conclude(policy, governed, observed, findings, enquiry);
}

function conclude(
  policy: Policy,
  governed: Governed,
  observed: Observation,
  findings: Findings,
  enquiry: KeyEnquiry,
): Verdict {
  const { violations } = findings;
  const reasons = distinct(findings.reasons);
  const basis = basisOf(governed, observed, reasons);
  if (isNonEmpty(violations)) {
    const diagnosis = diagnose({ policy, governed, observed, violations, enquiry });
    return { outcome: 'violation', governed, observed, violations, reasons, diagnosis, ...basis };
  }
  if (isNonEmpty(reasons))
    return { outcome: 'unknown', governed, observed, reasons, diagnosis: [], ...basis };
  return { outcome: 'compliant', governed, observed, diagnosis: [], ...basis };
}

/** What a judgement of the inner layer rests on: the envelope's own word, unless KMS proved the key; nothing while it did not. */
function basisOf(
  { rule }: Governed,
  { cse }: Observation,
  reasons: readonly UnknownReason[],
): { basis?: 'claimed' | 'decrypt-dry-run' } {
  if (cse?.type !== 'envelope' || rule.cse?.kind !== 'required') return {};
  // A wrap without KMS is judged by its name: there is nothing to prove.
  if (rule.cse.proof === 'claimed' || !isKmsWrap(cse.wrap)) return { basis: 'claimed' };
  return reasons.some(({ code }) => code === 'CSE_PROOF_UNDECIDED') ? {} : { basis: 'decrypt-dry-run' };
}

function distinct(reasons: readonly UnknownReason[]): readonly UnknownReason[] {
  const seen = new Map(reasons.map((reason) => [JSON.stringify(reason), reason]));
  return [...seen.values()];
}
