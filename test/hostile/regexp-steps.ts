/** A part of a regular expression. `text`: an example of what it takes. */
export type Term =
  | { readonly kind: 'one'; readonly takes: (character: string) => boolean; readonly text: string }
  | { readonly kind: 'edge'; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: 'look'; readonly inner: readonly (readonly Term[])[]; readonly negative: boolean }
  | {
      readonly kind: 'group';
      readonly alternatives: readonly (readonly Term[])[];
      /** Of a group that captures, counted from 1. */
      readonly number?: number;
    }
  | { readonly kind: 'again'; readonly number: number }
  | {
      readonly kind: 'repeat';
      readonly inner: Term;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

type Alternatives = readonly (readonly Term[])[];

const SAMPLES = [...'aA0zf-_ ./:=,;"\'\\{}[]()<>+*?%#$@!&|~^`\n\r\t\u0000\u001b\u00e9\u2028\u202e\ufeff'];

/** Reads a pattern into its parts. Throws for what this small reader does not know (lookbehind, named back-references). */
export function parsePattern(pattern: string, flags: string): Alternatives {
  let at = 0;
  let groups = 0;
  const unicode = /[uv]/.test(flags);
  const own = flags.replace(/[gy]/g, '');

  function alternatives(): Alternatives {
    const all: (readonly Term[])[] = [sequence()];
    while (pattern[at] === '|') {
      at += 1;
      all.push(sequence());
    }
    return all;
  }

  function sequence(): readonly Term[] {
    const terms: Term[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') terms.push(repeated(term()));
    return terms;
  }

  function repeated(inner: Term): Term {
    const [quantifier, least, comma, most, lazy] =
      /^(?:[*+?]|\{(\d+)(,?)(\d*)\})(\??)/.exec(pattern.slice(at)) ?? [];
    if (quantifier === undefined) return inner;
    at += quantifier.length;
    const bounds: Readonly<Record<string, readonly [number, number]>> = {
      '*': [0, Number.POSITIVE_INFINITY],
      '+': [1, Number.POSITIVE_INFINITY],
      '?': [0, 1],
    };
    const open = comma === ',' && most === '' ? Number.POSITIVE_INFINITY : Number(most || least);
    const [from, to] = bounds[quantifier[0] ?? ''] ?? [Number(least), open];
    return { kind: 'repeat', inner, least: from, most: to, lazy: lazy === '?' };
  }

  function term(): Term {
    const start = pattern[at] ?? '';
    if (start === '(') return group();
    if (start === '^' || start === '$') {
      at += 1;
      return edge(start);
    }
    if (start === '[') return one(classText());
    if (start === '\\') {
      const [escaped = ''] =
        /^\\(?:[pP]\{[^}]*\}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.)/su.exec(
          pattern.slice(at),
        ) ?? [];
      at += escaped.length;
      if (escaped === '\\b' || escaped === '\\B') return wordEdge(escaped === '\\b');
      if (escaped === '\\k') throw new Error(`no named back-references: ${pattern}`);
      if (/^\\[1-9]$/.test(escaped)) return { kind: 'again', number: Number(escaped[1]) };
      return one(escaped);
    }
    const character = unicode ? String.fromCodePoint(pattern.codePointAt(at) ?? 0) : start;
    at += character.length;
    return one(character);
  }

  function group(): Term {
    const [opening = '('] = /^\((?:\?(?::|=|!|<[A-Za-z]\w*>|<))?/.exec(pattern.slice(at)) ?? [];
    if (opening === '(?<') throw new Error(`no lookbehind: ${pattern}`);
    at += opening.length;
    const captures = opening === '(' || opening.endsWith('>');
    if (captures) groups += 1;
    const number = groups;
    const inner = alternatives();
    at += 1;
    if (opening === '(?=' || opening === '(?!') return { kind: 'look', inner, negative: opening === '(?!' };
    return { kind: 'group', alternatives: inner, ...(captures ? { number } : {}) };
  }

  function classText(): string {
    const start = at;
    for (at += 1; pattern[at] !== ']'; at++) if (pattern[at] === '\\') at += 1;
    at += 1;
    return pattern.slice(start, at);
  }

  function edge(which: '^' | '$'): Term {
    const multiline = flags.includes('m');
    return {
      kind: 'edge',
      holds: (text, place) =>
        which === '^'
          ? place === 0 || (multiline && text[place - 1] === '\n')
          : place === text.length || (multiline && text[place] === '\n'),
    };
  }

  function one(source: string): Term {
    const whole = new RegExp(`^(?:${source})$`, own);
    const known = new Map<string, boolean>();
    const takes = (character: string): boolean => {
      const before = known.get(character);
      if (before !== undefined) return before;
      const answer = whole.test(character);
      known.set(character, answer);
      return answer;
    };
    const literal = source.length === 1 ? source : source.replace(/^\\(?=[^A-Za-z])/, '');
    const sample = [literal, ...SAMPLES].find((text) => text.length === 1 && takes(text));
    return { kind: 'one', takes, text: sample ?? printableSample(whole) };
  }

  const all = alternatives();
  if (at < pattern.length) throw new Error(`not read to its end: ${pattern} at ${at}`);
  return all;
}

/** The first character that a rare class takes. */
function printableSample(pattern: RegExp): string {
  for (let code = 0; code < 0x11000; code++) {
    const text = String.fromCodePoint(code);
    if (pattern.test(text)) return text;
  }
  return 'a';
}

function wordEdge(wanted: boolean): Term {
  const isWord = (character: string | undefined): boolean => /^\w$/.test(character ?? '');
  return {
    kind: 'edge',
    holds: (text, at) => (isWord(text[at - 1]) !== isWord(text[at])) === wanted,
  };
}

/** More steps than this are not counted on. */
export const MOST_STEPS = 1_000_000;

class Enough extends Error {}

type Then = (at: number) => boolean;

/**
 * How many characters a backtracking matcher looks at, until it has found every match of a text (`g`), the first, or
 * none: from each place where one could begin, with all ways to go on tried in order, nothing remembered.
 */
export function steps(all: Alternatives, flags: string, text: string): number {
  let count = 0;
  const tick = (): void => {
    count += 1;
    if (count > MOST_STEPS) throw new Enough();
  };
  const captures = new Map<number, string>();
  const any = (alternatives: Alternatives, at: number, then: Then): boolean =>
    alternatives.some((terms) => sequence(terms, 0, at, then));
  const sequence = (terms: readonly Term[], index: number, at: number, then: Then): boolean => {
    const term = terms[index];
    if (term === undefined) return then(at);
    return match(term, at, (next) => sequence(terms, index + 1, next, then));
  };
  const match = (term: Term, at: number, then: Then): boolean => {
    tick();
    switch (term.kind) {
      case 'one':
        return at < text.length && term.takes(text[at] ?? '') && then(at + 1);
      case 'edge':
        return term.holds(text, at) && then(at);
      case 'look':
        return any(term.inner, at, () => true) !== term.negative && then(at);
      case 'group':
        return group(term, at, then);
      case 'again': {
        const captured = captures.get(term.number) ?? '';
        return text.startsWith(captured, at) && then(at + captured.length);
      }
      case 'repeat':
        return repeat(term, 0, at, then);
    }
  };
  const group = (
    { alternatives, number }: Extract<Term, { kind: 'group' }>,
    at: number,
    then: Then,
  ): boolean =>
    any(alternatives, at, (end) => {
      if (number !== undefined) captures.set(number, text.slice(at, end));
      return then(end);
    });
  const repeat = (term: Extract<Term, { kind: 'repeat' }>, done: number, at: number, then: Then): boolean => {
    const more = (): boolean =>
      done < term.most &&
      // A turn that takes nothing is not repeated.
      match(term.inner, at, (next) => (next > at || done < term.least) && repeat(term, done + 1, next, then));
    if (done < term.least) return more();
    return term.lazy ? then(at) || more() : more() || then(at);
  };
  try {
    for (let from = 0; from <= text.length; ) {
      let end = -1;
      const found = any(all, from, (at) => {
        end = at;
        return true;
      });
      if (found && !flags.includes('g')) break;
      if (flags.includes('y') && !found) break;
      from = found && end > from ? end : from + 1;
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return count;
}
