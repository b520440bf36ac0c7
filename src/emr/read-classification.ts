import { meantOrExpected, quoted, shown } from '../policy/problem-text.ts';
import type { Entry, MapNode, Node } from '../policy/read-node.ts';
import { isPlaceholder } from './placeholder.ts';
import { entryOf, type JsonText, scalarText } from './read-json-text.ts';
import { concernsEncryption } from './read-near-miss.ts';
import { readProperty } from './read-setting.ts';
import { isTemplateFunction, templateWord } from './read-template.ts';
import type { Layer } from './setting.ts';

const LAYER_OF: ReadonlyMap<string, Layer> = new Map([
  ['emrfs-site', 'emrfs-site'],
  ['core-site', 'core-site'],
  ['spark-defaults', 'spark-defaults'],
]);

/** EMR's other classifications: https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html */
const OTHERS: ReadonlySet<string> = new Set(
  `capacity-scheduler container-executor container-log4j delta-defaults docker-conf emr-metrics
  export flink-conf flink-log4j flink-log4j-cli flink-log4j-session hadoop-env hadoop-http-auth-filter
  hadoop-kms-acls hadoop-kms-env hadoop-kms-java-home hadoop-kms-log4j hadoop-kms-site hadoop-log4j hadoop-metrics2
  hadoop-policy hadoop-ssl-client hadoop-ssl-server hbase hbase-env hbase-log4j hbase-metrics hbase-policy hbase-site
  hcatalog-env hcatalog-server-jndi hcatalog-server-proto-hive-site hcatalog-webhcat-env hcatalog-webhcat-log4j2
  hcatalog-webhcat-site hdfs-encryption-zones hdfs-env hdfs-site hive hive-beeline-log4j2 hive-env
  hive-exec-log4j2 hive-jdbc hive-llap-daemon-log4j2 hive-log4j2 hive-parquet-logging hive-site hiveserver2-site
  httpfs-env httpfs-log4j httpfs-site hudi-defaults hudi-env hue-ini iceberg-defaults jupyter-hub-conf
  jupyter-notebook-conf jupyter-s3-conf jupyter-sparkmagic-conf livy-conf livy-env livy-log4j livy-log4j2 livy2-conf
  mapred-env mapred-site oozie-client-env oozie-env oozie-log4j oozie-site phoenix-hbase-metrics phoenix-hbase-site
  phoenix-log4j phoenix-metrics pig-env pig-log4j pig-properties presto-config presto-connector-blackhole
  presto-connector-cassandra presto-connector-hive presto-connector-jmx presto-connector-kafka
  presto-connector-lakeformation presto-connector-localfile presto-connector-memory presto-connector-mongodb
  presto-connector-mysql presto-connector-postgresql presto-connector-raptor presto-connector-redis
  presto-connector-redshift presto-connector-tpcds presto-connector-tpch presto-env presto-log presto-node
  prestosql-config prestosql-connector-hive prestosql-env prestosql-log prestosql-node
  ranger-kms-dbks-site ranger-kms-env ranger-kms-log4j ranger-kms-logback ranger-kms-site recordserver-env
  recordserver-conf recordserver-log4j spark spark-env spark-executor-log4j2 spark-driver-log4j2 spark-hive-site
  spark-log4j spark-log4j2 spark-metrics sqoop-env sqoop-oraoop-site sqoop-site tez-env tez-site trino-config
  trino-connector-blackhole trino-connector-delta trino-connector-hive trino-connector-hudi trino-connector-iceberg
  trino-env trino-exchange-manager trino-log trino-node yarn-env yarn-site zeppelin-env zeppelin-site
  zookeeper-config zookeeper-log4j zookeeper-logback emr-job-submitter emr-containers-defaults
  job-start-timeout`.split(/\s+/),
);
const KNOWN = [...LAYER_OF.keys(), ...OTHERS];
/** Presto and Trino have S3 clients of their own: https://trino.io/docs/current/object-storage/legacy-s3.html */
const ENGINE_S3 = /^(?:hive\.s3|s3)\.(?:sse\.|kms-|encryption-)/u;

const MEMBERS = [
  'Classification',
  'classification',
  'Properties',
  'properties',
  'ConfigurationProperties',
  'configurationProperties',
  'Configurations',
  'configurations',
];

/** True for an object that stands in a list of classifications. */
export const isClassification = (node: Node): boolean =>
  node.kind === 'map' && entryOf(node, 'Classification', 'classification') !== undefined;

const named = (node: MapNode): Entry | undefined => entryOf(node, 'Classification', 'classification');

function readOther(name: string, { key, keySpan }: Entry, path: string, { log, place }: JsonText): void {
  const bare = key.startsWith('spark.hadoop.') ? key.slice('spark.hadoop.'.length) : key;
  if (!concernsEncryption(bare) && !ENGINE_S3.test(key)) return;
  const next = ENGINE_S3.test(key)
    ? 'the S3 clients of Presto and Trino are not audited by it'
    : 'set it in emrfs-site, core-site or spark-defaults';
  const message = `${quoted(key)} in ${shown(name)} is not taken into account: ${next}`;
  log.problem('emr/ignored-property', place(keySpan.start, path), message);
}

function readEntry(layer: Layer, { key, keySpan, value }: Entry, path: string, json: JsonText): void {
  const { log, place } = json;
  const at = place(keySpan.start, path);
  const text = scalarText(value);
  if (text !== undefined) {
    readProperty({ name: key, value: text, layer, place: at, repetition: 'undocumented' }, log);
    return;
  }
  const bare = key.startsWith('spark.hadoop.') ? key.slice('spark.hadoop.'.length) : key;
  if (!concernsEncryption(bare)) return;
  if (isTemplateFunction(value)) {
    const message = `the value of ${quoted(key)} is a function of the template: put the value there`;
    log.problem('emr/placeholder', at, message);
    // It stays a property that is set: without a key S3A would take another one.
    const word = templateWord(value);
    const text = isPlaceholder(word) ? word : `\${${word}}`;
    const property = { name: bare, value: text, layer, place: at, final: false };
    log.property({ ...property, repetition: 'undocumented', argument: false });
  } else {
    log.problem('emr/bad-value', at, `the value of ${quoted(key)} is no text: write it in double quotes`);
  }
}

function readMembers(node: MapNode, path: string, { log, place }: JsonText): void {
  for (const { key, keySpan } of node.entries.values()) {
    if (MEMBERS.includes(key)) continue;
    const advice = meantOrExpected(key, MEMBERS, 'docs/emr.md');
    const message = `EMR knows no ${quoted(key)} in a classification: ${advice}`;
    log.problem('emr/unknown-property', place(keySpan.start, path), message);
  }
}

const PROPERTIES = ['Properties', 'properties', 'ConfigurationProperties', 'configurationProperties'];
const NESTED = ['Configurations', 'configurations'];

/** EMR takes one spelling, and nothing says which: only the first is read. */
function reportTwice(node: MapNode, names: readonly string[], path: string, { log, place }: JsonText): void {
  const [first, second] = names.flatMap((name) => node.entries.get(name) ?? []);
  if (first === undefined || second === undefined) return;
  const message = `${quoted(second.key)} is not read, because ${quoted(first.key)} is there too: keep one`;
  log.problem('emr/bad-value', place(second.keySpan.start, path), message);
}

/**
 * Takes one object of a `Configurations` list, the way to it, and reads its properties; nested ones are given to `list`.
 * https://docs.aws.amazon.com/emr/latest/APIReference/API_Configuration.html
 */
export function readClassification(
  node: MapNode,
  path: string,
  json: JsonText & { readonly list: (node: Node, path: string) => void },
): void {
  const entry = named(node);
  const name = entry === undefined ? undefined : scalarText(entry.value)?.trim();
  if (entry === undefined || name === undefined) {
    const message = 'Classification is missing or no text: expected a name such as emrfs-site';
    json.log.problem('emr/bad-value', json.place(node.start, path), message);
    return;
  }
  const within = path === '' ? shown(name) : `${path}.${shown(name)}`;
  readMembers(node, within, json);
  const layer = LAYER_OF.get(name);
  if (layer === undefined && !OTHERS.has(name)) {
    const message = `unknown classification ${quoted(name)}, it is not read: ${meantOrExpected(name, KNOWN, 'docs/emr.md')}`;
    json.log.problem('emr/unknown-classification', json.place(entry.value.start, path), message);
  }
  for (const names of [PROPERTIES, NESTED]) reportTwice(node, names, within, json);
  const properties = entryOf(node, ...PROPERTIES)?.value;
  if (layer !== undefined && properties !== undefined && isTemplateFunction(properties)) {
    const message = 'Properties is a function of the template: put the properties there';
    json.log.problem('emr/placeholder', json.place(properties.start, within), message);
  } else if (properties?.kind === 'map') {
    for (const property of properties.entries.values()) {
      if (layer === undefined) readOther(name, property, within, json);
      else readEntry(layer, property, within, json);
    }
  } else if (properties !== undefined && properties.kind !== 'null') {
    const message = 'Properties is no object: expected names with their values as text';
    json.log.problem('emr/bad-value', json.place(properties.start, within), message);
  }
  const nested = entryOf(node, ...NESTED)?.value;
  if (nested !== undefined) json.list(nested, within);
}
