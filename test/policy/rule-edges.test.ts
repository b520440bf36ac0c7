import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const KEY = {
  kind: 'key-arn',
  reference: expect.objectContaining({ kind: 'key-arn', arn: ARN }),
};
const literal = (text: string) => ({ kind: 'literal', text });

const parse = (text: string) => parsePolicy(text, { today: '2026-11-21' });
/** The one rule of a policy whose rule has these lines below its `match`; the policy must be without a problem. */
function ruleOf(...lines: readonly string[]) {
  const below = lines.map((line) => `    ${line}\n`).join('');
  const { policy, problems } = parse(
    `version: 1\nrules:\n  - id: a\n    match: "s3://acme-lake/{team}/"\n${below}`,
  );
  expect(problems).toEqual([]);
  return policy?.rules[0];
}

/** The messages of a policy with these rules and exemptions, each rule given by its match or as a whole line. */
function toldOf(rules: readonly string[], exemptions: readonly string[] = []): readonly string[] {
  const entries = rules.map((rule, i) =>
    rule.startsWith('s3://') ? `{ id: r${i + 1}, match: "${rule}", cse: required }` : rule,
  );
  const exempt = exemptions.map((match) => `  - { match: "${match}", reason: scratch }\n`).join('');
  return parse(
    `version: 1\nrules:\n${entries.map((entry) => `  - ${entry}\n`).join('')}${exempt && `exempt:\n${exempt}`}`,
  ).problems.map(({ id, message, place }) => `${place.line}:${place.column} ${message} [${id}]`);
}

describe('a rule holds everything that its entry says', () => {
  test('of severity and owner', () => {
    expect(ruleOf('severity: critical', 'owner: "team {team}"', 'cse: forbidden')).toEqual({
      id: 'a',
      index: 0,
      line: 4,
      match: {
        text: 's3://acme-lake/{team}/',
        bucket: { kind: 'literal', name: 'acme-lake' },
        segments: [{ kind: 'capture', name: 'team', before: '', after: '' }],
        tail: '',
      },
      severity: 'critical',
      owner: [literal('team '), { kind: 'capture', name: 'team' }],
      cse: { kind: 'forbidden', instructionSuffix: '.instruction' },
    });
  });
  test('and no severity or owner where it says none', () => {
    const rule = ruleOf('cse: forbidden');
    expect(rule).not.toHaveProperty('severity');
    expect(rule).not.toHaveProperty('owner');
    expect(rule).not.toHaveProperty('sse');
  });
  test('of server-side encryption', () => {
    expect(ruleOf(`sse: { algorithm: [aws:kms], key: "${ARN}", bucketKey: required }`)?.sse).toEqual({
      algorithms: ['aws:kms'],
      keys: [KEY],
      bucketKey: 'required',
    });
    expect(ruleOf('sse: { algorithm: [AES256, aws:fsx] }')?.sse).toEqual({
      algorithms: ['AES256', 'aws:fsx'],
      bucketKey: 'any',
    });
  });
  test('of client-side encryption under a KMS key', () => {
    expect(
      ruleOf(
        'cse:',
        `  key: "${ARN}"`,
        '  wrap: [kms, kms+context]',
        '  format: [V2, V3]',
        '  suite: ["115", AES/GCM/NoPadding]',
        '  context: { team: "{team}" }',
        '  instructionSuffix: .meta',
        '  proof: decrypt-dry-run',
      )?.cse,
    ).toEqual({
      kind: 'required',
      keys: [KEY],
      wraps: ['kms', 'kms+context'],
      formats: ['V2', 'V3'],
      suites: ['115', 'AES/GCM/NoPadding'],
      context: new Map([['team', { kind: 'text', template: [{ kind: 'capture', name: 'team' }] }]]),
      instructionSuffix: '.meta',
      proof: 'decrypt-dry-run',
    });
  });
  test('of client-side encryption under a key of its own', () => {
    expect(ruleOf('cse: { wrap: [x-ours], description: { app: lake } }')?.cse).toEqual({
      kind: 'required',
      wraps: ['x-ours'],
      description: new Map([['app', { kind: 'text', template: [literal('lake')] }]]),
      instructionSuffix: '.instruction',
      proof: 'claimed',
    });
  });
});

describe('an exemption without bound is told with a rule that it takes objects from', () => {
  const unbounded = (place: string, rule: string): string =>
    `${place} exemption 1 takes objects from ${rule} without bound: add "maxSize" or "until" [policy/unbounded-exemption]`;

  test('where the rule governs every bucket of a pattern', () => {
    expect(toldOf(['s3://acme-*/logs/'], ['s3://acme-lake/logs/tmp/**'])).toEqual([
      unbounded('5:14', 'rule "r1"'),
    ]);
  });
  test('where rules stand on several buckets, and one on its own', () => {
    expect(
      toldOf(['s3://beta-lake/logs/', 's3://acme-lake/a/', 's3://acme-lake/b/'], ['s3://acme-lake/b/**']),
    ).toEqual([unbounded('7:14', 'rule "r3"')]);
  });
  test('of several, the one that names its bucket, before those of patterns', () => {
    expect(toldOf(['s3://acme-*/logs/', 's3://acme-lake/logs/'], ['s3://acme-lake/logs/tmp/**'])).toEqual([
      unbounded('6:14', 'rule "r2"'),
    ]);
  });
  test('of several, the first in the file, where its own bucket is a pattern', () => {
    expect(toldOf(['s3://acme-*/logs/', 's3://acme-lake/logs/'], ['s3://*-lake/logs/tmp/**'])).toEqual([
      unbounded('6:14', 'rule "r1"'),
    ]);
  });
  test('by its line, where its id could not be read', () => {
    expect(
      toldOf(['{ id: 7, match: "s3://acme-lake/logs/", cse: required }'], ['s3://acme-lake/**']),
    ).toEqual([
      '3:11 "id" in rule 1 is the number 7, expected text: quote it as "7" [policy/wrong-type]',
      unbounded('5:14', 'a rule (line 3)'),
    ]);
  });
  test.each([
    ['no rule is on its bucket', ['s3://beta-lake/logs/'], 's3://acme-lake/**'],
    ['no pattern takes its bucket', ['s3://beta-*/logs/'], 's3://acme-lake/**'],
    [
      'every rule on its bucket is elsewhere in it',
      ['s3://acme-lake/a/', 's3://acme-*/c/'],
      's3://acme-lake/b/**',
    ],
  ])('and not where %s', (_, rules, exemption) => {
    expect(toldOf(rules, [exemption])).toEqual([]);
  });
});

describe('two rules', () => {
  test.each([
    ['differ in the number of adjacent stars alone', 's3://acme-*/a/', 's3://acme-**/a/'],
    ['differ in the names of captures alone', 's3://acme-lake/x{a}/{b}/', 's3://acme-lake/x{b}/{a}/'],
  ])('that %s govern the same objects', (_, first, second) => {
    expect(toldOf([first, second])).toEqual([
      '4:22 rules "r2" and "r1" (line 3) govern exactly the same objects [policy/duplicate-match]',
    ]);
  });
  test.each([
    ['one with a star where the other has nothing', 's3://ab*cd/a/', 's3://abcd/a/'],
    ['other text before a capture', 's3://acme-lake/a{x}/', 's3://acme-lake/b{x}/'],
    ['other text after a capture', 's3://acme-lake/{x}a/', 's3://acme-lake/{x}b/'],
    ['a capture in one and not in the other', 's3://acme-lake/{x}/', 's3://acme-lake/a/'],
    ['their captures in another segment', 's3://acme-lake/{x}/a/', 's3://acme-lake/a/{x}/'],
  ])('may stand side by side that have %s', (_, first, second) => {
    expect(toldOf([first, second])).toEqual([]);
  });
});
