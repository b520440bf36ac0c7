import { compileExemptions, type ExemptionIndex } from '../policy/exempt.ts';
import { compileRules, type RuleIndex } from '../policy/match.ts';
import type { Policy } from '../policy/types.ts';

/** A policy ready to judge by: its indexes built once. */
export interface PreparedPolicy {
  readonly policy: Policy;
  /** `sha256:` and the hash of the policy's text, by which a record names it. */
  readonly hash: string;
  readonly rules: RuleIndex;
  readonly exemptions: ExemptionIndex;
  /** Every suffix by which some rule looks for an instruction file, longest first. */
  readonly instructionSuffixes: readonly string[];
}

/** Builds the indexes of a parsed policy. */
export const preparePolicy = (policy: Policy, hash: string): PreparedPolicy => ({
  policy,
  hash,
  rules: compileRules(policy.rules),
  exemptions: compileExemptions(policy.exemptions),
  instructionSuffixes: [
    ...new Set(policy.rules.flatMap(({ cse }) => (cse === undefined ? [] : [cse.instructionSuffix]))),
  ].sort((a, b) => b.length - a.length),
});
