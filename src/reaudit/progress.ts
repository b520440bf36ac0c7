import type { Outcome } from '../verdict/verdict.ts';

/** What a run has done so far, what earlier sittings of it did included. Changed as the run goes. */
export interface Progress {
  /** Objects that the listing has shown. */
  listed: number;
  /** Objects with a verdict. */
  audited: number;
  violations: number;
  unknown: number;
  retries: number;
  /** True once all has been listed, so that what is left is known. */
  listingEnded: boolean;
}

export const noProgress = (): Progress => ({
  listed: 0,
  audited: 0,
  violations: 0,
  unknown: 0,
  retries: 0,
  listingEnded: false,
});

/** Counts one verdict. */
export function addVerdict(progress: Progress, outcome: Outcome): void {
  progress.audited += 1;
  if (outcome === 'violation') progress.violations += 1;
  if (outcome === 'unknown') progress.unknown += 1;
}

interface Reading {
  readonly atMs: number;
  readonly audited: number;
}

/** What a progress line says of speed. */
export interface Speed {
  readonly perSecond: number;
  /** Absent while the listing has not ended, or nothing moves. */
  readonly leftSeconds?: number;
}

/** Over what time the speed is taken: long enough to be steady, short enough to show a change. */
const WINDOW_MS = 10_000;

/** The speed of the last seconds, from readings taken now and then. Pure: times are given. */
export class Speedometer {
  #readings: Reading[] = [];

  read({ audited, listed, listingEnded }: Progress, atMs: number): Speed {
    this.#readings.push({ atMs, audited });
    this.#readings = this.#readings.filter((reading) => atMs - reading.atMs <= WINDOW_MS);
    const first = this.#readings[0] ?? { atMs, audited };
    const seconds = (atMs - first.atMs) / 1_000;
    const perSecond = seconds <= 0 ? 0 : (audited - first.audited) / seconds;
    if (!listingEnded || perSecond <= 0) return { perSecond };
    return { perSecond, leftSeconds: Math.max(0, listed - audited) / perSecond };
  }
}
