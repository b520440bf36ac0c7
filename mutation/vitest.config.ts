import { defineConfig } from 'vitest/config';

/** The folders of tests that are run against the mutants of a folder: its own, and the audit's that it decides. */
const TESTS: Readonly<Record<string, string>> = {
  objects: 'test/{objects,alerts,encryption}',
  keys: 'test/{keys,audit}',
  encryption: 'test/{encryption,audit}',
  policy: 'test/policy',
  verdict: 'test/{verdict,audit}',
  emr: 'test/emr',
};

export default defineConfig({
  test: {
    include: [`${TESTS[process.env.MUTATE ?? ''] ?? 'test'}/**/*.test.ts`],
    // Large inputs take seconds for each mutant and see what smaller ones see.
    exclude: ['test/policy/parse-size.test.ts', 'test/emr/read-{any-text,hostile}.test.ts'],
    isolate: false,
    testTimeout: 30_000,
  },
});
