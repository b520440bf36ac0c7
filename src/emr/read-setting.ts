import { quoted } from '../policy/problem-text.ts';
import { isPlaceholder } from './placeholder.ts';
import { knownProperty, PROPERTY } from './properties.ts';
import type { ReadingLog } from './read-log.ts';
import { concernsEncryption, encryptionNamed, looksLikeEncryption, meantProperty } from './read-near-miss.ts';
import type { Repetition } from './read-property.ts';
import type { Layer, SettingPlace } from './setting.ts';

/** A property as a file or a flag writes it. */
export interface WrittenProperty {
  readonly name: string;
  readonly value: string;
  readonly layer: Layer;
  readonly place: SettingPlace;
  readonly repetition: Repetition;
  readonly final?: boolean;
}

const SPARK_PREFIX = 'spark.hadoop.';
const CREDENTIAL = /(?:access|secret)[._]?key(?:id)?$|session\.token$|password$/iu;
/** Other properties may hold the key of S3A in an encrypted file: then no configuration shows it. */
const CREDENTIAL_FILES = /(?:^hadoop|^fs\.s3a(?:\.bucket\..+)?)\.security\.credential\.provider\.path$/su;
/** A property of the JVM that begins with "spark." is one of Spark's: https://spark.apache.org/docs/latest/configuration.html */
const JVM_OPTIONS = /^spark\..*\.(?:extra|default)JavaOptions$/su;
const OF_S3 = /fs\.s3[an]?\./iu;
const OF_S3A = /^fs\.s3a\./u;
const OF_HADOOP = /^(?:fs|hadoop|dfs|yarn|mapred|mapreduce|io|ipc|net|spark|hive)\./u;
const CACHE = /^fs\.s3[an]?\.impl\.disable\.cache$/u;
const CLIENT_CLASS = /^fs\.s3[an]?\.impl$/u;

/** The part of a name that Hadoop would know: `x.fs.s3a.encryption.key` without the `x.`. */
function hadoopPart(name: string): string {
  const at = name.search(OF_S3);
  return at === -1 ? name : name.slice(at);
}

/** The name as Hadoop gets it from Spark, `undefined` where Spark hands it to nobody (which is then said). */
function handedOver({ name, value, place }: WrittenProperty, log: ReadingLog): string | undefined {
  if (JVM_OPTIONS.test(name)) return reportWithin(name, encryptionNamed(value), place, log);
  if (name === PROPERTY.optimizedCommitter) return name;
  if (name.startsWith(SPARK_PREFIX)) return name.slice(SPARK_PREFIX.length).trim();
  const trimmed = name.trim();
  const meant = hadoopPart(trimmed);
  if (trimmed !== PROPERTY.optimizedCommitter && concernsEncryption(meant)) {
    const found = `Spark hands ${quoted(name)} to nobody, since it does not begin with "${SPARK_PREFIX}"`;
    const next = `write ${quoted(`${SPARK_PREFIX}${meant}`)}`;
    return log.problem('emr/ignored-property', place, `${found}: ${next}`);
  }
  if (trimmed === PROPERTY.optimizedCommitter || meantProperty(trimmed) === PROPERTY.optimizedCommitter) {
    const message = `Spark on EMR knows no ${quoted(name)}: did you mean ${quoted(PROPERTY.optimizedCommitter)}?`;
    log.problem('emr/unknown-property', place, message);
  }
  return undefined;
}

function reportWithin(
  name: string,
  found: string | undefined,
  place: SettingPlace,
  log: ReadingLog,
): undefined {
  if (found === undefined) return undefined;
  const message = `${quoted(found)} within ${quoted(name)} is not followed: set it by itself, with "${SPARK_PREFIX}" before it`;
  return log.problem('emr/not-followed', place, message, { kind: 'words' });
}

/** The name as Hadoop reads it from its own files. */
function ownName({ name, layer, place }: WrittenProperty, log: ReadingLog): string | undefined {
  const trimmed = name.trim();
  if (trimmed === PROPERTY.optimizedCommitter) {
    const message = `${quoted(trimmed)} is Spark’s and has no effect in ${layer}: set it in spark-defaults`;
    return log.problem('emr/ignored-property', place, message);
  }
  if (!trimmed.startsWith(SPARK_PREFIX)) return trimmed;
  const rest = trimmed.slice(SPARK_PREFIX.length);
  if (concernsEncryption(rest)) {
    const message = `${quoted(trimmed)} has no effect in ${layer}: write ${quoted(rest)}, the prefix is for Spark alone`;
    log.problem('emr/ignored-property', place, message);
  }
  return undefined;
}

/** False for what belongs into core-site; whether S3A reads emrfs-site at all is not documented. */
function isInItsFile(name: string, { layer, place }: WrittenProperty, log: ReadingLog): boolean {
  if (layer !== 'emrfs-site' || !(OF_S3A.test(name) || CACHE.test(name) || CLIENT_CLASS.test(name)))
    return true;
  if (CACHE.test(name)) {
    const message = `${quoted(name)} is Hadoop’s and is taken as not set in emrfs-site: move it to core-site`;
    log.problem('emr/ignored-property', place, message);
  } else {
    const message = `${quoted(name)} stands in emrfs-site, which is not documented to be read for it: move it to core-site`;
    log.problem('emr/wrong-file', place, `${message}. it is left out`);
  }
  return false;
}

/** Hadoop trims a boolean and takes any case; another word is as if nothing was set. */
function booleanText(name: string, { value, place }: WrittenProperty, log: ReadingLog): string | undefined {
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word;
  if (isPlaceholder(value)) {
    const message = `${quoted(name)} is the placeholder ${quoted(value.trim())}: put true or false there`;
    return log.problem('emr/placeholder', place, message);
  }
  const message = `${quoted(name)} is ${quoted(value)}, expected "true" or "false": Hadoop ignores every other word`;
  return log.problem('emr/bad-value', place, message);
}

function otherProperty(name: string, written: WrittenProperty, log: ReadingLog): void {
  const { place, layer } = written;
  if (CREDENTIAL_FILES.test(name)) {
    const message = `${quoted(name)} is not followed: S3A may find fs.s3a.encryption.key in that file`;
    log.problem('emr/not-followed', place, message, { kind: 'credentials' });
    return;
  }
  const meant = OF_S3.test(name) ? log.nearMiss(name, place) : undefined;
  if (meant !== undefined) {
    const message = `neither EMRFS nor S3A reads ${quoted(name)}: did you mean ${quoted(meant)}?`;
    log.problem('emr/unknown-property', place, message);
  } else if (looksLikeEncryption(name) || (layer === 'emrfs-site' && !OF_HADOOP.test(name))) {
    log.property({ ...written, name, final: written.final ?? false, argument: true });
  }
}

/**
 * Takes one property as it is written and gives it to the log: with the name that its client reads, if it is one of
 * `properties.ts`. What has no effect where it stands is left out and said; credentials are left out.
 */
export function readProperty(written: WrittenProperty, log: ReadingLog): void {
  const spark = written.layer === 'job' || written.layer === 'spark-defaults';
  const name = spark ? handedOver(written, log) : ownName(written, log);
  if (name === undefined) return;
  const known = knownProperty(name);
  if (known === undefined) {
    if (!CREDENTIAL.test(name)) otherProperty(name, written, log);
    return;
  }
  if (!isInItsFile(name, written, log)) return;
  const value = known.value === 'boolean' ? booleanText(name, written, log) : written.value.trim();
  if (value !== undefined) {
    log.property({ ...written, name, value, final: written.final ?? false, argument: false });
  }
}
