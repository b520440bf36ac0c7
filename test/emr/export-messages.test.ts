import { describe, expect, it } from 'vitest';
import type { ClientEncryption } from '../../src/emr/client-encryption.ts';
import { settingsOf } from '../../src/emr/export-settings.ts';
import type { KeyArn } from '../../src/keys/reference.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const FOREIGN = keyReference(keyArn('b', { account: '444455556666' })).arn;
const LAKE = rulesOf(`match: s3://acme-lake/, sse: { key: "${A}" }`);
const APPLICATIONS_ONLY = { bucketDefaults: 'never' } as const;

describe('a write that gets no configuration is told why, in one sentence', () => {
  it.each([
    ['no address', 'acme-lake/a/'],
    ['a bucket name that S3 would not take', 's3://Acme/a/'],
  ])('%s: what was expected', (_, write) => {
    const answer = exported(LAKE, 's3-emrfs', { writes: [write] });
    expect(messagesOf(answer)).toEqual([
      `emr/bad-value: "${write}" is no place that a job writes to: expected s3://bucket/prefix/`,
    ]);
    expect(answer.problems.map(({ place }) => place)).toEqual([{ source: write }]);
  });

  it('a write that is asked for is named by itself as the place of its problem', () => {
    const answer = exported(LAKE, 's3-emrfs', { writes: ['s3a://other-lake/a'] });
    expect(answer.problems.map(({ place }) => place)).toEqual([{ source: 's3a://other-lake/a' }]);
  });

  it('rules for many: of prefixes or of buckets', () => {
    const yaml = rulesOf(
      'match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" }',
      `match: s3://acme-*/a/, sse: { key: "${A}" }`,
    );
    expect(messagesOf(exported(yaml))).toEqual([
      'emr/not-expressible: rule r0 governs many prefixes, "s3://acme-lake/tenants/{tenant}/": give one prefix for each value that a job writes to',
      'emr/not-expressible: rule r1 governs many buckets, "s3://acme-*/a/": give one prefix for each value that a job writes to',
    ]);
  });

  it.each(['s3://acme-lake/a//b/', 's3://acme-lake/a/../b/', 's3://acme-lake/./b/'])(
    "a rule for a prefix that no path of Hadoop's names: %s",
    (match) => {
      const answer = exported(
        rulesOf(`match: ${match}, sse: { key: "${A}" }`),
        's3-emrfs',
        APPLICATIONS_ONLY,
      );
      expect(messagesOf(answer)).toEqual([
        `emr/not-expressible: rule r0 governs "${match}", which no path of Hadoop's names: it has empty segments, "." or ".."`,
      ]);
      expect(answer.notExported).toEqual([match]);
    },
  );

  it.each([
    [['a', 'b'], ' (and 1 more)'],
    [['a', 'b', 'c'], ' (and 2 more)'],
  ])('a write above the rules %j: the first of them, and how many more', (folders, more) => {
    const yaml = rulesOf(
      ...folders.map((folder) => `match: s3://acme-lake/${folder}/, sse: { key: "${A}" }`),
    );
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/'], ...APPLICATIONS_ONLY });
    expect(messagesOf(answer)).toEqual([
      `emr/not-expressible: no rule governs all of "s3://acme-lake/", only what lies deeper, as rule r0, "s3://acme-lake/a/"${more}: give one prefix for each value that a job writes to`,
    ]);
  });
});

describe('a write is exempt where an exemption takes all that lies below it, to the end of its last day', () => {
  const answerOf = (exemption: string, write: string) =>
    exported(`${LAKE}exempt:\n  - { ${exemption}, reason: scratch }\n`, 's3-emrfs', {
      writes: [write],
      ...APPLICATIONS_ONLY,
    });

  it.each([
    ['match: "s3://acme-lake/tmp/**"', 's3://acme-lake/tmp/x/', 's3://acme-lake/tmp/**'],
    ['match: "s3://acme-lake/tmp/**", until: 2026-11-21', 's3://acme-lake/tmp/', 's3://acme-lake/tmp/**'],
    ['match: "s3://acme-lake/a/b/**"', 's3://acme-lake/a/b/', 's3://acme-lake/a/b/**'],
  ])('%s takes %s', (exemption, write, glob) => {
    const answer = answerOf(exemption, write);
    expect(messagesOf(answer)).toEqual([
      `emr/not-expressible: "${write}" is exempt by "${glob}", so nothing is asked of it: leave it out, or take the exemption back`,
    ]);
    expect(answer.notExported).toEqual([write]);
  });

  it.each([
    ['match: "s3://acme-lake/tmp/**", maxSize: 16', 's3://acme-lake/tmp/'],
    ['match: "s3://acme-lake/tmp/**", until: 2026-11-20', 's3://acme-lake/tmp/'],
    ['match: "s3://acme-lake/tmp/"', 's3://acme-lake/tmp/'],
    ['match: "s3://acme-lake/**/"', 's3://acme-lake/tmp/'],
    ['match: "s3://acme-lake/tmp/**"', 's3://acme-lake/data/'],
    ['match: "s3://acme-drop/**"', 's3://acme-lake/tmp/'],
  ])('%s does not take all of %s', (exemption, write) => {
    const answer = answerOf(exemption, write);
    expect(answer.applications.map(({ prefixes }) => prefixes)).toEqual([[write]]);
    expect(answer.notExported).toEqual([]);
  });
});

describe('an alias that a path helps to choose stays within its bounds', () => {
  const refusedKey = (key: string, value: string, resolve: () => KeyArn | undefined = () => undefined) =>
    messagesOf(
      exported(rulesOf(`match: "s3://acme-lake/{team}/", sse: { key: "${key}" }`), 's3-emrfs', {
        writes: [`s3://acme-lake/${value}/`],
        resolve,
      }),
    );

  it.each([
    [
      "never an alias of AWS's own",
      'alias/a{team}/s3',
      'ws',
      `"alias/aws/s3" is an alias of AWS's own, which a path may not choose`,
    ],
    [
      'never other text than letters, digits, "_" and "-"',
      'alias/team-{team}',
      'a.b',
      '"a.b" becomes part of an alias, and may hold letters, digits, "_" and "-" alone',
    ],
  ])('%s', (_, key, value, reason) => {
    expect(refusedKey(key, value)).toEqual([
      `emr/not-expressible: "s3://acme-lake/${value}/" gets no configuration under rule r0: ${reason}`,
    ]);
  });

  it('never a name that is too long for KMS', () => {
    expect(refusedKey('alias/t{team}', 'w'.repeat(250))).toEqual([
      expect.stringMatching(
        /^emr\/not-expressible: "s3:\/\/acme-lake\/w+…" gets no configuration under rule r0: "alias\/tw+…" is no name that an alias of KMS can have$/,
      ),
    ]);
  });

  it('and an answer for it that is no key is never written down', () => {
    // What answers is outside: its type promises more than it may keep.
    expect(refusedKey('alias/team-{team}', 'red', () => 'nonsense' as KeyArn)).toEqual([
      'emr/not-expressible: "s3://acme-lake/red/" gets no configuration under rule r0: "alias/team-red" was resolved to "nonsense", which is no key ARN',
    ]);
  });
});

describe('trusted accounts bound what an alias may stand for', () => {
  const yaml = `${rulesOf('match: s3://acme-lake/a/, sse: { key: moved }')}trustedAccounts: ["111122223333"]\nkeys: { moved: [{ key: alias/lake, until: 2026-11-20 }] }\n`;

  it('a foreign key is told before its last day of writing is', () => {
    const answer = exported(yaml, 's3-emrfs', { ...APPLICATIONS_ONLY, resolve: () => FOREIGN });
    expect(messagesOf(answer)).toEqual([
      'emr/not-expressible: "s3://acme-lake/a/" gets no configuration under rule r0: "alias/lake" is a key of account 444455556666, which trustedAccounts does not hold',
    ]);
  });

  it('an alias of which nothing is known stays an alias, with its warning', () => {
    const today = '2026-11-19';
    const answer = exported(yaml, 's3a-s3a', { ...APPLICATIONS_ONLY, today });
    expect(settingsByName(answer)).toEqual({
      r0: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': 'alias/lake' },
    });
    expect(answer.applications[0]?.notes[0]).toBe('the key may be written under until 2026-11-20 only');
    expect(answer.problems.map(({ id }) => id)).toEqual(['emr/alias']);
  });
});

it('applications whose names would be the same are told apart by a number', () => {
  const yaml = rulesOf('match: "s3://acme-lake/{team}/", sse: { key: "alias/t-{team}" }');
  const writes = ['p', 'q', 'r'].map((letter) => `s3://acme-lake/${letter.repeat(41)}/`);
  const { applications } = exported(yaml, 's3-emrfs', { writes });
  expect(applications.map(({ name, prefixes }) => [name, ...prefixes])).toEqual([
    ['r0', writes[0]],
    ['r0-2', writes[1]],
    ['r0-3', writes[2]],
  ]);
});

describe('what a single session says', () => {
  const COST =
    'cost: every use of a path makes a client of its own, with its own connections, threads and credentials';
  const ORDER = [
    'the settings hold for the whole session: never write to two of these prefixes at a time, also not from two threads',
    'a step holds until the next one: run it just before its write, and nothing else that writes in between',
    'where you can, run one application for each key: it needs none of this',
  ];
  const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const BARE = `${KEY_ID} is a bare id: it means that key in the account and Region of the writer`;
  const YAML = rulesOf(
    `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
    `match: s3://acme-lake/b/, sse: { key: ${KEY_ID} }`,
  );

  it.each([
    ['s3-s3a', []],
    ['s3a-s3a', []],
    [
      's3-emrfs',
      [
        "cost: EMRFS's S3-optimized committer is off, since it may keep an earlier client, and the committer in its place renames, which in S3 is a copy of every object",
      ],
    ],
  ] as const)('in column %s, the notes of its writes last', (column, committer) => {
    const { singleSession } = exported(YAML, column, { singleSession: true });
    expect(singleSession?.notes).toEqual([COST, ...committer, ...ORDER, BARE]);
  });

  it('one key beside a bucket whose default serves it needs two steps, the second of which sets nothing', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, cse: { key: "${A}", wrap: [kms] }`,
      `match: s3://acme-drop/, sse: { key: "${B}" }`,
    );
    const { singleSession } = exported(yaml, 's3-emrfs', { singleSession: true });
    expect(singleSession?.steps.map(({ prefix, rule, set }) => [prefix, rule, set.length])).toEqual([
      ['s3://acme-lake/a/', 'r0', 4],
      ['s3://acme-drop/', 'r1', 0],
    ]);
  });
});

describe('what no configuration may hold is never turned into settings', () => {
  const unset = (type: string): string => `is never set to ${type}`;
  const encryptions: readonly (readonly [ClientEncryption, string])[] = [
    [{ type: 'sse-c' }, unset('sse-c')],
    [{ type: 'cse-custom', storage: 'metadata' }, unset('cse-custom')],
    [{ type: 'undecided', why: 'two values' }, unset('undecided')],
  ];

  it.each(encryptions)('%j', (encryption, message) => {
    expect(() => settingsOf(encryption, 's3-emrfs')).toThrow(new TypeError(`EMRFS ${message}`));
    expect(() => settingsOf(encryption, 's3a-s3a')).toThrow(new TypeError(`S3A ${message}`));
  });

  it('DSSE on EMRFS, which S3A has', () => {
    const encryption = { type: 'dsse-kms', key: { kind: 'reference', reference: keyReference(A) } } as const;
    expect(() => settingsOf(encryption, 's3-emrfs')).toThrow(new TypeError('EMRFS is never set to dsse-kms'));
    expect(settingsOf(encryption, 's3-s3a')).toEqual([
      ['fs.s3a.encryption.algorithm', 'DSSE-KMS'],
      ['fs.s3a.encryption.key', A],
    ]);
  });

  it('a placeholder in place of a key', () => {
    const key = { kind: 'unresolved', text: '$' + '{KeyID}' } as const;
    expect(() => settingsOf({ type: 'sse-kms', key }, 's3-emrfs')).toThrow(
      new TypeError('a placeholder is never written into a configuration'),
    );
  });
});
