import type { Envelope } from './envelope.ts';

/** A value and where it stands in the document, so that what is wrong with it can be told. */
export interface Located {
  /** Dotted, `Records[1].s3.object.key`; empty for the document itself. */
  readonly place: string;
  readonly value: unknown;
}

type JsonObject = { readonly [name: string]: unknown };
export type Malformed = Extract<Envelope, { kind: 'malformed' }>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** What stands at the path. Own properties only, so that `__proto__` or `constructor` in a document is a name like any other. */
export function inside(outer: Located, ...path: readonly string[]): Located {
  let value = outer.value;
  for (const name of path) {
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return { place: [outer.place, ...path].filter((part) => part !== '').join('.'), value };
}

/** For fields that may be missing: of the wrong type or empty counts as missing, for no event is lost over one of them. */
export const optionalText = ({ value }: Located): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

// Beyond what JSON.stringify escapes: DEL and C1, line separators, and format characters, which hide or turn text on a terminal.
const UNPRINTABLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;
const FOUND_CHARACTERS = 80;

const escaped = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(UNPRINTABLE, (mark) => mark.split('').map(escapedUnit).join(''));

const escapedUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from outside as a message may show it: quoted, control characters escaped, cut at 80 characters between escapes. */
export function quoted(text: string): string {
  let shown = '';
  for (const character of text) {
    const piece = escaped(character);
    if (shown.length + piece.length > FOUND_CHARACTERS) return `"${shown}…"`;
    shown += piece;
  }
  return `"${shown}"`;
}

/** What was found, in words: strings by their text, everything else by its type. */
export function foundText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty string' : quoted(value);
  if (isList(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value;
}

/** The one form of every complaint: place, found, expected. */
export const malformed = ({ place, value }: Located, expected: string): Malformed => ({
  kind: 'malformed',
  why: `${place === '' ? 'document' : place}: found ${foundText(value)}, expected ${expected}`,
});

// With the `u` flag a pair is one character, so this matches lone surrogates only.
const LONE_SURROGATE = /\p{Surrogate}/u;

/** True where the text has an UTF-8 form. No bucket or key has a lone surrogate in it, and a request for one could not be sent. */
export const isEncodable = (text: string): boolean => !LONE_SURROGATE.test(text);

/** For the fields without which there is nothing to audit. */
export function requiredText(located: Located): string | Malformed {
  const text = optionalText(located);
  if (text === undefined) return malformed(located, 'a non-empty string');
  return isEncodable(text) ? text : malformed(located, 'Unicode text without lone surrogates');
}
