/** How much a tally keeps. Counts at the top are exact whatever these say; what they bound is how finely they are split. */
export const LIMITS = {
  rules: 1_000,
  causes: 1_000,
  /** Captures, diagnoses, keys, principals and owners of one cause, each. */
  causeValues: 50,
  causeSamples: 10,
  causeColumns: 72,
  /** Cells of the matrix of expected and found keys. */
  pairs: 5_000,
  keys: 5_000,
  keyStates: 8,
  exemptions: 1_000,
  reasons: 200,
  reasonResources: 10,
  reasonObjects: 5,
  timelineColumns: 400,
  policies: 20,
  /** Prefixes at each level of the map, the bucket being the first level. */
  prefixes: 2_000,
  prefixLevels: 6,
} as const;
