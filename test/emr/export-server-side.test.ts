import { describe, expect, it } from 'vitest';
import { renderBucketDefault } from '../../src/emr/render-bucket-default.ts';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const ALIAS_ARN = 'arn:aws:kms:eu-west-1:111122223333:alias/lake';
const LAPSED = `keys: { old: [{ key: "${A}", until: 2026-11-20 }], ending: [{ key: alias/aws/s3, until: 2026-11-21 }] }\n`;
const APPLICATIONS_ONLY = { bucketDefaults: 'never' } as const;

const ofSse = (sse: string, column: Column = 's3a-s3a') =>
  exported(`${rulesOf(`match: s3://acme-lake/a/, sse: ${sse}`)}${LAPSED}`, column, APPLICATIONS_ONLY);

const NOT_EXPORTED = 'emr/not-expressible: "s3://acme-lake/a/" gets no configuration under rule r0:';
const PAST = 'a key of the rule may be written under until 2026-11-20 only';
const AWS_MANAGED =
  "no key is named: S3 takes the AWS-managed key aws/s3 of the writer's account, which no other account can be allowed to use";
const REACH = [
  'these settings hold for every bucket that the application writes to, event logs and staging folders included',
  'given to spark-submit they hold for one application; as Configurations for the whole cluster, which then serves this one encryption alone',
];
const OLD_NAMES =
  'an S3A of before these names knows fs.s3a.server-side-encryption-algorithm and fs.s3a.server-side-encryption.key';

describe('what S3A is set to, and every note beside it', () => {
  it.each([
    [
      'any algorithm and no key: SSE-S3',
      '{ bucketKey: any }',
      { 'fs.s3a.encryption.algorithm': 'AES256' },
      [
        "the rule names no key and allows SSE-S3, which is taken: SSE-KMS without a key would be the AWS-managed key of the writer's account",
        ...REACH,
        OLD_NAMES,
      ],
    ],
    [
      'KMS and no key: SSE-KMS without one',
      '{ algorithm: ["aws:kms"] }',
      { 'fs.s3a.encryption.algorithm': 'SSE-KMS' },
      [AWS_MANAGED, ...REACH, OLD_NAMES],
    ],
    [
      'aws/s3 up to today',
      '{ key: ending }',
      { 'fs.s3a.encryption.algorithm': 'SSE-KMS' },
      ['the key may be written under until 2026-11-21 only', AWS_MANAGED, ...REACH, OLD_NAMES],
    ],
    [
      'a key that is past, and SSE-S3 beside it',
      '{ key: old, algorithm: ["aws:kms", "aws:kms:dsse", AES256] }',
      { 'fs.s3a.encryption.algorithm': 'AES256' },
      [`what the rule allows first is not possible: ${PAST}`, ...REACH, OLD_NAMES],
    ],
    [
      'DSSE: that not every S3A knows it',
      `{ key: "${A}", algorithm: ["aws:kms:dsse"] }`,
      { 'fs.s3a.encryption.algorithm': 'DSSE-KMS', 'fs.s3a.encryption.key': A },
      [...REACH, OLD_NAMES, 'DSSE-KMS needs a release whose S3A knows it'],
    ],
    [
      'a bare id: what it means',
      `{ key: ${KEY_ID} }`,
      { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': KEY_ID },
      [
        `${KEY_ID} is a bare id: it means that key in the account and Region of the writer`,
        ...REACH,
        OLD_NAMES,
      ],
    ],
  ])('%s', (_, sse, settings, notes) => {
    const answer = ofSse(sse);
    expect(settingsByName(answer)).toEqual({ r0: settings });
    expect(answer.applications[0]?.notes).toEqual(notes);
    expect(answer.problems).toEqual([]);
  });

  it('nothing where the rule only forbids client-side encryption, and that says so alone', () => {
    const { applications } = exported(rulesOf('match: s3://acme-lake/a/, cse: forbidden'), 's3a-s3a');
    expect(applications.map(({ settings }) => settings)).toEqual([[]]);
    expect(applications[0]?.notes).toEqual([
      'nothing is to be set: the rule forbids client-side encryption and asks for no other, so the default of the bucket decides',
    ]);
  });

  it('EMRFS needs no word on the names of S3A', () => {
    expect(ofSse(`{ key: "${A}" }`, 's3-emrfs').applications[0]?.notes).toEqual(REACH);
  });
});

describe('a key that a writer names may be resolved elsewhere, which is a warning beside the settings', () => {
  const warned = (reference: string, where: string): string =>
    `emr/alias: "s3://acme-lake/a/", rule r0: "${reference}" is resolved ${where}, and may mean another key there or later: put the full key ARN in its place`;

  it.each([
    ['an alias', 'alias/lake', warned('alias/lake', 'in the account of the writer')],
    ['an alias ARN', ALIAS_ARN, warned(ALIAS_ARN, 'when it is written')],
  ])('%s', (_, key, warning) => {
    const answer = ofSse(`{ key: ["${key}", "${A}"] }`);
    // A writer names the first key of the rule, a default the first whose ARN is known.
    expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3a.encryption.key': key } });
    expect(messagesOf(answer)).toEqual([warning]);
  });
});

describe('an application that cannot be configured is told every reason once', () => {
  it.each([
    [
      'aws/s3 on EMRFS',
      '{ key: alias/aws/s3, algorithm: ["aws:kms"] }',
      'EMRFS asks for SSE-KMS by naming a key, and aws/s3 is asked for by naming none: name a key in the rule, write through S3A, or set the default encryption of the bucket',
    ],
    ['a key that is past, where DSSE would do no better', '{ key: old }', PAST],
    [
      'DSSE alone on EMRFS',
      `{ key: "${A}", algorithm: ["aws:kms:dsse"] }`,
      'EMRFS cannot ask for aws:kms:dsse: write through S3A, or set it as the default encryption of the bucket',
    ],
    [
      'what nobody asks for',
      '{ algorithm: ["aws:fsx", "aws:backup"] }',
      'no writer and no default encryption can ask S3 for aws:fsx and aws:backup',
    ],
  ])('%s', (_, sse, reason) => {
    expect(messagesOf(ofSse(sse, 's3-emrfs'))).toEqual([`${NOT_EXPORTED} ${reason}`]);
  });
});

describe('a bucket key is the business of SSE-KMS alone', () => {
  it.each([
    ['required', 'true'],
    ['forbidden', 'false'],
  ])('%s of a writer is a problem that names the default of the bucket', (bucketKey, enabled) => {
    expect(messagesOf(ofSse(`{ key: "${A}", bucketKey: ${bucketKey} }`))).toEqual([
      `emr/not-expressible: "s3://acme-lake/a/", rule r0: the rule has bucketKey: ${bucketKey}, and no property of the client says so: S3 follows the bucket, whose default encryption needs BucketKeyEnabled ${enabled}`,
    ]);
  });

  it('rules that want SSE-S3 and contradict one another on it have no default in common', () => {
    const sse = (bucketKey: string) => `sse: { algorithm: [AES256, "aws:kms"], bucketKey: ${bucketKey} }`;
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, ${sse('required')}`,
      `match: s3://acme-lake/b/, ${sse('forbidden')}`,
    );
    const answer = exported(yaml);
    expect(answer.bucketDefaults).toEqual([]);
    expect(answer.applications.map(({ prefixes }) => prefixes)).toEqual([
      ['s3://acme-lake/a/', 's3://acme-lake/b/'],
    ]);
  });
});

describe('a deeper rule lies apart where what the application asks for would not meet it', () => {
  const apart = (above: string, deeper: string): readonly (string | undefined)[] =>
    exported(
      rulesOf(`match: s3://acme-lake/a/, sse: ${above}`, `match: s3://acme-lake/a/deep/, sse: ${deeper}`),
      's3a-s3a',
      { writes: ['s3://acme-lake/a/'], ...APPLICATIONS_ONLY },
    ).problems.flatMap(({ place }) => (place.path === undefined ? [] : [place.path]));

  it.each([
    ['any algorithm', `{ key: "${A}" }`, '{ bucketKey: any }'],
    ['KMS under any key', `{ key: "${A}" }`, '{ algorithm: ["aws:kms"] }'],
    ['the second of its keys', `{ key: "${A}" }`, `{ key: ["${B}", "${A}"] }`],
    ['SSE-S3 beside a key', '{ algorithm: [AES256] }', `{ key: "${A}", algorithm: [AES256, "aws:kms"] }`],
    ['the same bucket key', `{ key: "${A}", bucketKey: required }`, `{ key: "${A}", bucketKey: required }`],
    [
      'a bucket key, which DSSE has not',
      `{ key: "${A}", algorithm: ["aws:kms:dsse"] }`,
      `{ key: "${A}", bucketKey: required }`,
    ],
    ['aws/s3 by no key', '{ algorithm: ["aws:kms"] }', '{ key: alias/aws/s3 }'],
  ])('not apart: %s', (_, above, deeper) => {
    expect(apart(above, deeper)).toEqual([]);
  });

  it.each([
    ['another algorithm', `{ key: "${A}" }`, '{ algorithm: [AES256] }'],
    ['another key', `{ key: "${A}" }`, `{ key: "${B}" }`],
    ['aws/s3 where a key is named', `{ key: "${A}" }`, '{ key: alias/aws/s3 }'],
    ['a key where none is named', '{ algorithm: ["aws:kms"] }', `{ key: "${A}" }`],
    ['DSSE under another key', `{ key: "${A}", algorithm: ["aws:kms:dsse"] }`, `{ key: "${B}" }`],
    [
      'the opposite bucket key',
      `{ key: "${A}", bucketKey: required }`,
      `{ key: "${A}", bucketKey: forbidden }`,
    ],
    ['a bucket key of which nothing is known', `{ key: "${A}" }`, `{ key: "${A}", bucketKey: required }`],
  ])('apart: %s', (_, above, deeper) => {
    expect(apart(above, deeper)).toEqual(['rules[1]']);
  });
});

describe('the default of a bucket', () => {
  const NOTES = [
    'an application that writes here asks for no encryption of its own: what it asked for would win over this default',
    'put-bucket-encryption replaces the whole configuration of the bucket, whatever it held before',
    'it holds for new objects alone: what is there already stays as it is',
    'SSE-C is blocked, since no rule ever allows it',
  ];
  const KEY_IS_ON =
    'BucketKeyEnabled is true, since the rules leave it open: S3 then calls KMS far less often';

  it.each([
    [
      'SSE-S3 without a word on the bucket key',
      '{ algorithm: [AES256] }',
      { algorithm: 'AES256', bucketKeyEnabled: false },
      [
        ...NOTES,
        "the rule names no key and allows SSE-S3, which is taken: SSE-KMS without a key would be the AWS-managed key of the writer's account",
      ],
    ],
    [
      'a bucket key that is asked for',
      `{ key: "${A}", bucketKey: required }`,
      { algorithm: 'aws:kms', kmsKeyId: A, bucketKeyEnabled: true },
      NOTES,
    ],
    [
      'DSSE, which has no bucket key',
      `{ key: "${A}", algorithm: ["aws:kms:dsse"] }`,
      { algorithm: 'aws:kms:dsse', kmsKeyId: A, bucketKeyEnabled: false },
      NOTES,
    ],
    [
      'aws/s3 by naming no key',
      '{ key: alias/aws/s3 }',
      { algorithm: 'aws:kms', bucketKeyEnabled: true },
      [...NOTES, KEY_IS_ON, AWS_MANAGED],
    ],
    [
      'the first key whose ARN is known, before aws/s3 and before an alias',
      `{ key: [alias/aws/s3, alias/lake, "${A}"] }`,
      { algorithm: 'aws:kms', kmsKeyId: A, bucketKeyEnabled: true },
      [...NOTES, KEY_IS_ON],
    ],
  ])('is %s', (_, sse, encryption, notes) => {
    const answer = exported(rulesOf(`match: s3://acme-lake/a/, sse: ${sse}`));
    expect(answer.bucketDefaults).toEqual([
      {
        bucket: 'acme-lake',
        serves: 'whole-bucket',
        encryption: { ...encryption, blockedTypes: ['SSE-C'] },
        prefixes: ['s3://acme-lake/a/'],
        rules: ['r0'],
        notes,
      },
    ]);
    expect(answer.problems).toEqual([]);
  });

  it('heeds the bucket key of one rule where another asks S3 for nothing', () => {
    const yaml = rulesOf(
      'match: s3://acme-lake/plain/, cse: forbidden',
      `match: s3://acme-lake/a/, sse: { key: "${A}", bucketKey: forbidden }`,
    );
    expect(exported(yaml).bucketDefaults.map(({ encryption }) => encryption.bucketKeyEnabled)).toEqual([
      false,
    ]);
  });

  it('is for each bucket that is written, with its own prefixes, and for no other', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/, sse: { key: "${A}" }`,
      `match: s3://acme-drop/, sse: { key: "${B}" }`,
      `match: s3://acme-third/, sse: { key: "${B}" }`,
    );
    const writes = ['s3://acme-drop/x/', 's3://acme-lake/y/', 's3://acme-drop/z/'];
    const { bucketDefaults } = exported(yaml, 's3-emrfs', { writes });
    expect(bucketDefaults.map(({ bucket, prefixes }) => [bucket, prefixes])).toEqual([
      ['acme-drop', ['s3://acme-drop/x/', 's3://acme-drop/z/']],
      ['acme-lake', ['s3://acme-lake/y/']],
    ]);
  });

  it('is for no bucket that nobody named, even where a rule holds for every bucket', () => {
    const yaml = rulesOf(`match: "s3://*/", sse: { key: "${A}" }`);
    expect(exported(yaml).bucketDefaults).toEqual([]);
    const { bucketDefaults } = exported(yaml, 's3-emrfs', { writes: ['nonsense', 's3://acme-lake/a/'] });
    expect(bucketDefaults.map(({ bucket }) => bucket)).toEqual(['acme-lake']);
  });

  it.each([
    ['off is written down where it is SSE-KMS', 'aws:kms', false, { BucketKeyEnabled: false }],
    ['on is written down beside SSE-S3', 'AES256', true, { BucketKeyEnabled: true }],
    ['off beside SSE-S3 is left out', 'AES256', false, {}],
  ] as const)('bucket key: %s', (_, algorithm, bucketKeyEnabled, written) => {
    const encryption = { algorithm, bucketKeyEnabled, blockedTypes: ['SSE-C'] };
    expect(JSON.parse(renderBucketDefault({ encryption }))).toEqual({
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm },
          ...written,
          BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
        },
      ],
    });
  });
});

it.each([A, KEY_ID])('a key stays what it is, whatever aliases resolve to: %s', (key) => {
  const answer = exported(rulesOf(`match: s3://acme-lake/a/, sse: { key: "${key}" }`), 's3a-s3a', {
    ...APPLICATIONS_ONLY,
    resolve: () => keyReference(B).arn,
  });
  expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3a.encryption.key': key } });
});
