import { referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ClientEncryption, ConfiguredKey } from './client-encryption.ts';
import { KMS_MATERIALS_PROVIDER, PROPERTY } from './properties.ts';
import type { Column } from './setting.ts';

/** A property as Hadoop or Spark names it, without `spark.hadoop.`, and its value. */
export type Assignment = readonly [name: string, value: string];

/**
 * The properties that make a column's client encrypt so; none where it is to ask for nothing.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption.html and
 * https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html
 * Throws TypeError for what no configuration may hold: SSE-C, a class of the user's, and what is not decided.
 */
export const settingsOf = (encryption: ClientEncryption, column: Column): readonly Assignment[] =>
  column === 's3-emrfs' ? emrfsSettings(encryption) : s3aSettings(encryption);

function emrfsSettings(encryption: ClientEncryption): readonly Assignment[] {
  switch (encryption.type) {
    case 'unstated':
      return [];
    case 'sse-s3':
      return [
        [PROPERTY.emrfsSse, 'true'],
        [PROPERTY.emrfsSseAlgorithm, 'AES256'],
      ];
    case 'sse-kms':
      return [[PROPERTY.emrfsSse, 'true'], ...keySetting(PROPERTY.emrfsSseKey, encryption.key)];
    case 'cse-kms':
      return [
        [PROPERTY.emrfsCse, 'true'],
        [PROPERTY.emrfsCseProvider, KMS_MATERIALS_PROVIDER],
        ...keySetting(PROPERTY.emrfsCseKey, encryption.key),
        ...regionSetting(PROPERTY.emrfsCseRegion, encryption.region),
      ];
    case 'dsse-kms':
    case 'sse-c':
    case 'cse-custom':
    case 'undecided':
      throw new TypeError(`EMRFS is never set to ${encryption.type}`);
    default:
      return assertNever(encryption);
  }
}

function s3aSettings(encryption: ClientEncryption): readonly Assignment[] {
  switch (encryption.type) {
    case 'unstated':
      return [];
    case 'sse-s3':
      // The only word that Hadoop takes for SSE-S3: S3AEncryptionMethods.
      return [[PROPERTY.s3aAlgorithm, 'AES256']];
    case 'sse-kms':
      return [[PROPERTY.s3aAlgorithm, 'SSE-KMS'], ...keySetting(PROPERTY.s3aKey, encryption.key)];
    case 'dsse-kms':
      return [[PROPERTY.s3aAlgorithm, 'DSSE-KMS'], ...keySetting(PROPERTY.s3aKey, encryption.key)];
    case 'cse-kms':
      return [
        [PROPERTY.s3aAlgorithm, 'CSE-KMS'],
        ...keySetting(PROPERTY.s3aKey, encryption.key),
        ...regionSetting(PROPERTY.s3aCseRegion, encryption.region),
      ];
    case 'sse-c':
    case 'cse-custom':
    case 'undecided':
      throw new TypeError(`S3A is never set to ${encryption.type}`);
    default:
      return assertNever(encryption);
  }
}

function keySetting(name: string, key: ConfiguredKey): readonly Assignment[] {
  switch (key.kind) {
    case 'reference':
      return [[name, referenceText(key.reference)]];
    case 'absent':
      return [];
    case 'unresolved':
      throw new TypeError('a placeholder is never written into a configuration');
    default:
      return assertNever(key);
  }
}

const regionSetting = (name: string, region: string | undefined): readonly Assignment[] =>
  region === undefined ? [] : [[name, region]];

/** What gives every use of the column's scheme a client of its own; EMRFS's committer would keep one besides. */
export function cacheDisabled(column: Column): readonly Assignment[] {
  switch (column) {
    case 's3-emrfs':
      return [
        [PROPERTY.s3CacheDisabled, 'true'],
        [PROPERTY.optimizedCommitter, 'false'],
      ];
    case 's3-s3a':
      return [[PROPERTY.s3CacheDisabled, 'true']];
    case 's3a-s3a':
      return [[PROPERTY.s3aCacheDisabled, 'true']];
    default:
      return assertNever(column);
  }
}
