import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JunitCase, renderJunit } from '../../src/cli/render-junit.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { FINANCE, policyFile, s3aUnder, TWO_TENANTS } from './emr-files.ts';
import { fileWith, run } from './run.ts';

const elements = (parent: XmlElement): readonly XmlElement[] =>
  parent.children.filter((child) => child instanceof XmlElement);

/** The one suite of a document, which a parser that takes only well-formed XML has read. */
function suiteOf(xml: string): XmlElement {
  const root = parseXml(xml).root;
  const [suite] = root === null ? [] : elements(root);
  if (suite === undefined) throw new Error('no suite');
  return suite;
}

describe('a JUnit document', () => {
  it('has a test for each write: failure, error, skipped and passed, and their counts', async () => {
    const writes = ['finance', 'payroll', 'tenants/{x}', 'else'].map(
      (name) => `- s3a://acme-lake/${name}/\n`,
    );
    const rules = [...TWO_TENANTS, '{ id: t, match: "s3://acme-lake/tenants/", sse: { key: alias/t } }'];
    const head = 'exempt: [{ match: "s3://acme-lake/else/**", reason: scratch, until: 2027-01-01 }]\n';
    const { status, stdout } = await run([
      ...['emr', 'preflight', '--policy', policyFile(rules, head), '--config', s3aUnder(FINANCE)],
      ...['--writes', fileWith('writes.yaml', writes.join('')), '--format', 'junit'],
    ]);
    expect(status).toBe(3);
    const suite = suiteOf(stdout);
    expect(suite.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1', skipped: '1' });
    expect(elements(suite).map((one) => [one.attributes.classname, elements(one)[0]?.name])).toEqual([
      ['finance', undefined],
      ['payroll', 'failure'],
      ['t', 'error'],
      ['no rule', 'skipped'],
    ]);
    expect(elements(suite)[1]?.text).toContain('the policy allows only');
  });

  for (const [uncovered, kind] of [
    ['alert', 'failure'],
    ['report', 'skipped'],
  ] as const) {
    it(`an uncovered write is a ${kind} under "uncovered: ${uncovered}"`, async () => {
      const policy = policyFile(TWO_TENANTS, `defaults: { uncovered: ${uncovered} }\n`);
      const args = ['--config', s3aUnder(FINANCE), '--write', 's3a://other/', '--format', 'junit'];
      const { stdout } = await run(['emr', 'preflight', '--policy', policy, ...args]);
      const [test] = elements(suiteOf(stdout));
      expect(test && elements(test)[0]?.name).toBe(kind);
    });
  }

  it('what could not be read is an error too, so that the pipeline shows it', async () => {
    const broken = fileWith('broken.json', '[{"Classification": ');
    const { stdout } = await run([
      ...['emr', 'preflight', '--policy', policyFile(TWO_TENANTS), '--config', broken],
      ...['--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/', '--format', 'junit'],
    ]);
    const [first] = elements(suiteOf(stdout));
    expect(first?.attributes.classname).toBe('configuration');
    expect(first && elements(first)[0]?.attributes.type).toBe('emr/syntax');
  });

  it('is well-formed, and says everything, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary' });
    const named = fc.record({ group: text, name: text });
    const kind = fc.constantFrom('failure', 'error');
    const failed = fc.record({ kind, type: text, message: text, text });
    fc.assert(
      fc.property(text, named, failed, (suite, name, result) => {
        const cases: readonly JunitCase[] = [
          { ...name, result },
          { ...name, result: { kind: 'skipped', message: result.message } },
          { ...name, result: { kind: 'passed' } },
        ];
        expect(elements(suiteOf(renderJunit(suite, cases)))).toHaveLength(3);
      }),
      { numRuns: fuzzRuns({ every: 4 }) },
    );
  });

  it('holds no character that XML 1.0 forbids', () => {
    const result = { kind: 'skipped', message: '\u0000\u001b\ud800\ufffe\uffff' } as const;
    const xml = renderJunit('s', [{ group: 'g', name: 'n', result }]);
    expect(xml).toContain('message="\\u{0}\\u{1B}\\u{D800}\\u{FFFE}\\u{FFFF}"');
  });

  it('keeps the lines of a text apart', () => {
    const result = { kind: 'failure', type: 'X', message: 'm', text: 'one\ntwo <b>' } as const;
    const [test] = elements(suiteOf(renderJunit('s', [{ group: 'g', name: 'n', result }])));
    const text = test?.children.flatMap((child) => (child instanceof XmlElement ? child.children : []));
    expect(text?.map((child) => (child instanceof XmlText ? child.text : ''))).toEqual(['one\ntwo <b>']);
  });
});
