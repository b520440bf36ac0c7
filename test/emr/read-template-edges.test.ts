import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const read = (document: unknown): readonly string[] =>
  renderReading(readConfiguration(JSON.stringify(document, null, 2), 'lake.json'))
    .trimEnd()
    .split('\n');

const IF = { 'Fn::If': ['Kms', { 'fs.s3.cse.enabled': 'true' }, { Ref: 'AWS::NoValue' }] };
const SUB = { 'Fn::Sub': `--conf=spark.hadoop.fs.s3a.encryption.key=\${Key}` };
const FUNCTION =
  'error [emr/placeholder] this is a function of the template, and may set S3 encryption: put the text there';

const step = (...Args: readonly unknown[]) => ({ HadoopJarStep: { Args } });
const CONF = '--conf=spark.hadoop.fs.s3a.encryption.key=alias/lake';

describe('what a function of a template would set is never taken for nothing', () => {
  it.each<[what: string, document: unknown, line: string]>([
    [
      'Properties',
      [{ Classification: 'emrfs-site', Properties: IF }],
      'error [emr/placeholder] Properties is a function of the template: put the properties there  @ 4:19 [0].emrfs-site',
    ],
    [
      'EncryptionConfiguration',
      { EncryptionConfiguration: IF },
      'error [emr/bad-value] expected an object with AtRestEncryptionConfiguration  @ 2:3 EncryptionConfiguration',
    ],
    [
      'AtRestEncryptionConfiguration',
      { EncryptionConfiguration: { AtRestEncryptionConfiguration: IF } },
      'error [emr/bad-value] expected an object with S3EncryptionConfiguration  @ 3:38 EncryptionConfiguration.AtRestEncryptionConfiguration',
    ],
    [
      'all arguments of a step',
      { HadoopJarStep: { Args: { 'Fn::Split': [' ', 'x'] } } },
      `${FUNCTION}  @ 3:13 HadoopJarStep.Args`,
    ],
    [
      'sparkSubmitParameters by the name of a parameter',
      { sparkSubmitParameters: { Ref: 'P' } },
      `${FUNCTION}  @ 2:28 sparkSubmitParameters`,
    ],
    [
      'the overrides of a job',
      { jobDriver: {}, configurationOverrides: IF },
      `${FUNCTION}  @ 3:29 configurationOverrides`,
    ],
    [
      'sparkSubmitParameters that are filled in',
      { sparkSubmitParameters: SUB },
      `job  fs.s3a.encryption.key = \${Key}  @ 2:28 sparkSubmitParameters`,
    ],
    [
      'sparkSubmitParameters that are filled in from a list of names',
      { sparkSubmitParameters: { 'Fn::Sub': [CONF, { Key: 'alias/lake' }] } },
      'job  fs.s3a.encryption.key = alias/lake  @ 2:28 sparkSubmitParameters',
    ],
  ])('%s', (_, document, line) => {
    expect(read(document)).toEqual([line]);
  });
});

describe('a function among the arguments of a step', () => {
  it('is its text where it fills one in', () => {
    expect(read(step('spark-submit', SUB, 'a.py'))).toEqual([
      `job  fs.s3a.encryption.key = \${Key}  @ 5:7 HadoopJarStep.Args`,
    ]);
  });

  it('may be any number of options where it chooses between several', () => {
    expect(read(step('spark-submit', { 'Fn::If': ['A', 'b', 'c'] }, CONF, 'a.py'))).toEqual([
      'job  fs.s3a.encryption.key = alias/lake  @ 12:7 HadoopJarStep.Args',
      'warning [emr/not-followed] "$Fn::If" is not followed: what is put there may hold more options  @ 5:7 HadoopJarStep.Args',
    ]);
  });

  it.each([
    [{ Ref: 'Flag' }, `\${Flag}`],
    [{ 'Fn::Join': ['', ['a', 'b']] }, `\${Fn::Join}`],
    [{ 'Fn::GetAtt': ['Lake', 'Conf'] }, `\${Fn::GetAtt}`],
    [{ 'Fn::ImportValue': 'conf' }, `\${Fn::ImportValue}`],
    [{ Ref: ['no', 'text'] }, `\${Ref}`],
  ])('%j is no setting where one is expected', (flag, shown) => {
    const [error] = read(step('spark-submit', '--conf', flag, 'a.py'));
    expect(error).toMatch(
      `warning [emr/not-followed] "${shown}" after --conf is not followed: what is put there may be about S3 encryption`,
    );
  });

  it.each([
    ['the application', step('spark-submit', CONF, { Ref: 'Jar' }, 'input')],
    ['an argument of the application', step('spark-submit', CONF, 'a.py', { Ref: 'Input' })],
    [
      'an option of another kind',
      step('spark-submit', '--name', { 'Fn::If': ['A', 'b', 'c'] }, CONF, 'a.py'),
    ],
  ])('says nothing more where it is %s', (_, document) => {
    expect(read(document)).toEqual([
      expect.stringMatching(/^job {2}fs\.s3a\.encryption\.key = alias\/lake /),
    ]);
  });
});

describe('steps as the CLI takes them', () => {
  const Args = ['spark-submit', '--conf', 'spark.hadoop.fs.s3.cse.enabled=true', 'a.py'];

  it.each(['CUSTOM_JAR', 'custom_jar', 'STREAMING', 'Hive'])('are read whatever their type: %s', (Type) => {
    expect(read({ Steps: [{ Type, Args }] })).toEqual(['job  fs.s3.cse.enabled = true  @ 8:9 Steps[0].Args']);
  });

  it('leave the call out where they are of type Spark', () => {
    expect(read({ Steps: [{ Type: 'Spark', Args: Args.slice(1) }] })).toEqual([
      'job  fs.s3.cse.enabled = true  @ 7:9 Steps[0].Args',
    ]);
  });
});

describe('JSON within a text', () => {
  it.each(['"[]"', '7', 'true'])('is no list of classifications where it is %s', (text) => {
    expect(read({ Configurations: text })).toEqual([
      'error [emr/bad-value] expected an object with Classification and Properties  @ 2:21 Configurations',
    ]);
  });

  it('is a list of classifications below a classification too', () => {
    const document = [{ Classification: 'spark', Configurations: '[{"Properties":{}}]' }];
    expect(read(document)).toEqual([
      'error [emr/bad-value] Classification is missing or no text: expected a name such as emrfs-site  @ 4:23 [0].spark[0]',
    ]);
  });

  it('is a security configuration where it is about authentication alone', () => {
    const document = { SecurityConfiguration: '{"AuthenticationConfiguration":{}}' };
    expect(read(document)[0]).toBe(
      'note [emr/not-s3] AuthenticationConfiguration is about authentication (Kerberos, IAM), not about objects in S3: it is not audited  @ 2:28 SecurityConfiguration.AuthenticationConfiguration',
    );
  });
});
