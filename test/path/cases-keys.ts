import { DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import type { LocalAws } from '../../local/aws.ts';
import { type Case, compliant, tellOf, unknown, violation } from './case.ts';
import { ACME, aliasArn, KEYS, keyArn, PARTNER, REGION, STRANGER } from './names.ts';

const kms = (aws: LocalAws): KMSClient => new KMSClient(aws.clientConfig(ACME, REGION));

/** Every form in which a key can be named, in the write and in the policy, and what KMS says or does not say of it. */
export const KEY_CASES: readonly Case[] = [
  // In the write.
  {
    title: 'a key that the writer names by ARN is the key that the policy names by ARN',
    key: 'by-arn/arn/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('by-arn'),
  },
  {
    title: 'a key that the writer names by its bare id is that key',
    key: 'by-arn/id/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: KEYS.plain.keyId }),
    expect: compliant('by-arn'),
  },
  {
    title: 'a key that the writer names by alias is that key',
    key: 'by-arn/alias/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: KEYS.plain.alias }),
    expect: compliant('by-arn'),
  },
  {
    title: 'a key that the writer names by alias ARN is that key',
    key: 'by-arn/alias-arn/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: aliasArn('plain') }),
    expect: compliant('by-arn'),
  },
  {
    title: 'another key of the same account is a violation that names both',
    key: 'by-arn/other/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: KEYS.other.alias }),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED'], {
      args: { allowed: [keyArn('plain')], actual: keyArn('other') },
      sse: { type: 'sse-kms', key: keyArn('other'), bucketKey: false },
      event: 'ObjectCreated:Put',
    }),
  },
  // In the policy.
  {
    title: 'a bare id in the policy means that key',
    key: 'by-id/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('by-id'),
  },
  {
    title: 'a bare id in the policy means no other key',
    key: 'by-id/wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('high', 'by-id', ['KMS_KEY_NOT_ALLOWED'], { args: { actual: keyArn('other') } }),
  },
  {
    title: 'an alias in the policy means the key that it points at',
    key: 'by-alias/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('by-alias'),
  },
  {
    title: 'an alias in the policy means no other key',
    key: 'by-alias/wrong/{n}',
    objects: 45,
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('high', 'by-alias', ['KMS_KEY_NOT_ALLOWED'], {
      args: { allowed: [keyArn('plain')], actual: keyArn('other') },
    }),
  },
  {
    title: 'an alias ARN in the policy means the key that it points at',
    key: 'by-alias-arn/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('by-alias-arn'),
  },
  {
    title: 'an alias ARN in the policy means no other key',
    key: 'by-alias-arn/wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('high', 'by-alias-arn', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: "an alias ARN of another account means that account's key",
    key: 'by-partner-alias-arn/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('partner'), as: PARTNER }),
    expect: compliant('by-partner-alias-arn'),
  },
  {
    title: "an alias ARN of another account does not mean the owner's key",
    key: 'by-partner-alias-arn/wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: violation('high', 'by-partner-alias-arn', ['KMS_KEY_NOT_ALLOWED'], {
      args: { allowed: [keyArn('partner')] },
    }),
  },
  {
    title: 'a list allows its first key',
    key: 'by-list/first/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('by-list'),
  },
  {
    title: 'a list allows a key of another account that DescribeKey does not tell of',
    key: 'by-list/second/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('partnerHidden'), as: PARTNER }),
    meanwhile: async (aws) => aws.kms.control.setDenied(ACME, keyArn('partnerHidden'), 'DescribeKey'),
    expect: compliant('by-list'),
  },
  {
    title: 'a list allows the keys of a name in it',
    key: 'by-list/third/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('finance') }),
    expect: compliant('by-list'),
  },
  {
    title: 'a list allows nothing else',
    key: 'by-list/other/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('high', 'by-list', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'a multi-Region key is the key of its bare id',
    key: 'by-many-id/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('many') }),
    expect: compliant('by-many-id'),
  },
  {
    title: 'the ARN of its replica in another Region is another key',
    key: 'by-many-elsewhere/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('many') }),
    expect: violation('high', 'by-many-elsewhere', ['KMS_KEY_NOT_ALLOWED'], {
      args: { actual: keyArn('many') },
    }),
  },
  // The last day of writing.
  {
    title: 'a former key is told apart from a wrong one after its last day',
    key: 'finance/former/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('former'), bucketKey: true }),
    expect: violation('critical', 'finance', ['KMS_KEY_EXPIRED'], {
      args: { layer: 'sse', actual: keyArn('former'), until: '2020-01-31' },
    }),
  },
  {
    title: 'a former key is good up to its last day',
    key: 'handover/former/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('former') }),
    expect: compliant('handover'),
  },
  // The AWS-managed key.
  {
    title: 'aws:kms without a key means aws/s3, which a rule may ask for',
    key: 'managed/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms' }),
    expect: compliant('managed'),
  },
  {
    title: 'aws:kms with alias/aws/s3 means the same',
    key: 'managed/by-alias/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: 'alias/aws/s3' }),
    expect: compliant('managed'),
  },
  {
    title: "a customer's key is not aws/s3",
    key: 'managed/wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('high', 'managed', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'aws/s3 where a customer key is asked for is a violation',
    key: 'by-alias/managed/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms' }),
    expect: violation('high', 'by-alias', ['KMS_KEY_NOT_ALLOWED']),
  },
  // What KMS does not say.
  {
    title: 'an alias that does not exist is unknown, not a violation',
    key: 'lost-alias/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: unknown('high', 'lost-alias', ['KEY_UNRESOLVED'], {
      args: { layer: 'sse', reference: 'alias/never-made', cause: 'not-found' },
    }),
  },
  {
    title: 'an alias that does not exist does not hide a violation beside it',
    key: 'lost-alias/dsse/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms:dsse', key: keyArn('plain') }),
    expect: violation('high', 'lost-alias', ['SSE_ALGORITHM_NOT_ALLOWED'], { reasons: ['KEY_UNRESOLVED'] }),
  },
  {
    title: 'an alias that DescribeKey may not look up is unknown',
    key: 'secret-alias/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('secret') }),
    meanwhile: async (aws) => aws.kms.control.setDenied(ACME, keyArn('secret'), 'DescribeKey'),
    expect: unknown('high', 'secret-alias', ['KEY_UNRESOLVED'], {
      args: { layer: 'sse', reference: 'alias/secret', cause: 'denied' },
    }),
  },
  {
    title: 'a list with an alias that does not exist still allows its other key',
    key: 'hopeful-list/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('hopeful-list'),
  },
  {
    title: 'a list with an alias that does not exist cannot rule another key out',
    key: 'hopeful-list/wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: unknown('high', 'hopeful-list', ['KEY_UNRESOLVED'], { args: { cause: 'not-found' } }),
  },
  // The state of the key.
  {
    title: 'a key disabled since is a violation, whatever key the rule asks for',
    key: 'any/disabled/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('disabled') }),
    meanwhile: (aws) => kms(aws).send(new DisableKeyCommand({ KeyId: keyArn('disabled') })),
    expect: violation('low', 'any', ['KMS_KEY_UNUSABLE'], {
      args: { actual: keyArn('disabled'), state: 'Disabled' },
    }),
  },
  {
    title: 'a key that is about to be deleted is a violation beside that of the wrong key',
    key: 'by-arn/doomed/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('doomed') }),
    meanwhile: (aws) => kms(aws).send(new ScheduleKeyDeletionCommand({ KeyId: keyArn('doomed') })),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED', 'KMS_KEY_UNUSABLE']),
  },
  // The account of the key.
  {
    title: 'a key of an account that is not trusted is a violation where no key is asked for',
    key: 'any/stranger/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('stranger'), as: STRANGER }),
    expect: violation('low', 'any', ['KMS_KEY_UNTRUSTED_ACCOUNT'], {
      args: { trusted: [ACME, PARTNER], actual: keyArn('stranger'), account: STRANGER },
    }),
  },
  {
    title: 'a key of an account that is not trusted is a violation beside that of the wrong key',
    key: 'by-arn/stranger/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('stranger'), as: STRANGER }),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED', 'KMS_KEY_UNTRUSTED_ACCOUNT']),
  },
  {
    title: 'a key of a trusted account will do where no key is asked for',
    key: 'any/partner/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('partner'), as: PARTNER }),
    expect: compliant('any'),
  },
  {
    title: 'a found key that shows no account cannot be trusted',
    bucket: 'acme-silent',
    key: 'planted/bare-id/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:kms', kmsKeyId: KEYS.plain.keyId }),
    expect: unknown('high', 'silent', ['KEY_UNRESOLVED'], { args: { reference: KEYS.plain.keyId } }),
  },
  {
    title: 'KMS encryption without a key id is unknown',
    bucket: 'acme-silent',
    key: 'planted/no-key/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:kms' }),
    expect: unknown('high', 'silent', ['KEY_NOT_REPORTED']),
  },
];
