import { quoted, shown } from '../policy/problem-text.ts';
import type { Entry, ListNode, MapNode, Node } from '../policy/read-node.ts';
import { isClassification, readClassification } from './read-classification.ts';
import { entryOf, type JsonText, readJsonText, scalarText } from './read-json-text.ts';
import type { ReadingLog } from './read-log.ts';
import { type Placing, placedAt } from './read-place.ts';
import { isSecurityConfiguration, readSecurityConfiguration } from './read-security-configuration.ts';
import type { ShellWord } from './read-shell.ts';
import { readArguments, readParameters } from './read-spark-submit.ts';
import { encryptionIn } from './read-spark-words.ts';
import { isTemplateFunction, substitutedText, templateWord } from './read-template.ts';

/** Keys below which a list of classifications stands, or a JSON text that holds one. */
const LISTS: ReadonlySet<string> = new Set([
  'Configurations',
  'configurations',
  'ApplicationConfiguration',
  'applicationConfiguration',
  'RuntimeConfiguration',
  'runtimeConfiguration',
  'configurations_json',
]);
const RELEASES: ReadonlySet<string> = new Set(['ReleaseLabel', 'releaseLabel', 'release_label']);
/** Keys whose value is a security configuration: as an object, as JSON text, or by its name alone. */
const SECURITY: ReadonlySet<string> = new Set([
  'SecurityConfiguration',
  'securityConfiguration',
  'security_configuration',
  'configuration',
]);
const PARAMETERS: ReadonlySet<string> = new Set([
  'sparkSubmitParameters',
  'SparkSubmitParameters',
  'sparkSqlParameters',
  'SparkSqlParameters',
]);

/** What a request that starts a job has, even where it configures nothing. */
const REQUESTS = ['jobDriver', 'JobDriver', 'configurationOverrides', 'ConfigurationOverrides'];
/** What a job of EMR on EKS runs, as a member of its driver. */
const DRIVERS: ReadonlySet<string> = new Set([
  'sparkSubmitJobDriver',
  'SparkSubmitJobDriver',
  'sparkSqlJobDriver',
  'SparkSqlJobDriver',
]);
/** A step: in a request, and as DescribeStep answers. */
const STEPS: ReadonlySet<string> = new Set(['HadoopJarStep', 'Config']);
/** A step as the CLI takes it: https://docs.aws.amazon.com/cli/latest/reference/emr/add-steps.html */
const STEP_TYPES: ReadonlySet<string> = new Set([
  'custom_jar',
  'streaming',
  'hive',
  'pig',
  'impala',
  'spark',
]);
/** What a security configuration given as text holds, if it is one. */
const SECURITY_TEXT = /^\s*\{.*(?:Encryption|Authentication|Authorization)Configuration/su;
const NO_CLASSIFICATION = 'expected an object with Classification and Properties';

class DocumentReader {
  readonly #log: ReadingLog;
  #place: Placing;
  /** True once something was met that EMR knows. */
  recognised = false;

  constructor(log: ReadingLog, place: Placing) {
    this.#log = log;
    this.#place = place;
  }

  value(node: Node, path: string): void {
    if (node.kind === 'list') this.#items(node, path);
    else if (node.kind === 'map') this.#map(node, path);
  }

  #items(node: ListNode, path: string): void {
    if (node.items.some(isClassification)) {
      this.#list(node, path);
      return;
    }
    for (const [index, item] of node.items.entries()) this.value(item, `${path}[${index}]`);
  }

  #map(node: MapNode, path: string): void {
    const release = entryOf(node, ...RELEASES);
    if (release === undefined) this.#members(node, path);
    else {
      const place = this.#place(release.keySpan.start, path);
      this.#log.within({ kind: 'cluster', place }, () => this.#members(node, path));
    }
  }

  #members(node: MapNode, path: string): void {
    if (isClassification(node)) {
      this.#list(node, path);
      return;
    }
    if (isSecurityConfiguration(node)) {
      this.recognised = true;
      readSecurityConfiguration(node, path, this.#json());
      return;
    }
    const type = node.entries.get('Type')?.value;
    if (type?.kind === 'text' && STEP_TYPES.has(type.value.toLowerCase())) {
      const leftOut = type.value.toLowerCase() === 'spark';
      this.#step(node, path, leftOut ? [{ text: 'spark-submit', start: type.start }] : []);
    }
    if (entryOf(node, ...REQUESTS) !== undefined) this.recognised = true;
    for (const entry of node.entries.values()) this.#member(entry, join(path, shown(entry.key)));
  }

  #member(entry: Entry, path: string): void {
    const { key, value } = entry;
    const isFunction = isTemplateFunction(value);
    const text = isFunction ? substitutedText(value) : scalarText(value);
    const state = key.endsWith('.$') ? key.slice(0, -2) : '';
    if (LISTS.has(state) || SECURITY.has(state) || PARAMETERS.has(state) || REQUESTS.includes(state)) {
      this.#notInFile(value, path);
    } else if (RELEASES.has(key) && text !== undefined) this.#release(entry, text, path);
    else if (PARAMETERS.has(key) && text !== undefined) this.#parameters(value, text, path);
    else if (isFunction && (PARAMETERS.has(key) || REQUESTS.includes(key) || DRIVERS.has(key)))
      this.#notInFile(value, path);
    else if (LISTS.has(key)) this.#list(value, path);
    else if (STEPS.has(key) && value.kind === 'map') this.#step(value, path);
    else if (SECURITY.has(key) && text !== undefined) this.#security(value, text, path);
    else if (key === 'SecurityConfiguration' && isFunction) this.#named(value, '', path);
    else this.value(value, path);
  }

  #release({ value }: Entry, text: string, path: string): void {
    this.recognised = true;
    this.#log.releaseLabel(text, this.#place(value.start, path));
  }

  #parameters(value: Node, text: string, path: string): void {
    this.recognised = true;
    const place = this.#place(value.start, path);
    this.#log.within({ kind: 'job', place }, () => readParameters(text, placedAt(place), this.#log));
  }

  #list(node: Node, path: string): void {
    this.recognised = true;
    const text = scalarText(node);
    if (text !== undefined) {
      this.#nested(node, text, path, (inner) => this.#listIn(inner, path));
      return;
    }
    const items = node.kind === 'list' ? node.items : [node];
    for (const [index, item] of items.entries()) {
      const at = node.kind === 'list' ? `${path}[${index}]` : path;
      if (isTemplateFunction(item)) this.#notInFile(item, at);
      else if (item.kind === 'map') {
        readClassification(item, at, {
          ...this.#json(),
          list: (inner, way) => this.#list(inner, way),
        });
      } else if (item.kind !== 'null') {
        this.#log.problem('emr/bad-value', this.#place(item.start, at), NO_CLASSIFICATION);
      }
    }
  }

  #security(value: Node, text: string, path: string): void {
    if (SECURITY_TEXT.test(text)) {
      this.#nested(value, text, path, (inner) => this.value(inner, path));
      return;
    }
    if (path.endsWith('.configuration') || path === 'configuration') return;
    this.#named(value, ` ${quoted(text)}`, path);
  }

  #named(value: Node, name: string, path: string): void {
    this.recognised = true;
    const found = `the security configuration${name} is only named here, and it overrides what this file sets`;
    const next = 'read it too (aws emr describe-security-configuration)';
    const place = this.#place(value.start, path);
    const unread = { kind: 'security-configuration' } as const;
    this.#log.problem('emr/not-followed', place, `${found}: ${next}`, unread);
  }

  /** JSON within a text: what stands in it has the place of the text. */
  #nested(value: Node, text: string, path: string, read: (node: Node) => void): void {
    const outer = this.#place;
    const place = placedAt(outer(value.start, path));
    const node = readJsonText(text, { log: this.#log, place });
    this.#place = place;
    if (node === undefined) this.recognised = true;
    else read(node);
    this.#place = outer;
  }

  #listIn(node: Node, path: string): void {
    if (scalarText(node) === undefined) this.#list(node, path);
    else this.#log.problem('emr/bad-value', this.#place(node.start, path), NO_CLASSIFICATION);
  }

  /** Reads the arguments of a step; the CLI's steps of type Spark leave the call itself out. */
  #step(map: MapNode, path: string, call: readonly ShellWord[] = []): void {
    if (isTemplateFunction(map)) this.#notInFile(map, path);
    const state = map.entries.get('Args.$')?.value;
    if (state !== undefined) this.#notInFile(state, `${path}.Args`);
    const list = map.entries.get('Args')?.value;
    const within = join(path, 'Args');
    if (list !== undefined && isTemplateFunction(list)) this.#notInFile(list, within);
    if (list?.kind !== 'list') return;
    this.recognised = true;
    const args = list.items.flatMap((item): ShellWord[] => {
      const text = isTemplateFunction(item) ? templateWord(item) : scalarText(item);
      return text === undefined ? [] : [{ text, start: item.start }];
    });
    const words = [...call, ...args];
    const place: Placing = (offset) => this.#place(offset, within);
    if (readArguments(words, { place, log: this.#log, from: 'document' })) return;
    const other = encryptionIn(words);
    if (other === undefined) return;
    const message = `a step that is no spark-submit sets ${quoted(other.name)}: it is not followed`;
    this.#log.problem('emr/not-followed', place(other.start), message, { kind: 'words' });
  }

  #notInFile(node: Node, path: string): void {
    this.recognised = true;
    const message = 'this is a function of the template, and may set S3 encryption: put the text there';
    this.#log.problem('emr/placeholder', this.#place(node.start, path), message);
  }

  #json(): JsonText {
    return { log: this.#log, place: this.#place };
  }
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/**
 * Takes a JSON text: a security configuration, as EMR, CloudFormation or Terraform have it; a list of classifications;
 * a request to create a cluster or start a job. False where it is JSON but none of these.
 */
export function readJsonDocument(text: string, place: Placing, log: ReadingLog): boolean {
  const node = readJsonText(text, { log, place });
  if (node === undefined) return true;
  const reader = new DocumentReader(log, place);
  reader.value(node, '');
  return reader.recognised;
}
