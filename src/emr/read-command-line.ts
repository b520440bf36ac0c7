import { quoted } from '../policy/problem-text.ts';
import type { Unread } from './problem.ts';
import { readShorthand } from './read-emrfs-shorthand.ts';
import { isExpansion, isOnlyExpansions, reportExpansion } from './read-expansion.ts';
import { readJsonDocument } from './read-json-document.ts';
import type { ReadingLog } from './read-log.ts';
import { type Placing, placedAt } from './read-place.ts';
import type { Unit } from './read-property.ts';
import { readShell, type ShellWord } from './read-shell.ts';
import { encryptionIn, readArguments, readFlags, reportOpenQuote } from './read-spark-submit.ts';
import type { SettingPlace } from './setting.ts';

const SERVICES: ReadonlySet<string> = new Set(['emr', 'emr-containers', 'emr-serverless']);
/** The commands that make something with settings of its own; several in one script need not agree. */
const UNITS: ReadonlyMap<string, Unit['kind']> = new Map([
  ['create-cluster', 'cluster'],
  ['run-job-flow', 'cluster'],
  ['create-application', 'cluster'],
  ['start-job-run', 'job'],
]);
/** Options of the CLI whose value is JSON, or a file that holds it. */
const JSON_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['--configurations', 'configurations'],
  ['--runtime-configuration', 'runtimeConfiguration'],
  ['--configuration-overrides', 'configurationOverrides'],
  ['--job-driver', 'jobDriver'],
  ['--instance-groups', 'InstanceGroups'],
  ['--instance-fleets', 'InstanceFleets'],
  ['--steps', 'Steps'],
  ['--cli-input-json', 'request'],
  ['--cli-input-yaml', 'request'],
  ['--security-configuration', 'SecurityConfiguration'],
]);
const OPTION = /^(--[a-z][a-z-]*)=(.*)$/su;
/** What a value in the short form may hold that decides about encryption. */
const CONFIGURES = /--conf|--properties-file|fs\.s3/u;
const AWS_CALL = /\baws\s+emr(?:-containers|-serverless)?\s/u;
const FLAG = /(?:^|\s)(?:--conf|-c)[\s=]/u;
const CALL =
  /(?:^|[\s;&|(/"'])(?:spark-submit|spark-shell|spark-sql|pyspark|aws\s+emr(?:-containers|-serverless)?)(?:\s|$)/u;

/** True for a text that calls Spark or the CLI's EMR commands, or that holds `--conf` flags. */
export const isCommandLine = (text: string): boolean => CALL.test(text) || FLAG.test(text);

class AwsCommandReader {
  readonly #place: Placing;
  readonly #log: ReadingLog;

  constructor(place: Placing, log: ReadingLog) {
    this.#place = place;
    this.#log = log;
  }

  read(words: readonly ShellWord[]): void {
    for (const [index, word] of words.entries()) {
      const [, name, value] = OPTION.exec(word.text) ?? [];
      const next = words[index + 1];
      if (name !== undefined && value !== undefined) this.#option(name, { text: value, start: word.start });
      else if (word.text.startsWith('--') && next !== undefined) this.#option(word.text, next);
      else if (isExpansion(word, 'shell') && !words[index - 1]?.text.startsWith('--')) {
        reportExpansion(word, this.#place, this.#log);
      }
    }
  }

  #option(name: string, value: ShellWord): void {
    const place = this.#place(value.start, name);
    const key = JSON_OPTIONS.get(name);
    if (name === '--emrfs') readShorthand(value.text, place, this.#log);
    else if (name === '--release-label') this.#log.releaseLabel(value.text, place);
    else if (key !== undefined) this.#json(name, key, value);
  }

  #json(name: string, key: string, { text, start }: ShellWord): void {
    const place = this.#place(start, name);
    if (/^\s*[[{]/u.test(text)) {
      // As the member of the request that it becomes, so that the same reader knows it.
      const wrapped = key === 'request' ? text : `{${JSON.stringify(key)}:${text}}`;
      readJsonDocument(wrapped, placedAt(place), this.#log);
      return;
    }
    const isFile = text.startsWith('file://') || /^https?:/u.test(text);
    const isNamed = isFile || isOnlyExpansions(text) || name === '--security-configuration';
    if (!isNamed && !CONFIGURES.test(text)) return;
    // Only what names something is shown: the arguments of a step can hold credentials.
    const message = isNamed
      ? `${name} ${quoted(text)} is not followed: read what it names too`
      : `${name} in the short form is not followed: write its value as JSON`;
    const unread: Unread =
      name === '--security-configuration'
        ? { kind: 'security-configuration' }
        : isFile
          ? { kind: 'file', name: text }
          : { kind: 'words' };
    this.#log.problem('emr/not-followed', place, message, unread);
  }
}

function awsCallIn(words: readonly ShellWord[]): number {
  return words.findIndex(
    ({ text }, index) =>
      text.slice(text.lastIndexOf('/') + 1) === 'aws' &&
      words.slice(index + 1).some((word) => SERVICES.has(word.text)),
  );
}

function readAwsCommand(
  words: readonly ShellWord[],
  { log, place, at }: { readonly log: ReadingLog; readonly place: Placing; readonly at: SettingPlace },
): void {
  const kind = words.map(({ text }) => UNITS.get(text)).find((unit) => unit !== undefined);
  const read = (): void => new AwsCommandReader(place, log).read(words);
  if (kind === undefined) read();
  else log.within({ kind, place: at }, read);
}

/** A wrapper of spark-submit, or a variable that an unseen program reads: what it does with a property is not known. */
function reportUnread(words: readonly ShellWord[], place: Placing, log: ReadingLog): void {
  const inner = words.find(({ text }) => AWS_CALL.test(text));
  if (inner !== undefined) {
    const message = 'a call of aws emr within a word is not followed: read what it runs as a file of its own';
    log.problem('emr/not-followed', place(inner.start), message, { kind: 'words' });
    return;
  }
  const found = encryptionIn(words);
  if (found === undefined) return;
  const message = `this command is no call of Spark or of aws emr that is known, so ${quoted(found.name)} in it is not followed: give what it runs`;
  log.problem('emr/not-followed', place(found.start), message, { kind: 'words' });
}

/** Takes a shell text, or flags alone, and reads every call of Spark and of the CLI's EMR commands in it. */
export function readCommandLine(text: string, place: Placing, log: ReadingLog): void {
  const { commands, open } = readShell(text, { operators: true });
  if (open !== undefined) reportOpenQuote(open, place, log);
  const flags: ShellWord[] = [];
  for (const words of commands) {
    const aws = awsCallIn(words);
    const [call] = words.slice(Math.max(0, aws));
    if (aws !== -1 && call !== undefined) {
      readAwsCommand(words.slice(aws + 1), { log, place, at: place(call.start) });
    } else if (readArguments(words, { place, log, from: 'shell' })) continue;
    else if (words[0]?.text.startsWith('-')) for (const word of words) flags.push(word);
    else reportUnread(words, place, log);
  }
  if (flags.length > 0) readFlags(flags, place, log);
}
