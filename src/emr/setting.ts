/** Where a setting stands: the file (or flag) as people name it, 1-based line and column where known, and the way inside. */
export interface SettingPlace {
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
  /** For example `Configurations[0].emrfs-site` or `EncryptionConfiguration.AtRestEncryptionConfiguration`. */
  readonly path?: string;
}

/**
 * Where a setting comes from, strongest first. Spark lays `spark.hadoop.*` over what Hadoop reads from its files, and a
 * job's own properties over those of `spark-defaults`. AWS documents that a security configuration overrides the
 * cluster's configuration (https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption.html); whether it
 * also overrides what a job sets is not documented: there neither is taken to win.
 */
export const LAYERS = ['job', 'spark-defaults', 'security-configuration', 'emrfs-site', 'core-site'] as const;
export type Layer = (typeof LAYERS)[number];

/** One Hadoop or Spark property as a configuration sets it. */
export interface Setting {
  /** Without `spark.hadoop.`, otherwise as written: `fs.s3.cse.enabled`, `fs.s3a.bucket.acme-lake.encryption.key`. */
  readonly name: string;
  readonly value: string;
  readonly layer: Layer;
  readonly place: SettingPlace;
}

/** Which client serves a scheme: EMRFS serves `s3://` below EMR 7.10.0, S3A from there on, and `s3a://` always. */
export const CONNECTORS = ['emrfs', 's3a'] as const;
export type Connector = (typeof CONNECTORS)[number];

/** Scheme and connector are two things: the cache property follows the scheme, the encryption property the connector. */
export const COLUMNS = ['s3-emrfs', 's3-s3a', 's3a-s3a'] as const;
export type Column = (typeof COLUMNS)[number];
