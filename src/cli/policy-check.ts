import { printable } from '../objects/printable.ts';
import { parsePolicy } from '../policy/parse.ts';
import { renderProblems } from '../policy/render-problems.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AwsOptions } from './aws-options.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { type CliIo, placeName, tell } from './io.ts';
import { policyText } from './load-policy.ts';

/** Prints every problem of a policy in the order of the file; warnings alone do not fail. */
export async function policyCheck(path: string, aws: AwsOptions, io: CliIo): Promise<ExitStatus> {
  const text = await policyText(path, aws, io);
  const file = placeName(path);
  const { policy, problems } = parsePolicy(text, { today: utcDay(io.now()) });
  if (problems.length > 0) io.stdout.write(renderProblems(problems, { file, text, color: io.color }));
  const errors = problems.filter(({ level }) => level === 'error').length;
  const warnings = problems.length - errors;
  const found = `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  const rules = policy === undefined ? '' : `, ${count(policy.rules.length, 'rule')}`;
  tell(io, `${printable(file)}: ${found}${rules}`);
  return errors > 0 ? EXIT.badUsage : EXIT.nothing;
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
