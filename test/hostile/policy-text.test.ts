import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import { preparePolicy } from '../../src/audit/prepared-policy.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { findExemption } from '../../src/policy/exempt.ts';
import { explainRule } from '../../src/policy/explain.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/types.ts';
import { anyPolicy } from '../fixtures/policy/arbitraries.ts';
import { damaged, someDamage } from '../support/damage.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';
import { TODAY } from '../support/policy.ts';

const policyIn = (text: string): Policy | undefined => parsePolicy(text, { today: TODAY }).policy;

/** Keys below the addresses that the generated policies name, among keys of any kind. */
const places = fc.array(
  fc.tuple(
    fc.constantFrom('acme', 'acme-x', 'a.b-c', 'ab', 'z'),
    fc.oneof(
      fc.constantFrom('t/a', 'x/t/y', 'x/t/yz/f.tmp', 'k=t.d/f', '/t/{x}', 't/z/a', 'x/', 'x/t/'),
      fc.constantFrom(...NASTY_KEYS),
      fc.string({ unit: 'binary', minLength: 1 }),
    ),
  ),
  { minLength: 1, maxLength: 4 },
);

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const RULES: readonly object[] = [
  { match: 's3://acme/', severity: 'low', sse: { algorithm: ['AES256'] } },
  { match: 's3://acme-*/', sse: { key: 'finance' } },
  { match: 's3://acme/t/{tenant}/', owner: '{tenant}@example.com', sse: { key: 'alias/t-{tenant}' } },
  {
    match: 's3://acme/x/{tenant}/y',
    cse: { context: { tenant: '{tenant}', n: 1 }, key: ARN, proof: 'decrypt-dry-run' },
  },
  {
    match: 's3://acme/k={tenant}.d/',
    cse: { description: { keyname: '{tenant}-2026' }, format: ['V2', 'V3'] },
  },
  { match: 's3://acme//{tenant}/{{x}}', cse: 'required', severity: 'critical' },
  {
    match: 's3://a.b-c/',
    cse: 'forbidden',
    sse: { key: ['finance', 'alias/x'], bucketKey: 'required', algorithm: ['aws:kms'] },
  },
  {
    match: 's3://acme/é🔑/',
    sse: { algorithm: ['aws:kms', 'aws:kms:dsse'], key: 'mrk-1234abcd12ab34cd56ef1234567890ab' },
  },
];
const EXEMPTIONS: readonly object[] = [
  { match: 's3://acme/**/*.tmp', reason: 'scratch' },
  { match: 's3://acme/x/', reason: 'a marker: "x"', maxSize: 16 },
  { match: 's3://a*/t/**', reason: '# no comment', until: '2027-01-31', owner: 'ana' },
];
/** Policies without mistakes, for the others are mostly refused. */
const goodPolicy: fc.Arbitrary<object> = fc
  .tuple(
    fc.shuffledSubarray([...RULES], { minLength: 1 }),
    fc.shuffledSubarray([...EXEMPTIONS], { minLength: 1 }),
  )
  .map(([rules, exempt]) => ({
    version: 1,
    defaults: { severity: 'medium', uncovered: 'alert' },
    keys: { finance: [ARN, { key: 'alias/finance-2025', until: '2027-01-31' }] },
    rules: rules.map((rule, index) => ({ id: `rule-${index}`, ...rule })),
    exempt,
  }));
const policies = fc.oneof({ weight: 3, arbitrary: goodPolicy }, { weight: 1, arbitrary: anyPolicy });

/** What a policy decides of objects: rule, captures and what is required; what stands where in the file is left out. */
function decisions(policy: Policy, objects: readonly (readonly [string, string])[]): unknown {
  const prepared = preparePolicy(policy, 'sha256:test');
  return objects.map(([bucket, key]) => {
    const object = { bucket: bucketName(bucket), key: objectKey(key) };
    const exemption = findExemption(prepared.exemptions, { ...object, today: TODAY, sizeBytes: 3 });
    const { decided } = explainRule(prepared.rules, policy.rules, object.bucket, object.key);
    const { line: _, ...rule } = decided?.rule ?? { line: 0 };
    return [
      exemption.kind === 'none' ? 'none' : [exemption.kind, exemption.exemption.text],
      rule,
      decided?.captures,
      policy.defaults,
    ];
  });
}

/** What a reader of JSON, else one of YAML, takes from a text: JSON may hold a carriage return where YAML may not. */
function plainly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text, { schema: 'core', merge: false });
  }
}

const yamlOf = (value: object): string => stringify(value, { aliasDuplicateObjects: false });
const FORMS: readonly ((value: object) => string)[] = [
  yamlOf,
  (value) => JSON.stringify(value, undefined, '\t'),
  (value) => String(parseDocument(JSON.stringify(value))),
  (value) => stringify(value, { defaultStringType: 'QUOTE_SINGLE', aliasDuplicateObjects: true }),
  (value) => `\uFEFF# a comment\r\n${yamlOf(value).replaceAll('\n', '\r\n')}`,
];

describe('a policy text that is accepted', () => {
  it(
    'decides the same however it is written again',
    () => {
      let accepted = 0;
      fc.assert(
        fc.property(policies, places, fc.constantFrom(...FORMS), (value, objects, form) => {
          const policy = policyIn(JSON.stringify(value));
          if (policy === undefined) return;
          accepted += 1;
          const again = policyIn(form(value));
          expect(again === undefined ? form(value) : decisions(again, objects)).toEqual(
            decisions(policy, objects),
          );
        }),
        { numRuns: fuzzRuns() },
      );
      expect(accepted).toBeGreaterThan(FUZZ_RUNS / 10);
    },
    FUZZ_TIMEOUT,
  );

  it(
    'though it was damaged means what a plain YAML reader takes from it: nothing of it is passed over',
    () => {
      let [accepted, refused] = [0, 0];
      fc.assert(
        fc.property(policies, someDamage, places, fc.boolean(), (value, harm, objects, json) => {
          const whole = json ? JSON.stringify(value) : stringify(value, { aliasDuplicateObjects: false });
          const text = damaged(Buffer.from(whole), { ...harm, length: 1 + (harm.length % 12) }).toString();
          const policy = policyIn(text);
          if (policy === undefined) {
            refused += 1;
            return;
          }
          accepted += 1;
          const plain = plainly(text.replace(/^\uFEFF/, ''));
          const again = policyIn(JSON.stringify(plain));
          expect(again === undefined ? text : decisions(again, objects)).toEqual(decisions(policy, objects));
        }),
        { numRuns: fuzzRuns() },
      );
      expect(Math.min(accepted, refused)).toBeGreaterThan(FUZZ_RUNS / 50);
    },
    FUZZ_TIMEOUT,
  );
});

it('a merge key merges nothing: it is refused by name', () => {
  const text = 'version: 1\nrules:\n  - { id: a, match: s3://acme/, <<: { cse: required } }\n';
  const { policy, problems } = parsePolicy(text, { today: TODAY });
  expect(policy).toBeUndefined();
  expect(problems.map(({ id, message }) => `${id} ${message}`)).toContainEqual(
    expect.stringMatching(/^policy\/unsupported-yaml .*<</),
  );
});

describe('YAML that is made to exhaust a reader, or to mean something else', () => {
  const ids = (text: string): readonly string[] =>
    parsePolicy(text, { today: TODAY }).problems.map(({ id }) => id);

  it.each([
    ['merge keys', 'a: &a { version: 1 }\n<<: *a\nrules: []\n', 'policy/unknown-key'],
    ['a tag of JavaScript', 'version: !!js/function "f"\n', 'policy/unsupported-yaml'],
    ['a tag of binary data', 'version: !!binary aGk=\n', 'policy/unsupported-yaml'],
    ['an alias of itself', 'rules: &a [*a]\n', undefined],
    ['an alias that is not there', 'rules: *nowhere\n', undefined],
    ['a key that is a map', '? { a: b }\n: c\n', undefined],
    ['a second document', 'version: 1\n---\nversion: 1\n', 'policy/unsupported-yaml'],
    ['a directive of YAML 1.1', '%YAML 1.1\n---\nversion: 1\n', 'policy/unsupported-yaml'],
    ['200 aliases of one text', `a: &a x\nb: [${Array(200).fill('*a').join(', ')}]\n`, 'policy/too-large'],
    ['a block scalar of 17 Mi characters', `a: |\n  ${'x'.repeat(17 * 1024 * 1024)}\n`, 'policy/too-large'],
    ['a hundred levels by question marks', '? '.repeat(100), 'policy/too-large'],
    ['a hundred levels by dashes', '- '.repeat(100), 'policy/too-large'],
  ])('%s is refused', (_, text, id) => {
    expect(ids(text).length).toBeGreaterThan(0);
    expect(policyIn(text)).toBeUndefined();
    if (id !== undefined) expect(ids(text)).toContain(id);
  });

  it('one scalar of a million characters is read, and refused for what it is', () => {
    expect(ids(`version: "${'x'.repeat(1024 * 1024)}"\n`).length).toBeGreaterThan(0);
  });
});
