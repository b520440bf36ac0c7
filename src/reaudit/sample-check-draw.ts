import type { AuditRecord } from '../verdict/record.ts';
import type { SourceRow } from './row.ts';

/** Contract: so many of the rows that were settled are HEADed. */
export const SAMPLE_SIZE = 1_000;

/** A settled row that is held back until the end, when it is HEADed. */
export interface Held {
  readonly row: SourceRow;
  readonly record: AuditRecord;
}

/**
 * Draws rows at random: those with the smallest of a number that seed and object give. So the sample depends on neither
 * the order of the rows nor on how often a run was taken up again, and every row is as likely as any other to whoever
 * does not know the seed.
 */
export class RowSample {
  readonly #seed: number;
  readonly #size: number;
  /** By rank, smallest first. */
  #held: { readonly rank: number; readonly held: Held }[] = [];
  #offered = 0;

  /** The seed is a whole number; draw it at random, and keep it with the run. */
  constructor(seed: number, size: number = SAMPLE_SIZE) {
    this.#seed = seed;
    this.#size = size;
  }

  /**
   * Offers a row whose verdict rests on what the row tells. Gives the record that is to be written now: the row's own,
   * that of a row which it displaced, or none yet.
   */
  offer(row: SourceRow, record: AuditRecord): AuditRecord | undefined {
    this.#offered += 1;
    const rank = rankOf(row, this.#seed);
    const last = this.#held.at(this.#size - 1);
    if (this.#size === 0 || (last !== undefined && rank >= last.rank)) return record;
    let [low, high] = [0, this.#held.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#held[middle]?.rank ?? 0) <= rank) low = middle + 1;
      else high = middle;
    }
    this.#held.splice(low, 0, { rank, held: { row, record } });
    return this.#held.length > this.#size ? this.#held.pop()?.held.record : undefined;
  }

  /** How many rows were offered. */
  get offered(): number {
    return this.#offered;
  }

  get held(): readonly Held[] {
    return this.#held.map(({ held }) => held);
  }

  get seed(): number {
    return this.#seed;
  }

  get size(): number {
    return this.#size;
  }

  /** The sample as it was when it was written down. */
  static restore(state: SampleState): RowSample {
    const sample = new RowSample(state.seed, state.size);
    for (const { row, record } of state.held) sample.offer(row, record);
    sample.#offered = state.offered;
    return sample;
  }
}

/** All that a sample is. */
export interface SampleState {
  readonly seed: number;
  readonly size: number;
  readonly offered: number;
  readonly held: readonly Held[];
}

/** A number below 2^53 from seed and object: cyrb53, well mixed and quick; no secret hangs on it. */
export function rankOf({ bucket, key, versionId = '' }: SourceRow, seed: number): number {
  const text = `${bucket}/${versionId}/${key}`;
  let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ Math.floor(seed / 2 ** 32)];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}
