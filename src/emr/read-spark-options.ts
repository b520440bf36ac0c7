import type { ShellWord } from './read-shell.ts';

/** The job reads spark-defaults.conf too, though it names a file of its own. */
export const BOTH_FILES = '--load-spark-defaults';
/** Options of spark-submit with a value: https://spark.apache.org/docs/latest/submitting-applications.html */
const VALUED: ReadonlySet<string> = new Set(
  `--archives --class --conf -c --deploy-mode --driver-class-path --driver-cores --driver-java-options
  --driver-library-path --driver-memory --exclude-packages --executor-cores --executor-memory
  --extra-properties-file --files --jars --keytab --kill --master --name --num-executors --packages --principal
  --properties-file --proxy-user --py-files --queue --remote --repositories --status
  --total-executor-cores`.split(/\s+/u),
);
/** Its options without one. */
const SWITCHES: ReadonlySet<string> = new Set([
  '--help',
  '-h',
  '--supervise',
  '--verbose',
  '-v',
  '--version',
  '--usage-error',
  BOTH_FILES,
  // Of spark-sql: https://spark.apache.org/docs/latest/sql-distributed-sql-engine-spark-sql-cli.html
  '-S',
  '--silent',
]);
/** With one of these, spark-submit runs nothing. */
const NO_JOB: ReadonlySet<string> = new Set([
  '--version',
  '--help',
  '-h',
  '--usage-error',
  '--kill',
  '--status',
]);
const CONF: ReadonlySet<string> = new Set(['--conf', '-c']);
const FILES: ReadonlySet<string> = new Set(['--properties-file', '--extra-properties-file']);
const OPTION = /^(--[A-Za-z][A-Za-z0-9-]*)=(.*)$/su;

/** What an option carries: after `=` in its own word, or in the next word. */
export interface Option {
  readonly name: string;
  readonly value: string | undefined;
  readonly start: number;
  /** The words that it takes up. */
  readonly length: number;
}

/** What spark-submit does with an option. */
export type OptionKind = 'conf' | 'properties-file' | 'no-job' | 'other' | 'unknown';

/** Takes the words of a call and gives the option that begins at one of them; `undefined` where none does. */
export function optionAt(words: readonly ShellWord[], at: number): Option | undefined {
  const word = words[at];
  if (word === undefined || !word.text.startsWith('-')) return undefined;
  const [, name, value] = OPTION.exec(word.text) ?? [];
  if (name !== undefined && value !== undefined) return { name, value, start: word.start, length: 1 };
  const next = words[at + 1];
  // An option that is not in the table is another program’s, and may be a switch: it is not given an option for its value.
  const alone = SWITCHES.has(word.text) || next === undefined || CONF.has(next.text);
  if (alone || (!VALUED.has(word.text) && next.text.startsWith('-'))) {
    return { name: word.text, value: undefined, start: word.start, length: 1 };
  }
  return { name: word.text, value: next.text, start: next.start, length: 2 };
}

/** What spark-submit does with an option of this name; `unknown` is one that it refuses, and a shell of Spark’s hands on. */
export function kindOf(name: string): OptionKind {
  if (CONF.has(name)) return 'conf';
  if (FILES.has(name)) return 'properties-file';
  if (NO_JOB.has(name)) return 'no-job';
  return VALUED.has(name) || SWITCHES.has(name) ? 'other' : 'unknown';
}
