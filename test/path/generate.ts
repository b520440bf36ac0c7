/** Spreads a case over many keys. The same seed gives the same keys; nothing here comes from the product. */

/** Stands in a case's key where each of its objects differs. */
export const PLACE = '{n}';

/** What file names hold in the wild, and what breaks a reader that decodes twice, not at all, or by the wrong rules. */
const FILLERS = [
  '+',
  '%',
  ' ',
  '%2B',
  '%2F',
  '%25',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '//',
  '/./',
  '/../',
  '&=',
  '\'"',
  '#?',
  '()!~*',
  ':@,;',
  '<>',
  '\\',
  '\n',
  '\t',
  '\u0001',
  '__proto__',
];

/** Mulberry32: small, and good enough to mix keys. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Spread {
  readonly key: string;
  /** How many objects; a key without the place is only one. */
  readonly objects: number;
  /** Only plain letters and digits in what is put into the key. */
  readonly plain: boolean;
}

/** The keys of each spread, in order. The first of a spread is plain, and no two are alike. */
export function spreadKeys(spreads: readonly Spread[], seed: number): readonly (readonly string[])[] {
  const next = random(seed);
  const pick = (): string => FILLERS[Math.floor(next() * FILLERS.length)] ?? '';
  let count = 0;
  return spreads.map(({ key, objects, plain }) => {
    if (!key.includes(PLACE)) return [key];
    return Array.from({ length: objects }, (_, i) => {
      const name = `${(count++).toString(36)}${Math.floor(next() * 36 ** 4).toString(36)}`;
      const odd = plain || i === 0 ? '' : `${pick()}${pick()}`;
      return key.replace(PLACE, () => `${name}${odd}.p`);
    });
  });
}
