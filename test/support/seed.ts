import fc from 'fast-check';

const { FUZZ_RUNS, FUZZ_SEED } = process.env;

// `npm test` says the same of a commit each time it is run; `npm run fuzz` looks for what nobody has seen yet.
if (FUZZ_SEED !== undefined) fc.configureGlobal({ seed: Number(FUZZ_SEED) });
else if (FUZZ_RUNS === undefined) fc.configureGlobal({ seed: 20_261_121 });
