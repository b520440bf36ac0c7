import { suggestScratchExemptions } from '../emr/scratch-exemptions.ts';
import { printable } from '../objects/printable.ts';
import { parsePolicy } from '../policy/parse.ts';
import { renderProblems } from '../policy/render-problems.ts';
import type { Policy } from '../policy/types.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AwsOptions } from './aws-options.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { type CliIo, placeName, tell } from './io.ts';
import { policyText } from './load-policy.ts';
import { renderSuggestion, suggestionNotes } from './render-suggestion.ts';
import { writeOut } from './sink.ts';

export interface PolicyCheck {
  readonly command: 'policy check';
  readonly policy: string;
  /** Exemptions to print for the policy; it is never changed. */
  readonly suggest?: 'emr';
  readonly aws: AwsOptions;
}

/** Prints every problem of a policy in the order of the file, then what was asked to be suggested; warnings alone do not fail. */
export async function policyCheck(check: PolicyCheck, io: CliIo): Promise<ExitStatus> {
  const text = await policyText(check.policy, check.aws, io);
  const file = placeName(check.policy);
  const today = utcDay(io.now());
  const { policy, problems } = parsePolicy(text, { today });
  if (problems.length > 0) await writeOut(renderProblems(problems, { file, text, color: io.color }), io);
  if (check.suggest !== undefined) await suggest(policy, { text, today }, io);
  const errors = problems.filter(({ level }) => level === 'error').length;
  const warnings = problems.length - errors;
  const found = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const rules = policy === undefined ? '' : `, ${count(policy.rules.length, 'rule')}`;
  tell(io, `${printable(file)}: ${found}${rules}`);
  return errors > 0 ? EXIT.badUsage : EXIT.nothing;
}

async function suggest(
  policy: Policy | undefined,
  { text, today }: { readonly text: string; readonly today: string },
  io: CliIo,
): Promise<void> {
  if (policy === undefined) {
    tell(io, 'no exemptions are suggested while the policy has errors');
    return;
  }
  const suggestion = suggestScratchExemptions(policy, today);
  const form = { json: text.trimStart().startsWith('{'), hasExemptions: policy.exemptions.length > 0 };
  if (suggestion.exemptions.length > 0) await writeOut(renderSuggestion(suggestion, form), io);
  for (const note of suggestionNotes(suggestion, form)) tell(io, printable(note));
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
