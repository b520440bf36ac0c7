import type { AliasAnswer, AliasNamesAnswer, KeyAnswer } from '../keys/enquiry.ts';
import { type Interval, WHOLE, without } from './ranges.ts';

/** What a run was begun with, and keeps to its end. */
export interface RunHeader {
  readonly bucket: string;
  readonly prefix: string;
  readonly versions: boolean;
  /** Where the policy came from, as the command line named it. */
  readonly policySource: string;
  readonly policyText: string;
  readonly policyHash: string;
  /** Where the records go, as a whole path. */
  readonly output: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** One first answer of KMS. `place` is the alias with the Region it was asked in, or the key. */
export type KeptAnswer =
  | { readonly ask: 'alias'; readonly place: string; readonly answer: AliasAnswer }
  | { readonly ask: 'key'; readonly place: string; readonly answer: KeyAnswer }
  | { readonly ask: 'names'; readonly place: string; readonly answer: AliasNamesAnswer };

/** One step forward: records that are safely written, and what they are the records of. */
export interface Commit {
  readonly done: readonly Interval[];
  /** How long the records' file is with this step, in bytes. */
  readonly outputBytes: number;
  /** How long the list of those that wait for the end is. */
  readonly waitingBytes: number;
  /** How far that list has been worked off. */
  readonly waitedBytes: number;
  readonly listed: number;
  readonly deleteMarkers: number;
  /** Uncovered objects under `uncovered: ignore`: they have no record. */
  readonly ignored: number;
  readonly answers: readonly KeptAnswer[];
}

/** How far a run has come. Counts are of the whole run so far. */
export interface RunState extends Omit<Commit, 'done'> {
  readonly remaining: readonly Interval[];
  /** When the run came to its end, alerts and all. */
  readonly finishedAt?: string;
}

/** The state of a run that has done nothing yet. */
export const FRESH: RunState = {
  remaining: WHOLE,
  outputBytes: 0,
  waitingBytes: 0,
  waitedBytes: 0,
  listed: 0,
  deleteMarkers: 0,
  ignored: 0,
  answers: [],
};

/** The state after one more step: counts and answers are added, lengths replaced. Throws `NotInRemaining`. */
export function afterCommit(state: RunState, commit: Commit): RunState {
  return {
    ...state,
    remaining: commit.done.reduce(without, state.remaining),
    outputBytes: commit.outputBytes,
    waitingBytes: commit.waitingBytes,
    waitedBytes: commit.waitedBytes,
    listed: state.listed + commit.listed,
    deleteMarkers: state.deleteMarkers + commit.deleteMarkers,
    ignored: state.ignored + commit.ignored,
    answers: commit.answers.length === 0 ? state.answers : [...state.answers, ...commit.answers],
  };
}
