import { quoted } from '../policy/problem-text.ts';
import { awsCallIn, readAwsCommand } from './read-aws-command.ts';
import { EXPANDED, isExpansion, isOnlyExpansions } from './read-expansion.ts';
import type { ReadingLog } from './read-log.ts';
import type { Placing } from './read-place.ts';
import { readShell, type ShellText, type ShellWord } from './read-shell.ts';
import { readArguments, readFlags, reportOpenQuote } from './read-spark-submit.ts';
import { AWS_CALL, encryptionIn, isSparkProgram, sparkCallIn } from './read-spark-words.ts';

const FLAG = /(?:^|\s)(?:--conf|-c)[\s=]/u;
const CALL =
  /(?:^|[\s;&|(/"'])(?:(?:spark-submit|spark-shell|spark-sql|pyspark|sparkR)(?:["'\\]|\s|$)|aws\s(?:(?:[^\n;|&]|\\\n){0,300}\s)?emr(?:-containers|-serverless)?(?:\s|$))/u;

/** True for a text that calls Spark or the CLI's EMR commands, or that holds `--conf` flags. */
export const isCommandLine = (text: string): boolean => CALL.test(text) || FLAG.test(text);

/** A wrapper of spark-submit, or a variable that an unseen program reads: what it does with a property is not known. */
function reportUnread(words: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  const inner = words.find(({ text }) => AWS_CALL.test(text));
  if (inner !== undefined) {
    const message = 'a call of aws emr within a word is not followed: read what it runs as a file of its own';
    log.problem('emr/not-followed', place(inner.start), message, { kind: 'words' });
    return;
  }
  const found = encryptionIn(words) ?? optionIn(words);
  if (found === undefined) return;
  const message = `this command is no call of Spark or of aws emr that is known, so ${quoted(found.name)} in it is not followed: give what it runs`;
  log.problem('emr/not-followed', place(found.start), message, { kind: 'words' });
}

/** What only a call of Spark has, though its program is a variable or a wrapper. */
function optionIn(
  words: readonly ShellWord[],
): { readonly name: string; readonly start: number } | undefined {
  const named = words.findIndex(({ text }) => /^--properties-file(?:=|$)/u.test(text));
  const conf = words.findIndex(
    ({ text }, at) => text === '--conf' && EXPANDED.test(words[at + 1]?.text.split('=')[0] ?? ''),
  );
  const found = words[named === -1 ? conf : named];
  return found === undefined ? undefined : { name: found.text.split('=')[0] ?? '', start: found.start };
}

/** `NAME=` before a program, or before the words of an array. */
const ASSIGNED = /^(\w+)\+?=/u;
const SPARK = /(?:spark-(?:submit|shell|sql)|pyspark|sparkR)["']?(?:[\s)}]|$)/u;

/** The variables of a script that hold a call of Spark. */
function programsIn(commands: ShellText['commands']): ReadonlySet<string> {
  const names = commands.flatMap((words) => {
    const [, name] = ASSIGNED.exec(words[0]?.text ?? '') ?? [];
    const named = words.some(({ text }, at) => isSparkProgram(text) || (at === 0 && SPARK.test(text)));
    return name !== undefined && named ? [name] : [];
  });
  return new Set(names);
}

/** True for `$SUBMIT a.py`, `"${CALL[@]}" a.py`, `$(which spark-submit) a.py`, and for `CALL+=("$MORE")`. */
function callsByVariable(words: readonly ShellWord[], programs: ReadonlySet<string>): boolean {
  const [program, ...more] = words.filter(({ text }) => !/^\w+=./u.test(text));
  if (program === undefined || more.length === 0) return false;
  const [, added] = ASSIGNED.exec(program.text) ?? [];
  const [, name] = /^\$\{?(\w+)/u.exec(program.text) ?? [];
  if (added !== undefined) return programs.has(added) && more.some((word) => isExpansion(word, 'shell'));
  const known =
    (name !== undefined && programs.has(name)) ||
    (isOnlyExpansions(program.text) && SPARK.test(program.text));
  return known && more.some((word) => word.text.startsWith('-') || isExpansion(word, 'shell'));
}

/** Takes a shell text, or flags alone, and reads every call of Spark and of the CLI's EMR commands in it. */
export function readCommandLine(text: string, place: Placing, log: ReadingLog): void {
  const { commands, open } = readShell(text, { operators: true });
  if (open !== undefined) reportOpenQuote(open, place, log);
  const programs = programsIn(commands);
  const isScript = commands.some((words) => sparkCallIn(words) !== -1 || awsCallIn(words) !== -1);
  for (const words of commands) {
    const aws = awsCallIn(words);
    const [call] = words.slice(Math.max(0, aws));
    const array = words.findIndex(({ text: word }) => /^\w+\+?=$/u.test(word)) + 1;
    if (aws !== -1 && call !== undefined && sparkCallIn(words.slice(0, aws)) === -1) {
      readAwsCommand(words.slice(aws + 1), { log, place, at: place(call.start) });
    } else if (readArguments(words, { place, log, from: 'shell' })) continue;
    else if (words[array]?.text.startsWith('-')) {
      if (array === 0 && isScript && words.length > 1) reportLoose(words, place, log);
      readFlags(words.slice(array), place, log);
    } else if (callsByVariable(words, programs)) reportProgram(words, place, log);
    else reportUnread(words, place, log);
  }
}

function reportLoose([flag]: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  if (flag === undefined) return;
  const message = `no command stands before ${quoted(flag.text.split('=')[0] ?? '')}: to give it to the line before, end that line in a backslash, with no comment between`;
  log.problem('emr/not-followed', place(flag.start), message, { kind: 'words' });
}

function reportProgram([program]: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  if (program === undefined) return;
  const message = `${quoted(program.text)} is not followed, and it may call Spark: write the program itself`;
  log.problem('emr/not-followed', place(program.start), message, { kind: 'words' });
}
