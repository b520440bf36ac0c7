import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileRules, decideRule, type RuleMatch, tryRule } from '../../src/policy/match.ts';
import { findOverlaps } from '../../src/policy/overlap.ts';
import { compareSpecificity } from '../../src/policy/specificity.ts';
import type { Rule } from '../../src/policy/types.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { arbitraryBucket, arbitraryCloseRules, arbitraryKey, arbitraryRules } from './build.ts';

/** The policy as the parser would let it through. */
function withoutOverlaps(rules: readonly Rule[]): readonly Rule[] {
  const refused = new Set(findOverlaps(rules).map(({ second }) => second));
  return rules.filter((rule) => !refused.has(rule));
}

function bruteForce(rules: readonly Rule[], bucket: string, key: string): readonly RuleMatch[] {
  const governing = rules.flatMap((rule) => {
    const trial = tryRule(rule, bucketName(bucket), objectKey(key));
    return trial.kind === 'governs' ? [{ rule, captures: trial.captures }] : [];
  });
  return governing.sort((a, b) => compareSpecificity(a.rule.match, b.rule.match));
}

const policies = fc.oneof(arbitraryRules, arbitraryCloseRules);

describe('the index of rules', () => {
  test('decides as trying every rule and taking the most specific does', () => {
    let governed = 0;
    let contested = 0;
    fc.assert(
      fc.property(
        policies,
        arbitraryBucket,
        fc.array(arbitraryKey, { minLength: 20 }),
        (all, bucket, keys) => {
          const rules = withoutOverlaps(all);
          const index = compileRules(rules);
          for (const key of keys) {
            const governing = bruteForce(rules, bucket, key);
            expect(decideRule(index, bucketName(bucket), objectKey(key))).toEqual(governing[0]);
            governed += governing.length > 0 ? 1 : 0;
            contested += governing.length > 1 ? 1 : 0;
          }
        },
      ),
      { numRuns: fuzzRuns({ atLeast: 3_000 }) },
    );
    // The generators must not drift to keys that nothing governs, or the property says nothing.
    expect(governed).toBeGreaterThan(10_000);
    expect(contested).toBeGreaterThan(1_000);
  });

  test('decides the same whatever the order of the rules', () => {
    fc.assert(
      fc.property(policies, arbitraryBucket, arbitraryKey, (all, bucket, key) => {
        const rules = withoutOverlaps(all);
        const forwards = decideRule(compileRules(rules), bucketName(bucket), objectKey(key));
        const backwards = decideRule(compileRules(rules.toReversed()), bucketName(bucket), objectKey(key));
        expect(backwards).toEqual(forwards);
      }),
      { numRuns: fuzzRuns({ atLeast: 1_000 }) },
    );
  });

  test('never has two rules of equal rank for one key once overlaps are refused', () => {
    fc.assert(
      fc.property(policies, arbitraryBucket, arbitraryKey, (all, bucket, key) => {
        const [first, second] = bruteForce(withoutOverlaps(all), bucket, key);
        if (first !== undefined && second !== undefined) {
          expect(compareSpecificity(first.rule.match, second.rule.match)).toBeLessThan(0);
        }
      }),
      { numRuns: fuzzRuns({ atLeast: 3_000 }) },
    );
  });
});
