import type { EmrProblem } from './problem.ts';
import type { Setting } from './setting.ts';

/** What one configuration says, in the order in which it says it. */
export interface EmrReading {
  readonly settings: readonly Setting[];
  readonly problems: readonly EmrProblem[];
  /** `emr-7.10.0` or `emr-6.15.0-latest`, where the document holds one. */
  readonly releaseLabel?: string;
  /** There where it holds a whole security configuration, about S3 or not. */
  readonly securityConfiguration?: true;
}
