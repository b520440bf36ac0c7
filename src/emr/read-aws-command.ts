import { quoted } from '../policy/problem-text.ts';
import type { Unread } from './problem.ts';
import { readShorthand } from './read-emrfs-shorthand.ts';
import { EXPANDED, isExpansion, isOnlyExpansions, reportExpansion } from './read-expansion.ts';
import { readJsonDocument } from './read-json-document.ts';
import type { ReadingLog } from './read-log.ts';
import { type Placing, placedAt } from './read-place.ts';
import type { Unit } from './read-property.ts';
import type { ShellWord } from './read-shell.ts';
import { readWithin } from './read-spark-submit.ts';
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
/** Options of a command that take no value: what follows one is an option too. */
const SWITCHES: ReadonlySet<string> = new Set([
  '--use-default-roles',
  '--auto-terminate',
  '--no-auto-terminate',
  '--termination-protected',
  '--no-termination-protected',
  '--unhealthy-node-replacement',
  '--no-unhealthy-node-replacement',
  '--visible-to-all-users',
  '--no-visible-to-all-users',
  '--enable-debugging',
  '--no-enable-debugging',
  '--extended-support',
  '--no-extended-support',
  '--debug',
  '--no-verify-ssl',
  '--no-paginate',
  '--no-sign-request',
  '--no-cli-pager',
]);
/** Options whose value is always JSON, or a file that holds it. */
const JSON_ALONE: ReadonlySet<string> = new Set([
  '--configurations',
  '--runtime-configuration',
  '--cli-input-json',
  '--cli-input-yaml',
]);
const NAMES: readonly string[] = [...JSON_OPTIONS.keys(), '--emrfs', '--release-label'];
const OPTION = /^(--[a-z][a-z-]*)=(.*)$/su;
/** What a value in the short form may hold that decides about encryption. */
const CONFIGURES = /--conf|--properties-file|fs\.s3/u;

class AwsCommandReader {
  readonly #place: Placing;
  readonly #log: ReadingLog;

  constructor(place: Placing, log: ReadingLog) {
    this.#place = place;
    this.#log = log;
  }

  read(words: readonly ShellWord[]): void {
    for (let at = 0; at < words.length; at++) {
      const word = words[at];
      if (word === undefined) return;
      const [, name, value] = OPTION.exec(word.text) ?? [];
      if (name !== undefined && value !== undefined) {
        this.#option(name, [{ text: value, start: word.start }], word);
      } else if (word.text.startsWith('--') && !SWITCHES.has(word.text)) {
        const end = words.findIndex(({ text }, index) => index > at && text.startsWith('--'));
        const values = words.slice(at + 1, end === -1 ? words.length : end);
        this.#option(word.text, values, word);
        at += values.length;
      } else if (isExpansion(word, 'shell')) reportExpansion(word, this.#place, this.#log);
    }
  }

  #option(name: string, values: readonly ShellWord[], word: ShellWord): void {
    const key = JSON_OPTIONS.get(name);
    if (key !== undefined) for (const value of values) this.#json(name, key, value);
    const [value, ...more] = values;
    if (key !== undefined || value === undefined) return;
    const place = this.#place(value.start, name);
    if (name === '--emrfs') readShorthand(value.text, place, this.#log);
    else if (name === '--release-label') this.#log.releaseLabel(value.text, place);
    else if (!this.#unknown(name, word)) readWithin([value], this.#place, this.#log);
    for (const next of more) if (isExpansion(next, 'shell')) reportExpansion(next, this.#place, this.#log);
  }

  /** The CLI takes the beginning of a name for the name. */
  #unknown(name: string, { start }: ShellWord): boolean {
    const whole = NAMES.find((known) => known.startsWith(name));
    const message =
      whole !== undefined
        ? `${name} may be the beginning of ${whole}, and is not followed: write the name whole`
        : name === '--job-template-id'
          ? 'a job template is not followed: it may set S3 encryption'
          : EXPANDED.test(name)
            ? `${quoted(name)} is not followed: it may be any option`
            : undefined;
    if (message !== undefined)
      this.#log.problem('emr/not-followed', this.#place(start), message, { kind: 'words' });
    return message !== undefined;
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
    const isNamed =
      isFile || isOnlyExpansions(text) || name === '--security-configuration' || JSON_ALONE.has(name);
    if (!isNamed && !CONFIGURES.test(text) && !EXPANDED.test(text)) return;
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

/** Where `aws` stands, or a variable before the name of the service. */
export function awsCallIn(words: readonly ShellWord[]): number {
  const service = words.findLastIndex(
    ({ text }, at) => SERVICES.has(text) || (isOnlyExpansions(text) && UNITS.has(words[at + 1]?.text ?? '')),
  );
  const called = words.findIndex(
    ({ text }, at) => at < service && text.slice(text.lastIndexOf('/') + 1) === 'aws',
  );
  if (called !== -1) return called;
  return words.findIndex(({ text }, at) => isOnlyExpansions(text) && SERVICES.has(words[at + 1]?.text ?? ''));
}

/** Takes the words behind `aws`, with the place of the call, and reads its options. */
export function readAwsCommand(
  words: readonly ShellWord[],
  { log, place, at }: { readonly log: ReadingLog; readonly place: Placing; readonly at: SettingPlace },
): void {
  const kind = words.map(({ text }) => UNITS.get(text)).find((unit) => unit !== undefined);
  const read = (): void => new AwsCommandReader(place, log).read(words);
  if (kind === undefined) read();
  else log.within({ kind, place: at }, read);
}
