import { MOST_STEPS, parsePattern, steps, type Term } from './regexp-steps.ts';

/** A text that a pattern was tried with, twice as long the second time. */
export interface Growth {
  readonly text: string;
  readonly short: number;
  readonly long: number;
}

const SHORT = 48;
const MOST_CHARACTERS = 7;
const MOST_PREFIXES = 5;
/** No class of the sources takes it but those that take nearly everything. */
const STRANGER = '\u0001';

const exampleOf = (terms: readonly Term[]): string => terms.map(exampleTerm).join('');

function exampleTerm(term: Term): string {
  switch (term.kind) {
    case 'one':
      return term.text;
    case 'edge':
    case 'look':
    case 'again':
      return '';
    case 'group':
      return exampleOf(term.alternatives[0] ?? []);
    case 'repeat':
      return exampleTerm(term.inner).repeat(Math.min(8, Math.max(1, term.least)));
  }
}

interface Parts {
  readonly characters: Set<string>;
  /** What leads to a part that is repeated without bound. */
  readonly prefixes: Set<string>;
  /** What such a part takes in one turn. */
  readonly units: Set<string>;
}

function gather(terms: readonly Term[], before: string, parts: Parts): void {
  let prefix = before;
  for (const term of terms) {
    gatherTerm(term, prefix, parts);
    prefix += exampleTerm(term);
  }
}

function gatherTerm(term: Term, prefix: string, parts: Parts): void {
  if (term.kind === 'one') parts.characters.add(term.text);
  if (term.kind === 'group') for (const one of term.alternatives) gather(one, prefix, parts);
  if (term.kind === 'look') for (const one of term.inner) gather(one, prefix, parts);
  if (term.kind !== 'repeat') return;
  if (term.most > SHORT) {
    parts.prefixes.add(prefix);
    // Each turn begins a match of its own.
    parts.units.add(prefix).add(prefix + exampleTerm(term.inner));
    parts.units.add(exampleTerm(term.inner));
    if (term.inner.kind === 'group')
      for (const one of term.inner.alternatives) parts.units.add(exampleOf(one));
  }
  gatherTerm(term.inner, prefix, parts);
}

/** Texts that are made to have the pattern try everything: what leads to a loop, what the loop takes, many times, and what it does not take. */
function* texts(all: readonly (readonly Term[])[]): Generator<readonly [string, string, string]> {
  const parts: Parts = { characters: new Set(), prefixes: new Set(['', STRANGER]), units: new Set() };
  for (const terms of all) {
    gather(terms, '', parts);
    parts.units.add(exampleOf(terms));
  }
  const characters = [...new Set([...parts.characters, 'a'])].slice(0, MOST_CHARACTERS);
  const pairs = characters.flatMap((one) => characters.map((other) => one + other));
  const units = new Set([...parts.units, ...characters, ...pairs].filter((unit) => unit !== ''));
  for (const prefix of [...parts.prefixes].slice(0, MOST_PREFIXES)) {
    for (const unit of units) for (const suffix of ['', STRANGER]) yield [prefix, unit, suffix];
  }
}

/** The text with which a pattern does most, where twice its length costs more than `times` as many steps; else nothing. */
export function worstGrowth(pattern: string, flags: string, times: number): Growth | undefined {
  const all = parsePattern(pattern, flags);
  let worst: Growth | undefined;
  for (const [prefix, unit, suffix] of texts(all)) {
    const text = (turns: number): string => prefix + unit.repeat(turns) + suffix;
    const short = steps(all, flags, text(SHORT));
    const long = short > MOST_STEPS ? short : steps(all, flags, text(2 * SHORT));
    if (long > MOST_STEPS) return { text: text(SHORT), short, long };
    if (long <= times * short || long <= (worst?.long ?? 0)) continue;
    // Once more: a repetition that ends at 61 grows once, where its text becomes too long for it.
    if (steps(all, flags, text(4 * SHORT)) > times * long) worst = { text: text(SHORT), short, long };
  }
  return worst;
}
