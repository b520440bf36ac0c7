import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';

const readText = (text: string): readonly string[] =>
  renderReading(readConfiguration(text, 'lake.json')).trimEnd().split('\n');

/** What is read of a document that is written with two spaces for each level: a key's column tells its depth. */
const read = (document: unknown): readonly string[] => readText(JSON.stringify(document, null, 2));

const EMRFS = { Classification: 'emrfs-site', Properties: { 'fs.s3.cse.enabled': 'true' } };
const emrfsAt = (place: string) => `emrfs-site  fs.s3.cse.enabled = true  @ ${place}`;
const onlyNamed = (name: string) =>
  `warning [emr/not-followed] the security configuration "${name}" is only named here, and it overrides what this file sets: read it too (aws emr describe-security-configuration)`;
const SECURITY = JSON.stringify({
  EncryptionConfiguration: {
    EnableAtRestEncryption: true,
    AtRestEncryptionConfiguration: { S3EncryptionConfiguration: { EncryptionMode: 'SSE-S3' } },
  },
});
const S3_PART = 'EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration';

describe('one member that EMR knows makes a document one of EMR, with nothing about S3 beside it', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['a release', { ReleaseLabel: 'emr-7.10.0' }, ['release emr-7.10.0', NOTHING]],
    ['parameters of spark-submit', { sparkSubmitParameters: '--class com.acme.Lake' }, [NOTHING]],
    [
      'the name of a security configuration',
      { SecurityConfiguration: 'lake' },
      [`${onlyNamed('lake')}  @ 2:28 SecurityConfiguration`, NOTHING],
    ],
    ['a step without arguments', { Steps: [{ Config: { Args: [] } }] }, [NOTHING]],
    ['an empty list', { Configurations: [] }, [NOTHING]],
  ])('%s', (_, document, lines) => {
    expect(read(document)).toEqual(lines);
  });
});

describe('classifications are read', () => {
  it.each<[string, unknown, string]>([
    ['one that stands in no list', EMRFS, '4:5 emrfs-site'],
    [
      'one that is itself the value of Configurations',
      { Configurations: EMRFS },
      '5:7 Configurations.emrfs-site',
    ],
    ['those of a list below any name', { cluster: [EMRFS] }, '6:9 cluster[0].emrfs-site'],
    [
      'those in JSON text, with the place of the text',
      { resource: { configurations_json: JSON.stringify([EMRFS]) } },
      '3:28 resource.configurations_json[0].emrfs-site',
    ],
    [
      'one that is itself the JSON text',
      { Configurations: JSON.stringify(EMRFS) },
      '2:21 Configurations.emrfs-site',
    ],
  ])('%s', (_, document, place) => {
    expect(read(document)).toEqual([emrfsAt(place)]);
  });

  it('in JSON text, and then what follows it, at its own place again', () => {
    const document = { configurations_json: '[]', cluster: { Configurations: [EMRFS] } };
    expect(read(document)).toEqual([emrfsAt('8:11 cluster.Configurations[0].emrfs-site')]);
  });

  it('beside null, which says nothing, and beside a text and a number, each of which is an error', () => {
    const expected = 'error [emr/bad-value] expected an object with Classification and Properties';
    expect(read({ Configurations: [EMRFS, null, 'emrfs-site', 7] })).toEqual([
      emrfsAt('6:9 Configurations[0].emrfs-site'),
      `${expected}  @ 10:5 Configurations[2]`,
      `${expected}  @ 11:5 Configurations[3]`,
    ]);
  });

  it.each<[string, unknown, string]>([
    ['as a list', [{ Properties: {} }], '4:7 cluster.Configurations[0]'],
    ['as JSON text', JSON.stringify([{ Properties: {} }]), '3:23 cluster.Configurations[0]'],
    ['as JSON text with one object', '{"Properties": {}}', '3:23 cluster.Configurations'],
  ])('without a name, in Configurations %s: that is an error', (_, configurations, place) => {
    expect(read({ cluster: { Configurations: configurations } })).toEqual([
      `error [emr/bad-value] Classification is missing or no text: expected a name such as emrfs-site  @ ${place}`,
    ]);
  });

  it('in a text that is no JSON not at all: the error tells which text', () => {
    expect(read({ cluster: { Configurations: '[{]' } })).toEqual([
      'error [emr/syntax] not readable as JSON (in the JSON text that is the value of cluster.Configurations): "]" stands where a text in double quotes was expected  @ 3:23 cluster.Configurations',
    ]);
  });

  it.each(['7', 'true', '"7"'])('in the text %s not at all, and the reader comes to an end', (text) => {
    expect(readConfiguration(JSON.stringify({ Configurations: text }), 'lake.json').settings).toEqual([]);
  });
});

describe('a security configuration that is a text', () => {
  it.each<[string, unknown, string]>([
    [
      'is read as JSON where it begins with a brace, also after a line break',
      { SecurityConfiguration: `\n {${SECURITY.slice(1)}` },
      '2:28 SecurityConfiguration',
    ],
    [
      'is read as Terraform names it too',
      { resource: { aws_emr_security_configuration: { lake: { name: 'lake', configuration: SECURITY } } } },
      '6:26 resource.aws_emr_security_configuration.lake.configuration',
    ],
  ])('%s', (_, document, place) => {
    expect(read(document)).toEqual([
      `security-configuration  fs.s3.enableServerSideEncryption = true  @ ${place}.${S3_PART}`,
      `security-configuration  fs.s3.cse.enabled = false  @ ${place}.${S3_PART}`,
      `security-configuration  fs.s3.serverSideEncryption.kms.keyId =   @ ${place}.${S3_PART}`,
    ]);
  });

  it.each(['EncryptionConfiguration', 'lake {EncryptionConfiguration}', '{{ lake }}'])(
    'is a name where it is no object: %s',
    (name) => {
      expect(read({ SecurityConfiguration: name })).toEqual([
        `${onlyNamed(name)}  @ 2:28 SecurityConfiguration`,
        NOTHING,
      ]);
    },
  );

  it.each<[string, unknown]>([
    ['in the document itself', { ReleaseLabel: 'emr-7.10.0', configuration: 'lake' }],
    ['further in', { ReleaseLabel: 'emr-7.10.0', job: { configuration: 'lake' } }],
  ])('is no name where the member is called configuration, which is any tool’s word, %s', (_, document) => {
    expect(read(document)).toEqual(['release emr-7.10.0', NOTHING]);
  });
});

describe('what is not what its name promises is passed over, and the rest is read', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['a release that is null', { ReleaseLabel: null }],
    ['parameters that are null', { sparkSubmitParameters: null }],
    ['a step that is a text', { Config: 'lake' }],
    ['a step that calls a class without arguments', { HadoopJarStep: { Jar: 's3://acme-jars/a.jar' } }],
    ['the address of the log, which the template fills in', { LogUri: { Ref: 'Logs' } }],
    ['a null among the classifications', { Configurations: [null] }],
  ])('%s', (_, members) => {
    expect(read({ applicationConfiguration: [EMRFS], ...members })).toEqual([
      emrfsAt('6:9 applicationConfiguration[0].emrfs-site'),
    ]);
  });
});

describe('a step', () => {
  const step = (...args: readonly unknown[]) => ({ HadoopJarStep: { Args: args } });
  const CSE = 'spark.hadoop.fs.s3.cse.enabled=true';

  it('of spark-submit sets its --conf; a null among its arguments is none', () => {
    expect(read(step('spark-submit', null, '--conf', CSE, 's3://acme-jobs/a.py'))).toEqual([
      'job  fs.s3.cse.enabled = true  @ 7:7 HadoopJarStep.Args',
    ]);
  });

  it('of the type Spark leaves the call out, in any case; one of the type Hive is no call of Spark', () => {
    const typed = (Type: string) => ({
      Configurations: [],
      Steps: [{ Type, Args: ['--conf', CSE, 'a.py'] }],
    });
    expect(read(typed('SPARK'))).toEqual(['job  fs.s3.cse.enabled = true  @ 8:9 Steps[0].Args']);
    expect(read(typed('Hive'))).toEqual([
      'warning [emr/not-followed] a step that is no spark-submit sets "fs.s3.cse.enabled": it is not followed  @ 8:9 Steps[0].Args',
      NOTHING,
    ]);
  });

  it.each<[string, string]>([
    ['a Java option', '-Dfs.s3a.encryption.key=alias/lake'],
    ['a word of its own', 'fs.s3a.bucket.acme-lake.encryption.key=alias/lake'],
  ])('of another tool that sets a property of S3, as %s, is told not to be followed', (_, word) => {
    const name = word.replace('=alias/lake', '');
    expect(read(step('hadoop', 'distcp', word, 'a', 'b'))).toEqual([
      `warning [emr/not-followed] a step that is no spark-submit sets "${name}": it is not followed  @ 6:7 HadoopJarStep.Args`,
      NOTHING,
    ]);
  });

  it.each([['-ls'], ['-Dmapreduce.job.name=lake'], ['fs-D.s3a.encryption.key=alias/lake']])(
    'of another tool with %s is not about S3 encryption',
    (word) => {
      expect(read(step('hadoop', 'fs', word))).toEqual([NOTHING]);
    },
  );
});

describe('text that is no JSON is told with what to do', () => {
  it.each<[string, string, string]>([
    ['that ends too early', '[{"Classification":', 'the text ends too early  @ 1:20'],
    [
      'with a comma before the closing brace',
      '{"Configurations": [],\n}',
      'a comma stands before the closing bracket: remove the comma  @ 2:1',
    ],
    [
      'with a bracket where a value belongs',
      '{"Configurations": ]',
      '"]" stands where a value was expected  @ 1:20',
    ],
    ['with a word after a comma', '[1, lake]', '"l" stands where a value was expected  @ 1:5'],
    ['with a wrong closing bracket', '[1}', '"}" stands where "," or "]" was expected  @ 1:3'],
    ['with single quotes', "['lake']", `JSON quotes by double quotes: write " for '  @ 1:2`],
    ['with a single quote further on', "[lake, 'x'", '"l" stands where a value was expected  @ 1:2'],
    ['with a character of two units', '[🔑]', '"🔑" stands where a value was expected  @ 1:2'],
    ['with a comment at its end', '{}\n// the lake', 'JSON has no comments: remove it  @ 2:1'],
    ['with a comment in its middle', '[ # the lake\n]', 'JSON has no comments: remove it  @ 1:3'],
  ])('%s', (_, text, told) => {
    expect(readText(text)).toEqual([`error [emr/syntax] not readable as JSON: ${told}`]);
  });

  it('is a second document where it stands after the first, whatever that holds', () => {
    expect(readText('["// no comment"]\n["lake"]')).toEqual([
      'error [emr/trailing-text] more text follows the end of the JSON value: keep one value in the file  @ 2:1',
    ]);
  });
});

describe('a key that stands twice in one object', () => {
  const twice = (first: string, last: string) => `{"Configurations": [],\n"x": ${first},\n"x": ${last}}`;
  const told =
    'warning [emr/duplicate] the key "x" stands twice in one object (first in line 2): the last one wins, because JSON readers take the last. keep one  @ 3:1';

  it('with the same text is not worth a word', () => {
    expect(readText(twice('"lake"', '"lake"'))).toEqual([NOTHING]);
  });

  it.each([
    ['"lake"', '"pond"'],
    ['"1"', '1'],
    ['1', '"1"'],
    ['{}', '{"a": 1}'],
    ['[1]', '[2]'],
  ])('with %s and then %s is told: the last one wins', (first, last) => {
    expect(readText(twice(first, last))).toEqual([told, NOTHING]);
  });

  it('has the value and the place of the last: what stood between them comes first', () => {
    const properties =
      '"fs.s3.cse.enabled": "true",\n"fs.s3.cse.kms.keyId": "alias/lake",\n"fs.s3.cse.enabled": "false"';
    const text = `[{"Classification": "emrfs-site", "Properties": {\n${properties}}}]`;
    expect(readConfiguration(text, 'lake.json').settings.map(({ name, value }) => [name, value])).toEqual([
      ['fs.s3.cse.kms.keyId', 'alias/lake'],
      ['fs.s3.cse.enabled', 'false'],
    ]);
  });
});
