import { parseXml } from '@rgrove/parse-xml';
import { describe, expect, it } from 'vitest';
import { renderSuggestion } from '../../src/cli/render-suggestion.ts';
import { importPolicy } from '../../src/emr/import.ts';
import { addressFault } from '../../src/emr/import-targets.ts';
import { suggestScratchExemptions } from '../../src/emr/scratch-exemptions.ts';
import { FINANCE, policyFile, s3aUnder } from '../cli/emr-files.ts';
import { evaluate, fileWith, type Run, recordsOf, run } from '../cli/run.ts';
import { settingsOf } from '../emr/settings.ts';
import { NASTY_KEYS, UNSHOWN } from '../support/nasty-keys.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const shown = ({ stdout, stderr }: Run): string => stdout + stderr;
const HEAD = {
  ServerSideEncryption: 'AES256',
  ContentLength: 1,
  ETag: '"a"',
  LastModified: '2026-11-20T00:00:00Z',
};
const POLICY = `version: 1
rules:
  - { id: all, match: "s3://acme-lake/", sse: { key: "${FINANCE}" } }
  - { id: tenants, match: "s3://acme-lake/t/{tenant}/", owner: "{tenant}", sse: { key: "alias/t-{tenant}" } }
`;
const braces = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');

describe('on the command line', () => {
  it('evaluate shows every key printable on a terminal, and gives each back as it was in NDJSON', async () => {
    const lines = NASTY_KEYS.map((key) => ({
      bucket: 'acme-lake',
      key,
      head: { ...HEAD, Metadata: { a: key } },
    }));
    const policy = fileWith('policy.yaml', POLICY);
    const table = await evaluate(lines, { policy, terminal: true });
    expect(shown(table)).not.toMatch(UNSHOWN);
    expect(table.status).toBe(1);
    const piped = await evaluate(lines, { policy });
    const records = recordsOf(piped.stdout);
    expect(records.map(({ object }) => object.key)).toEqual([...NASTY_KEYS]);
    expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['violation']));
    expect(new Set(records.map(({ id }) => id)).size).toBe(
      new Set(NASTY_KEYS.map((key) => key.toWellFormed())).size,
    );
  });

  it('evaluate names a line that is none without repeating what it holds', async () => {
    for (const key of NASTY_KEYS) {
      const { status, stderr, stdout } = await evaluate(`${key.replaceAll('\n', ' ')}\n`, {
        policy: fileWith('p.yaml', POLICY),
      });
      expect(stderr + stdout).not.toMatch(UNSHOWN);
      expect(status).toBe(2);
    }
    for (const line of ['{"Metadata":{"x-amz-iv":SECRET}}', 'SECRET', '{"head":"SECRET', '["SECRET",]']) {
      const { status, stderr, stdout } = await evaluate(line, { policy: fileWith('p.yaml', POLICY) });
      expect(stderr).toMatch(/line|:1:/);
      expect(stderr + stdout).not.toMatch(/SEC|RET/);
      expect(status).toBe(2);
    }
  });

  it('policy explain shows key and capture printable, as text and as JSON that reads back', async () => {
    const policy = fileWith('policy.yaml', POLICY);
    for (const key of NASTY_KEYS) {
      for (const place of [key, `t/${key}/x`]) {
        const text = await run(['policy', 'explain', policy, `s3://acme-lake/${place}`]);
        expect(text.status).toBe(0);
        expect(shown(text)).not.toMatch(UNSHOWN);
        const json = await run(['policy', 'explain', policy, `s3://acme-lake/${place}`, '--json']);
        expect(shown(json)).not.toMatch(UNSHOWN);
        expect(JSON.parse(json.stdout).object.key).toBe(place);
      }
    }
  });

  it('policy check shows every problem printable, whatever stands in the policy', async () => {
    for (const key of NASTY_KEYS) {
      const quoted = JSON.stringify(key);
      const texts = [
        key,
        `version: 1\nrules:\n  - { id: ${quoted}, match: ${quoted}, ${quoted}: 1, sse: { key: ${quoted}, algorithm: [${quoted}] } }\n`,
        `version: ${quoted}\nkeys: { ${quoted}: ${quoted} }\nexempt: [{ match: ${quoted}, reason: x, until: ${quoted} }]\nrules: ${quoted}`,
        JSON.stringify({ version: 1, [key]: key, rules: [{ id: key, match: `s3://${key}/` }] }),
      ];
      for (const text of texts) {
        const result = await run(['policy', 'check', '-'], { stdin: text });
        expect(shown(result)).not.toMatch(UNSHOWN);
        expect(result.status).toBe(2);
      }
    }
  });

  it('emr preflight takes or refuses every address, printable as text and JSON, well-formed as JUnit', async () => {
    const [policy, config] = [
      policyFile(
        POLICY.split('\n')
          .slice(2, 4)
          .map((line) => line.slice(4)),
      ),
      s3aUnder(FINANCE),
    ];
    for (const key of NASTY_KEYS) {
      const args = [
        'emr',
        'preflight',
        '--policy',
        policy,
        '--config',
        config,
        '--write',
        `s3a://acme-lake/${key}/`,
      ];
      for (const format of ['text', 'json', 'junit']) {
        const result = await run([...args, '--format', format]);
        expect(shown(result)).not.toMatch(UNSHOWN);
        if (result.status === 2) continue;
        if (format === 'json')
          expect(JSON.parse(result.stdout).writes[0].write).toBe(`s3a://acme-lake/${key}/`);
        if (format === 'junit') expect(parseXml(result.stdout).root?.name).toBe('testsuites');
      }
    }
  });

  it('a name of a file, a flag or an address is shown printable where it is refused', async () => {
    for (const key of NASTY_KEYS) {
      for (const argv of [
        ['policy', 'check', `${key}.yaml`],
        ['report', `/nowhere/${key}`],
        ['policy', 'explain', 'nowhere.yaml', key],
        ['emr', 'import', '--config', key],
        ['emr', 'import', '--emrfs', key],
        ['emr', 'preflight', '--policy', 'p', '--write', key],
        ['audit', `s3:/${key}`, '--policy', 'p'],
        [`x${key}`],
        ['handle', `x${key}`, '--policy', `x${key}`],
      ]) {
        const result = await run(argv);
        expect([argv, shown(result)]).toEqual([argv, expect.not.stringMatching(UNSHOWN)]);
        // An option asks for something: help, for example.
        if (!key.startsWith('-')) expect([2, 3]).toContain(result.status);
      }
    }
  });
});

describe('as YAML', () => {
  it('exemptions that are suggested for any prefix read back as they were meant', () => {
    for (const key of NASTY_KEYS) {
      const prefix = braces(key.toWellFormed().replaceAll(/[*?]/g, '-')).replaceAll(/^\/+|\/+$/g, '');
      const text = `version: 1\nrules:\n  - { id: r, match: ${JSON.stringify(`s3://acme-lake/x${prefix}/`)}, sse: { algorithm: [aws:kms] } }\n`;
      const suggestion = suggestScratchExemptions(policyOf(text), TODAY);
      const yaml = renderSuggestion(suggestion, { json: false, hasExemptions: false });
      expect(yaml).not.toMatch(UNSHOWN);
      expect(policyOf(text + yaml).exemptions.map((one) => one.text)).toEqual(
        suggestion.exemptions.map(({ match }) => match),
      );
    }
  });

  it('an imported policy reads back with the prefix that was named, and nothing in it steers a terminal', () => {
    const settings = settingsOf(
      { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': FINANCE },
      'core-site',
    );
    for (const key of NASTY_KEYS) {
      const target = { bucket: 'acme-lake', prefix: `x${key}/` };
      const place = { source: key, path: key };
      const reading = { settings: settings.map((one) => ({ ...one, place })), problems: [] };
      const { text, rules } = importPolicy({ readings: [reading], column: 's3a-s3a', targets: [target] });
      expect(text).not.toMatch(UNSHOWN);
      expect(rules).toBe(addressFault(target) === undefined ? 1 : 0);
      if (rules === 1)
        expect(policyOf(text).rules[0]?.match.text).toBe(`s3://acme-lake/${braces(target.prefix)}`);
    }
  });
});
