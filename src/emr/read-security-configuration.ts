import { expectedAndMeant, meantOrExpected, quoted } from '../policy/problem-text.ts';
import type { Entry, MapNode, Node } from '../policy/read-node.ts';
import { isPlaceholder } from './placeholder.ts';
import { KMS_MATERIALS_PROVIDER, PROPERTY } from './properties.ts';
import { type JsonText, scalarText } from './read-json-text.ts';
import { isTemplateFunction } from './read-template.ts';
import type { SettingPlace } from './setting.ts';

const MODES = ['SSE-S3', 'SSE-KMS', 'CSE-KMS', 'CSE-Custom'] as const;
const KEYS = ['EncryptionMode', 'AwsKmsKey', 'S3Object', 'EncryptionKeyProviderClass'] as const;
const ENCRYPTION_KEYS = [
  'EnableInTransitEncryption',
  'EnableAtRestEncryption',
  'InTransitEncryptionConfiguration',
  'AtRestEncryptionConfiguration',
];
const AT_REST_KEYS = ['S3EncryptionConfiguration', 'LocalDiskEncryptionConfiguration'];
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PAGE = 'docs/emr.md';

/** One S3EncryptionConfiguration or one of its Overrides. */
interface Scope {
  readonly map: MapNode;
  readonly path: string;
  /** `fs.s3.` or `fs.s3.bucket.NAME.`, which takes the place of `fs.s3.` in a property. */
  readonly prefix: string;
}

const OTHERS: ReadonlyMap<string, string> = new Map([
  ['LocalDiskEncryptionConfiguration', 'the cluster’s local disks'],
  ['InTransitEncryptionConfiguration', 'traffic in transit'],
  ['AuthenticationConfiguration', 'authentication (Kerberos, IAM)'],
  ['AuthorizationConfiguration', 'authorization (EMRFS roles, Ranger, Lake Formation)'],
  ['InstanceMetadataServiceConfiguration', 'the instance metadata service'],
]);

class SecurityConfigurationReader {
  readonly #json: JsonText;

  constructor(json: JsonText) {
    this.#json = json;
  }

  /** What else the document configures: none of it is about S3, and none of its keys is taken for one of S3. */
  noteOthers(map: MapNode, path: string): void {
    for (const { key, keySpan } of map.entries.values()) {
      const what = OTHERS.get(key);
      if (what === undefined) continue;
      const message = `${key} is about ${what}, not about objects in S3: it is not audited`;
      this.#json.log.problem('emr/not-s3', this.#json.place(keySpan.start, join(path, key)), message);
    }
  }

  /** Takes the map below `EncryptionConfiguration`. */
  encryption(map: MapNode, path: string): void {
    this.noteOthers(map, path);
    this.#unknownKeys({ map, path }, ENCRYPTION_KEYS);
    const within = join(path, 'AtRestEncryptionConfiguration');
    const atRest = map.entries.get('AtRestEncryptionConfiguration')?.value;
    if (atRest === undefined || atRest.kind === 'null') return;
    if (atRest.kind !== 'map' || isTemplateFunction(atRest)) {
      this.#wrong(atRest, within, 'expected an object with S3EncryptionConfiguration');
      return;
    }
    this.noteOthers(atRest, within);
    this.#unknownKeys({ map: atRest, path: within }, AT_REST_KEYS);
    const s3 = atRest.entries.get('S3EncryptionConfiguration');
    if (s3 === undefined || !this.#isEnabled(map, path, s3)) return;
    const s3Path = join(within, 'S3EncryptionConfiguration');
    if (s3.value.kind !== 'map') {
      this.#wrong(s3.value, s3Path, 'expected an object with EncryptionMode');
      return;
    }
    this.#scope({ map: s3.value, path: s3Path, prefix: 'fs.s3.' }, ['Overrides']);
    this.#overrides(s3.value, join(s3Path, 'Overrides'));
  }

  #isEnabled(map: MapNode, path: string, s3: Entry): boolean {
    const enabled = map.entries.get('EnableAtRestEncryption');
    const text = enabled === undefined ? undefined : scalarText(enabled.value)?.toLowerCase();
    if (text === 'true') return true;
    const found = text === 'false' ? 'false' : enabled === undefined ? 'missing' : 'neither true nor false';
    const message = `EnableAtRestEncryption is ${found}, but S3EncryptionConfiguration is there: set it to true, or remove the other. nothing is taken from it`;
    const at = enabled?.keySpan.start ?? s3.keySpan.start;
    this.#json.log.problem(
      'emr/bad-value',
      this.#json.place(at, join(path, 'EnableAtRestEncryption')),
      message,
    );
    return false;
  }

  #overrides(map: MapNode, path: string): void {
    const overrides = map.entries.get('Overrides')?.value;
    if (overrides === undefined || overrides.kind === 'null') return;
    if (overrides.kind !== 'list') {
      this.#wrong(overrides, path, 'expected a list of objects with BucketName and EncryptionMode');
      return;
    }
    for (const [index, override] of overrides.items.entries()) {
      const at = `${path}[${index}]`;
      if (override.kind !== 'map') this.#wrong(override, at, 'expected an object with BucketName');
      else this.#override(override, at);
    }
  }

  #override(map: MapNode, path: string): void {
    const bucket = this.#text(map, path, 'BucketName');
    if (bucket === undefined) return;
    if (BUCKET.test(bucket.text)) {
      this.#scope({ map, path, prefix: `fs.s3.bucket.${bucket.text}.` }, ['BucketName']);
      return;
    }
    const message = `BucketName is ${quoted(bucket.text)}, expected the name of one bucket`;
    this.#json.log.problem('emr/bad-value', bucket.place, message);
  }

  #scope(scope: Scope, more: readonly string[]): void {
    this.#unknownKeys(scope, [...KEYS, ...more]);
    const mode = this.#text(scope.map, scope.path, 'EncryptionMode');
    if (mode === undefined) return;
    switch (MODES.find((known) => known === mode.text)) {
      case 'SSE-S3':
        this.#set(scope, mode.place, [PROPERTY.emrfsSse], [PROPERTY.emrfsSseKey, '']);
        return;
      case 'SSE-KMS':
        this.#serverSideKms(scope, mode.place);
        return;
      case 'CSE-KMS':
        this.#clientSideKms(scope, mode.place);
        return;
      case 'CSE-Custom':
        this.#custom(scope, mode.place);
        return;
      case undefined: {
        const message = `EncryptionMode is ${quoted(mode.text)}. ${expectedAndMeant(mode.text, MODES, PAGE)}`;
        this.#json.log.problem('emr/bad-value', mode.place, message);
      }
    }
  }

  #serverSideKms(scope: Scope, place: SettingPlace): void {
    const key = this.#text(scope.map, scope.path, 'AwsKmsKey', 'emr/missing-key');
    if (key === undefined) return;
    this.#set(scope, place, [PROPERTY.emrfsSse], [PROPERTY.emrfsSseKey, key.text, key.place]);
  }

  #clientSideKms(scope: Scope, place: SettingPlace): void {
    const key = this.#text(scope.map, scope.path, 'AwsKmsKey', 'emr/missing-key');
    if (key === undefined) return;
    const provider = [PROPERTY.emrfsCseProvider, KMS_MATERIALS_PROVIDER] as const;
    this.#set(scope, place, [PROPERTY.emrfsCse], provider, [PROPERTY.emrfsCseKey, key.text, key.place]);
  }

  #custom(scope: Scope, place: SettingPlace): void {
    const jar = this.#text(scope.map, scope.path, 'S3Object');
    const provider = this.#text(scope.map, scope.path, 'EncryptionKeyProviderClass');
    if (jar === undefined || provider === undefined) return;
    const name = [PROPERTY.emrfsCseProvider, provider.text, provider.place] as const;
    this.#set(scope, place, [PROPERTY.emrfsCse], name, [PROPERTY.emrfsCseProviderUri, jar.text, jar.place]);
  }

  /** The switch of the mode on, the other off (a bucket would inherit it, the cluster's own file may set it), then the rest. */
  #set(
    { prefix, path }: Scope,
    place: SettingPlace,
    [on]: readonly [string],
    ...rest: readonly (readonly [name: string, value: string, place?: SettingPlace])[]
  ): void {
    const off = on === PROPERTY.emrfsSse ? PROPERTY.emrfsCse : PROPERTY.emrfsSse;
    for (const [name, value, at] of [[on, 'true'] as const, [off, 'false'] as const, ...rest]) {
      this.#json.log.property({
        name: `${prefix}${name.slice('fs.s3.'.length)}`,
        value,
        layer: 'security-configuration',
        place: at ?? { ...place, path },
        repetition: 'undocumented',
        final: false,
        argument: false,
      });
    }
  }

  #unknownKeys({ map, path }: Omit<Scope, 'prefix'>, keys: readonly string[]): void {
    for (const { key, keySpan } of map.entries.values()) {
      if (keys.includes(key)) continue;
      const message = `EMR knows no ${quoted(key)} here: ${meantOrExpected(key, keys, PAGE)}`;
      this.#json.log.problem('emr/unknown-property', this.#json.place(keySpan.start, path), message);
    }
  }

  #text(
    map: MapNode,
    path: string,
    key: string,
    missing: 'emr/missing-key' | 'emr/bad-value' = 'emr/bad-value',
  ) {
    const { log, place } = this.#json;
    const entry = map.entries.get(key);
    if (entry === undefined || entry.value.kind === 'null' || scalarText(entry.value)?.trim() === '') {
      const at = place(entry?.keySpan.start ?? map.start, path);
      return log.problem(missing, at, `${key} is missing: without it nothing is taken from here`);
    }
    const at = place(entry.value.start, join(path, key));
    const text = scalarText(entry.value);
    if (isTemplateFunction(entry.value) || (key !== 'AwsKmsKey' && isPlaceholder(text ?? ''))) {
      return log.problem('emr/placeholder', at, `${key} is not filled in: put the value there`);
    }
    if (text === undefined) return this.#wrong(entry.value, join(path, key), 'expected text');
    return { text: text.trim(), place: at };
  }

  #wrong(node: Node, path: string, expected: string): undefined {
    return this.#json.log.problem('emr/bad-value', this.#json.place(node.start, path), expected);
  }
}

/** True for the document of a security configuration, which may say nothing about encryption. */
export const isSecurityConfiguration = ({ entries }: MapNode): boolean =>
  ['EncryptionConfiguration', 'AuthenticationConfiguration', 'AuthorizationConfiguration'].some((key) =>
    entries.has(key),
  );

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/**
 * Takes a map that holds `EncryptionConfiguration` and the way to it, and reads what it says about S3 as the EMRFS
 * properties that mean the same. Every mode also switches the other one off.
 * https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
 */
export function readSecurityConfiguration(map: MapNode, path: string, json: JsonText): void {
  const reader = new SecurityConfigurationReader(json);
  reader.noteOthers(map, path);
  const within = join(path, 'EncryptionConfiguration');
  const entry = map.entries.get('EncryptionConfiguration');
  if (entry === undefined) {
    json.log.within({ kind: 'security configuration', place: json.place(map.start, path) }, () => undefined);
    return;
  }
  const place = json.place(entry.keySpan.start, within);
  const { value } = entry;
  if (value.kind !== 'map' || isTemplateFunction(value)) {
    json.log.problem('emr/bad-value', place, 'expected an object with AtRestEncryptionConfiguration');
    return;
  }
  json.log.within({ kind: 'security configuration', place }, () => reader.encryption(value, within));
}
