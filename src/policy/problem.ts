/** Where in the policy file: 1-based line and column of the first character, and how many characters are meant. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One finding about a policy file. Every id has a section in docs/policy-problems.md and a fixture pair. */
export interface Problem {
  readonly id: string;
  readonly level: 'error' | 'warning';
  readonly place: Place;
  /** One sentence: what was found, what was expected. */
  readonly message: string;
}
