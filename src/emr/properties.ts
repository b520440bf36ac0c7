const EMRFS_SSE = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption-sse.html';
const EMRFS_CSE = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption-cse.html';
const S3A = 'https://hadoop.apache.org/docs/current/hadoop-aws/tools/hadoop-aws/encryption.html';
const S3A_CSE = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-encryption-s3a-properties.html';
const EMRFS_TO_S3A = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html';
const HADOOP_CACHE =
  'https://hadoop.apache.org/docs/current/hadoop-project-dist/hadoop-common/core-default.xml';
const COMMITTER = 'https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-s3-optimized-committer.html';

/** The properties that decide with which key an object is written, by the name that this code calls them. */
export const PROPERTY = {
  emrfsSse: 'fs.s3.enableServerSideEncryption',
  emrfsSseAlgorithm: 'fs.s3.serverSideEncryptionAlgorithm',
  emrfsSseKey: 'fs.s3.serverSideEncryption.kms.keyId',
  emrfsSseContext: 'fs.s3.serverSideEncryption.kms.customEncryptionContext',
  emrfsCse: 'fs.s3.cse.enabled',
  emrfsCseKey: 'fs.s3.cse.kms.keyId',
  emrfsCseRegion: 'fs.s3.cse.kms.region',
  emrfsCseProvider: 'fs.s3.cse.encryptionMaterialsProvider',
  emrfsCseProviderUri: 'fs.s3.cse.encryptionMaterialsProvider.uri',
  emrfsCseDescription: 'fs.s3.cse.materialsDescription.enabled',
  emrfsCseStorage: 'fs.s3.cse.cryptoStorageMode',
  emrfsCseDeleteInstructions: 'fs.s3.cse.cryptoStorageMode.deleteInstructionFiles.enabled',
  emrfsCseMode: 'fs.s3.cse.cryptoMode',
  emrfsCseVersion2: 'fs.s3.cse.encryptionV2.enabled',
  emrfsCsePlaintextLength: 'fs.s3.cse.plaintextLength.enabled',
  s3aAlgorithm: 'fs.s3a.encryption.algorithm',
  s3aKey: 'fs.s3a.encryption.key',
  s3aContext: 'fs.s3a.encryption.context',
  s3aOldAlgorithm: 'fs.s3a.server-side-encryption-algorithm',
  s3aOldKey: 'fs.s3a.server-side-encryption.key',
  s3aCseRegion: 'fs.s3a.encryption.cse.kms.region',
  s3aCseKeyring: 'fs.s3a.encryption.cse.custom.keyring.class.name',
  s3aCseKeyringUri: 'fs.s3a.cse.customKeyringProvider.uri',
  s3aCseVersion1: 'fs.s3a.encryption.cse.v1.compatibility.enabled',
  s3aCompatibility: 'fs.s3a.emrfs.compatibility.enable',
  s3Impl: 'fs.s3.impl',
  s3nImpl: 'fs.s3n.impl',
  s3aImpl: 'fs.s3a.impl',
  s3CacheDisabled: 'fs.s3.impl.disable.cache',
  s3nCacheDisabled: 'fs.s3n.impl.disable.cache',
  s3aCacheDisabled: 'fs.s3a.impl.disable.cache',
  optimizedCommitter: 'spark.sql.parquet.fs.optimized.committer.optimization-enabled',
} as const;

/** The provider that EMR itself brings for CSE-KMS; every other class is the user's. */
export const KMS_MATERIALS_PROVIDER = 'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider';

/** One property: what its value is, whether a bucket can have its own, who reads it, and the page that documents it. */
export interface KnownProperty {
  readonly value: 'boolean' | 'key' | 'text';
  readonly perBucket: boolean;
  /** `encryption` decides how an object is encrypted; `client` which client does it and how long it lives. */
  readonly decides: 'encryption' | 'client';
  readonly note: string;
  readonly page: string;
}

type Row = readonly [name: string, value: KnownProperty['value'], note: string, page: string];

const ENCRYPTION: readonly Row[] = [
  [PROPERTY.emrfsSse, 'boolean', 'EMRFS asks for server-side encryption', EMRFS_SSE],
  [PROPERTY.emrfsSseAlgorithm, 'text', 'the algorithm that EMRFS asks for: AES256', EMRFS_SSE],
  [PROPERTY.emrfsSseKey, 'key', 'with it, EMRFS asks for SSE-KMS under this key', EMRFS_SSE],
  [PROPERTY.emrfsSseContext, 'text', 'the KMS encryption context that EMRFS sends', EMRFS_TO_S3A],
  [PROPERTY.emrfsCse, 'boolean', 'EMRFS encrypts before it sends', EMRFS_CSE],
  [PROPERTY.emrfsCseKey, 'key', 'the KMS key of CSE-KMS', EMRFS_CSE],
  [PROPERTY.emrfsCseRegion, 'text', 'the region of that key', EMRFS_CSE],
  [PROPERTY.emrfsCseProvider, 'text', 'the class that supplies the materials', EMRFS_CSE],
  [PROPERTY.emrfsCseProviderUri, 'text', 'where that class is loaded from', EMRFS_CSE],
  [PROPERTY.emrfsCseDescription, 'boolean', 'the path is given to a custom provider', EMRFS_CSE],
  [PROPERTY.emrfsCseStorage, 'text', 'ObjectMetadata or InstructionFile', EMRFS_CSE],
  [PROPERTY.emrfsCseDeleteInstructions, 'boolean', 'stale instruction files are removed', EMRFS_CSE],
  [PROPERTY.emrfsCseMode, 'text', 'the crypto mode of the SDK 1 client', EMRFS_CSE],
  [PROPERTY.emrfsCseVersion2, 'boolean', 'the SDK’s second encryption client is used', EMRFS_TO_S3A],
  [PROPERTY.emrfsCsePlaintextLength, 'boolean', 'the plain length is stored beside the object', EMRFS_CSE],
  [PROPERTY.s3aAlgorithm, 'text', 'AES256 (SSE-S3), SSE-KMS, DSSE-KMS, SSE-C, CSE-KMS or CSE-CUSTOM', S3A],
  [PROPERTY.s3aKey, 'key', 'the KMS key; under SSE-C the key itself', S3A],
  [PROPERTY.s3aContext, 'text', 'the KMS encryption context', S3A],
  [PROPERTY.s3aOldAlgorithm, 'text', 'the former name of fs.s3a.encryption.algorithm', S3A],
  [PROPERTY.s3aOldKey, 'key', 'the former name of fs.s3a.encryption.key', S3A],
  [PROPERTY.s3aCseRegion, 'text', 'the region of the key of CSE-KMS', S3A_CSE],
  [PROPERTY.s3aCseKeyring, 'text', 'the class of CSE-CUSTOM', S3A_CSE],
  [PROPERTY.s3aCseKeyringUri, 'text', 'where that class is loaded from', S3A_CSE],
  [PROPERTY.s3aCseVersion1, 'boolean', 'objects of older clients can be read', S3A_CSE],
];

const CLIENT: readonly Row[] = [
  [PROPERTY.s3aCompatibility, 'boolean', 'EMRFS properties are mapped on to S3A', EMRFS_TO_S3A],
  [PROPERTY.s3Impl, 'text', 'the class that serves s3://', EMRFS_TO_S3A],
  [PROPERTY.s3nImpl, 'text', 'the class that serves s3n://', EMRFS_TO_S3A],
  [PROPERTY.s3aImpl, 'text', 'the class that serves s3a://', HADOOP_CACHE],
  [PROPERTY.s3CacheDisabled, 'boolean', 'each use of s3:// gets a client of its own', HADOOP_CACHE],
  [PROPERTY.s3nCacheDisabled, 'boolean', 'each use of s3n:// gets a client of its own', HADOOP_CACHE],
  [PROPERTY.s3aCacheDisabled, 'boolean', 'each use of s3a:// gets a client of its own', HADOOP_CACHE],
  [PROPERTY.optimizedCommitter, 'boolean', 'Spark writes Parquet by EMRFS’s committer', COMMITTER],
];

const rows = (list: readonly Row[], decides: KnownProperty['decides']): [string, KnownProperty][] =>
  list.map(([name, value, note, page]) => [
    name,
    { value, perBucket: decides === 'encryption', decides, note, page },
  ]);

/** Every property that is read, by its name. Names are case-sensitive, as Hadoop's are. */
export const PROPERTIES: ReadonlyMap<string, KnownProperty> = new Map([
  ...rows(ENCRYPTION, 'encryption'),
  ...rows(CLIENT, 'client'),
]);

/** A bucket's name has 63 characters at most; a longer name than this is nobody's property. */
const LONGEST_NAME = 256;
const PER_BUCKET = /^(fs\.s3a?)\.bucket\.(.+)$/su;

/** A property of one bucket, and the property of the table that it sets there. */
export interface BucketProperty {
  readonly bucket: string;
  readonly base: string;
}

/**
 * Takes `fs.s3a.bucket.NAME.encryption.key` or `fs.s3.bucket.NAME.cse.enabled` and gives the bucket and the property
 * without it; `undefined` where it is no property of the table. A bucket's name may itself hold dots.
 */
export function bucketProperty(name: string): BucketProperty | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const [, scheme, rest] = PER_BUCKET.exec(name) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  for (let dot = rest.indexOf('.'); dot !== -1; dot = rest.indexOf('.', dot + 1)) {
    const base = `${scheme}${rest.slice(dot)}`;
    if (dot > 0 && PROPERTIES.get(base)?.perBucket) return { bucket: rest.slice(0, dot), base };
  }
  return undefined;
}

/** Takes a property's name, for one bucket or for all, and gives its row of the table; `undefined` where it has none. */
export function knownProperty(name: string): KnownProperty | undefined {
  return PROPERTIES.get(name) ?? PROPERTIES.get(bucketProperty(name)?.base ?? '');
}

/** True for a property of the table: encryption, the client's cache and class, and the committer, for one bucket or all. */
export const isEncryptionProperty = (name: string): boolean => knownProperty(name) !== undefined;
