import { expectedAndMeant, meantOrExpected, quoted } from '../policy/problem-text.ts';
import { isPlaceholder } from './placeholder.ts';
import { KMS_MATERIALS_PROVIDER, PROPERTY } from './properties.ts';
import { ReadingLog } from './read-log.ts';
import { readProperty } from './read-setting.ts';
import type { EmrReading } from './reading.ts';
import type { SettingPlace } from './setting.ts';

/** Splitting it costs the square of its length where brackets are left open. */
const LONGEST_SHORTHAND = 16_384;
const PAGE = 'docs/emr.md';
const ENCRYPTIONS = ['ServerSide', 'ClientSide'] as const;
const PROVIDERS = ['KMS', 'Custom'] as const;
const NAMES = [
  'Encryption',
  'ProviderType',
  'KMSKeyId',
  'CustomProviderLocation',
  'CustomProviderClass',
  'SSE',
  'Consistent',
  'RetryCount',
  'RetryPeriod',
  'Args',
];
const OF_PROVIDER = [
  ['KMSKeyId', 'KMS'],
  ['CustomProviderLocation', 'Custom'],
  ['CustomProviderClass', 'Custom'],
] as const;
/** The comma before a name and `=` separates; within `[...]` and quotes it does not. */
const PART = /(?:\[[^\]]*\]|"[^"]*"|'[^']*'|[^,[\]"'])+/gu;
const ARGUMENT = /(?:"[^"]*"|'[^']*'|[^,"'])+/gu;

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])(.*)\1$/su, '$2')
    .trim();

class ShorthandReader {
  readonly #log: ReadingLog;
  readonly #place: SettingPlace;
  readonly #values = new Map<string, string>();

  constructor(log: ReadingLog, place: SettingPlace) {
    this.#log = log;
    this.#place = place;
  }

  read(text: string): void {
    for (const [part] of text.matchAll(PART)) this.#part(part);
    this.#encryption();
    this.#orphans();
    for (const [argument] of (this.#values.get('Args') ?? '').matchAll(ARGUMENT)) this.#argument(argument);
  }

  #part(part: string): void {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim();
    if (equals === -1) {
      this.#log.problem(
        'emr/bad-value',
        this.#place,
        'a part of --emrfs is no name=value: quote values with a comma',
      );
      return;
    }
    if (!NAMES.includes(name)) {
      const advice = meantOrExpected(name, NAMES, PAGE);
      this.#log.problem('emr/bad-value', this.#place, `--emrfs knows no ${quoted(name)}: ${advice}`);
      return;
    }
    const written = unquoted(part.slice(equals + 1));
    const value = name === 'Args' ? written.replace(/^\[|\]$/gu, '') : written;
    const before = this.#values.get(name);
    if (before !== undefined && before !== value) {
      const message = `${name} is set twice with different values: the last one is taken. keep one`;
      this.#log.problem('emr/duplicate', this.#place, message);
    }
    this.#values.set(name, value);
  }

  #encryption(): void {
    const sse = this.#values.get('SSE');
    const encryption = this.#values.get('Encryption');
    if (sse !== undefined && encryption !== undefined) {
      this.#log.problem(
        'emr/bad-value',
        this.#place,
        'SSE and Encryption are both set: the CLI takes one alone',
      );
      return;
    }
    if (sse !== undefined) this.#set(PROPERTY.emrfsSse, sse);
    if (encryption === undefined) return;
    switch (this.#word('Encryption', ENCRYPTIONS)) {
      case 'ServerSide':
        this.#set(PROPERTY.emrfsSse, 'true');
        return;
      case 'ClientSide':
        this.#clientSide();
        return;
      case undefined:
    }
  }

  /** What is about a provider of keys, without that provider: the CLI makes no cluster of it. */
  #orphans(): void {
    const isClientSide = this.#values.get('Encryption')?.toLowerCase() === 'clientside';
    const provider = this.#values.get('ProviderType');
    for (const [name, parent] of OF_PROVIDER) {
      const isMeant = isClientSide && (provider ?? parent).toLowerCase() === parent.toLowerCase();
      if (isMeant || !this.#values.has(name)) continue;
      const message = `${name} goes with Encryption=ClientSide,ProviderType=${parent}, and the CLI refuses it elsewhere: a key for server-side encryption is Args=[${PROPERTY.emrfsSseKey}=...]`;
      this.#log.problem('emr/bad-value', this.#place, message);
    }
  }

  #clientSide(): void {
    switch (this.#word('ProviderType', PROVIDERS)) {
      case 'KMS': {
        const key = this.#required('KMSKeyId', 'emr/missing-key');
        if (key === undefined) return;
        this.#set(PROPERTY.emrfsCse, 'true');
        this.#set(PROPERTY.emrfsCseProvider, KMS_MATERIALS_PROVIDER);
        this.#set(PROPERTY.emrfsCseKey, key);
        return;
      }
      case 'Custom': {
        const location = this.#required('CustomProviderLocation', 'emr/bad-value');
        const name = this.#required('CustomProviderClass', 'emr/bad-value');
        if (location === undefined || name === undefined) return;
        this.#set(PROPERTY.emrfsCse, 'true');
        this.#set(PROPERTY.emrfsCseProvider, name);
        this.#set(PROPERTY.emrfsCseProviderUri, location);
        return;
      }
      case undefined:
    }
  }

  #argument(quotedText: string): void {
    const text = unquoted(quotedText);
    if (text === '') return;
    // The CLI sets a name without a value to nothing, which no client takes for true.
    const equals = text.indexOf('=');
    const end = equals === -1 ? text.length : equals;
    this.#set(unquoted(text.slice(0, end)), unquoted(text.slice(end + 1)));
  }

  /** The CLI takes these words in any case. */
  #word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.#required(name, 'emr/bad-value');
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
    if (word !== undefined) return word;
    const id = isPlaceholder(text) ? 'emr/placeholder' : 'emr/bad-value';
    return this.#log.problem(
      id,
      this.#place,
      `${name} is ${quoted(text)}. ${expectedAndMeant(text, words, PAGE)}`,
    );
  }

  #required(name: string, id: 'emr/missing-key' | 'emr/bad-value'): string | undefined {
    const value = this.#values.get(name);
    if (value !== undefined && value !== '') return value;
    return this.#log.problem(id, this.#place, `${name} is missing in --emrfs: write ${name}=... there`);
  }

  #set(name: string, value: string): void {
    readProperty(
      { name, value, layer: 'emrfs-site', place: this.#place, repetition: 'undocumented' },
      this.#log,
    );
  }
}

/** Takes the value of `--emrfs` and its place, and reads it as the `emrfs-site` that the CLI makes of it. */
export function readShorthand(text: string, place: SettingPlace, log: ReadingLog): void {
  if (text.length > LONGEST_SHORTHAND) {
    const message = `longer than ${LONGEST_SHORTHAND} characters, which is no value of --emrfs: not read`;
    log.problem('emr/too-large', place, message);
    return;
  }
  new ShorthandReader(log, place).read(text);
}

/**
 * Takes the value of the CLI's old `--emrfs` flag and how people name it, and gives its settings.
 * https://docs.aws.amazon.com/cli/latest/reference/emr/create-cluster.html
 */
export function readEmrfsShorthand(text: string, source: string): EmrReading {
  const log = new ReadingLog(source);
  if (log.fits(text)) readShorthand(text, { source }, log);
  return log.finish();
}
