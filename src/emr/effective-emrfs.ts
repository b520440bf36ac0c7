import { assertNever } from '../objects/assert-never.ts';
import { quoted } from '../policy/problem-text.ts';
import type { ClientEncryption } from './client-encryption.ts';
import { readKey } from './effective-key.ts';
import type { ClientProperties, Property } from './effective-properties.ts';
import { KMS_MATERIALS_PROVIDER, PROPERTY } from './properties.ts';
import type { Setting } from './setting.ts';

/** What says nothing by itself: it only refines encryption that is switched on elsewhere. */
const REFINEMENTS = [
  [PROPERTY.emrfsSseAlgorithm, PROPERTY.emrfsSse],
  [PROPERTY.emrfsSseKey, PROPERTY.emrfsSse],
  [PROPERTY.emrfsCseKey, PROPERTY.emrfsCse],
] as const;

const BOTH_WAYS =
  'server-side and client-side encryption are both switched on, which AWS documents as mutually exclusive';

const undecided = (why: string): ClientEncryption => ({ type: 'undecided', why });

export type EmrfsMode =
  | { readonly kind: 'none' }
  | { readonly kind: 'server-side' | 'client-side'; readonly setting: Setting }
  | { readonly kind: 'undecided'; readonly why: string };

/** Which kind of encryption EMRFS's two switches ask for. */
export function emrfsMode(properties: ClientProperties): EmrfsMode {
  const sse = properties.toSwitch(properties.read(PROPERTY.emrfsSse));
  const cse = properties.toSwitch(properties.read(PROPERTY.emrfsCse));
  if (sse.kind === 'undecided') return sse;
  if (cse.kind === 'undecided') return cse;
  if (sse.kind === 'on' && cse.kind === 'on') {
    properties.report('emr/bad-value', cse.setting, `${BOTH_WAYS}: switch one of them off`);
    return { kind: 'undecided', why: BOTH_WAYS };
  }
  if (cse.kind === 'on') return { kind: 'client-side', setting: cse.setting };
  return sse.kind === 'on' ? { kind: 'server-side', setting: sse.setting } : { kind: 'none' };
}

/**
 * What EMRFS does to what it writes, by `fs.s3.*`.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption.html
 */
export function emrfsEncryption(properties: ClientProperties): ClientEncryption {
  const mode = emrfsMode(properties);
  switch (mode.kind) {
    case 'undecided':
      return undecided(mode.why);
    case 'client-side':
      return emrfsClientSide(properties, mode.setting);
    case 'server-side':
      return emrfsServerSide(properties);
    case 'none':
      reportUnused(properties);
      return { type: 'unstated' };
    default:
      return assertNever(mode);
  }
}

/** A key or an algorithm that nothing switches on is easily taken for encryption. */
export function reportUnused(properties: ClientProperties): void {
  for (const [name, owner] of REFINEMENTS) {
    for (const setting of properties.present([name])) {
      const message = `${quoted(setting.name)} does nothing: no "${owner}=true" switches the encryption on, so the bucket's default decides`;
      properties.report('emr/ignored-property', setting, message);
    }
  }
}

function emrfsServerSide(properties: ClientProperties): ClientEncryption {
  const algorithm = properties.read(PROPERTY.emrfsSseAlgorithm);
  const keyProperty = properties.readKey(PROPERTY.emrfsSseKey);
  if (algorithm.kind === 'undecided') return undecided(algorithm.why);
  if (algorithm.kind === 'set' && algorithm.value !== 'AES256' && algorithm.value !== 'aws:kms') {
    return undecided(properties.refuse(algorithm.setting, 'expected "AES256" or "aws:kms"').why);
  }
  const word =
    algorithm.kind === 'set' ? algorithm.value : keyProperty.kind === 'unset' ? 'AES256' : 'aws:kms';
  reportContext(properties, properties.read(PROPERTY.emrfsSseContext), word);
  if (word === 'AES256') return aes256(properties, keyProperty);
  const decision = readKey(properties, keyProperty);
  return decision.kind === 'undecided' ? undecided(decision.why) : { type: 'sse-kms', key: decision.key };
}

/** AES256 is also what EMRFS takes where nothing is set, so that it is set does not tell that the key is to be left alone. */
function aes256(properties: ClientProperties, key: Property): ClientEncryption {
  if (key.kind !== 'set') return key.kind === 'unset' ? { type: 'sse-s3' } : undecided(key.why);
  const why = `${quoted(key.setting.name)} is set beside the algorithm AES256, and which of the two EMRFS follows is not documented`;
  properties.report('emr/undecided-order', key.setting, `${why}: remove one of them`);
  return undecided(why);
}

/** The encryption context is bound to the ciphertext by KMS; S3 shows none of it. */
export function reportContext(properties: ClientProperties, context: Property, algorithm: string): void {
  if (context.kind !== 'set' || algorithm === 'AES256') return;
  const message = `${quoted(context.setting.name)} cannot be audited: HEAD does not show the encryption context of server-side encryption`;
  properties.report('emr/not-expressible', context.setting, message);
}

function emrfsClientSide(properties: ClientProperties, enabled: Setting): ClientEncryption {
  const provider = properties.read(PROPERTY.emrfsCseProvider);
  const keyProperty = properties.readKey(PROPERTY.emrfsCseKey);
  const storage = storageOf(properties);
  const version2 = properties.toSwitch(properties.read(PROPERTY.emrfsCseVersion2));
  if (provider.kind === 'undecided') return undecided(provider.why);
  if (storage.kind === 'undecided') return undecided(storage.why);
  if (version2.kind === 'undecided') return undecided(version2.why);
  if (provider.kind === 'set' && provider.value === '') {
    return undecided(properties.refuse(provider.setting, 'expected the name of a class, or remove it').why);
  }
  if (provider.kind === 'set' && provider.value !== KMS_MATERIALS_PROVIDER) {
    return { type: 'cse-custom', provider: provider.value, storage: storage.kind };
  }
  const decision = readKey(properties, keyProperty);
  const region = properties.read(PROPERTY.emrfsCseRegion);
  if (decision.kind === 'undecided') return undecided(decision.why);
  if (region.kind === 'undecided') return undecided(region.why);
  if (decision.key.kind === 'absent') {
    reportMissingKey(properties, enabled, PROPERTY.emrfsCseKey);
  }
  return {
    type: 'cse-kms',
    key: decision.key,
    ...(region.kind === 'set' ? { region: region.value } : {}),
    wrap: version2.kind === 'on' ? 'kms+context' : 'kms',
    storage: storage.kind,
  };
}

/** Client-side encryption under KMS has no default key: without one the client writes nothing. */
export function reportMissingKey(properties: ClientProperties, setting: Setting, name: string): void {
  const message = `${quoted(setting.name)} asks for client-side encryption under KMS without a key: set ${quoted(name)}`;
  properties.report('emr/missing-key', setting, message);
}

type Storage =
  | { readonly kind: 'metadata' | 'instruction-file' }
  | { readonly kind: 'undecided'; readonly why: string };

function storageOf(properties: ClientProperties): Storage {
  const property = properties.read(PROPERTY.emrfsCseStorage);
  if (property.kind === 'unset') return { kind: 'metadata' };
  if (property.kind === 'undecided') return property;
  const word = property.value.toLowerCase();
  if (word === 'objectmetadata') return { kind: 'metadata' };
  if (word === 'instructionfile') return { kind: 'instruction-file' };
  return properties.refuse(property.setting, 'expected "ObjectMetadata" or "InstructionFile"');
}
