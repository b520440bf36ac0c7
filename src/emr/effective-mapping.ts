import { assertNever } from '../objects/assert-never.ts';
import { quoted } from '../policy/problem-text.ts';
import type { ClientEncryption } from './client-encryption.ts';
import { emrfsMode, reportContext, reportUnused } from './effective-emrfs.ts';
import { readKey } from './effective-key.ts';
import type { ClientProperties, Property } from './effective-properties.ts';
import { bucketProperty, PROPERTY } from './properties.ts';
import type { Setting } from './setting.ts';

type SetProperty = Extract<Property, { kind: 'set' }>;
type Undecided = { readonly kind: 'undecided'; readonly why: string };

const undecided = (why: string): ClientEncryption => ({ type: 'undecided', why });

/** Reports what AWS's table of handed-on properties leaves open, and how to leave it open no more. */
function leftOpen(properties: ClientProperties, setting: Setting, what: string): Undecided {
  const why = `${quoted(setting.name)} ${what}`;
  const bucket = bucketProperty(setting.name)?.bucket;
  const family = bucket === undefined ? 'fs.s3a' : `fs.s3a.bucket.${bucket}`;
  const wayOut = `set ${quoted(`${family}.encryption.algorithm`)} and ${quoted(`${family}.encryption.key`)}`;
  properties.report('emr/undecided-order', setting, `${why}. ${wayOut}`);
  return { kind: 'undecided', why };
}

/**
 * What EMR's mapping makes of EMRFS's properties where S3A's algorithm is not set. AWS's table maps
 * `fs.s3.enableServerSideEncryption` on to the algorithm and both key ids on to the key, and says nothing of
 * `fs.s3.cse.enabled`. https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html
 */
export function handedOnEncryption(properties: ClientProperties): ClientEncryption {
  const mode = emrfsMode(properties);
  switch (mode.kind) {
    case 'undecided':
      return undecided(mode.why);
    case 'client-side':
      return undecided(leftOpen(properties, mode.setting, CLIENT_SIDE_LEFT_OPEN).why);
    case 'server-side':
      return handedOnServerSide(properties, mode.setting);
    case 'none':
      reportUnused(properties);
      reportUnusedKey(properties, "nothing switches the encryption on, so the bucket's default decides");
      return { type: 'unstated' };
    default:
      return assertNever(mode);
  }
}

const CLIENT_SIDE_LEFT_OPEN =
  'is not among the properties that AWS documents as handed on to S3A: whether S3A encrypts is not known';

/**
 * A blank algorithm of S3A's is none. Whether EMR takes it for one that is not set, and hands on what is set for EMRFS, is
 * not documented.
 */
export function besideBlank(properties: ClientProperties, blank: Setting): ClientEncryption {
  const mode = emrfsMode(properties);
  if (mode.kind === 'none' || mode.kind === 'undecided') return handedOnEncryption(properties);
  const what = `stands beside a blank ${quoted(blank.name)}: whether EMR hands it on there is not documented`;
  return undecided(leftOpen(properties, mode.setting, what).why);
}

/** The names under which S3A may get a key: its own, and where EMR hands them on those of EMRFS. */
const HANDED_ON_KEYS = [PROPERTY.s3aKey, PROPERTY.emrfsSseKey, PROPERTY.emrfsCseKey];

/** A key of S3A's that nothing uses. */
export function reportUnusedKey(properties: ClientProperties, why: string, mapped = false): void {
  for (const setting of properties.present(mapped ? HANDED_ON_KEYS : [PROPERTY.s3aKey])) {
    properties.report('emr/ignored-property', setting, `${quoted(setting.name)} does nothing: ${why}`);
  }
}

function handedOnServerSide(properties: ClientProperties, setting: Setting): ClientEncryption {
  const algorithm = properties.read(PROPERTY.emrfsSseAlgorithm);
  const own = properties.readKey(PROPERTY.s3aKey);
  const emrfsKey = properties.readKey(PROPERTY.emrfsSseKey);
  const key = handedOnKey(properties, own, PROPERTY.emrfsSseKey);
  if (algorithm.kind === 'undecided') return undecided(algorithm.why);
  if (key.kind === 'undecided') return undecided(key.why);
  if (algorithm.kind === 'set' && algorithm.value !== 'AES256' && algorithm.value !== 'aws:kms') {
    return undecided(properties.refuse(algorithm.setting, 'expected "AES256" or "aws:kms"').why);
  }
  const word = algorithm.kind === 'set' ? algorithm.value : undefined;
  if (emrfsKey.kind === 'unset') {
    if (key.kind === 'unset' && word !== 'aws:kms') return { type: 'sse-s3' };
    const what =
      'switches encryption on without a key of EMRFS: whether S3A is then set to SSE-S3 or SSE-KMS is not documented';
    return undecided(leftOpen(properties, setting, what).why);
  }
  if (word === 'AES256') {
    const what =
      'stands beside the algorithm AES256 and a key: which of the two is handed on to S3A is not documented';
    return undecided(leftOpen(properties, setting, what).why);
  }
  reportContext(properties, properties.read(PROPERTY.emrfsSseContext), 'aws:kms');
  reportContext(properties, properties.read(PROPERTY.s3aContext), 'aws:kms');
  const decision = readKey(properties, key);
  return decision.kind === 'undecided' ? undecided(decision.why) : { type: 'sse-kms', key: decision.key };
}

/**
 * A bucket's own properties of EMRFS beside an algorithm of S3A for all buckets: whether they are handed on as the
 * bucket's own is not documented. Gives why, unless both come to the same.
 */
export function handedOnAlgorithm(
  properties: ClientProperties,
  algorithm: SetProperty,
): Undecided | undefined {
  if (algorithm.scope === 'bucket') return undefined;
  const word = algorithm.value.toUpperCase();
  for (const [name, kind] of [
    [PROPERTY.emrfsSse, SERVER_SIDE],
    [PROPERTY.emrfsCse, CLIENT_SIDE],
  ] as const) {
    const own = properties.toSwitch(properties.read(name));
    if (own.kind === 'undecided') return own;
    if (own.kind === 'unset' || own.scope === 'all') continue;
    if (own.kind === 'off' && !kind.includes(word)) continue;
    const alike = name === PROPERTY.emrfsSse ? serverSideWords(properties) : ['CSE-KMS'];
    if (own.kind === 'on' && alike.includes(word)) continue;
    const what = `speaks of one bucket and ${quoted(algorithm.setting.name)} of all: which of the two S3A follows there is not documented`;
    return leftOpen(properties, own.setting, what);
  }
  return undefined;
}

const SERVER_SIDE: readonly string[] = ['AES256', 'SSE-S3', 'SSE-KMS', 'DSSE-KMS', 'SSE-C'];
const CLIENT_SIDE: readonly string[] = ['CSE-KMS', 'CSE-CUSTOM'];

/** What EMRFS's server-side encryption is called by S3A; none where AWS does not document which it is handed on as. */
function serverSideWords(properties: ClientProperties): readonly string[] {
  const algorithm = properties.read(PROPERTY.emrfsSseAlgorithm);
  const key = properties.readKey(PROPERTY.emrfsSseKey);
  if (algorithm.kind === 'undecided') return [];
  const word = algorithm.kind === 'set' ? algorithm.value : undefined;
  if (key.kind === 'set' && word !== 'AES256') return ['SSE-KMS'];
  return key.kind === 'unset' && (word === undefined || word === 'AES256') ? ['AES256', 'SSE-S3'] : [];
}

/** The key that S3A gets: its own, else that of EMRFS. Both of EMRFS's key ids are handed on, so two that differ decide nothing. */
export function handedOnKey(properties: ClientProperties, own: Property, emrfsName: string): Property {
  const emrfs = properties.readKey(emrfsName);
  const otherName = emrfsName === PROPERTY.emrfsSseKey ? PROPERTY.emrfsCseKey : PROPERTY.emrfsSseKey;
  if (own.kind === 'undecided') return own;
  if (own.kind === 'set' && own.scope === 'bucket') return own;
  const other = properties.readKey(otherName);
  if (own.kind === 'set') {
    for (const one of [emrfs, other]) {
      if (one.kind === 'undecided') return one;
      if (one.kind === 'unset' || one.scope === 'all' || one.value === own.value) continue;
      const what = `speaks of one bucket and ${quoted(own.setting.name)} of all: which of the two S3A takes there is not documented`;
      return leftOpen(properties, one.setting, what);
    }
    return own;
  }
  if (emrfs.kind === 'undecided' || other.kind === 'unset') return emrfs;
  if (other.kind === 'undecided') return other;
  if (emrfs.kind === 'set' && emrfs.value === other.value) return emrfs;
  const what =
    'is handed on to S3A as the key like the key of the other kind of encryption: which of them counts is not documented';
  return leftOpen(properties, other.setting, what);
}

/** The Region of the key, as EMRFS was told it. */
export const handedOnRegion = (properties: ClientProperties): Property =>
  properties.read(PROPERTY.emrfsCseRegion);
