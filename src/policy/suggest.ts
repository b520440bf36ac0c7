/** Longer texts are compared by their beginning: nobody mistypes a word of this length by two letters. */
const LONGEST_WORD = 64;

/** Edit distance with swapped neighbours as one edit (optimal string alignment). */
function distance(a: string, b: string): number {
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  let beforeLast = last;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      // Nothing stands before the first letter, and nothing equals no letter.
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

interface Ranked {
  readonly candidate: string;
  readonly edits: number;
}

function ranked(text: string, candidates: readonly string[]): Ranked[] {
  const word = text.slice(0, LONGEST_WORD).toLowerCase();
  return candidates
    .map((candidate) => ({
      candidate,
      edits: distance(word, candidate.slice(0, LONGEST_WORD).toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
}

/** Takes a word and gives the `count` candidates that need the fewest edits, nearest first. Case takes no part. */
export function nearest(text: string, candidates: readonly string[], count: number): readonly string[] {
  return ranked(text, candidates)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Takes a mistyped word and gives the one candidate it was probably meant to be; `undefined` where none is near. */
export function didYouMean(text: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.min(3, Math.floor(text.length / 3) + 1);
  const comparable = candidates.filter((candidate) => Math.abs(candidate.length - text.length) <= allowed);
  const [best] = ranked(text, comparable);
  // A word of which every letter was changed is another word.
  return best !== undefined && best.edits <= allowed && best.edits < text.length ? best.candidate : undefined;
}
