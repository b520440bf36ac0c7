import { describe, expect, it } from 'vitest';
import { type BucketCheckFacts, bucketFindings, FINDING_LEVELS } from '../../src/emr/bucket-check.ts';
import type { DefaultJudgement } from '../../src/emr/bucket-check-default.ts';
import { describeFinding, judgementLines, refusalText } from '../../src/emr/bucket-check-text.ts';
import type { NotificationTarget } from '../../src/emr/bucket-settings.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { bucketName } from '../../src/objects/object.ts';
import { buildRule } from '../policy/build.ts';
import { keyArn } from '../support/keys.ts';

const KEY = keyArn('a');
const BARE_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:audit';
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:writes';
const finance = buildRule('s3://acme-lake/finance/', { id: 'finance' });

const aes: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: ['SSE-C'] };
const under = (kmsKeyId: string): BucketDefault => ({ ...aes, algorithm: 'aws:kms', kmsKeyId });
const found = (value: BucketDefault): BucketCheckFacts['byDefault'] => ({ kind: 'found', value });

const target = (change: Partial<NotificationTarget> = {}): NotificationTarget => ({
  kind: 'queue',
  arn: QUEUE,
  events: ['s3:ObjectCreated:*'],
  prefix: '',
  suffix: '',
  ...change,
});
const sentTo = (...targets: readonly NotificationTarget[]): BucketCheckFacts['notifications'] => ({
  kind: 'found',
  value: { eventBridge: false, targets },
});

const judgement = (change: Partial<DefaultJudgement> = {}): DefaultJudgement => ({
  rule: finance,
  outcome: 'satisfies',
  violations: [],
  reasons: [],
  diagnosis: [],
  dependsOn: [],
  ...change,
});

/** Every finding as a person sees it: how much it weighs, its code and its sentences. */
const told = (change: Partial<BucketCheckFacts>): readonly string[] =>
  bucketFindings({
    bucket: bucketName('acme-lake'),
    byDefault: found(aes),
    notifications: sentTo(target()),
    judgements: [],
    rules: [finance],
    ...change,
  }).map((one) => `${FINDING_LEVELS[one.code]} ${one.code}: ${describeFinding(one)}`);

const ofDefault = (
  byDefault: BucketCheckFacts['byDefault'],
  judgements: readonly DefaultJudgement[] = [],
): readonly string[] => told({ byDefault, judgements }).slice(0, -1);

const SEEN_ALONE = `note TARGET_NOT_SEEN: Whether these are the auditor's is not seen from here: ${QUEUE}.`;
const NO_DEFAULT =
  'note NO_DEFAULT_ENCRYPTION: The bucket has no default encryption: what is written without an encryption header is not encrypted by the server.';
const BREAKS =
  'problem DEFAULT_BREAKS_RULE: An object written under rule finance without any encryption header breaks the rule. Set the default encryption to what the rule wants where one key serves the whole bucket, else have every writer name its key.';
const UNDECIDED =
  'unknown DEFAULT_UNDECIDED: Whether an object written under rule finance without any encryption header satisfies the rule cannot be told.';
const MANAGED =
  "note DEFAULT_KEY_IS_AWS_MANAGED: The default is SSE-KMS without a key: S3 takes the AWS-managed key aws/s3 of the writer's account, which no other account can be allowed to use.";
const NOBODY =
  "problem NO_NOTIFICATIONS: Nothing tells the auditor of a write: EventBridge is off, and no queue, topic or function is sent s3:ObjectCreated events. Switch EventBridge on, or send s3:ObjectCreated:* to the auditor's queue; until then only a re-audit (s3-encryption-auditor audit) finds what is wrong.";
const ofTheWriter = (named: string) =>
  `problem DEFAULT_KEY_OF_THE_WRITER: The default names its key by ${named}, which S3 resolves in the account of whoever writes: a writer of another account gets that account's key, or an error. Name the key by its full ARN.`;
const notBlocked = (blocked: string) =>
  `problem SSE_C_NOT_BLOCKED: This configuration does not block SSE-C (blocked: ${blocked}), which no rule allows: a writer may bring a key that only he has. Block it: BlockedEncryptionTypes SSE-C in the default encryption.`;

describe('what a person reads of a default encryption', () => {
  it.each([
    ['SSE-S3', aes],
    ['a key ARN', under(KEY)],
    ['an alias ARN', under('arn:aws:kms:eu-west-1:111122223333:alias/lake')],
    ['what nobody can read as a key, which is left to the rules', under('<KMS Key Id>')],
  ])('nothing of its key where it is %s', (_, byDefault) => {
    expect(told({ byDefault: found(byDefault) })).toEqual([SEEN_ALONE]);
  });

  it.each([
    ['an alias is the one of whoever writes', under('alias/lake'), ofTheWriter('an alias, alias/lake')],
    ['so is a bare id', under(BARE_ID), ofTheWriter(`a bare id, ${BARE_ID}`)],
    ['SSE-KMS without a key is aws/s3', { ...aes, algorithm: 'aws:kms' }, MANAGED],
    ['SSE-C of which nothing is said', { ...aes, blockedTypes: [] }, notBlocked('nothing')],
    ['SSE-C where other types are blocked', { ...aes, blockedTypes: ['NONE', 'X'] }, notBlocked('NONE, X')],
  ])('%s', (_, byDefault, message) => {
    expect(ofDefault(found(byDefault))).toEqual([message]);
  });

  it('a rule that is broken and one that cannot be told stand before the key; one that is satisfied or not asked is no finding', () => {
    const judgements = (['satisfies', 'breaks', 'not-asked', 'cannot-tell'] as const).map((outcome) =>
      judgement({ outcome }),
    );
    expect(ofDefault(found({ ...under('alias/lake'), blockedTypes: [] }), judgements)).toEqual([
      BREAKS,
      UNDECIDED,
      ofTheWriter('an alias, alias/lake'),
      notBlocked('nothing'),
    ]);
  });

  it('a server without a default is told first, then what it means for the rules and for SSE-C', () => {
    expect(ofDefault({ kind: 'none' }, [judgement({ outcome: 'breaks' })])).toEqual([
      NO_DEFAULT,
      BREAKS,
      notBlocked('nothing'),
    ]);
  });
});

describe('what a person reads of notifications', () => {
  it('each target that hears of writes is named once, and those that do not are left out', () => {
    const notifications = sentTo(
      target({ events: ['s3:ObjectCreated:*'], prefix: 'payroll/' }),
      target(),
      target({ arn: 'arn:aws:sqs:eu-west-1:111122223333:deletions', events: ['s3:ObjectRemoved:*'] }),
      target({ kind: 'topic', arn: TOPIC, events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:Put'] }),
    );
    expect(told({ notifications })).toEqual([
      `note TARGET_NOT_SEEN: Whether these are the auditor's is not seen from here: ${QUEUE}, ${TOPIC}.`,
    ]);
  });

  it('a target that is sent deletions too still hears of writes', () => {
    const events = ['s3:ObjectRemoved:*', 's3:ObjectCreated:*'];
    expect(told({ notifications: sentTo(target({ events })) })).toEqual([SEEN_ALONE]);
  });

  it.each([
    ['there is no configuration', { kind: 'none' }, NOBODY],
    ['the configuration is empty', sentTo(), NOBODY],
    ['an event has no name', sentTo(target({ events: ['s3:ObjectCreated:'] })), NOBODY],
    [
      'EventBridge is on',
      { kind: 'found', value: { eventBridge: true, targets: [] } },
      'note EVENTBRIDGE_RULE_NOT_SEEN: EventBridge is sent every event of the bucket. Whether a rule there hands them to the auditor is not seen from here.',
    ],
    [
      'the bucket is a directory bucket',
      { kind: 'not-offered' },
      'problem NO_NOTIFICATIONS_OFFERED: A directory bucket sends no notifications: nothing tells the auditor of a write. Re-audit it regularly (s3-encryption-auditor audit).',
    ],
  ] as const)('where %s', (_, notifications, message) => {
    expect(told({ notifications })).toEqual([message]);
  });

  const notTold = (what: string) =>
    `problem WRITES_NOT_TOLD: Not every write under rule finance (s3://acme-lake/finance/) is told: ${what}. Send s3:ObjectCreated:* with no filter, or with one that lets the whole prefix through.`;
  const PUT = ['s3:ObjectCreated:Put'];
  const COPY = ['s3:ObjectCreated:Copy'];

  it.each([
    ['puts alone', [target({ events: PUT })], 'Post, Copy, CompleteMultipartUpload never'],
    [
      'another prefix alone',
      [target({ prefix: 'payroll/' })],
      'Put, Post, Copy, CompleteMultipartUpload never',
    ],
    [
      'a part of the prefix',
      [target({ prefix: 'finance/a/' })],
      'Put, Post, Copy, CompleteMultipartUpload only where the key begins with "finance/a/"',
    ],
    [
      'one kind of file',
      [target({ suffix: '.parquet' })],
      'Put, Post, Copy, CompleteMultipartUpload only where the key ends with ".parquet"',
    ],
    [
      'one kind of file in a part of the prefix, and all of another part',
      [target({ prefix: 'finance/a/', suffix: '.csv' }), target({ prefix: 'finance/b/' })],
      'Put, Post, Copy, CompleteMultipartUpload only where the key begins with "finance/a/" and ends with ".csv", or begins with "finance/b/"',
    ],
    [
      'as many events in part as never',
      [target({ events: PUT, suffix: '.csv' }), target({ events: COPY, suffix: '.csv' })],
      'Post, CompleteMultipartUpload never; Put, Copy only where the key ends with ".csv"',
    ],
    [
      'each event of another part',
      [target({ prefix: 'finance/a/', events: PUT }), target({ suffix: '.csv', events: COPY })],
      'Post, CompleteMultipartUpload never; Put only where the key begins with "finance/a/"; Copy only where the key ends with ".csv"',
    ],
  ])('a rule of which a target is sent %s', (_, targets, what) => {
    expect(told({ notifications: sentTo(...targets) })).toEqual([notTold(what), SEEN_ALONE]);
  });
});

describe('a setting that could not be read', () => {
  const refusals = [
    [{ kind: 'denied', permission: 's3:X' }, 'access denied: the caller needs s3:X on the bucket'],
    [{ kind: 'no-bucket' }, 'there is no such bucket'],
    [{ kind: 'wrong-region' }, 'the bucket is in another Region: name it by --region'],
    [
      { kind: 'wrong-region', region: 'eu-central-1' },
      'the bucket is in Region eu-central-1: add --region eu-central-1',
    ],
    [{ kind: 'refused', why: 'HTTP 501' }, 'HTTP 501'],
  ] as const;

  it.each(refusals)('%j is told of either setting, and no rule is judged by it', (answer, why) => {
    expect(refusalText(answer)).toBe(why);
    const judgements = [judgement({ outcome: 'breaks' })];
    expect(told({ byDefault: answer, notifications: answer, judgements })).toEqual([
      `unknown DEFAULT_UNREADABLE: The default encryption could not be read: ${why}.`,
      `unknown NOTIFICATIONS_UNREADABLE: The notification configuration could not be read: ${why}.`,
    ]);
  });
});

describe('why a rule is broken by a default, or cannot be told', () => {
  const WRONG = { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [keyArn('b')], actual: KEY } } as const;
  const WRONG_LINE = `encrypted under ${KEY}, but the policy allows only ${keyArn('b')}`;
  const FOREIGN = {
    code: 'KEY_UNRESOLVED',
    args: { layer: 'sse', reference: 'alias/lake', cause: 'foreign-alias' },
  } as const;
  const FOREIGN_LINE =
    "the key alias/lake (server-side) could not be told: it is an alias of the writer's account, and what it meant there cannot be known here";
  const OTHER = { code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'payroll' } } as const;
  const APPLIED = { code: 'DEFAULT_APPLIED', args: {} } as const;
  const one = (name: string) =>
    `the key depends on ${name}: one default has one key, so its writers have to name theirs`;

  it.each<[string, Partial<DefaultJudgement>, readonly string[]]>([
    ['nothing is said of a rule that is satisfied', {}, []],
    ['nor where its key depends on a capture', { dependsOn: ['tenant'] }, []],
    [
      'what is broken, what is open and whose key it is, in that order',
      { outcome: 'breaks', violations: [WRONG], reasons: [FOREIGN], diagnosis: [OTHER] },
      [WRONG_LINE, FOREIGN_LINE, 'its key is the one of rule payroll'],
    ],
    [
      'the rule whose key it is is found behind other guesses',
      { outcome: 'breaks', diagnosis: [APPLIED, OTHER] },
      ['its key is the one of rule payroll'],
    ],
    [
      'other guesses are left out',
      { outcome: 'breaks', violations: [WRONG], diagnosis: [APPLIED] },
      [WRONG_LINE],
    ],
    [
      'a rule that is broken is so whatever a capture is',
      { outcome: 'breaks', violations: [WRONG], dependsOn: ['tenant'] },
      [WRONG_LINE],
    ],
    [
      'a rule that cannot be told for another reason than a capture',
      { outcome: 'cannot-tell', reasons: [FOREIGN] },
      [FOREIGN_LINE],
    ],
    [
      'a key that depends on a capture',
      { outcome: 'cannot-tell', reasons: [FOREIGN], dependsOn: ['tenant'] },
      [FOREIGN_LINE, one('{tenant}')],
    ],
    [
      'a key that depends on two captures',
      { outcome: 'cannot-tell', dependsOn: ['tenant', 'day'] },
      [one('{tenant} and {day}')],
    ],
    [
      'an alias that is right in one account says for whom, in place of the reason',
      { outcome: 'cannot-tell', reasons: [FOREIGN], onlyForAccount: '111122223333' },
      ['right for writers of account 111122223333, whose alias it is there; for others it is not known'],
    ],
    [
      'the name of a rule cannot steer the terminal',
      { outcome: 'breaks', diagnosis: [{ ...OTHER, args: { rule: '\u001b[2J' } }] },
      ['its key is the one of rule \\u{1B}[2J'],
    ],
  ])('%s', (_, change, lines) => {
    expect(judgementLines(judgement(change))).toEqual(lines);
  });
});
