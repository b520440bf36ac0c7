import { describe, expect, it } from 'vitest';
import {
  type BucketCheckFacts,
  type BucketFinding,
  bucketFindings,
  FINDING_LEVELS,
} from '../../src/emr/bucket-check.ts';
import { defaultHead, defaultKey } from '../../src/emr/bucket-check-default.ts';
import { CREATED_EVENTS, untoldWrites } from '../../src/emr/bucket-check-notifications.ts';
import { describeFinding } from '../../src/emr/bucket-check-text.ts';
import type { BucketNotifications, NotificationTarget } from '../../src/emr/bucket-settings.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { bucketName } from '../../src/objects/object.ts';
import { buildRule } from '../policy/build.ts';
import { keyArn, keyReference } from '../support/keys.ts';

const BUCKET = bucketName('acme-lake');
const KEY = keyArn('a');
const plain: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] };
const kms: BucketDefault = { ...plain, algorithm: 'aws:kms', kmsKeyId: KEY };

const target = (change: Partial<NotificationTarget> = {}): NotificationTarget => ({
  kind: 'queue',
  arn: 'arn:aws:sqs:eu-west-1:111122223333:audit',
  events: ['s3:ObjectCreated:*'],
  prefix: '',
  suffix: '',
  ...change,
});
const sent = (...targets: readonly NotificationTarget[]): BucketNotifications => ({
  eventBridge: false,
  targets,
});

const findings = (change: Partial<BucketCheckFacts>): readonly BucketFinding[] =>
  bucketFindings({
    bucket: BUCKET,
    byDefault: { kind: 'found', value: kms },
    notifications: { kind: 'found', value: { eventBridge: true, targets: [] } },
    judgements: [],
    rules: [],
    ...change,
  });
const codes = (change: Partial<BucketCheckFacts>): readonly string[] =>
  findings(change).map(({ code }) => code);

describe('the key of a default', () => {
  for (const [title, byDefault, kind] of [
    ['AES256 has none', plain, 'none'],
    ['a key ARN is that key', kms, 'key-arn'],
    [
      'a bare id is resolved by the writer',
      { ...kms, kmsKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab' },
      'key-id',
    ],
    ['an alias name is resolved by the writer', { ...kms, kmsKeyId: 'alias/lake' }, 'alias'],
    [
      'an alias ARN names its account',
      { ...kms, kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:alias/x' },
      'alias-arn',
    ],
    ['alias/aws/s3 is the AWS-managed key', { ...kms, kmsKeyId: 'alias/aws/s3' }, 'aws-managed'],
    ['an unknown word is never taken for a key', { ...kms, kmsKeyId: '<KMS Key Id>' }, 'unreadable'],
  ] as const) {
    it(title, () => expect(defaultKey(byDefault).kind).toBe(kind));
  }

  it('SSE-KMS without a key is aws/s3, under either KMS algorithm', () => {
    const { kmsKeyId: _, ...keyless } = kms;
    expect(defaultKey(keyless).kind).toBe('aws-managed');
    expect(defaultKey({ ...keyless, algorithm: 'aws:kms:dsse' }).kind).toBe('aws-managed');
  });
});

describe('what HEAD would show of an object without an encryption header', () => {
  it('is the default, with its S3 Bucket Key, written now', () => {
    expect(defaultHead({ ...kms, bucketKeyEnabled: true }, 5, undefined)).toEqual({
      serverSideEncryption: 'aws:kms',
      kmsKeyId: KEY,
      bucketKeyEnabled: true,
      metadata: new Map(),
      missingMetadata: 0,
      lastModifiedMs: 5,
    });
  });

  it('is no encryption at all where there is no default', () => {
    expect(defaultHead(undefined, 5, undefined)).not.toHaveProperty('serverSideEncryption');
  });

  it('is the key that an alias stands for, where that is known', () => {
    const { arn } = keyReference(keyArn('b'));
    expect(defaultHead({ ...kms, kmsKeyId: 'alias/lake' }, 5, arn).kmsKeyId).toBe(arn);
  });
});

describe('which writes would not be told', () => {
  const finance = buildRule('s3://acme-lake/finance/');
  const untold = (notifications: BucketNotifications, rule = finance) =>
    untoldWrites(notifications, [rule], BUCKET);

  it('none where EventBridge is on, whatever else is filtered', () => {
    expect(untold({ eventBridge: true, targets: [target({ suffix: '.csv' })] })).toEqual([]);
  });

  for (const [title, prefix] of [
    ['no filter', ''],
    ['a filter of the very prefix', 'finance/'],
    ['a raw prefix that begins alike', 'fin'],
  ] as const) {
    it(`none where every creation is sent with ${title}`, () => {
      expect(untold(sent(target({ prefix })))).toEqual([]);
    });
  }

  it('none where each way of creating has a target of its own', () => {
    expect(untold(sent(...CREATED_EVENTS.map((event) => target({ events: [event] }))))).toEqual([]);
  });

  it('only Put leaves out copies, forms and multipart uploads', () => {
    expect(untold(sent(target({ events: ['s3:ObjectCreated:Put'] })))).toEqual([
      {
        rule: finance,
        never: ['s3:ObjectCreated:Post', 's3:ObjectCreated:Copy', 's3:ObjectCreated:CompleteMultipartUpload'],
        partly: [],
      },
    ]);
  });

  it('a narrower prefix tells a part, and two narrower ones do not make up the whole', () => {
    const [one] = untold(sent(target({ prefix: 'finance/a/' }), target({ prefix: 'finance/b/' })));
    expect(one?.never).toEqual([]);
    expect(one?.partly).toHaveLength(CREATED_EVENTS.length);
    expect(one?.partly[0]?.filters).toEqual([
      { prefix: 'finance/a/', suffix: '' },
      { prefix: 'finance/b/', suffix: '' },
    ]);
  });

  it.each([
    ['s3://acme-lake/year end/', 'year+end/'],
    ['s3://acme-lake/a+b/', 'a%2Bb/'],
    ['s3://acme-lake/prüfung/', 'pr%C3%BCfung/'],
  ])('a filter is written as forms are encoded: %s is told by %s', (match, prefix) => {
    expect(untold(sent(target({ prefix })), buildRule(match))).toEqual([]);
  });

  it('a filter that was not encoded lets other keys through', () => {
    const [one] = untold(sent(target({ prefix: 'a+b/' })), buildRule('s3://acme-lake/a+b/'));
    expect(one?.never).toEqual(CREATED_EVENTS);
  });

  it('a filter that cannot be decoded is never taken for the whole', () => {
    for (const filter of [{ prefix: 'finance%' }, { prefix: '%zz' }, { suffix: '%' }]) {
      const [one] = untold(sent(target(filter)));
      expect(one?.never).toEqual([]);
      expect(one?.partly[0]?.filters).toEqual([{ prefix: '', suffix: '', ...filter }]);
    }
  });

  it('a suffix tells a part', () => {
    expect(untold(sent(target({ suffix: '.parquet' })))[0]?.partly[0]?.filters).toEqual([
      { prefix: '', suffix: '.parquet' },
    ]);
  });

  it('another prefix tells nothing', () => {
    expect(untold(sent(target({ prefix: 'payroll/' })))[0]?.never).toEqual(CREATED_EVENTS);
  });

  it('a filter on one value of a capture tells a part, one on what stands before it the whole', () => {
    const tenants = buildRule('s3://acme-lake/events/tenant={tenant}/');
    expect(untold(sent(target({ prefix: 'events/tenant=a/' })), tenants)[0]?.never).toEqual([]);
    expect(untold(sent(target({ prefix: 'events/tenant=' })), tenants)).toEqual([]);
  });

  it('deletions alone tell of no write', () => {
    const deletions = sent(target({ events: ['s3:ObjectRemoved:*'] }));
    expect(untold(deletions)[0]?.never).toEqual(CREATED_EVENTS);
    expect(codes({ notifications: { kind: 'found', value: deletions } })).toEqual(['NO_NOTIFICATIONS']);
  });
});

describe('findings', () => {
  it('a default with a key ARN, SSE-C blocked and EventBridge on leave a note alone', () => {
    expect(codes({})).toEqual(['EVENTBRIDGE_RULE_NOT_SEEN']);
  });

  it('SSE-C that is not listed as blocked is a problem, also where NONE is listed', () => {
    for (const blockedTypes of [[], ['NONE'], ['SSE-D']]) {
      expect(codes({ byDefault: { kind: 'found', value: { ...kms, blockedTypes } } })).toContain(
        'SSE_C_NOT_BLOCKED',
      );
    }
  });

  it('a server without a default blocks no SSE-C either', () => {
    expect(codes({ byDefault: { kind: 'none' } })).toEqual([
      'NO_DEFAULT_ENCRYPTION',
      'SSE_C_NOT_BLOCKED',
      'EVENTBRIDGE_RULE_NOT_SEEN',
    ]);
  });

  it('an empty notification configuration reaches nobody', () => {
    expect(codes({ notifications: { kind: 'found', value: sent() } })).toEqual(['NO_NOTIFICATIONS']);
  });

  it('a directory bucket has no notifications', () => {
    const [only] = findings({ notifications: { kind: 'not-offered' } });
    expect(only && describeFinding(only)).toContain('Re-audit it regularly');
  });

  it('what could not be read is unknown, never a pass', () => {
    for (const answer of [
      { kind: 'denied', permission: 's3:X' },
      { kind: 'no-bucket' },
      { kind: 'wrong-region', region: 'eu-central-1' },
      { kind: 'refused', why: 'HTTP 501' },
    ] as const) {
      const all = findings({ byDefault: answer, notifications: answer });
      expect(all.map(({ code }) => FINDING_LEVELS[code])).toEqual(['unknown', 'unknown']);
    }
  });

  it('a refusal names the permission, another Region what to add', () => {
    const text = (answer: BucketCheckFacts['byDefault']) =>
      findings({ byDefault: answer }).map(describeFinding)[0];
    expect(text({ kind: 'denied', permission: 's3:GetEncryptionConfiguration' })).toContain(
      'the caller needs s3:GetEncryptionConfiguration on the bucket',
    );
    expect(text({ kind: 'wrong-region', region: 'eu-central-1' })).toContain('add --region eu-central-1');
  });

  it('names from outside cannot steer the terminal', () => {
    const evil = '\u001b[2J\u202e';
    const all = findings({
      byDefault: { kind: 'refused', why: evil },
      notifications: { kind: 'found', value: sent(target({ arn: evil })) },
    });
    expect(all.map(describeFinding).join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
