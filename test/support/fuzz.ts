/** How many cases a property draws, unless it says why fewer do: 2,000 in `npm test`, and as `FUZZ_RUNS` says under `npm run fuzz`. */
export const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);
if (!Number.isSafeInteger(FUZZ_RUNS) || FUZZ_RUNS < 1) {
  throw new Error(`FUZZ_RUNS is ${JSON.stringify(process.env.FUZZ_RUNS)}: expected a whole number above 0`);
}

/** Properties take longer where there are more cases, and where other work shares the machine. */
export const FUZZ_TIMEOUT = Math.max(60_000, FUZZ_RUNS * 60);

interface FuzzRuns {
  /** One case in so many: where a case is a whole run, a command line or a request, and takes milliseconds. Named in docs/limits.md. */
  readonly every?: number;
  /** Where fewer find little: such a property is quick. */
  readonly atLeast?: number;
}

/** The `numRuns` of a property. */
export const fuzzRuns = ({ every = 1, atLeast = 1 }: FuzzRuns = {}): number =>
  Math.max(atLeast, Math.ceil(FUZZ_RUNS / every));
