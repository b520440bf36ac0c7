/** What is kept under `before`...`after`. */
export interface Affixes {
  readonly before: string;
  readonly after: string;
  /** More is more specific. */
  readonly weight: number;
}

interface Shape<T> {
  readonly weight: number;
  readonly before: number;
  readonly after: number;
  readonly byText: Map<string, T>;
}

/**
 * Values by the text before and after a run of characters. A look-up costs one Map access for each distinct
 * pair of lengths, however many texts of those lengths there are: 10,000 of `tenant-aaa-{x}` are one shape.
 */
export class AffixIndex<T> {
  readonly #shapes: Shape<T>[] = [];

  /** The value under these affixes, made when there is none. */
  ensure(affixes: Affixes, make: () => T): T {
    const { byText } = this.#shape(affixes);
    const text = affixes.before + affixes.after;
    const known = byText.get(text);
    if (known !== undefined) {
      return known;
    }
    const made = make();
    byText.set(text, made);
    return made;
  }

  /** Adds to `hits` every value whose affixes enclose a run of at least `shortestRun` characters of `text`. */
  collect(text: string, shortestRun: number, hits: Hit<T>[]): void {
    for (const { weight, before, after, byText } of this.#shapes) {
      if (before + after + shortestRun <= text.length) {
        // Lengths are fixed within a shape, so the two texts need no separator between them.
        const head = text.slice(0, before);
        const value = byText.get(head + text.slice(text.length - after));
        if (value !== undefined) {
          hits.push({ weight, value });
        }
      }
    }
  }

  #shape({ before, after, weight }: Affixes): Shape<T> {
    const known = this.#shapes.find(
      (shape) => shape.before === before.length && shape.after === after.length && shape.weight === weight,
    );
    if (known !== undefined) {
      return known;
    }
    const made: Shape<T> = { weight, before: before.length, after: after.length, byText: new Map() };
    this.#shapes.push(made);
    return made;
  }
}

export interface Hit<T> {
  readonly weight: number;
  readonly value: T;
}

/** The values of the hits, those of equal weight together, the heaviest first. */
export function byWeight<T>(hits: readonly Hit<T>[]): readonly (readonly T[])[] {
  if (hits.length < 2) {
    return hits.map(({ value }) => [value]);
  }
  const groups = new Map<number, T[]>();
  for (const { weight, value } of hits.toSorted((a, b) => b.weight - a.weight)) {
    const group = groups.get(weight);
    if (group === undefined) {
      groups.set(weight, [value]);
    } else {
      group.push(value);
    }
  }
  return [...groups.values()];
}
