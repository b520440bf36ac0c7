const folder = process.env.MUTATE;
if (folder === undefined) throw new Error('MUTATE names the folder of src to mutate: see run.ts');

export default {
  testRunner: 'vitest',
  plugins: [
    new URL('node_modules/@stryker-mutator/vitest-runner/dist/src/index.js', import.meta.url).pathname,
  ],
  vitest: { configFile: 'mutation/vitest.config.ts' },
  mutate: [`src/${folder}/**/*.ts`],
  coverageAnalysis: 'perTest',
  // Of a run before: what it killed is not tried again while its killer and its place stand as they were.
  incremental: process.env.BEFORE !== undefined,
  ...(process.env.BEFORE === undefined ? {} : { incrementalFile: process.env.BEFORE }),
  // What is evaluated when a file is loaded cannot be switched for one test.
  ignoreStatic: true,
  concurrency: Number(process.env.CONCURRENCY ?? 2),
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: `mutation/report/${folder}.json` },
  htmlReporter: { fileName: `mutation/report/${folder}.html` },
  tempDirName: 'mutation/report/sandbox',
  ignorePatterns: ['dist', 'coverage', 'mutation/node_modules', 'mutation/report'],
  // TypeScript 7 has no JavaScript interface, by which the tsconfig would be rewritten; nothing needs it.
  tsconfigFile: 'mutation/no-tsconfig.json',
};
