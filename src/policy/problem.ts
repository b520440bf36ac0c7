/**
 * Where in the policy file: 1-based line and column of the first character, and how many characters are meant, all on
 * that line. Characters are UTF-16 units, as editors count columns. A byte order mark before the text is not counted.
 */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

const ERROR_IDS = [
  'policy/syntax',
  'policy/unsupported-yaml',
  'policy/too-large',
  'policy/duplicate-key',
  'policy/unknown-key',
  'policy/missing-key',
  'policy/wrong-type',
  'policy/not-allowed',
  'policy/empty',
  'policy/duplicate-id',
  'policy/duplicate-match',
  'policy/bad-match',
  'policy/bad-glob',
  'policy/bad-capture',
  'policy/bad-key-reference',
  'policy/duplicate-alias',
  'policy/untrusted-account',
  'policy/bad-date',
  'policy/unmeetable',
  'policy/undecidable-key',
] as const;

const WARNING_IDS = [
  'policy/prefix-without-slash',
  'policy/exemption-lapsed',
  'policy/exemption-lapses-soon',
  'policy/literal-alias',
  'policy/exact-glob-ends-in-slash',
  'policy/unbounded-exemption',
  'policy/kms-context-unknown',
] as const;

/** Every id that `parsePolicy` can give, errors before warnings. */
export const PROBLEM_IDS = [...ERROR_IDS, ...WARNING_IDS] as const;
export type ProblemId = (typeof PROBLEM_IDS)[number];

const WARNINGS: ReadonlySet<string> = new Set(WARNING_IDS);

/** An id has one level, always: what draws a warning here and an error there has two ids. */
export const problemLevel = (id: ProblemId): Problem['level'] => (WARNINGS.has(id) ? 'warning' : 'error');

/** One finding about a policy file. Every id has a section in docs/policy-problems.md and a fixture pair. */
export interface Problem {
  readonly id: ProblemId;
  readonly level: 'error' | 'warning';
  readonly place: Place;
  /** One sentence: what was found, what was expected. Text of the file in it is printable and cut. */
  readonly message: string;
}
