import { parseKeyReference } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { AuditRecord } from './record.ts';
import type { RemedyCode } from './remedy-texts.ts';
import type { Violation } from './verdict.ts';

/** Which client serves which scheme, as people tell them apart. The cache property follows the scheme, the encryption property the connector. */
export const SETTING_COLUMNS = {
  's3-emrfs': { paths: 's3:// on EMRFS', releases: 'EMR below 7.10.0' },
  's3-s3a': { paths: 's3:// on S3A', releases: 'EMR 7.10.0 and later' },
  's3a-s3a': { paths: 's3a:// on S3A', releases: 'any release' },
} as const;
export type SettingColumn = keyof typeof SETTING_COLUMNS;

export interface WriterProperty {
  readonly name: string;
  readonly value: string;
}

/** What to set where one connector serves one scheme. Without properties where no setting of that connector asks for it. */
export interface ColumnSettings {
  readonly column: SettingColumn;
  readonly properties: readonly WriterProperty[];
}

/** Stands for a key that the record does not tell. */
export const KEY_PLACEHOLDER = 'KEY_ARN';

/** What decides the settings beside the violations. */
export interface SettingsFacts {
  readonly violations: readonly Violation[];
  /** What was found of the objects, where it is told. */
  readonly found: readonly NonNullable<AuditRecord['observed']>[];
  /** True where there are other records of the same cause, which may ask for other keys. */
  readonly more: boolean;
}

/**
 * The properties that carry a remedy out, for every column; `undefined` where none does. A key is filled in where the
 * violations leave exactly one. https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption.html and
 * https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html
 */
export function settingsFor(code: RemedyCode, facts: SettingsFacts): readonly ColumnSettings[] | undefined {
  switch (code) {
    case 'NO_FILE_SYSTEM_CACHE':
      return NO_CACHE;
    case 'ASK_FOR_ENCRYPTION':
      return serverSide(facts);
    case 'ONE_APPLICATION_PER_KEY':
    case 'NAME_THE_KEY':
    case 'USE_KEY_ARN':
      return isAboutEnvelopeKey(facts) ? clientSide(facts) : serverSide(facts);
    case 'ENABLE_CLIENT_SIDE':
      return clientSide(facts);
    case 'CONFIGURE_CLIENT_SIDE':
      // Without a KMS key in question the rule may ask for a wrap that no property gives.
      return has(facts, 'CSE_KEY_NOT_ALLOWED') ? clientSide(facts) : undefined;
    default:
      return undefined;
  }
}

/** What the properties of these settings need said with them, in whole sentences. */
export function settingsNote(settings: readonly ColumnSettings[]): string {
  const values = settings.flatMap(({ properties }) => properties.map(({ value }) => value));
  const prefix =
    'Among the settings of Spark, a property that begins with fs. takes the prefix spark.hadoop.';
  return values.includes(KEY_PLACEHOLDER)
    ? `${prefix} ${KEY_PLACEHOLDER} stands for the full ARN of a key that the rule allows; s3-encryption-auditor policy explain shows them.`
    : prefix;
}

/** Shown in place of properties where there are none. */
export const NO_SETTING =
  'no property of this connector asks for it; the default encryption of the bucket can';

const columns = (
  emrfs: readonly WriterProperty[],
  s3OnS3a: readonly WriterProperty[],
  s3a: readonly WriterProperty[],
): readonly ColumnSettings[] => [
  { column: 's3-emrfs', properties: emrfs },
  { column: 's3-s3a', properties: s3OnS3a },
  { column: 's3a-s3a', properties: s3a },
];

const property = (name: string, value: string): WriterProperty => ({ name, value });

const NO_CACHE = columns(
  [
    property('fs.s3.impl.disable.cache', 'true'),
    // https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-committer-reqs.html: on where nothing is said.
    property('spark.sql.parquet.fs.optimized.committer.optimization-enabled', 'false'),
  ],
  [property('fs.s3.impl.disable.cache', 'true')],
  [property('fs.s3a.impl.disable.cache', 'true')],
);

const has = ({ violations }: SettingsFacts, ...codes: readonly Violation['code'][]): boolean =>
  violations.some(({ code }) => codes.includes(code));

const isAboutEnvelopeKey = (facts: SettingsFacts): boolean =>
  has(facts, 'CSE_KEY_NOT_ALLOWED') && !has(facts, 'KMS_KEY_NOT_ALLOWED', 'KMS_KEY_UNTRUSTED_ACCOUNT');

/** A client that encrypts on its side cannot ask S3 to encrypt: settings for both layers would contradict one another. */
function needsEnvelope(facts: SettingsFacts): boolean {
  const { violations, found } = facts;
  if (has(facts, 'CSE_NOT_ALLOWED')) return false;
  return violations.some(({ code }) => code.startsWith('CSE_')) || found.some(hasEnvelope);
}

const hasEnvelope = ({ cse }: SettingsFacts['found'][number]): boolean => cse?.type === 'envelope';

function serverSide(facts: SettingsFacts): readonly ColumnSettings[] | undefined {
  if (needsEnvelope(facts)) return undefined;
  const key = theKey('KMS_KEY_NOT_ALLOWED', facts);
  const kind = wantedKind(facts);
  switch (kind) {
    case undefined:
      return undefined;
    case 'SSE-KMS':
      return onEither(
        [
          property('fs.s3.enableServerSideEncryption', 'true'),
          property('fs.s3.serverSideEncryption.kms.keyId', key),
        ],
        [property('fs.s3a.encryption.algorithm', kind), property('fs.s3a.encryption.key', key)],
      );
    case 'DSSE-KMS':
      return onEither(
        [],
        [property('fs.s3a.encryption.algorithm', kind), property('fs.s3a.encryption.key', key)],
      );
    case 'SSE-S3':
      return onEither(
        [
          property('fs.s3.enableServerSideEncryption', 'true'),
          property('fs.s3.serverSideEncryptionAlgorithm', 'AES256'),
        ],
        // Hadoop's own word for SSE-S3, the only one that it takes: S3AEncryptionMethods.
        [property('fs.s3a.encryption.algorithm', 'AES256')],
      );
    default:
      return assertNever(kind);
  }
}

/** S3A obeys the same properties under both schemes. */
const onEither = (
  emrfs: readonly WriterProperty[],
  s3a: readonly WriterProperty[],
): readonly ColumnSettings[] => columns(emrfs, s3a, s3a);

/** What the violations say is allowed; without that what was found stays as it is, under another key. */
function wantedKind({ violations, found }: SettingsFacts): 'SSE-KMS' | 'DSSE-KMS' | 'SSE-S3' | undefined {
  const allowed = violations.flatMap((one) =>
    one.code === 'SSE_MISSING' || one.code === 'SSE_ALGORITHM_NOT_ALLOWED' ? [one.args.allowed] : [],
  );
  const takes = (algorithm: string): boolean => allowed.every((list) => list.includes(algorithm));
  if (allowed.length === 0) {
    const doubled = found.length > 0 && found.every(({ sse }) => sse.type === 'dsse-kms');
    return doubled ? 'DSSE-KMS' : 'SSE-KMS';
  }
  if (takes('aws:kms')) return 'SSE-KMS';
  if (takes('aws:kms:dsse')) return 'DSSE-KMS';
  return takes('AES256') ? 'SSE-S3' : undefined;
}

function clientSide(facts: SettingsFacts): readonly ColumnSettings[] {
  const key = theKey('CSE_KEY_NOT_ALLOWED', facts);
  return onEither(
    [
      property('fs.s3.cse.enabled', 'true'),
      property(
        'fs.s3.cse.encryptionMaterialsProvider',
        'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
      ),
      property('fs.s3.cse.kms.keyId', key),
    ],
    [property('fs.s3a.encryption.algorithm', 'CSE-KMS'), property('fs.s3a.encryption.key', key)],
  );
}

/** The one key ARN that these violations allow. Two keys, a key past its last day, an alias, or records that are not here leave it open: never a guess. */
function theKey(
  code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED',
  { violations, more }: SettingsFacts,
): string {
  const wrong = violations.flatMap((one) => (one.code === code ? [one.args] : []));
  const [key, ...others] = new Set(wrong.flatMap(({ allowed }) => allowed));
  const isStanding = wrong.every(({ lapsed }) => lapsed === undefined);
  const isTold =
    key !== undefined && others.length === 0 && isStanding && parseKeyReference(key)?.kind === 'key-arn';
  return isTold && !more ? key : KEY_PLACEHOLDER;
}
