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

type Repeat = Extract<Term, { kind: 'repeat' }>;

/** What is still to be matched, in order; nothing at the end. */
type Rest =
  | { readonly kind: 'terms'; readonly terms: readonly Term[]; readonly index: number; readonly after: Rest }
  | { readonly kind: 'captured'; readonly number: number; readonly from: number; readonly after: Rest }
  | {
      readonly kind: 'turn';
      readonly of: Repeat;
      readonly done: number;
      readonly from: number;
      readonly after: Rest;
    }
  | undefined;

/** A way to go on that was not tried yet. */
interface Way {
  readonly at: number;
  readonly rest: Rest;
}

/**
 * How many characters a backtracking matcher looks at, until it has found every match of a text (`g`), the first, or
 * none: from each place where one could begin, with all ways to go on tried in order, nothing remembered.
 */
export function steps(all: Alternatives, flags: string, text: string): number {
  const matcher = new Matcher(text);
  for (let from = 0; from <= text.length; ) {
    const end = matcher.end(all, from);
    if (matcher.count > MOST_STEPS) break;
    if (end !== undefined && !flags.includes('g')) break;
    if (flags.includes('y') && end === undefined) break;
    from = end !== undefined && end > from ? end : from + 1;
  }
  return matcher.count;
}

/** Keeps the ways that are left in a list of its own: a call for each character would depend on how deep the stack is. */
class Matcher {
  count = 0;
  readonly #text: string;
  readonly #captures = new Map<number, string>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the first match ends that begins at a place; nothing where there is none, or after too many steps. */
  end(all: Alternatives, from: number): number | undefined {
    const ways = waysOf(all, from, undefined);
    for (let way = ways.pop(); way !== undefined && this.count <= MOST_STEPS; way = ways.pop()) {
      if (way.rest === undefined) return way.at;
      ways.push(...this.#next(way.at, way.rest));
    }
    return undefined;
  }

  /** The ways to go on from one, the first to try last. */
  #next(at: number, rest: NonNullable<Rest>): readonly Way[] {
    switch (rest.kind) {
      case 'terms': {
        const term = rest.terms[rest.index];
        if (term === undefined) return [{ at, rest: rest.after }];
        return this.#match(term, at, { ...rest, index: rest.index + 1 });
      }
      case 'captured':
        this.#captures.set(rest.number, this.#text.slice(rest.from, at));
        return [{ at, rest: rest.after }];
      case 'turn':
        // A turn that takes nothing is not repeated.
        if (at === rest.from && rest.done > rest.of.least) return [];
        return turns(rest.of, rest.done, at, rest.after);
    }
  }

  #match(term: Term, at: number, after: Rest): readonly Way[] {
    this.count += 1;
    const goOn = (holds: boolean, length: number): readonly Way[] =>
      holds ? [{ at: at + length, rest: after }] : [];
    switch (term.kind) {
      case 'one':
        return goOn(at < this.#text.length && term.takes(this.#text[at] ?? ''), 1);
      case 'edge':
        return goOn(term.holds(this.#text, at), 0);
      case 'look':
        return goOn((this.end(term.inner, at) !== undefined) !== term.negative, 0);
      case 'group': {
        const { number } = term;
        const inside: Rest = number === undefined ? after : { kind: 'captured', number, from: at, after };
        return waysOf(term.alternatives, at, inside);
      }
      case 'again': {
        const captured = this.#captures.get(term.number) ?? '';
        return goOn(this.#text.startsWith(captured, at), captured.length);
      }
      case 'repeat':
        return turns(term, 0, at, after);
    }
  }
}

/** The alternatives as ways, the first to try last. */
const waysOf = (all: Alternatives, at: number, after: Rest): Way[] =>
  all.map((terms): Way => ({ at, rest: { kind: 'terms', terms, index: 0, after } })).reverse();

/** One more turn of a repetition, or what follows it. */
function turns(of: Repeat, done: number, at: number, after: Rest): readonly Way[] {
  const turn: Rest = { kind: 'turn', of, done: done + 1, from: at, after };
  const more: readonly Way[] =
    done < of.most ? [{ at, rest: { kind: 'terms', terms: [of.inner], index: 0, after: turn } }] : [];
  if (done < of.least) return more;
  const on: Way = { at, rest: after };
  return of.lazy ? [...more, on] : [on, ...more];
}
