import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const UNDER_A = `cse: { key: "${A}", wrap: [kms] }`;
const PROVEN_A = `cse: { key: "${A}", proof: decrypt-dry-run }`;

const EVERY_BUCKET =
  'these settings hold for every bucket that the application writes to, event logs and staging folders included';
const OLD_NAMES =
  'an S3A of before these names knows fs.s3a.server-side-encryption-algorithm and fs.s3a.server-side-encryption.key';

describe('what a person reads beside the settings of client-side encryption', () => {
  it('on EMRFS: the envelope that it writes, and how far the settings reach', () => {
    const [application] = exported(rulesOf(`match: s3://acme-lake/a/, ${UNDER_A}`)).applications;
    expect(application?.notes).toEqual([
      'EMRFS encrypts before it sends: format V2, wrap kms, suite AES/CBC/PKCS5Padding; the envelope claims the key as it is configured',
      EVERY_BUCKET,
      'given to spark-submit they hold for one application; as Configurations for the whole cluster, which then serves this one encryption alone',
    ]);
  });

  it('on S3A: that its envelope names no key, and the older names of its properties', () => {
    const yaml = rulesOf(`match: s3://acme-lake/a/, ${PROVEN_A}`);
    const [application] = exported(yaml, 's3a-s3a', { flavour: 'eks' }).applications;
    expect(application?.notes).toEqual([
      'S3A encrypts before it sends: format V2, wrap kms+context, suite AES/GCM/NoPadding; the envelope names no key',
      EVERY_BUCKET,
      'given to start-job-run they hold for this job alone',
      OLD_NAMES,
    ]);
  });
});

describe('no Region is set where the key tells of none', () => {
  it('on EMRFS, under a bare id, with a note on what the id means', () => {
    const answer = exported(rulesOf(`match: s3://acme-lake/a/, cse: { key: ${KEY_ID}, wrap: [kms] }`));
    expect(settingsByName(answer)).toEqual({
      r0: {
        'fs.s3.cse.enabled': 'true',
        'fs.s3.cse.encryptionMaterialsProvider':
          'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        'fs.s3.cse.kms.keyId': KEY_ID,
      },
    });
    expect(answer.applications[0]?.notes[1]).toBe(
      `${KEY_ID} is a bare id: it means that key in the account and Region of the writer`,
    );
    expect(answer.problems).toEqual([]);
  });

  it('on S3A, under an alias, with a warning that the writer resolves it', () => {
    const yaml = rulesOf('match: s3://acme-lake/a/, cse: { key: alias/lake, proof: decrypt-dry-run }');
    const answer = exported(yaml, 's3a-s3a');
    expect(settingsByName(answer)).toEqual({
      r0: { 'fs.s3a.encryption.algorithm': 'CSE-KMS', 'fs.s3a.encryption.key': 'alias/lake' },
    });
    expect(messagesOf(answer)).toEqual([
      'emr/alias: "s3://acme-lake/a/", rule r0: "alias/lake" is resolved in the account of the writer, and may mean another key there or later: put the full key ARN in its place',
    ]);
  });
});

describe('a client-side rule that no configuration meets is told every reason at once', () => {
  const refused = 'emr/not-expressible: "s3://acme-lake/a/" gets no configuration under rule r0:';
  const noKey = 'its cse names no KMS key: name one, or supply a class of your own that provides the key';

  it.each([
    [
      'no key, on EMRFS: its provider is named',
      's3-emrfs',
      'required',
      `${noKey} (fs.s3.cse.encryptionMaterialsProvider and its .uri)`,
    ],
    [
      'no key, on S3A: its keyring is named, and nothing is said of claims',
      's3a-s3a',
      'required',
      `${noKey} (fs.s3a.encryption.algorithm=CSE-CUSTOM and fs.s3a.encryption.cse.custom.keyring.class.name)`,
    ],
    [
      'a material description',
      's3-emrfs',
      '{ description: { keyname: a } }',
      `it asks for a material description, which no envelope under a KMS key has; ${noKey} (fs.s3.cse.encryptionMaterialsProvider and its .uri)`,
    ],
    [
      'wraps, formats, suites and a context that EMRFS does not write',
      's3-emrfs',
      `{ key: "${A}", wrap: [kms+context, other], format: [V1, V3], suite: [x], context: { team: a }, proof: decrypt-dry-run }`,
      'its wrap is "kms+context" or "other", and EMRFS writes "kms"; its format is "V1" or "V3", and EMRFS writes "V2"; its suite is "x", and EMRFS writes "AES/CBC/PKCS5Padding"; it asks for an encryption context, which EMRFS cannot set',
    ],
    [
      "a claim of the key, which S3A's envelopes do not make",
      's3-s3a',
      `{ key: "${A}" }`,
      "S3A's envelopes name no key, so that the rule could not be judged: write through EMRFS, or ask for proof: decrypt-dry-run",
    ],
    [
      'the AWS-managed key, which no client can use',
      's3-emrfs',
      '{ key: alias/aws/s3, wrap: [kms] }',
      'aws/s3 is no key for client-side encryption: name one of your own in the rule',
    ],
  ] as const)('%s', (_, column, cse, reasons) => {
    const answer = exported(rulesOf(`match: s3://acme-lake/a/, cse: ${cse}`), column);
    expect(messagesOf(answer)).toEqual([`${refused} ${reasons}`]);
    expect(answer.applications).toEqual([]);
  });

  it('what is wrong with the envelope comes before what is wrong with each key', () => {
    const yaml = rulesOf(
      'match: "s3://acme-lake/{team}/", cse: { key: ["alias/team-{team}", alias/aws/s3], wrap: [kms+context], proof: decrypt-dry-run }',
    );
    expect(messagesOf(exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/a b/'] }))).toEqual([
      'emr/not-expressible: "s3://acme-lake/a b/" gets no configuration under rule r0: its wrap is "kms+context", and EMRFS writes "kms"; "a b" becomes part of an alias, and may hold letters, digits, "_" and "-" alone; aws/s3 is no key for client-side encryption: name one of your own in the rule',
    ]);
  });

  it('a key that can be used is taken where another of the rule cannot', () => {
    const answer = exported(
      rulesOf(`match: s3://acme-lake/a/, cse: { key: [alias/aws/s3, "${B}"], wrap: [kms] }`),
    );
    expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3.cse.kms.keyId': B } });
    expect(answer.problems).toEqual([]);
  });
});

describe('a deeper rule lies apart where the envelopes of the application would not meet it', () => {
  const apart = (above: string, deeper: string, column: Column): readonly string[] =>
    messagesOf(
      exported(
        rulesOf(`match: s3://acme-lake/a/, ${above}`, `match: "s3://acme-lake/a/{deep}/", ${deeper}`),
        column,
        { writes: ['s3://acme-lake/a/'], bucketDefaults: 'never' },
      ),
    );

  it.each([
    ['the same key', 's3-emrfs', UNDER_A, UNDER_A],
    ['the same key as the second of two', 's3-emrfs', UNDER_A, `cse: { key: ["${B}", "${A}"], wrap: [kms] }`],
    ['the same key beside aws/s3', 's3-emrfs', UNDER_A, `cse: { key: [alias/aws/s3, "${A}"], wrap: [kms] }`],
    ['any envelope', 's3-emrfs', UNDER_A, 'cse: required'],
    ['the same key and wrap of S3A', 's3a-s3a', PROVEN_A, PROVEN_A],
    ['the wrap of S3A', 's3a-s3a', PROVEN_A, 'cse: { wrap: [kms+context] }'],
  ] as const)('not apart: %s', (_, column, above, deeper) => {
    expect(apart(above, deeper, column)).toEqual([]);
  });

  it.each([
    ['another key', 's3-emrfs', UNDER_A, `cse: { key: "${B}", wrap: [kms] }`],
    ['a key that is chosen by the path', 's3-emrfs', UNDER_A, 'cse: { key: "alias/t-{deep}", wrap: [kms] }'],
    ['aws/s3 alone', 's3-emrfs', UNDER_A, 'cse: { key: alias/aws/s3, wrap: [kms] }'],
    ['another wrap', 's3-emrfs', UNDER_A, 'cse: { wrap: [kms+context] }'],
    ['another wrap under the same key', 's3a-s3a', PROVEN_A, UNDER_A],
    ['no envelope', 's3-emrfs', UNDER_A, 'cse: forbidden'],
    ['an outer layer, where there is none', 's3-emrfs', UNDER_A, `sse: { key: "${A}" }`],
    ['an envelope, where none is written', 's3-emrfs', `sse: { key: "${A}" }`, UNDER_A],
    ['any envelope, where none is written', 's3-emrfs', `sse: { key: "${A}" }`, 'cse: required'],
  ] as const)('apart: %s', (_, column, above, deeper) => {
    expect(apart(above, deeper, column)).toEqual([
      'emr/not-expressible: rule r1 governs "s3://acme-lake/a/{deep}/" below "s3://acme-lake/a/", and wants what the configuration for rule r0 does not give: write there from an application of its own, and never from this one',
    ]);
  });
});

describe('the outer layer that the bucket gives counts for deeper rules', () => {
  const BOTH = `sse: { key: "${B}" }, ${UNDER_A}`;
  const apart = (deeper: string): readonly (string | undefined)[] =>
    exported(
      rulesOf(`match: s3://acme-lake/a/, ${BOTH}`, `match: s3://acme-lake/a/deep/, ${deeper}`),
      's3-emrfs',
      { writes: ['s3://acme-lake/a/'] },
    ).problems.map(({ place }) => place.path);

  it.each([
    ['the same two layers', BOTH],
    ['the outer layer alone, and nothing said of an inner one', `sse: { key: "${B}" }`],
    ['the inner layer alone', UNDER_A],
  ])('it meets %s', (_, deeper) => {
    expect(apart(deeper)).toEqual([]);
  });

  it.each([
    ['the key of the inner layer outside', `sse: { key: "${A}" }`],
    ['the outer layer without an envelope', `sse: { key: "${B}" }, cse: forbidden`],
    ['SSE-S3 outside', `sse: { algorithm: [AES256] }, ${UNDER_A}`],
  ])('it does not meet %s', (_, deeper) => {
    expect(apart(deeper)).toEqual(['rules[1]']);
  });

  it('it holds for a client too that asks for nothing, and is missing where no bucket gives it', () => {
    const plain = [
      `match: s3://acme-lake/a/, cse: forbidden`,
      `match: s3://acme-lake/a/deep/, sse: { key: "${B}" }`,
    ];
    const yaml = rulesOf(...plain, `match: s3://acme-lake/c/, ${BOTH}`);
    const writes = ['s3://acme-lake/a/', 's3://acme-lake/c/'];
    expect(exported(yaml, 's3-emrfs', { writes }).problems).toEqual([]);
    const without = exported(yaml, 's3-emrfs', { writes: writes.slice(0, 1) });
    expect(without.problems.map(({ place }) => place.path)).toEqual(['rules[1]']);
  });
});

describe('each bucket has the outer layer of its own writes', () => {
  it('under the key of its own rules, with the prefixes of its own', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }, ${UNDER_A}`,
      `match: s3://acme-drop/b/, sse: { key: "${B}" }, ${UNDER_A}`,
    );
    const { bucketDefaults, problems } = exported(yaml);
    expect(
      bucketDefaults.map(({ bucket, prefixes, encryption }) => [bucket, prefixes, encryption.kmsKeyId]),
    ).toEqual([
      ['acme-lake', ['s3://acme-lake/a/'], A],
      ['acme-drop', ['s3://acme-drop/b/'], B],
    ]);
    expect(problems).toEqual([]);
  });

  it('and the bucket key that its own writers want, whatever is wanted elsewhere', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }, ${UNDER_A}`,
      `match: s3://acme-drop/b/, sse: { key: "${B}", bucketKey: forbidden }`,
    );
    const { bucketDefaults } = exported(yaml, 's3-emrfs', { bucketDefaults: 'never' });
    expect(bucketDefaults.map(({ encryption }) => encryption.bucketKeyEnabled)).toEqual([true]);
  });

  it('an alias is no outer layer, and the write is not exported without one', () => {
    const answer = exported(rulesOf(`match: s3://acme-lake/a/, sse: { key: alias/lake }, ${UNDER_A}`));
    expect(messagesOf(answer)).toEqual([
      'emr/alias: one key serves bucket "acme-lake", but only "alias/lake" is known of it, which S3 would resolve in the account of whoever writes: give its full ARN to have it as the default encryption',
    ]);
    expect(answer.problems.map(({ place }) => place)).toEqual([{ source: 's3://acme-lake/' }]);
    expect(answer.notExported).toEqual(['s3://acme-lake/a/']);
  });

  it('two outer keys in one bucket are told in one sentence, with its id', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }, ${UNDER_A}`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }, ${UNDER_A}`,
    );
    expect(messagesOf(exported(yaml))).toEqual([
      'emr/not-expressible: the objects of r0, r1 in bucket "acme-lake" are encrypted before they are sent, so that the bucket gives the outer layer, and no one default satisfies these rules: name one key (as a full ARN) for all of them',
    ]);
  });
});
