import type { SettingPlace } from './setting.ts';

/** Every id that reading, importing, exporting and predicting can give; docs/emr.md says what each means. */
export const EMR_PROBLEM_LEVELS = {
  'emr/syntax': 'error',
  'emr/trailing-text': 'error',
  'emr/too-large': 'error',
  'emr/unknown-shape': 'error',
  'emr/bad-value': 'error',
  'emr/bad-key': 'error',
  'emr/missing-key': 'error',
  'emr/placeholder': 'error',
  'emr/undecided-order': 'error',
  'emr/wrong-file': 'error',
  'emr/several-jobs': 'error',
  'emr/conflict': 'warning',
  'emr/duplicate': 'warning',
  'emr/unknown-classification': 'warning',
  'emr/unknown-property': 'warning',
  'emr/ignored-property': 'warning',
  'emr/not-followed': 'warning',
  'emr/not-expressible': 'warning',
  'emr/alias': 'warning',
  'emr/committer': 'warning',
  'emr/not-s3': 'note',
  'emr/no-s3-encryption': 'note',
} as const satisfies Readonly<Record<string, 'error' | 'warning' | 'note'>>;

export type EmrProblemId = keyof typeof EMR_PROBLEM_LEVELS;

/** What may hold settings and was not read. A `file` by its name, as it is written; the other kind can be given by nobody. */
export type Unread =
  | {
      readonly kind: 'file';
      readonly name: string;
      /** The file that is not read where this one is. */
      readonly instead?: 'spark-defaults.conf';
    }
  | { readonly kind: 'security-configuration' }
  /** Files of Hadoop's that may hold a key of S3A's: EMRFS reads none. */
  | { readonly kind: 'credentials' }
  | { readonly kind: 'words' };

/** One finding about an EMR, Spark or Hadoop configuration: an error leaves something unread, a note is an answer. */
export interface EmrProblem {
  readonly id: EmrProblemId;
  readonly level: 'error' | 'warning' | 'note';
  readonly place: SettingPlace;
  /** One sentence: what was found, what was expected, what to do. Text of the file in it is printable and cut. */
  readonly message: string;
  /** There where settings may have been left out: what was decided without them is not certain. */
  readonly unread?: Unread;
}

/** Takes an id, its place and one sentence, and gives the problem with the id's level. */
export const emrProblem = (
  id: EmrProblemId,
  place: SettingPlace,
  message: string,
  unread?: Unread,
): EmrProblem => ({
  id,
  level: EMR_PROBLEM_LEVELS[id],
  place,
  message,
  ...(unread === undefined ? {} : { unread }),
});

/** True for a problem that leaves something unread which may be about encryption. */
export const leavesUnread = ({ level, unread }: EmrProblem): boolean =>
  level === 'error' || unread !== undefined;
