import { quoted } from '../policy/problem-text.ts';
import { type Expander, IN_QUOTES, isExpansion, reportExpansion } from './read-expansion.ts';
import type { ReadingLog } from './read-log.ts';
import { concernsEncryption } from './read-near-miss.ts';
import type { Placing } from './read-place.ts';
import { readProperty } from './read-setting.ts';
import { readShell, type ShellWord } from './read-shell.ts';

const PROGRAMS: ReadonlySet<string> = new Set([
  'spark-submit',
  'spark-shell',
  'spark-sql',
  'pyspark',
  'sparkR',
]);
/** Options of spark-submit without a value: https://spark.apache.org/docs/latest/submitting-applications.html */
const SWITCHES: ReadonlySet<string> = new Set([
  '--help',
  '-h',
  '--supervise',
  '--verbose',
  '-v',
  '--version',
  '--usage-error',
  '--load-spark-defaults',
  // Of spark-sql: https://spark.apache.org/docs/latest/sql-distributed-sql-engine-spark-sql-cli.html
  '-S',
  '--silent',
]);
/** With one of these, spark-submit runs nothing. */
const NO_JOB: ReadonlySet<string> = new Set(['--version', '--help', '--kill', '--status']);
const CONF: ReadonlySet<string> = new Set(['--conf', '-c']);
const OPTION = /^(--[A-Za-z][A-Za-z0-9-]*)=(.*)$/su;
const EXPANDED = /\$[\w{(]|`/u;
const CALL = /\b(?:spark-(?:submit|shell|sql)|pyspark|sparkR)\s/u;
/** `OUT=$(spark-submit ...)` */
const SUBSTITUTED = /(?:\$\(|`)(?=\s*(?:[\w./-]*\/)?(?:spark-(?:submit|shell|sql)|pyspark|sparkR)\s)/gu;
const S3_NAME = /(?:-D)?fs\.s3[an]?\.[\w.-]+/giu;

const TELLS: ReadonlySet<string> = new Set(['echo', 'printf', 'which', 'type', 'hash']);

/** What an option carries: after `=` in its own word, or in the next word. */
interface Option {
  readonly name: string;
  readonly value: string | undefined;
  readonly start: number;
  /** The words that it takes up. */
  readonly length: number;
}

function optionAt(words: readonly ShellWord[], at: number): Option | undefined {
  const word = words[at];
  if (word === undefined || !word.text.startsWith('-')) return undefined;
  const [, name, value] = OPTION.exec(word.text) ?? [];
  if (name !== undefined && value !== undefined) return { name, value, start: word.start, length: 1 };
  const next = words[at + 1];
  // A switch of the application’s own, which is not in the table, is not given `--conf` for its value.
  const alone = SWITCHES.has(word.text) || next === undefined || CONF.has(next.text);
  if (alone) return { name: word.text, value: undefined, start: word.start, length: 1 };
  return { name: word.text, value: next.text, start: next.start, length: 2 };
}

class SparkSubmitReader {
  readonly #place: Placing;
  readonly #log: ReadingLog;

  constructor(place: Placing, log: ReadingLog) {
    this.#place = place;
    this.#log = log;
  }

  /** Reads the options; `application` says whether the first word that is no option ends them. */
  options(
    words: readonly ShellWord[],
    { application, from }: { readonly application: boolean; readonly from: Expander },
  ): void {
    for (let at = 0; at < words.length; ) {
      const word = words[at];
      if (word === undefined) return;
      const option = optionAt(words, at);
      if (option !== undefined) {
        this.#option(option);
        at += option.length;
      } else if (isExpansion(word, from)) {
        reportExpansion(word, this.#place, this.#log, application && from === 'shell' ? IN_QUOTES : '');
        at++;
      } else if (application) {
        this.#applicationArguments(words.slice(at + 1));
        return;
      } else at++;
    }
  }

  #option({ name, value, start }: Option): void {
    if (CONF.has(name)) {
      if (value === undefined) {
        this.#log.problem('emr/syntax', this.#place(start), `nothing follows ${name}: expected name=value`);
      } else readConf(value, this.#place(start), this.#log);
    } else if (name === '--properties-file') {
      const message = `--properties-file ${quoted(value ?? '')} is not followed: read that file too`;
      const unread = { kind: 'file', name: value ?? '' } as const;
      this.#log.problem('emr/not-followed', this.#place(start), message, unread);
    } else if (name === '--hiveconf') this.#hiveProperty(value ?? '', start);
  }

  /** Of spark-sql, which is not documented to give it to the client of S3. */
  #hiveProperty(text: string, start: number): void {
    const name = text.split('=')[0] ?? '';
    if (!concernsEncryption(name.replace(/^spark\.hadoop\./u, ''))) return;
    const message = `--hiveconf ${quoted(name)} is not followed: set it by --conf, with "spark.hadoop." before it`;
    this.#log.problem('emr/not-followed', this.#place(start), message, { kind: 'words' });
  }

  /** Spark gives what stands after the application to the application. */
  #applicationArguments(words: readonly ShellWord[]): void {
    for (let at = 0; at < words.length; at++) {
      const option = optionAt(words, at);
      if (option === undefined || !CONF.has(option.name)) continue;
      const name = (option.value ?? '').split('=')[0] ?? '';
      if (!concernsEncryption(name.replace(/^spark\.hadoop\./u, ''))) continue;
      const message = `--conf ${quoted(name)} stands after the application, so Spark hands it to the application: put it before`;
      this.#log.problem('emr/ignored-property', this.#place(option.start), message);
    }
  }
}

/** The first property about S3 encryption that the words of an unread command name, and its word. */
export function encryptionIn(
  words: readonly ShellWord[],
): { readonly name: string; readonly start: number } | undefined {
  for (const { text, start } of words) {
    const name = text.match(S3_NAME)?.find((found) => concernsEncryption(found.replace(/^-D/u, '')));
    if (name !== undefined) return { name, start };
  }
  return undefined;
}

/** Takes `name=value` as it follows `--conf`, and reads it. */
export function readConf(text: string, place: ReturnType<Placing>, log: ReadingLog): void {
  const equals = text.indexOf('=');
  const written = equals === -1 ? text : text.slice(0, equals);
  if (EXPANDED.test(written)) {
    const message = `${quoted(written)} after --conf is not followed: what is put there may be about S3 encryption`;
    log.problem('emr/not-followed', place, message, { kind: 'words' });
    return;
  }
  if (equals === -1) {
    log.problem(
      'emr/syntax',
      place,
      `expected name=value after --conf, found ${quoted(text.split(/\s/u)[0] ?? '')} without a value`,
    );
    return;
  }
  const property = { name: text.slice(0, equals), value: text.slice(equals + 1) };
  if (EXPANDED.test(property.name)) {
    const message = `${quoted(property.name)} after --conf is not followed: what is put there may be about S3 encryption`;
    log.problem('emr/not-followed', place, message, { kind: 'words' });
    return;
  }
  readProperty({ ...property, layer: 'job', place, repetition: 'spark-submit' }, log);
}

/** True for a program that starts a job of Spark, by its name or its path. */
export const isSparkProgram = (text: string): boolean => PROGRAMS.has(text.slice(text.lastIndexOf('/') + 1));

/** The index of the word that calls Spark: `spark-submit`, `/usr/bin/spark-submit`, after `sudo` or an assignment too. */
export function sparkCallIn(words: readonly ShellWord[]): number {
  return words.findIndex(({ text }) => isSparkProgram(text));
}

/** Takes the words of one command and reads it as a job if it calls Spark; false where it does not. */
export function readArguments(
  words: readonly ShellWord[],
  { place, log, from }: { readonly place: Placing; readonly log: ReadingLog; readonly from: Expander },
): boolean {
  // What is only told runs nothing; where it names encryption it is kept, since it may be piped to a shell.
  if (words.slice(0, 2).some(({ text }) => TELLS.has(text)) && encryptionIn(words) === undefined) return true;
  const call = sparkCallIn(words);
  const first = words[call];
  if (first === undefined) return readWithin(words, place, log);
  // `which spark-submit`: without an application it prints how it is used.
  if (first.text.endsWith('spark-submit') && words.length === call + 1) return true;
  if (runsNothing(words.slice(call + 1), from)) return true;
  const unit = { kind: 'job', place: place(first.start) } as const;
  log.within(unit, () => {
    new SparkSubmitReader(place, log).options(words.slice(call + 1), { application: true, from });
  });
  return true;
}

/** `--version` after the application is the application’s own. */
function runsNothing(words: readonly ShellWord[], from: Expander): boolean {
  for (let at = 0; at < words.length; ) {
    const option = optionAt(words, at);
    if (option !== undefined && NO_JOB.has(option.name)) return true;
    const word = words[at];
    if (option === undefined && (word === undefined || !isExpansion(word, from))) return false;
    at += option?.length ?? 1;
  }
  return false;
}

/** `bash -c "spark-submit ..."`: a command within a word. */
function readWithin(words: readonly ShellWord[], place: Placing, log: ReadingLog): boolean {
  let found = false;
  for (const { text, start } of words) {
    if (!CALL.test(text)) continue;
    const { commands, open } = readShell(text.replace(SUBSTITUTED, ' ( '), { operators: true });
    if (open !== undefined) reportOpenQuote(open, () => place(start), log);
    const calls = commands.filter((inner) => sparkCallIn(inner) !== -1);
    for (const inner of calls) readArguments(inner, { place: () => place(start), log, from: 'shell' });
    if (calls.length === 0) {
      const message =
        'a call of Spark deep within this word is not followed: read what it runs as a file of its own';
      log.problem('emr/not-followed', place(start), message, { kind: 'words' });
    }
    found = true;
  }
  return found;
}

/** Takes flags without a command, as words, and reads them. */
export function readFlags(words: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  new SparkSubmitReader(place, log).options(words, { application: false, from: 'shell' });
}

/** Takes `sparkSubmitParameters`, which no shell sees, and reads its flags. */
export function readParameters(text: string, place: Placing, log: ReadingLog): void {
  const { commands, open } = readShell(text, { operators: false });
  if (open !== undefined) reportOpenQuote(open, place, log);
  for (const words of commands) readFlags(words, place, log);
}

/** Says that a quote has no end: what follows it is one word. */
export function reportOpenQuote(
  { at, quote }: { readonly at: number; readonly quote: string },
  place: Placing,
  log: ReadingLog,
): void {
  log.problem('emr/syntax', place(at), `the quote ${quote} that begins here has no end: close it`);
}
