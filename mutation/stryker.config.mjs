// The pure folders, their own tests and those of the audit that is built of them.
const all = ['objects', 'keys', 'encryption', 'policy', 'verdict', 'emr'];
const folders = (process.env.MUTATE ?? all.join(',')).split(',');

export default {
  testRunner: 'vitest',
  plugins: [
    new URL('node_modules/@stryker-mutator/vitest-runner/dist/src/index.js', import.meta.url).pathname,
  ],
  vitest: { configFile: 'mutation/vitest.config.ts' },
  mutate: folders.map((folder) => `src/${folder}/**/*.ts`),
  coverageAnalysis: 'perTest',
  // What is evaluated when a file is loaded cannot be switched for one test.
  ignoreStatic: true,
  concurrency: Number(process.env.CONCURRENCY ?? 2),
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'mutation/report/mutants.json' },
  htmlReporter: { fileName: 'mutation/report/mutants.html' },
  tempDirName: 'mutation/report/sandbox',
  ignorePatterns: ['dist', 'coverage', 'mutation/node_modules', 'mutation/report'],
  // TypeScript 7 has no JavaScript interface, by which the tsconfig would be rewritten; nothing needs it.
  tsconfigFile: 'mutation/no-tsconfig.json',
};
