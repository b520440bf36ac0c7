import { encryptionNamed } from './read-near-miss.ts';
import type { ShellWord } from './read-shell.ts';

const PROGRAMS: ReadonlySet<string> = new Set([
  'spark-submit',
  'spark-shell',
  'spark-sql',
  'pyspark',
  'sparkR',
]);
/** A call of Spark within a text. */
export const CALL = /\b(?:spark-(?:submit|shell|sql)|pyspark|sparkR)["']?[\s\\]/u;
/** `OUT=$(spark-submit ...)` */
export const SUBSTITUTED =
  /(?:\$\(|`)(?=\s*(?:[\w./-]*\/)?(?:spark-(?:submit|shell|sql)|pyspark|sparkR)\s)/gu;
/** A call of the CLI within a text, with options of the CLI itself between. */
export const AWS_CALL = /\baws\s(?:(?:[^\n;|&]|\\\n){0,300}\s)?emr(?:-containers|-serverless)?\s/u;
/** What reads its words a second time, joined by blanks. */
const READS_AGAIN: ReadonlySet<string> = new Set(['eval', 'ssh']);

/** True for a word that holds the output of a call of Spark. */
export const substitutesCall = (text: string): boolean =>
  text
    .split(/\$\(|`/u)
    .slice(1)
    .some((part) => CALL.test(part.split(')')[0] ?? ''));

/** The first property about S3 encryption that the words of an unread command name, and its word. */
export function encryptionIn(
  words: readonly ShellWord[],
): { readonly name: string; readonly start: number } | undefined {
  for (const { text, start } of words) {
    const name = encryptionNamed(text);
    if (name !== undefined) return { name, start };
  }
  return undefined;
}

/** True for a program that starts a job of Spark, by its name or its path. */
export const isSparkProgram = (text: string): boolean => PROGRAMS.has(text.slice(text.lastIndexOf('/') + 1));

/**
 * The index of the word that calls Spark: `spark-submit`, `/usr/bin/spark-submit`, after `sudo` or an assignment too. In
 * `docker exec pyspark spark-submit` it is the last.
 */
export function sparkCallIn(words: readonly ShellWord[]): number {
  const first = words.findIndex(({ text }) => isSparkProgram(text));
  const later = words.findIndex(
    ({ text }, at) => at > first && text.slice(text.lastIndexOf('/') + 1) === 'spark-submit',
  );
  if (first === -1 || later === -1) return first;
  return words.slice(first, later).some(({ text }) => text.startsWith('-')) ? first : later;
}

/** True for a command that is no call of Spark but may hold one, or a call of the CLI, or settings. */
export const mayEncrypt = (words: readonly ShellWord[]): boolean =>
  words.some(({ text }) => CALL.test(text) || AWS_CALL.test(text)) ||
  AWS_CALL.test(`${words.map(({ text }) => text).join(' ')} `) ||
  encryptionIn(words) !== undefined;

/** The words as the command has them that `eval` or `ssh` reads a second time: one word, where that changes something. */
export function rejoined(words: readonly ShellWord[]): readonly ShellWord[] {
  const at = words.findIndex(({ text }) => READS_AGAIN.has(text));
  const again = words.slice(at + 1);
  const [first] = again;
  const last = again.at(-1);
  if (at === -1 || first === undefined || last === undefined || CALL.test(last.text)) return words;
  if (sparkCallIn(words.slice(0, at)) !== -1) return words;
  if (!again.some(({ text }) => /[\s'"\\]/u.test(text))) return words;
  return [...words.slice(0, at), { text: again.map(({ text }) => text).join(' '), start: first.start }];
}
