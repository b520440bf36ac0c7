import { describe, expect, it } from 'vitest';
import { keyArn } from '../support/keys.ts';
import { exported, messagesOf, rulesOf, settingsByName } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];

describe('what is written decides which rules count', () => {
  it('a path without a slash at its end is a folder, as it is to Spark', () => {
    const yaml = rulesOf('match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" }');
    const { applications } = exported(yaml, 's3a-s3a', { writes: ['s3a://acme-lake//tenants/a'] });
    expect(applications.map(({ prefixes }) => prefixes)).toEqual([['s3://acme-lake/tenants/a/']]);
  });

  it('a write asked for twice is one', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
    );
    const { applications } = exported(yaml, 's3-emrfs', {
      writes: ['s3://acme-lake/a/x/', 's3a://acme-lake/a/x'],
    });
    expect(applications.map(({ prefixes }) => prefixes)).toEqual([['s3://acme-lake/a/x/']]);
  });

  it.each([
    ['no address', 'acme-lake/a/'],
    ['an address of another scheme', 'hdfs://acme-lake/a/'],
    ['a bucket that would be a shell command', "s3://x';reboot;'/a/"],
    ['half of a surrogate pair', 's3://acme-lake/\ud800/'],
    ['a step upwards', 's3://acme-lake/a/../b/'],
  ])('%s is refused by name', (_, write) => {
    const answer = exported(rulesOf(`match: s3://acme-lake/, sse: { key: "${A}" }`), 's3-emrfs', {
      writes: [write],
    });
    expect(answer.notExported).toEqual([write]);
    expect(answer.applications).toEqual([]);
    expect(answer.problems.map(({ id, level }) => [id, level])).toEqual([['emr/bad-value', 'error']]);
  });

  it('a write that no rule governs gets nothing, and is told so', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
    );
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/c/', 's3://other-lake/'] });
    expect(answer.notExported).toEqual(['s3://acme-lake/c/', 's3://other-lake/']);
    expect(messagesOf(answer)).toEqual([
      'emr/not-expressible: no rule governs "s3://acme-lake/c/": add a rule to the policy, or write below a prefix that has one',
      'emr/not-expressible: no rule governs "s3://other-lake/": add a rule to the policy, or write below a prefix that has one',
    ]);
  });

  it('a write above a rule with a capture asks for one prefix per value', () => {
    const yaml = rulesOf('match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" }');
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/tenants/'] });
    expect(answer.applications).toEqual([]);
    expect(messagesOf(answer)).toEqual([
      'emr/not-expressible: no rule governs all of "s3://acme-lake/tenants/", only what lies deeper, as rule r0, "s3://acme-lake/tenants/{tenant}/": give one prefix for each value that a job writes to',
    ]);
  });

  it('a write that is exempt whole gets nothing, and one that is exempt in part is configured', () => {
    const yaml = `${rulesOf(`match: s3://acme-lake/, sse: { key: "alias/lake" }`)}exempt:
  - { match: "s3://acme-lake/tmp/**", reason: scratch }
  - { match: "s3://acme-lake/old/**", reason: scratch, until: 2026-11-20 }
  - { match: "s3://acme-lake/**/*_$folder$", reason: markers, maxSize: 16 }\n`;
    const answer = exported(yaml, 's3-emrfs', {
      writes: ['s3://acme-lake/tmp/x/', 's3://acme-lake/old/', 's3://acme-lake/data/'],
    });
    expect(answer.notExported).toEqual(['s3://acme-lake/tmp/x/']);
    expect(answer.applications[0]?.prefixes).toEqual(['s3://acme-lake/old/', 's3://acme-lake/data/']);
    expect(messagesOf(answer)).toContainEqual(
      expect.stringMatching(/"s3:\/\/acme-lake\/tmp\/x\/" is exempt by "s3:\/\/acme-lake\/tmp\/\*\*"/),
    );
  });

  it('a rule with another requirement below a write is a problem, never silent', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/, sse: { key: "${A}" }`,
      `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
      `match: s3://acme-lake/c/, sse: { key: ["${B}", "${A}"] }`,
    );
    const answer = exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/'] });
    expect(settingsByName(answer)).toMatchObject({ r0: { 'fs.s3.serverSideEncryption.kms.keyId': A } });
    expect(answer.problems).toMatchObject([
      { id: 'emr/not-expressible', place: { source: 'policy', path: 'rules[1]' } },
    ]);
    expect(messagesOf(answer)[0]).toMatch(
      /^emr\/not-expressible: rule r1 governs "s3:\/\/acme-lake\/b\/" below/,
    );
    expect(answer.applications[0]?.notes).toContain(
      '"s3://acme-lake/" without "s3://acme-lake/b/", which rule r1 governs',
    );
  });

  it('a less specific rule that reaches below a write takes nothing from it', () => {
    const yaml = rulesOf(
      `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
      `match: "s3://acme-lake/{team}/deep/", sse: { key: "${B}" }`,
    );
    expect(exported(yaml, 's3-emrfs', { writes: ['s3://acme-lake/a/'] }).problems).toEqual([]);
  });

  it('without writes, rules for many prefixes or buckets ask for prefixes', () => {
    const yaml = rulesOf(
      'match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" }',
      `match: s3://acme-*/a/, sse: { key: "${A}" }`,
    );
    const answer = exported(yaml, 's3-emrfs', { policySource: 'lake.yaml' });
    expect(answer.applications).toEqual([]);
    expect(answer.notExported).toEqual(['s3://acme-lake/tenants/{tenant}/', 's3://acme-*/a/']);
    expect(answer.problems.map(({ place }) => place)).toEqual([
      { source: 'lake.yaml', line: 3, path: 'rules[0]' },
      { source: 'lake.yaml', line: 4, path: 'rules[1]' },
    ]);
  });

  it("a rule whose prefix no path of Hadoop's can name is told so", () => {
    const yaml = rulesOf(`match: s3://acme-lake/a//b/, sse: { key: "${A}" }`);
    const answer = exported(yaml, 's3-emrfs', { bucketDefaults: 'never' });
    expect(answer.notExported).toEqual(['s3://acme-lake/a//b/']);
    expect(messagesOf(answer)[0]).toMatch(/which no path of Hadoop's names/);
  });

  it('the name of an application holds no text of a path that is not plain', () => {
    const yaml = rulesOf(
      `match: "s3://acme-lake/{team}/", sse: { key: "${A}" }`,
      `match: "s3://acme-lake/{team}/b/", sse: { key: "${B}" }`,
    );
    const { applications } = exported(yaml, 's3-emrfs', {
      writes: ['s3://acme-lake/$(reboot)/a/', 's3://acme-lake/red/b/'],
    });
    expect(applications.map(({ name }) => name)).toEqual(['r0', 'r1-red']);
  });
});
