import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';

/** What is read of a list that is written with two spaces for each level: a key's column tells its depth. */
const read = (...classifications: readonly unknown[]): readonly string[] =>
  renderReading(readConfiguration(JSON.stringify(classifications, null, 2), 'lake.json'))
    .trimEnd()
    .split('\n');

/** The properties begin in line 5 and column 7. */
const withProperties = (name: string, properties: unknown) => ({
  Classification: name,
  Properties: properties,
});

describe('a classification is read under every name that its members have', () => {
  it.each<[string, string, string]>([
    ['in the API of EMR', 'Classification', 'Properties'],
    ['in the API of EMR on EKS', 'classification', 'properties'],
    ['in CloudFormation', 'Classification', 'ConfigurationProperties'],
    ['in CloudFormation with small letters', 'classification', 'configurationProperties'],
  ])('%s: %s and %s', (_, name, properties) => {
    expect(read({ [name]: 'core-site', [properties]: { 'fs.s3a.encryption.key': 'alias/lake' } })).toEqual([
      'core-site  fs.s3a.encryption.key = alias/lake  @ 5:7 [0].core-site',
    ]);
  });

  it('with space around its name', () => {
    expect(read(withProperties(' emrfs-site\t', { 'fs.s3.cse.enabled': 'true' }))).toEqual([
      'emrfs-site  fs.s3.cse.enabled = true  @ 5:7 [0].emrfs-site',
    ]);
  });
});

describe('a name that is no text is an error, and no property below it is read', () => {
  it.each([[null], [['emrfs-site']], [{ Ref: 'Name' }]])('%j', (name) => {
    expect(read({ Classification: name, Properties: { 'fs.s3.cse.enabled': 'true' } })).toEqual([
      'error [emr/bad-value] Classification is missing or no text: expected a name such as emrfs-site  @ 2:3 [0]',
    ]);
  });
});

describe('a name that EMR does not know', () => {
  it('and that is near none is answered with the nearest, and with the page that tells more', () => {
    expect(read({ Classification: 'acme-lake-settings' })).toEqual([
      expect.stringMatching(
        /^warning \[emr\/unknown-classification\] unknown classification "acme-lake-settings", it is not read: the nearest of \d+ are "[a-z0-9-]+", "[a-z0-9-]+" and "[a-z0-9-]+", see docs\/emr\.md {2}@ 3:23 \[0\]$/,
      ),
      NOTHING,
    ]);
  });

  it('among its members is told with all that would have been known', () => {
    expect(read({ Classification: 'emrfs-site', Environment: {} })).toEqual([
      'warning [emr/unknown-property] EMR knows no "Environment" in a classification: expected "Classification", "classification", "Properties", "properties", "ConfigurationProperties", "configurationProperties", "Configurations" or "configurations"  @ 4:5 [0].emrfs-site',
      NOTHING,
    ]);
  });
});

describe('Properties', () => {
  it.each([['<properties>'], [['fs.s3.cse.enabled=true']], [true]])(
    'that are %j are an error',
    (properties) => {
      expect(read(withProperties('emrfs-site', properties))).toEqual([
        'error [emr/bad-value] Properties is no object: expected names with their values as text  @ 4:19 [0].emrfs-site',
      ]);
    },
  );

  it('that are null, or missing, set nothing', () => {
    expect(read(withProperties('emrfs-site', null), { Classification: 'core-site' })).toEqual([NOTHING]);
  });

  it('may be numbers and booleans, which are read as they are written', () => {
    const text =
      '[{"Classification": "emrfs-site", "Properties": {"fs.s3.cse.enabled": false, "fs.s3.cse.kms.keyId": 1.50}}]';
    const { settings, problems } = readConfiguration(text, 'lake.json');
    expect(settings.map(({ name, value }) => [name, value])).toEqual([
      ['fs.s3.cse.enabled', 'false'],
      ['fs.s3.cse.kms.keyId', '1.50'],
    ]);
    expect(problems).toEqual([]);
  });
});

describe('a value that is no text', () => {
  const noText = (name: string) =>
    `error [emr/bad-value] the value of "${name}" is no text: write it in double quotes  @ 5:7`;
  const ofTemplate = (name: string) =>
    `error [emr/placeholder] the value of "${name}" is a function of the template: put the value there  @ 5:7`;

  it.each<[string, string, unknown, string]>([
    ['a list', 'core-site', ['alias/lake'], noText('fs.s3a.encryption.key')],
    ['null', 'core-site', null, noText('fs.s3a.encryption.key')],
    [
      'two members, one of them called Ref',
      'core-site',
      { Ref: 'Key', Region: 'eu-west-1' },
      noText('fs.s3a.encryption.key'),
    ],
    ['a reference', 'core-site', { Ref: 'Key' }, ofTemplate('fs.s3a.encryption.key')],
    ['an attribute', 'core-site', { 'Fn::GetAtt': ['Key', 'Arn'] }, ofTemplate('fs.s3a.encryption.key')],
  ])('but %s is an error in %s', (_, name, value, told) => {
    const lines = read(withProperties(name, { 'fs.s3a.encryption.key': value }));
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([`${told} [0].${name}`]);
  });

  it('is an error too where the name has the prefix of Spark', () => {
    const name = 'spark.hadoop.fs.s3a.encryption.key';
    expect(read(withProperties('spark-defaults', { [name]: ['alias/lake'] }))).toEqual([
      `${noText(name)} [0].spark-defaults`,
    ]);
  });

  it('is nobody’s concern where the property is not about S3 encryption', () => {
    const properties = {
      'spark.executor.memory': null,
      'spark.jars': ['a.jar'],
      'spark.app.name': { Ref: 'Name' },
    };
    expect(read(withProperties('spark-defaults', properties))).toEqual([NOTHING]);
  });
});

describe('a property that has no effect in its classification is told with where it belongs', () => {
  const set = 'set it in emrfs-site, core-site or spark-defaults';

  it.each<[string, string, string]>([
    ['hive-site', 'spark.hadoop.fs.s3a.encryption.key', set],
    ['spark', 'spark.sql.parquet.fs.optimized.committer.optimization-enabled', set],
    [
      'presto-connector-hive',
      'hive.s3.kms-key-id',
      'the S3 clients of Presto and Trino are not audited by it',
    ],
    ['trino-connector-hive', 's3.sse.type', 'the S3 clients of Presto and Trino are not audited by it'],
  ])('in %s: %s', (name, property, advice) => {
    expect(read(withProperties(name, { [property]: 'x' }))).toEqual([
      `warning [emr/ignored-property] "${property}" in ${name} is not taken into account: ${advice}  @ 5:7 [0].${name}`,
      NOTHING,
    ]);
  });
});

describe('classifications within a classification are read', () => {
  const exported = { Classification: 'export', Properties: { 'fs.s3a.encryption.key': 'alias/lake' } };
  const told = (place: string) => [
    `warning [emr/ignored-property] "fs.s3a.encryption.key" in export is not taken into account: set it in emrfs-site, core-site or spark-defaults  @ ${place}.export`,
    NOTHING,
  ];

  it.each<[string, unknown, string]>([
    ['Configurations', [exported], '8:11 [0].hadoop-env[0]'],
    ['configurations', [exported], '8:11 [0].hadoop-env[0]'],
    ['Configurations', exported, '7:9 [0].hadoop-env'],
    ['Configurations', JSON.stringify([exported]), '4:23 [0].hadoop-env[0]'],
  ])('below %s, as %j', (name, nested, place) => {
    expect(read({ Classification: 'hadoop-env', [name]: nested })).toEqual(told(place));
  });
});

describe('two spellings of one member', () => {
  it.each([
    ['Properties', 'ConfigurationProperties'],
    ['Properties', 'properties'],
    ['Configurations', 'configurations'],
  ])('are an error, %s and %s: only one of them is read', (first, second) => {
    const text = JSON.stringify([{ Classification: 'emrfs-site', [second]: null, [first]: null }]);
    const { problems } = readConfiguration(text, 'lake.json');
    expect(problems.map(({ id, message }) => `${id}: ${message}`)).toEqual([
      `emr/bad-value: "${second}" is not read, because "${first}" is there too: keep one`,
    ]);
  });
});
