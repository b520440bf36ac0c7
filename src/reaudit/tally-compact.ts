import { utf8Length } from '../objects/utf8.ts';
import { Tally } from './tally.ts';
import { LIMITS } from './tally-limits.ts';

/** Below this not even bare counts are sure to fit. */
export const LEAST_COMPACT_BYTES = 16_384;

/** How often a limit is halved before nothing is left of it. */
const HALVINGS = 12;

/**
 * A copy whose JSON takes at most so many bytes. Counts stay exact: samples and the depth of the prefix map give way
 * first, then the values of causes, then the finer splits, whose rest shows as a difference from the total. Merged, the
 * sum is as short as its shortest part. Throws `RangeError` below `LEAST_COMPACT_BYTES`.
 */
export function compactTally(tally: Tally, limitBytes: number): Tally {
  if (limitBytes < LEAST_COMPACT_BYTES) {
    throw new RangeError(
      `a tally cannot be sure to fit into ${limitBytes} bytes: ${LEAST_COMPACT_BYTES} is the least`,
    );
  }
  const copy = Tally.from(JSON.parse(JSON.stringify(tally)));
  for (const step of steps(copy)) {
    if (utf8Length(JSON.stringify(copy)) <= limitBytes) return copy;
    copy.compacted = true;
    step();
  }
  return copy;
}

function* steps(tally: Tally): Generator<() => void> {
  for (const samples of [5, 3, 1]) yield () => shortenExamples(tally, samples, LIMITS.causeValues);
  for (const levels of [5, 4, 3]) yield () => tally.prefixes.trim(levels, LIMITS.prefixes);
  for (let share = 0.5; share > 0.01; share /= 2) {
    yield () => {
      shortenExamples(tally, 1, Math.floor(LIMITS.causeValues * share));
      tally.prefixes.trim(3, Math.floor(LIMITS.prefixes * share));
      tally.wrong.trim(share > 0.2 ? 5 : 3, Math.floor(LIMITS.prefixes * share));
      tally.written.coarsenTo(Math.ceil(LIMITS.timelineColumns * share));
    };
  }
  yield () => shortenExamples(tally, 0, 0);
  for (let halving = 1; halving <= HALVINGS; halving++) {
    yield () => splitLess(tally, halving === HALVINGS ? 0 : 0.5 ** halving);
  }
  yield () => {};
}

function shortenExamples(tally: Tally, samples: number, values: number): void {
  for (const [, cause] of tally.causes.entries()) cause.shorten(samples, values);
  for (const [, reason] of tally.reasons.entries()) reason.shorten(samples);
}

function splitLess(tally: Tally, share: number): void {
  const most = (limit: number): number => Math.floor(limit * share);
  tally.prefixes.trim(2, most(LIMITS.prefixes));
  tally.wrong.trim(2, most(LIMITS.prefixes));
  tally.pairs.trim(most(LIMITS.pairs));
  tally.keys.trim(most(LIMITS.keys));
  tally.exemptions.trim(most(LIMITS.exemptions));
  tally.rules.trim(most(LIMITS.rules));
  tally.causes.trim(most(LIMITS.causes));
  tally.reasons.trim(most(LIMITS.reasons));
  if (share > 0) return;
  tally.written.coarsenTo(1);
  tally.policies.trim(0);
  tally.severities.trim(0);
}
