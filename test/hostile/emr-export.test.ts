import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { EmrExport } from '../../src/cli/emr-export.ts';
import { renderEmrProblems } from '../../src/cli/render-emr-problems.ts';
import { exportJson, renderExport } from '../../src/cli/render-export.ts';
import { type Exported, exportPolicy } from '../../src/emr/export.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderPutBucketEncryption } from '../../src/emr/render-bucket-default.ts';
import { renderSparkSubmit } from '../../src/emr/render-spark-submit.ts';
import { COLUMNS, type Column } from '../../src/emr/setting.ts';
import { writeTarget } from '../../src/emr/write-target.ts';
import { jsonText } from '../../src/objects/json-text.ts';
import { bucketName } from '../../src/objects/object.ts';
import { FINANCE, PAYROLL, policyFile, sseRule } from '../cli/emr-files.ts';
import { type Run, run } from '../cli/run.ts';
import { NASTY_KEYS, UNSHOWN } from '../support/nasty-keys.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const RULES = [
  sseRule('tenants', 's3://acme-lake/t/{tenant}/', FINANCE),
  sseRule('aliases', 's3://acme-lake/a/{tenant}/', 'alias/t-{tenant}'),
  sseRule('payroll', 's3://acme-lake/p/', PAYROLL),
  `{ id: sealed, match: "s3://acme-lake/c/{tenant}/", cse: { key: "${FINANCE}", wrap: [kms, kms+context] } }`,
  // The only rule of its bucket: what is exported is the default encryption.
  sseRule('whole', 's3://acme-drop/', FINANCE),
];
const POLICY = policyOf(`version: 1\nrules:\n${RULES.map((rule) => `  - ${rule}\n`).join('')}`);

/** Below each rule, and below none. */
const places = (key: string): readonly string[] =>
  ['acme-lake/t', 'acme-lake/a', 'acme-lake/p', 'acme-lake/c', 'acme-drop', 'acme-lake/none'].map(
    (folder) => `s3://${folder}/${key}/`,
  );

/** The place as an export tells it, with one slash for several; what no object's key can hold, as it was given. */
function told(place: string): string {
  const target = writeTarget(place);
  return target === undefined || !place.isWellFormed() ? place : `s3://${target.bucket}/${target.prefix}`;
}
/** Whether the command line takes an export there: a path with `.` or `..` is no place that a job writes to. */
const isTaken = (key: string): boolean => places(key).every((place) => writeTarget(place) !== undefined);

const exportTo = (writes: readonly string[], column: Column, singleSession = false): Exported =>
  exportPolicy({
    ...{ policy: POLICY, writes, column, singleSession, today: TODAY },
    flavour: 'ec2',
    resolve: () => undefined,
    policySource: 'policy.yaml',
  });

const textOf = (exported: Exported, column: Column, form: EmrExport['form'] = 'all'): string => {
  const text = renderExport(exported, { column, form });
  expect(text + renderEmrProblems(exported.problems, { color: false })).not.toMatch(UNSHOWN);
  return text;
};

const prefixesOf = ({ applications, singleSession, bucketDefaults, notExported }: Exported) => [
  ...applications.flatMap(({ prefixes }) => prefixes),
  ...(singleSession?.steps.map(({ prefix }) => prefix) ?? []),
  // A single session has a step for these too, which sets nothing.
  ...(singleSession === undefined
    ? bucketDefaults.filter(({ serves }) => serves === 'whole-bucket').flatMap(({ prefixes }) => prefixes)
    : []),
  ...notExported,
];

/** What follows a title of the text, up to the next one. */
const blocks = (text: string, title: string): readonly string[] =>
  text
    .split(/^(?=== .* ==$)/m)
    .flatMap((section) => section.split(`\n${title}\n\n`).slice(1))
    .map((rest) => rest.split(/\n\n(?=\S.*:\n\n)/)[0] ?? '');

/** The arguments of each command, as bash reads them. */
function argumentsOf(commands: readonly string[]): readonly (readonly string[])[] {
  const script = `spark-submit() { printf '%s\\0' "$@"; printf 'end of one\\0'; }\n${commands.join('\n')}\n`;
  const words = execFileSync('bash', [], { input: script, encoding: 'utf8' }).split('\0').slice(0, -1);
  const read: string[][] = [[]];
  for (const word of words) {
    if (word === 'end of one') read.push([]);
    else read.at(-1)?.push(word);
  }
  return read.slice(0, -1);
}

const sparkName = (name: string): string => (name.startsWith('spark.') ? name : `spark.hadoop.${name}`);
const confsOf = (settings: readonly (readonly [string, string])[]): readonly string[] =>
  settings.flatMap(([name, value]) => ['--conf', `${sparkName(name)}=${value}`]);

const SCALA =
  /^(?:|\/\/ before [\w./:@=+%-]+ \(rule \w+\)|spark\.sparkContext\.hadoopConfiguration\.(?:un)?set\("[\w.]+"(?:, "[\w./:+-]+")?\))$/;

describe.each(COLUMNS)('an export of writes to every nasty key, %s', (column) => {
  it.each([false, true])('is JSON that names each as it was, single session: %s', (single) => {
    for (const key of NASTY_KEYS) {
      const exported = exportTo(places(key), column, single);
      const text = jsonText(exportJson(exported, column, exported.problems), 2);
      expect(text).not.toMatch(UNSHOWN);
      const read = JSON.parse(text);
      expect(prefixesOf(read).sort()).toEqual(places(key).map(told).sort());
      const refused = new Set(exported.problems.map(({ place }) => told(place.source)));
      for (const one of exported.notExported) expect(refused).toContain(one);
      if (isTaken(key) && key.isWellFormed())
        expect(exported.notExported).not.toContain(told(places(key)[2] ?? ''));
    }
  });

  it('has settings that bash and a reader of EMR’s documents read back, and no title of its own', () => {
    const commands: string[] = [];
    const expected: (readonly string[])[] = [];
    for (const key of NASTY_KEYS) {
      const exported = exportTo(places(key), column);
      const text = textOf(exported, column);
      const { applications, bucketDefaults } = exported;
      expect(text.match(/^== .* ==$/gm) ?? []).toHaveLength(applications.length + bucketDefaults.length);
      const all = applications.flatMap(({ settings }) => (settings.length === 0 ? [] : [settings]));
      commands.push(...blocks(text, 'spark-submit:'));
      expected.push(...all.map(confsOf));
      for (const title of ['Configurations of EMR on EC2:', 'start-job-run of EMR on EKS:']) {
        const read = blocks(text, title).map((block) => readConfiguration(block, 'exported'));
        expect(read.flatMap(({ problems }) => problems)).toEqual([]);
        expect(read.map(({ settings }) => settings.map(({ name, value }) => [name, value]))).toEqual(all);
      }
    }
    expect(argumentsOf(commands)).toEqual(expected);
    expect(commands.length).toBeGreaterThan(NASTY_KEYS.length);
  });

  it.each(['spark-submit', 'configurations', 'eks'] as const)('steers no terminal as %s alone', (form) => {
    for (const key of NASTY_KEYS) textOf(exportTo(places(key), column), column, form);
  });

  it('adds nothing to the Scala of a single session, nor to the command that starts it', () => {
    const commands: string[] = [];
    const expected: (readonly string[])[] = [];
    for (const key of NASTY_KEYS) {
      const exported = exportTo(places(key), column, true);
      const { singleSession } = exported;
      const text = textOf(exported, column);
      if (singleSession === undefined) continue;
      const lines = text.split('Before each write, in Scala:\n\n')[1]?.split('\n') ?? [];
      for (const line of lines) expect(line).toMatch(SCALA);
      expect(lines.filter((line) => line.startsWith('//'))).toHaveLength(singleSession.steps.length);
      const calls = singleSession.steps.flatMap(({ set, unset }) => [...unset.map((name) => [name]), ...set]);
      const read = lines.flatMap((line) => (line.startsWith('spark.') ? [line.match(/"[^"]*"/g)] : []));
      expect(read).toEqual(calls.map((words) => words.map((word) => JSON.stringify(word))));
      commands.push(...blocks(text, 'spark-submit:'));
      expected.push(confsOf(singleSession.base));
    }
    expect(argumentsOf(commands)).toEqual(expected);
    expect(commands.length).toBeGreaterThan(NASTY_KEYS.length / 2);
  });
});

describe('the commands of an export', () => {
  /** A key reference holds nothing that a shell reads, and yet each is quoted as if it might. */
  it('would be read back by bash whatever stood in a setting, a name or a bucket', () => {
    const keys = NASTY_KEYS.filter((key) => key.isWellFormed() && !key.includes('\0'));
    const submits = keys.map((key) =>
      renderSparkSubmit({ name: key, prefixes: [key], settings: [['spark.a', key]] }),
    );
    expect(argumentsOf(submits)).toEqual(keys.map((key) => ['--conf', `spark.a=${key}`]));
    const encryption = { algorithm: 'aws:kms', bucketKeyEnabled: true, blockedTypes: [] } as const;
    const puts = keys.map((key) =>
      renderPutBucketEncryption({ bucket: bucketName(key), encryption: { ...encryption, kmsKeyId: key } }),
    );
    const words = argumentsOf(puts.map((put) => put.replace(/^aws /, 'spark-submit ')));
    expect(words.map((one) => one[3])).toEqual(keys);
    const documents = words.map((one) => JSON.parse(one[5] ?? ''));
    expect(
      documents.map(({ Rules: [rule] }) => rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID),
    ).toEqual(keys);
  });
});

describe('emr export on the command line', () => {
  const shown = ({ stdout, stderr }: Run): string => stdout + stderr;
  /** `--write=` takes a text also where it begins with a dash. */
  const exported = (policy: string, writes: readonly string[], ...args: readonly string[]): Promise<Run> =>
    run(['emr', 'export', '--policy', policy, ...writes.map((one) => `--write=${one}`), ...args]);

  it.each([
    ['in every form', []],
    ['for a single session', ['--single-session']],
    ['for spark-submit', ['--form', 'spark-submit']],
    ['for EMR on EC2', ['--form', 'configurations']],
    ['for EMR on EKS', ['--form', 'eks']],
  ] as const)('takes all of them at once %s', async (_, args) => {
    const policy = policyFile(RULES);
    const writes = NASTY_KEYS.filter(isTaken).flatMap(places);
    for (const column of [
      ['--connector', 'emrfs'],
      ['--scheme', 's3a'],
    ]) {
      const text = await exported(policy, writes, ...column, ...args);
      expect(shown(text)).not.toMatch(UNSHOWN);
      // Nothing governs some of them.
      expect(text.status).toBe(3);
      expect(text.stdout).toContain('\n  writes s3://');
    }
  });

  it.each([
    ['', []],
    [' for a single session', ['--single-session']],
  ] as const)('gives all of them back as JSON%s', async (_, args) => {
    const policy = policyFile(RULES);
    const writes = NASTY_KEYS.filter(isTaken).flatMap(places);
    for (const column of [
      ['--connector', 'emrfs'],
      ['--scheme', 's3a'],
    ]) {
      const json = await exported(policy, writes, ...column, ...args, '--json');
      expect(shown(json)).not.toMatch(UNSHOWN);
      expect(json.status).toBe(3);
      expect(new Set(prefixesOf(JSON.parse(json.stdout)))).toEqual(new Set(writes.map(told)));
    }
  });

  it('refuses what is no place by name, printable and with nothing on standard output', async () => {
    const policy = policyFile(RULES);
    for (const key of NASTY_KEYS) {
      const writes = [`s3://acme-lake/${key}/../`, key];
      const result = await exported(policy, writes, '--scheme', 's3a');
      expect(shown(result)).not.toMatch(UNSHOWN);
      expect([result.status, result.stdout]).toEqual([2, '']);
    }
  });

  it('shows a policy with nasty prefixes, owners, exemptions and reasons printable, and JSON that reads back', async () => {
    for (const key of NASTY_KEYS) {
      const prefix = key
        .toWellFormed()
        .replaceAll(/[*?{}]/g, '-')
        .replaceAll(/^\/+|\/+$/g, '');
      const below = (folder: string): string => JSON.stringify(`s3://acme-lake/${folder}/x${prefix}/`);
      const head = `exempt:\n  - { match: ${JSON.stringify(`s3://acme-lake/e/x${prefix}/**`)}, reason: ${JSON.stringify(key)} }\n`;
      const rules = [
        `{ id: named, match: ${below('n')}, owner: ${JSON.stringify(key)}, sse: { key: "${FINANCE}" } }`,
        `{ id: other, match: ${below('o')}, sse: { key: "${PAYROLL}" } }`,
      ];
      const policy = policyFile(rules, head);
      const exempt = `s3://acme-lake/e/x${prefix}/deeper/`;
      for (const writes of writeTarget(exempt) === undefined ? [[]] : [[], [exempt]]) {
        const text = await exported(policy, writes, '--scheme', 's3a');
        const json = await exported(policy, writes, '--scheme', 's3a', '--json');
        expect(shown(text) + shown(json)).not.toMatch(UNSHOWN);
        if (json.status !== 2) expect(JSON.parse(json.stdout).column).toBe('s3a-s3a');
      }
    }
  });
});
