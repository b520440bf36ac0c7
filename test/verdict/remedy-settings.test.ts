import { describe, expect, it } from 'vitest';
import { KMS_MATERIALS_PROVIDER, PROPERTY } from '../../src/emr/properties.ts';
import { COLUMNS } from '../../src/emr/setting.ts';
import { type RemedyFacts, remediesFor } from '../../src/verdict/remedy.ts';
import { SETTING_COLUMNS, settingsNote } from '../../src/verdict/remedy-settings.ts';
import type { Diagnosis, Violation } from '../../src/verdict/verdict.ts';
import { DIAGNOSES, KEY_A, KEY_B, VIOLATIONS } from '../alerts/records.ts';

const facts = (
  violations: readonly Violation[],
  diagnosis: readonly Diagnosis[] = [],
  rest: Partial<RemedyFacts> = {},
): RemedyFacts => ({ outcome: 'violation', violations, diagnosis, ...rest });

/** `name=value` by column, of the remedy with that code. */
function told(code: string, given: RemedyFacts): Readonly<Record<string, readonly string[]>> | undefined {
  const settings = remediesFor(given).find((remedy) => remedy.code === code)?.settings;
  return (
    settings &&
    Object.fromEntries(
      settings.map(({ column, properties }) => [
        column,
        properties.map(({ name, value }) => `${name}=${value}`),
      ]),
    )
  );
}

const allowing = (code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED', ...allowed: readonly string[]) => ({
  code,
  args: { allowed, actual: KEY_A },
});

const sseKms = (key: string) => ({
  's3-emrfs': ['fs.s3.enableServerSideEncryption=true', `fs.s3.serverSideEncryption.kms.keyId=${key}`],
  's3-s3a': ['fs.s3a.encryption.algorithm=SSE-KMS', `fs.s3a.encryption.key=${key}`],
  's3a-s3a': ['fs.s3a.encryption.algorithm=SSE-KMS', `fs.s3a.encryption.key=${key}`],
});

const cseKms = (key: string) => ({
  's3-emrfs': [
    'fs.s3.cse.enabled=true',
    'fs.s3.cse.encryptionMaterialsProvider=com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
    `fs.s3.cse.kms.keyId=${key}`,
  ],
  's3-s3a': ['fs.s3a.encryption.algorithm=CSE-KMS', `fs.s3a.encryption.key=${key}`],
  's3a-s3a': ['fs.s3a.encryption.algorithm=CSE-KMS', `fs.s3a.encryption.key=${key}`],
});

describe('the settings of a cached client', () => {
  const cached = facts([VIOLATIONS.KMS_KEY_NOT_ALLOWED], [DIAGNOSES.KEY_OF_ANOTHER_RULE]);

  it('the cache property follows the scheme, and EMRFS alone has its committer switched off', () => {
    expect(told('NO_FILE_SYSTEM_CACHE', cached)).toEqual({
      's3-emrfs': [
        'fs.s3.impl.disable.cache=true',
        'spark.sql.parquet.fs.optimized.committer.optimization-enabled=false',
      ],
      's3-s3a': ['fs.s3.impl.disable.cache=true'],
      's3a-s3a': ['fs.s3a.impl.disable.cache=true'],
    });
  });

  it('one application for each key: the encryption property follows the connector, the key is the one allowed', () => {
    expect(told('ONE_APPLICATION_PER_KEY', cached)).toEqual(sseKms(KEY_B));
  });

  it('of an envelope: the properties of client-side encryption, said once', () => {
    const inner = facts([VIOLATIONS.CSE_KEY_NOT_ALLOWED], [DIAGNOSES.KEY_OF_ANOTHER_RULE]);
    expect(told('ONE_APPLICATION_PER_KEY', inner)).toEqual(cseKms(KEY_B));
    expect(told('CONFIGURE_CLIENT_SIDE', inner)).toBeUndefined();
  });

  it('of both layers: the envelope alone, since one client does not do both', () => {
    const both = facts(
      [VIOLATIONS.KMS_KEY_NOT_ALLOWED, VIOLATIONS.CSE_KEY_NOT_ALLOWED],
      [DIAGNOSES.KEY_OF_ANOTHER_RULE],
    );
    expect(told('ONE_APPLICATION_PER_KEY', both)).toBeUndefined();
    expect(told('CONFIGURE_CLIENT_SIDE', both)).toEqual(cseKms(KEY_B));
  });

  it('that encrypts on its side has no server-side property to set for its outer layer', () => {
    const found = [{ sse: { type: 'sse-kms' }, cse: { type: 'envelope' as const } }];
    expect(told('ONE_APPLICATION_PER_KEY', { ...cached, found })).toBeUndefined();
    expect(told('NO_FILE_SYSTEM_CACHE', { ...cached, found })).toBeDefined();
  });
});

describe('the key in the settings', () => {
  it.each([
    ['two keys are allowed', [KEY_A, KEY_B]],
    ['the key is an alias', ['alias/tenant-b']],
    ['the key is a bare id', ['bbbbbbbb-12ab-34cd-56ef-1234567890ab']],
    ['the key was cut', [`${KEY_B}…[cut]`]],
    ['none is told', []],
  ])('is never a guess: where %s it is KEY_ARN', (_why, allowed) => {
    expect(told('NAME_THE_KEY', facts([allowing('KMS_KEY_NOT_ALLOWED', ...allowed)]))).toEqual(
      sseKms('KEY_ARN'),
    );
  });

  it('two records that allow different keys leave it open', () => {
    const two = [allowing('KMS_KEY_NOT_ALLOWED', KEY_A), allowing('KMS_KEY_NOT_ALLOWED', KEY_B)];
    expect(told('NAME_THE_KEY', facts(two))).toEqual(sseKms('KEY_ARN'));
  });

  it('records that are not here may allow another', () => {
    const more = facts([VIOLATIONS.KMS_KEY_NOT_ALLOWED], [], { more: true });
    expect(told('NAME_THE_KEY', more)).toEqual(sseKms('KEY_ARN'));
  });

  it('an expired key is not recommended, also where the policy names no other', () => {
    const { args } = VIOLATIONS.KMS_KEY_EXPIRED;
    const expired: Violation = { code: 'KMS_KEY_EXPIRED', args: { ...args, allowed: [KEY_A] } };
    expect(told('NAME_THE_KEY', facts([expired]))).toEqual(sseKms('KEY_ARN'));
  });

  it.each([
    ['KMS_KEY_NOT_ALLOWED', 'NAME_THE_KEY', sseKms('KEY_ARN')],
    ['CSE_KEY_NOT_ALLOWED', 'CONFIGURE_CLIENT_SIDE', cseKms('KEY_ARN')],
  ] as const)('is none of the keys past their last day: %s', (code, remedy, settings) => {
    const lapsed = { code, args: { ...allowing(code, KEY_B).args, lapsed: '2026-01-31' } };
    expect(told(remedy, facts([lapsed as Violation]))).toEqual(settings);
  });

  it('the key of one layer never stands for the other', () => {
    const outer = facts([VIOLATIONS.KMS_KEY_NOT_ALLOWED, VIOLATIONS.CSE_MISSING]);
    expect(told('ENABLE_CLIENT_SIDE', outer)).toEqual(cseKms('KEY_ARN'));
  });
});

describe('the settings for other causes', () => {
  it('the AWS managed key, and a key of another account, name the key that is due', () => {
    const wrong = [VIOLATIONS.KMS_KEY_NOT_ALLOWED];
    expect(told('NAME_THE_KEY', facts(wrong, [DIAGNOSES.AWS_MANAGED_KEY]))).toEqual(sseKms(KEY_B));
    expect(told('USE_KEY_ARN', facts(wrong, [DIAGNOSES.KEY_OF_ANOTHER_ACCOUNT]))).toEqual(sseKms(KEY_B));
  });

  it('a claimed key of another account names the key of the envelope', () => {
    const wrong = facts([VIOLATIONS.CSE_KEY_NOT_ALLOWED], [DIAGNOSES.KEY_OF_ANOTHER_ACCOUNT]);
    expect(told('USE_KEY_ARN', wrong)).toEqual(cseKms(KEY_B));
  });

  it('SSE-S3 where KMS was due asks for KMS; which key is not told by such an object', () => {
    const due = facts([VIOLATIONS.SSE_ALGORITHM_NOT_ALLOWED], [DIAGNOSES.DEFAULT_APPLIED]);
    expect(told('ASK_FOR_ENCRYPTION', due)).toEqual(sseKms('KEY_ARN'));
    expect(told('ASK_FOR_ENCRYPTION', facts([VIOLATIONS.SSE_MISSING]))).toEqual(sseKms('KEY_ARN'));
  });

  it.each([
    ['aws:kms:dsse', [], 'DSSE-KMS'],
    [
      'AES256',
      ['fs.s3.enableServerSideEncryption=true', 'fs.s3.serverSideEncryptionAlgorithm=AES256'],
      'AES256',
    ],
  ])('a rule that allows %s alone: EMRFS %j, S3A %s', (algorithm, emrfs, s3a) => {
    const due = facts([
      { code: 'SSE_ALGORITHM_NOT_ALLOWED', args: { allowed: [algorithm], actual: 'aws:kms' } },
    ]);
    const settings = told('ASK_FOR_ENCRYPTION', due);
    expect(settings?.['s3-emrfs']).toEqual(emrfs);
    expect(settings?.['s3a-s3a']?.[0]).toBe(`fs.s3a.encryption.algorithm=${s3a}`);
  });

  it('an algorithm that no writer asks for has no settings', () => {
    const due = facts([
      { code: 'SSE_ALGORITHM_NOT_ALLOWED', args: { allowed: ['aws:fsx'], actual: 'AES256' } },
    ]);
    expect(told('ASK_FOR_ENCRYPTION', due)).toBeUndefined();
  });

  it('a wrong key under DSSE-KMS stays under DSSE-KMS', () => {
    const found = [{ sse: { type: 'dsse-kms' }, cse: { type: 'none' as const } }];
    const wrong = facts([VIOLATIONS.KMS_KEY_NOT_ALLOWED], [], { found });
    expect(told('NAME_THE_KEY', wrong)?.['s3-s3a']?.[0]).toBe('fs.s3a.encryption.algorithm=DSSE-KMS');
    expect(told('NAME_THE_KEY', wrong)?.['s3-emrfs']).toEqual([]);
  });

  it('a missing envelope switches client-side encryption on', () => {
    const missing = facts([VIOLATIONS.CSE_MISSING], [DIAGNOSES.CSE_NOT_APPLIED]);
    expect(told('ENABLE_CLIENT_SIDE', missing)).toEqual(cseKms('KEY_ARN'));
  });

  it('a wrong wrap or description has none: no property is known to give it', () => {
    for (const one of [VIOLATIONS.CSE_WRAP_NOT_ALLOWED, VIOLATIONS.CSE_DESCRIPTION_MISMATCH]) {
      expect(told('CONFIGURE_CLIENT_SIDE', facts([one]))).toBeUndefined();
    }
  });
});

describe('what is said with settings', () => {
  const settingsOf = (given: RemedyFacts) => remediesFor(given).flatMap(({ settings }) => settings ?? []);

  it('how Spark is given them, and what KEY_ARN stands for where it stands there', () => {
    const filled = settingsNote(settingsOf(facts([VIOLATIONS.KMS_KEY_NOT_ALLOWED])));
    expect(filled).toContain('takes the prefix spark.hadoop.');
    expect(filled).not.toContain('KEY_ARN');
    expect(settingsNote(settingsOf(facts([VIOLATIONS.CSE_MISSING])))).toContain('KEY_ARN stands for');
  });

  it('the columns and properties are those that configurations are read by', () => {
    expect(Object.keys(SETTING_COLUMNS)).toEqual([...COLUMNS]);
    const all = [...Object.values(VIOLATIONS).map((one) => facts([one])), facts([])].flatMap((given) => [
      ...settingsOf(given),
      ...settingsOf({ ...given, diagnosis: [DIAGNOSES.KEY_OF_ANOTHER_RULE] }),
    ]);
    const names = new Set(all.flatMap(({ properties }) => properties.map(({ name }) => name)));
    const known: ReadonlySet<string> = new Set(Object.values(PROPERTY));
    expect([...names].filter((name) => !known.has(name))).toEqual([]);
    expect(names.size).toBe(10);
    expect(JSON.stringify(all)).toContain(KMS_MATERIALS_PROVIDER);
  });
});
