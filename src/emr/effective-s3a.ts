import { quoted } from '../policy/problem-text.ts';
import type { ClientEncryption } from './client-encryption.ts';
import { reportContext, reportMissingKey } from './effective-emrfs.ts';
import { readKey } from './effective-key.ts';
import {
  besideBlank,
  handedOnAlgorithm,
  handedOnEncryption,
  handedOnKey,
  handedOnRegion,
  reportUnusedKey,
} from './effective-mapping.ts';
import type { ClientProperties, Property } from './effective-properties.ts';
import { PROPERTY } from './properties.ts';

type SetProperty = Extract<Property, { kind: 'set' }>;

const EXPECTED = 'expected AES256, SSE-KMS, DSSE-KMS, SSE-C, CSE-KMS or CSE-CUSTOM';
const undecided = (why: string): ClientEncryption => ({ type: 'undecided', why });

/**
 * What S3A does to what it writes, by `fs.s3a.*`; where `mapped`, EMR hands EMRFS's properties on to those of S3A that
 * are not set. https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html and
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html
 */
export function s3aEncryption(properties: ClientProperties, mapped: boolean): ClientEncryption {
  const algorithm = properties.read(PROPERTY.s3aAlgorithm);
  if (algorithm.kind === 'undecided') return undecided(algorithm.why);
  if (algorithm.kind === 'set') {
    const rival = mapped ? handedOnAlgorithm(properties, algorithm) : undefined;
    return rival === undefined ? byAlgorithm(properties, algorithm, mapped) : undecided(rival.why);
  }
  if (mapped) return handedOnEncryption(properties);
  reportUnusedKey(properties, `no "${PROPERTY.s3aAlgorithm}" is set, so the bucket's default decides`);
  return { type: 'unstated' };
}

/** S3A compares the value without regard to case, takes a blank one for no encryption, and writes SSE-S3 as `AES256`. */
function byAlgorithm(
  properties: ClientProperties,
  algorithm: SetProperty,
  mapped: boolean,
): ClientEncryption {
  const word = algorithm.value.toUpperCase();
  switch (word) {
    case '':
      return blank(properties, algorithm, mapped);
    case 'AES256':
    case 'SSE-S3':
      reportUnusedKey(
        properties,
        'SSE-S3 takes no key, and S3A may refuse to start with one: set it for other buckets alone',
        mapped,
      );
      return { type: 'sse-s3' };
    case 'SSE-KMS':
    case 'DSSE-KMS':
      return serverSide(properties, algorithm, { mapped, type: word === 'SSE-KMS' ? 'sse-kms' : 'dsse-kms' });
    case 'SSE-C':
      return { type: 'sse-c' };
    case 'CSE-KMS':
      return clientSide(properties, algorithm, mapped);
    case 'CSE-CUSTOM':
      return custom(properties);
    default:
      return undecided(properties.refuse(algorithm.setting, EXPECTED).why);
  }
}

function blank(properties: ClientProperties, { setting }: SetProperty, mapped: boolean): ClientEncryption {
  if (mapped) return besideBlank(properties, setting);
  reportUnusedKey(properties, `${quoted(setting.name)} is blank, so the bucket's default decides`);
  return { type: 'unstated' };
}

function serverSide(
  properties: ClientProperties,
  algorithm: SetProperty,
  { mapped, type }: { readonly mapped: boolean; readonly type: 'sse-kms' | 'dsse-kms' },
): ClientEncryption {
  const property = keyProperty(properties, mapped, PROPERTY.emrfsSseKey);
  reportMix(properties, algorithm, property);
  reportContext(properties, properties.read(PROPERTY.s3aContext), 'aws:kms');
  if (mapped) reportContext(properties, properties.read(PROPERTY.emrfsSseContext), 'aws:kms');
  const decision = readKey(properties, property);
  return decision.kind === 'undecided' ? undecided(decision.why) : { type, key: decision.key };
}

function clientSide(properties: ClientProperties, algorithm: SetProperty, mapped: boolean): ClientEncryption {
  const property = keyProperty(properties, mapped, PROPERTY.emrfsCseKey);
  reportMix(properties, algorithm, property);
  const decision = readKey(properties, property);
  const own = properties.read(PROPERTY.s3aCseRegion);
  const region = own.kind === 'unset' && mapped ? handedOnRegion(properties) : own;
  if (decision.kind === 'undecided') return undecided(decision.why);
  if (region.kind === 'undecided') return undecided(region.why);
  if (decision.key.kind === 'absent') {
    reportMissingKey(properties, algorithm.setting, PROPERTY.s3aKey);
  }
  return {
    type: 'cse-kms',
    key: decision.key,
    ...(region.kind === 'set' ? { region: region.value } : {}),
    wrap: 'kms+context',
    storage: 'metadata',
  };
}

function custom(properties: ClientProperties): ClientEncryption {
  const keyring = properties.read(PROPERTY.s3aCseKeyring);
  if (keyring.kind === 'undecided') return undecided(keyring.why);
  return {
    type: 'cse-custom',
    ...(keyring.kind === 'set' ? { provider: keyring.value } : {}),
    storage: 'metadata',
  };
}

function keyProperty(properties: ClientProperties, mapped: boolean, emrfsName: string): Property {
  const own = properties.readKey(PROPERTY.s3aKey);
  return mapped ? handedOnKey(properties, own, emrfsName) : own;
}

/** A bucket's own algorithm with the key for all buckets, or the other way round, is often no more than half a change. */
function reportMix(properties: ClientProperties, algorithm: SetProperty, key: Property): void {
  if (key.kind !== 'set' || key.scope === algorithm.scope) return;
  const message = `the algorithm is that of ${quoted(algorithm.setting.name)} and the key that of ${quoted(key.setting.name)}: each property is looked up by itself`;
  properties.report('emr/conflict', key.setting, message);
}
