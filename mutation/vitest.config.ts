import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{objects,keys,encryption,policy,verdict,emr,audit}/**/*.test.ts'],
    // Large inputs take seconds for each mutant and see what smaller ones see.
    exclude: ['test/policy/parse-size.test.ts'],
    testTimeout: 30_000,
  },
});
