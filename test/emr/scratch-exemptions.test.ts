import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSuggestion } from '../../src/cli/render-suggestion.ts';
import { suggestScratchExemptions } from '../../src/emr/scratch-exemptions.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/types.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { policyOf, TODAY } from '../support/policy.ts';
import { arbitraryPolicyText, bucketOf, exemptionOf, outputPrefixes } from './scratch-policies.ts';

/** Each takes some hundreds of objects. */
const POLICIES = fuzzRuns({ every: 7 });

const rule = (match: string, rest = 'sse: { algorithm: [aws:kms] }', id = 'r') =>
  `  - { id: ${id}, match: "${match}", ${rest} }\n`;
const policyText = (rules: string, exempt = '') => `version: 1\nrules:\n${rules}${exempt}`;

const matches = (text: string): readonly string[] =>
  suggestScratchExemptions(policyOf(text), TODAY).exemptions.map(({ match }) => match);

/** The policy with what is suggested for it pasted in. */
function pasted(text: string, hasExemptions = false): Policy {
  const suggestion = suggestScratchExemptions(policyOf(text), TODAY);
  return policyOf(text + renderSuggestion(suggestion, { json: false, hasExemptions }));
}

const SCRATCH: readonly (readonly [key: string, sizeBytes: number])[] = [
  ['_temporary/0/_temporary/attempt_1/part-0.parquet', 1e9],
  ['_temporary/', 0],
  ['.spark-staging-7d1b/day=1/part-0.parquet', 1e9],
  ['__magic/job-1/tasks/attempt_1/__base/part-0.parquet.pending', 4_000],
  ['__magic_job-1/tasks/attempt_1/__base/part-0.parquet.pending', 4_000],
  ['.hive-staging_hive_2026-11-21_02-00-00_000_1-1/-ext-10000/part-0', 1e9],
  ['_SUCCESS', 0],
  ['_SUCCESS', 65_536],
  ['day=1_$folder$', 0],
  ['day=1_$folder$', 16],
  ['day=1/', 16],
];

const DATA: readonly (readonly [key: string, sizeBytes: number])[] = [
  ['part-0.parquet', 1e9],
  ['_SUCCESS_report.parquet', 10],
  ['_SUCCESS', 65_537],
  ['day=1_$folder$', 17],
  ['day=1_$folder$x', 0],
  ['day=1/', 17],
  ['_temporary', 1e9],
  ['_temporary_data/part-0.parquet', 1e9],
  ['my_temporary/part-0.parquet', 1e9],
  ['.spark-staging/part-0.parquet', 1e9],
  ['__magical/part-0.parquet', 1e9],
  ['__magic_job/part-0.parquet', 1e9],
  ['.hive-staging/part-0.parquet', 1e9],
];

describe('the suggested exemptions', () => {
  const tenants = pasted(policyText(rule('s3://acme-lake/tenants/{tenant}/')));

  it.each(SCRATCH)('take the scratch object %s of %i bytes below a rule', (key, size) => {
    expect(exemptionOf(tenants, 'acme-lake', `tenants/a/${key}`, size)).toBe('exempt');
    expect(exemptionOf(tenants, 'acme-lake', `tenants/a/table/${key}`, size)).toBe('exempt');
  });

  it.each(DATA)('leave the object %s of %i bytes audited', (key, size) => {
    expect(exemptionOf(tenants, 'acme-lake', `tenants/a/${key}`, size)).toBe('none');
  });

  it('take nothing of another bucket, and no scratch folder beside the prefix', () => {
    expect(exemptionOf(tenants, 'other-lake', 'tenants/a/_temporary/0/x', 1)).toBe('none');
    expect(exemptionOf(tenants, 'acme-lake', 'finance/_temporary/0/x', 1)).toBe('none');
    expect(exemptionOf(tenants, 'acme-lake', 'finance/_SUCCESS', 1)).toBe('none');
  });

  it('stand at the narrowest prefix, a capture as *, and bound the size of markers', () => {
    const { exemptions } = suggestScratchExemptions(
      policyOf(policyText(rule('s3://acme-lake/t/{tenant}/in-{day}/'))),
      TODAY,
    );
    expect(exemptions.map(({ match, maxSizeBytes }) => [match, maxSizeBytes])).toEqual([
      ['s3://acme-lake/t/*/in-*/**/_temporary/**', undefined],
      ['s3://acme-lake/t/*/in-*/**/.spark-staging-*/**', undefined],
      ['s3://acme-lake/t/*/in-*/**/__magic/**', undefined],
      ['s3://acme-lake/t/*/in-*/**/__magic_job-*/**', undefined],
      ['s3://acme-lake/t/*/in-*/**/.hive-staging_hive_*/**', undefined],
      ['s3://acme-lake/t/*/in-*/**/_SUCCESS', 65_536],
      ['s3://acme-lake/**/*_$folder$', 16],
      ['s3://acme-lake/**/', 16],
    ]);
  });

  it.each([
    ['s3://acme-lake/events/tenant={tenant}/', 's3://acme-lake/events/**/_temporary/**'],
    ['s3://acme-lake/events/tenant=acme/day={day}/', 's3://acme-lake/events/**/_temporary/**'],
    ['s3://acme-lake/events/day=', 's3://acme-lake/events/**/_temporary/**'],
    ['s3://acme-lake/=x/', 's3://acme-lake/=x/**/_temporary/**'],
  ])('below partitions (%s) stand at the root of the table, where Spark keeps them: %s', (match, glob) => {
    expect(matches(policyText(rule(match)))[0]).toBe(glob);
  });

  it('below a raw prefix take what begins with it, and a scratch folder whose name does', () => {
    const logs = policyText(rule('s3://acme-lake/a/logs'));
    expect(matches(logs)[0]).toBe('s3://acme-lake/a/logs*/**/_temporary/**');
    const all = matches(policyText(rule('s3://acme-lake/a/_t')));
    expect(all.slice(0, 2)).toEqual([
      's3://acme-lake/a/_t*/**/_temporary/**',
      's3://acme-lake/a/_temporary/**',
    ]);
    expect(all).not.toContain('s3://acme-lake/a/_SUCCESS');
  });

  it('of a rule within another are those of the outer one, which names both', () => {
    const text = policyText(
      rule('s3://acme-lake/a/', undefined, 'inner') +
        rule('s3://acme-lake/', undefined, 'outer') +
        rule('s3://acme-*/', 'cse: required', 'wide'),
    );
    const { exemptions, clientSideRules } = suggestScratchExemptions(policyOf(text), TODAY);
    expect(exemptions).toHaveLength(8);
    expect(exemptions[0]).toMatchObject({
      match: 's3://acme-*/**/_temporary/**',
      rules: ['wide', 'inner', 'outer'],
    });
    expect(clientSideRules).toEqual(['wide']);
  });

  it('name the rules that ask for an envelope, and not those that forbid one', () => {
    const text = policyText(
      rule('s3://acme-lake/a/', 'cse: required', 'a') + rule('s3://acme-lake/b/', 'cse: forbidden', 'b'),
    );
    expect(suggestScratchExemptions(policyOf(text), TODAY).clientSideRules).toEqual(['a']);
  });
});

describe('what the policy exempts already', () => {
  const given = (exempt: string) => {
    const text = policyText(rule('s3://acme-lake/a/'), `exempt:\n  - { ${exempt}, reason: x }\n`);
    const { exemptions, covered } = suggestScratchExemptions(policyOf(text), TODAY);
    return { left: covered.map(({ match }) => match), suggested: exemptions.map(({ match }) => match) };
  };
  const folder = 's3://acme-lake/a/**/_temporary/**';

  it('is left out, and said with the exemption that takes it', () => {
    expect(given('match: "s3://acme-lake/**/_temporary/**"').left).toEqual([folder]);
    const all = given('match: "s3://acme-lake/**"');
    expect(all.suggested).toEqual([]);
    expect(all.left).toHaveLength(8);
  });

  it('also counts with an end or a bound that someone chose for that very glob', () => {
    expect(given(`match: "${folder}", until: 2026-11-21`).left).toEqual([folder]);
    expect(given(`match: "${folder}", maxSize: 9`).left).toEqual([folder]);
  });

  it('no longer counts when it has lapsed, and a tighter bound on a wider glob does not do', () => {
    expect(given(`match: "${folder}", until: 2026-11-20`).suggested).toContain(folder);
    expect(given('match: "s3://acme-lake/**/_temporary/**", maxSize: 9').suggested).toContain(folder);
    expect(given('match: "s3://acme-lake/**/*_$folder$", maxSize: 0').left).toHaveLength(1);
    expect(given('match: "s3://acme-*/**/*_$folder$", maxSize: 0').left).toEqual([]);
  });
});

describe('whatever the policy', () => {
  it(
    'the suggestion is YAML that it takes, exempts scratch below every rule and no data, and is not made twice',
    () => {
      let usable = 0;
      fc.assert(
        fc.property(arbitraryPolicyText, (text) => {
          const { policy } = parsePolicy(text, { today: TODAY });
          if (policy === undefined) return;
          usable += 1;
          const after = pasted(text);
          expect(suggestScratchExemptions(after, TODAY).exemptions).toEqual([]);
          for (const one of policy.rules) {
            for (const prefix of outputPrefixes(one)) {
              for (const [key, size] of SCRATCH)
                expect([prefix, key, exemptionOf(after, bucketOf(one), prefix + key, size)]).toEqual([
                  prefix,
                  key,
                  'exempt',
                ]);
              for (const [key, size] of DATA)
                expect([prefix, key, exemptionOf(after, bucketOf(one), prefix + key, size)]).toEqual([
                  prefix,
                  key,
                  'none',
                ]);
            }
          }
        }),
        { numRuns: POLICIES },
      );
      // With few draws it is chance.
      if (POLICIES >= 100) expect(usable).toBeGreaterThan(POLICIES / 3);
    },
    FUZZ_TIMEOUT,
  );
});
