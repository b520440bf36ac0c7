/** How many cases a property is tried with: 2,000 in `npm test`, and as `FUZZ_RUNS` says under `npm run fuzz`. */
export const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

/** Properties take longer where there are more cases, and where other work shares the machine. */
export const FUZZ_TIMEOUT = Math.max(60_000, FUZZ_RUNS * 60);
