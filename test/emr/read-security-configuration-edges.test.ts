import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const AT_REST = 'EncryptionConfiguration.AtRestEncryptionConfiguration';
const S3 = `${AT_REST}.S3EncryptionConfiguration`;
const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const KMS_PROVIDER = 'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider';

/** What is read of a document that is written with two spaces for each level: a key's column tells its depth. */
const read = (document: unknown): readonly string[] =>
  renderReading(readConfiguration(JSON.stringify(document, null, 2), 'lake.json'))
    .trimEnd()
    .split('\n');

const encryption = (members: Readonly<Record<string, unknown>>) => ({ EncryptionConfiguration: members });

/** The members of the S3 part begin in line 6 and column 9; that part itself stands in line 5. */
const withS3 = (s3: unknown) =>
  encryption({
    EnableAtRestEncryption: true,
    AtRestEncryptionConfiguration: { S3EncryptionConfiguration: s3 },
  });

/** The list begins in line 7, its first bucket in line 8 and column 11. */
const withOverrides = (overrides: unknown) => withS3({ EncryptionMode: 'SSE-S3', Overrides: overrides });
const SSE_S3 = [
  `security-configuration  fs.s3.enableServerSideEncryption = true  @ 6:27 ${S3}`,
  `security-configuration  fs.s3.cse.enabled = false  @ 6:27 ${S3}`,
  `security-configuration  fs.s3.serverSideEncryption.kms.keyId =   @ 6:27 ${S3}`,
];

describe('a security configuration without anything about S3 sets nothing, and that is no error', () => {
  it.each([
    ['traffic alone', encryption({ EnableInTransitEncryption: true })],
    ['null in place of what is at rest', encryption({ AtRestEncryptionConfiguration: null })],
  ])('%s', (_, document) => {
    expect(read(document)).toEqual([NOTHING]);
  });

  it('authorization alone, which is told to be no subject of the audit', () => {
    expect(read({ AuthorizationConfiguration: { IAMConfiguration: {} } })).toEqual([
      'note [emr/not-s3] AuthorizationConfiguration is about authorization (EMRFS roles, Ranger, Lake Formation), not about objects in S3: it is not audited  @ 2:3 AuthorizationConfiguration',
      NOTHING,
    ]);
  });

  it('null in place of the overrides leaves what holds for every bucket', () => {
    expect(read(withOverrides(null))).toEqual(SSE_S3);
  });
});

describe('what is no object or list where one belongs is an error, and nothing is read from it', () => {
  it.each<[string, unknown, string]>([
    [
      'EncryptionConfiguration as a text',
      { EncryptionConfiguration: 'SSE-S3' },
      'expected an object with AtRestEncryptionConfiguration  @ 2:3 EncryptionConfiguration',
    ],
    [
      'EncryptionConfiguration as null',
      { EncryptionConfiguration: null },
      'expected an object with AtRestEncryptionConfiguration  @ 2:3 EncryptionConfiguration',
    ],
    [
      'AtRestEncryptionConfiguration as a text',
      encryption({ AtRestEncryptionConfiguration: 'SSE-S3' }),
      `expected an object with S3EncryptionConfiguration  @ 3:38 ${AT_REST}`,
    ],
    [
      'S3EncryptionConfiguration as a text',
      withS3('SSE-S3'),
      `expected an object with EncryptionMode  @ 5:36 ${S3}`,
    ],
    [
      'S3EncryptionConfiguration as null',
      withS3(null),
      `expected an object with EncryptionMode  @ 5:36 ${S3}`,
    ],
  ])('%s', (_, document, told) => {
    expect(read(document)).toEqual([`error [emr/bad-value] ${told}`]);
  });

  it('Overrides as an object: the one bucket in it is not read, the rest is', () => {
    expect(read(withOverrides({ BucketName: 'acme-lake', EncryptionMode: 'SSE-S3' }))).toEqual([
      ...SSE_S3,
      `error [emr/bad-value] expected a list of objects with BucketName and EncryptionMode  @ 7:22 ${S3}.Overrides`,
    ]);
  });
});

describe('an S3 part counts only where EnableAtRestEncryption is true', () => {
  const s3 = { S3EncryptionConfiguration: { EncryptionMode: 'SSE-S3' } };
  const rest =
    'but S3EncryptionConfiguration is there: set it to true, or remove the other. nothing is taken from it';
  const path = 'EncryptionConfiguration.EnableAtRestEncryption';

  it.each<[string, unknown, string]>([
    ['the word "False"', 'False', 'false'],
    ['null', null, 'neither true nor false'],
    ['another word', 'yes', 'neither true nor false'],
    ['a number', 1, 'neither true nor false'],
    ['a list', [true], 'neither true nor false'],
  ])('%s is an error, told where it stands', (_, enabled, found) => {
    const document = encryption({ EnableAtRestEncryption: enabled, AtRestEncryptionConfiguration: s3 });
    expect(read(document)).toEqual([
      `error [emr/bad-value] EnableAtRestEncryption is ${found}, ${rest}  @ 3:5 ${path}`,
    ]);
  });

  it('where it is missing that is told where the S3 part stands', () => {
    expect(read(encryption({ AtRestEncryptionConfiguration: s3 }))).toEqual([
      `error [emr/bad-value] EnableAtRestEncryption is missing, ${rest}  @ 4:7 ${path}`,
    ]);
  });

  it('the word "TRUE" is true', () => {
    const document = encryption({ EnableAtRestEncryption: 'TRUE', AtRestEncryptionConfiguration: s3 });
    expect(read(document)).toEqual(SSE_S3);
  });
});

describe('a mode without all that it needs sets nothing, not even the mode', () => {
  const missing = 'is missing: without it nothing is taken from here';

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['no mode', {}, `bad-value] EncryptionMode ${missing}  @ 5:36 ${S3}`],
    ['null as the mode', { EncryptionMode: null }, `bad-value] EncryptionMode ${missing}  @ 6:9 ${S3}`],
    [
      'a list as the mode',
      { EncryptionMode: ['SSE-S3'] },
      `bad-value] expected text  @ 6:27 ${S3}.EncryptionMode`,
    ],
    [
      'a placeholder as the mode',
      { EncryptionMode: '<mode>' },
      `placeholder] EncryptionMode is not filled in: put the value there  @ 6:27 ${S3}.EncryptionMode`,
    ],
    [
      'CSE-KMS without a key',
      { EncryptionMode: 'CSE-KMS' },
      `missing-key] AwsKmsKey ${missing}  @ 5:36 ${S3}`,
    ],
    [
      'CSE-KMS with null as the key',
      { EncryptionMode: 'CSE-KMS', AwsKmsKey: null },
      `missing-key] AwsKmsKey ${missing}  @ 7:9 ${S3}`,
    ],
    [
      'SSE-KMS with the empty text as the key',
      { EncryptionMode: 'SSE-KMS', AwsKmsKey: '' },
      `missing-key] AwsKmsKey ${missing}  @ 7:9 ${S3}`,
    ],
    [
      'SSE-KMS with space as the key',
      { EncryptionMode: 'SSE-KMS', AwsKmsKey: ' \t' },
      `missing-key] AwsKmsKey ${missing}  @ 7:9 ${S3}`,
    ],
    [
      'SSE-KMS with an object of two members as the key, though one is called Ref',
      { EncryptionMode: 'SSE-KMS', AwsKmsKey: { Ref: 'Key', Region: 'eu-west-1' } },
      `bad-value] expected text  @ 7:22 ${S3}.AwsKmsKey`,
    ],
    [
      'SSE-KMS with an attribute of the template as the key',
      { EncryptionMode: 'SSE-KMS', AwsKmsKey: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      `placeholder] AwsKmsKey is not filled in: put the value there  @ 7:22 ${S3}.AwsKmsKey`,
    ],
    [
      'CSE-Custom without the place of its class',
      { EncryptionMode: 'CSE-Custom', EncryptionKeyProviderClass: 'com.acme.LakeProvider' },
      `bad-value] S3Object ${missing}  @ 5:36 ${S3}`,
    ],
    [
      'CSE-Custom with a placeholder as its class',
      {
        EncryptionMode: 'CSE-Custom',
        S3Object: 's3://acme-jars/x.jar',
        EncryptionKeyProviderClass: '<class>',
      },
      `placeholder] EncryptionKeyProviderClass is not filled in: put the value there  @ 8:39 ${S3}.EncryptionKeyProviderClass`,
    ],
  ])('%s', (_, s3, told) => {
    expect(read(withS3(s3))).toEqual([`error [emr/${told}`]);
  });
});

describe('what is read as a value', () => {
  it('has no space around it, be it the mode, the key, the class or the bucket', () => {
    expect(read(withS3({ EncryptionMode: ' SSE-KMS ', AwsKmsKey: '\talias/lake\n' }))).toEqual([
      `security-configuration  fs.s3.enableServerSideEncryption = true  @ 6:27 ${S3}`,
      `security-configuration  fs.s3.cse.enabled = false  @ 6:27 ${S3}`,
      `security-configuration  fs.s3.serverSideEncryption.kms.keyId = alias/lake  @ 7:22 ${S3}.AwsKmsKey`,
    ]);
    expect(read(withOverrides([{ BucketName: ' acme-lake ', EncryptionMode: 'SSE-S3' }]))).toEqual([
      ...SSE_S3,
      `security-configuration  fs.s3.bucket.acme-lake.enableServerSideEncryption = true  @ 10:31 ${S3}.Overrides[0]`,
      `security-configuration  fs.s3.bucket.acme-lake.cse.enabled = false  @ 10:31 ${S3}.Overrides[0]`,
      `security-configuration  fs.s3.bucket.acme-lake.serverSideEncryption.kms.keyId =   @ 10:31 ${S3}.Overrides[0]`,
    ]);
  });

  it('is, for a key, also a placeholder: which key it stands for is told when the policy is made', () => {
    expect(read(withS3({ EncryptionMode: 'CSE-KMS', AwsKmsKey: '<KMS Key Id>' }))).toEqual([
      `security-configuration  fs.s3.cse.enabled = true  @ 6:27 ${S3}`,
      `security-configuration  fs.s3.enableServerSideEncryption = false  @ 6:27 ${S3}`,
      `security-configuration  fs.s3.cse.encryptionMaterialsProvider = ${KMS_PROVIDER}  @ 6:27 ${S3}`,
      `security-configuration  fs.s3.cse.kms.keyId = <KMS Key Id>  @ 7:22 ${S3}.AwsKmsKey`,
    ]);
  });
});

describe('two security configurations in one text', () => {
  const both = (one: string, other: string) => ({
    one: withS3({ EncryptionMode: 'SSE-KMS', AwsKmsKey: one }),
    other: withS3({ EncryptionMode: 'SSE-KMS', AwsKmsKey: other }),
  });

  it('with different keys are the configuration of nothing: neither is taken, and that is an error', () => {
    expect(read(both('alias/one', 'alias/two'))).toEqual([
      'error [emr/several-jobs] 2 security configurations with different S3 settings (the first in line 3): none of them is taken, put each into a file of its own  @ 14:5 other.EncryptionConfiguration',
    ]);
  });

  it('with the same key are one', () => {
    const text = JSON.stringify(both('alias/lake', 'alias/lake'));
    const { settings, problems } = readConfiguration(text, 'lake.json');
    expect(settings.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'fs.s3.enableServerSideEncryption=true',
      'fs.s3.cse.enabled=false',
      'fs.s3.serverSideEncryption.kms.keyId=alias/lake',
    ]);
    expect(problems).toEqual([]);
  });
});
