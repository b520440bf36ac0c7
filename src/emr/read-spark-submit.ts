import { assertNever } from '../objects/assert-never.ts';
import { quoted } from '../policy/problem-text.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Unread } from './problem.ts';
import { EXPANDED, type Expander, IN_QUOTES, isExpansion, reportExpansion } from './read-expansion.ts';
import type { ReadingLog } from './read-log.ts';
import { concernsEncryption } from './read-near-miss.ts';
import type { Placing } from './read-place.ts';
import { readProperty } from './read-setting.ts';
import { readShell, type ShellWord } from './read-shell.ts';
import { BOTH_FILES, kindOf, type Option, optionAt } from './read-spark-options.ts';
import {
  CALL,
  encryptionIn,
  mayEncrypt,
  rejoined,
  SUBSTITUTED,
  sparkCallIn,
  substitutesCall,
} from './read-spark-words.ts';

const TELLS: ReadonlySet<string> = new Set(['echo', 'printf', 'which', 'type', 'hash']);
const DEEP = 'a call of Spark deep within this word is not followed: read what it runs as a file of its own';
const FED = 'what xargs gives to this call is not followed: it may hold options';
/** An option and its value in one word, as `eval` and `ssh` take it. */
const ONE_WORD = /^(--conf|-c|--properties-file|--extra-properties-file|--hiveconf)\s/u;

class SparkSubmitReader {
  readonly #place: Placing;
  readonly #log: ReadingLog;
  #bothFiles = false;

  constructor(place: Placing, log: ReadingLog) {
    this.#place = place;
    this.#log = log;
  }

  /** Reads the options; `application` says whether the first word that is no option ends them. */
  options(
    words: readonly ShellWord[],
    { application, from }: { readonly application: boolean; readonly from: Expander },
  ): void {
    this.#bothFiles = words.some(({ text }) => text === BOTH_FILES);
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

  #option(option: Option): void {
    const { name, value, start } = option;
    const kind = kindOf(name);
    switch (kind) {
      case 'conf':
        if (value === undefined) {
          this.#log.problem('emr/syntax', this.#place(start), `nothing follows ${name}: expected name=value`);
        } else readConf(value, this.#place(start), this.#log);
        return;
      case 'properties-file': {
        const message = `${name} ${quoted(value ?? '')} is not followed: read that file too`;
        const alone = name === '--properties-file' && !this.#bothFiles;
        const file = { kind: 'file', name: value ?? '' } as const;
        const unread: Unread = alone ? { ...file, instead: 'spark-defaults.conf' } : file;
        this.#log.problem('emr/not-followed', this.#place(start), message, unread);
        return;
      }
      case 'unknown':
        if (name === '--hiveconf') this.#hiveProperty(value ?? '', start);
        else if (ONE_WORD.test(name) || EXPANDED.test(name)) this.#reportName(option);
        else this.#reportNamed(option);
        return;
      case 'other':
        if (name === '--driver-java-options') this.#reportNamed(option);
        return;
      case 'no-job':
        return;
      default:
        assertNever(kind);
    }
  }

  #reportName({ name, start }: Option): void {
    const [, joined] = ONE_WORD.exec(name) ?? [];
    const message =
      joined === undefined
        ? `${quoted(name)} is not followed: it may be any option`
        : `${joined} and its value are one word here, which spark-submit does not know: quote the value alone`;
    this.#log.problem('emr/not-followed', this.#place(start), message, { kind: 'words' });
  }

  /** A property of the JVM that begins with "spark." is one of Spark’s; what an option does that nobody knows is not known. */
  #reportNamed({ name, value = '', start }: Option): void {
    const found = encryptionIn([{ text: name, start }]) ?? encryptionIn([{ text: value, start }]);
    if (found === undefined) return;
    const message = `${quoted(found.name)} is not followed here: set it by --conf, with "spark.hadoop." before it`;
    this.#log.problem('emr/not-followed', this.#place(start), message, { kind: 'words' });
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
      if (option === undefined || kindOf(option.name) !== 'conf') continue;
      const name = (option.value ?? '').split('=')[0] ?? '';
      if (!concernsEncryption(name.replace(/^spark\.hadoop\./u, ''))) continue;
      const message = `--conf ${quoted(name)} stands after the application, so Spark hands it to the application: put it before`;
      this.#log.problem('emr/ignored-property', this.#place(option.start), message);
    }
  }
}

/** Takes `name=value` as it follows `--conf`, and reads it. */
export function readConf(text: string, place: ReturnType<Placing>, log: ReadingLog): void {
  const equals = text.indexOf('=');
  const written = equals === -1 ? text : text.slice(0, equals);
  if (EXPANDED.test(written) || isPlaceholder(written)) {
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
  readProperty({ ...property, layer: 'job', place, repetition: 'spark-submit' }, log);
}

/** Takes the words of one command and reads it as a job if it calls Spark; false where it does not. */
export function readArguments(
  given: readonly ShellWord[],
  { place, log, from }: { readonly place: Placing; readonly log: ReadingLog; readonly from: Expander },
): boolean {
  const words = rejoined(given);
  // What is only told runs nothing; where it names encryption it is kept, since it may be piped to a shell.
  const told = words.slice(0, 2).some(({ text }) => TELLS.has(text)) && encryptionIn(words) === undefined;
  if (told && !words.some(({ text }) => substitutesCall(text))) return true;
  const call = sparkCallIn(words);
  const first = words[call];
  if (first === undefined) return readWithin(words, place, log);
  if (isSubmit(first.text) && words.length === call + 1) {
    // `which spark-submit`: without an application it prints how it is used.
    if (words.some(({ text }) => text === 'xargs'))
      log.problem('emr/not-followed', place(first.start), FED, { kind: 'words' });
    return true;
  }
  // Spark’s shells read their options among what they hand on.
  const application = isSubmit(first.text);
  if (runsNothing(words.slice(call + 1), application)) return true;
  const unit = { kind: 'job', place: place(first.start) } as const;
  log.within(unit, () => {
    reportBefore(words.slice(0, call), place, log);
    new SparkSubmitReader(place, log).options(words.slice(call + 1), { application, from });
  });
  return true;
}

const isSubmit = (text: string): boolean => text.endsWith('spark-submit');

/** `SPARK_SUBMIT_OPTS=-Dspark.hadoop...=true spark-submit`: the JVM’s own properties are Spark’s too. */
function reportBefore(words: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  const found = encryptionIn(words);
  if (found === undefined) return;
  const message = `${quoted(found.name)} before the call of Spark is not followed: set it by --conf, with "spark.hadoop." before it`;
  log.problem('emr/not-followed', place(found.start), message, { kind: 'words' });
}

/** `--version` after the application is the application’s own, and an expansion may be the application. */
function runsNothing(words: readonly ShellWord[], application: boolean): boolean {
  for (let at = 0; at < words.length; ) {
    const option = optionAt(words, at);
    if (option !== undefined && kindOf(option.name) === 'no-job') return true;
    if (option === undefined && application) return false;
    at += option?.length ?? 1;
  }
  return false;
}

/** `bash -c "spark-submit ..."`: a command within a word. */
export function readWithin(words: readonly ShellWord[], place: Placing, log: ReadingLog): boolean {
  const within = words.filter(({ text }) => CALL.test(text));
  for (const { text, start } of within) {
    const { commands, open } = readShell(text.replace(SUBSTITUTED, ' ( '), { operators: true });
    if (open !== undefined) reportOpenQuote(open, () => place(start), log);
    const calls = commands.filter((inner) => sparkCallIn(inner) !== -1);
    for (const inner of calls) readArguments(inner, { place: () => place(start), log, from: 'shell' });
    const others = commands.filter((inner) => !calls.includes(inner));
    if (calls.length === 0 || others.some(mayEncrypt)) {
      log.problem('emr/not-followed', place(start), DEEP, { kind: 'words' });
    }
  }
  return within.length > 0;
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
