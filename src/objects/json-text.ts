import { printable } from './printable.ts';

/** A pair of backslashes stays; `\u{9B}` stands nowhere in JSON but where `printable` has put it. */
const PRINTED = /\\\\|\\u\{([0-9A-F]+)\}/g;

/**
 * JSON in which every character that a terminal obeys or a reader cannot see is written as an escape; it reads back as
 * the same value. `indent` is that of `JSON.stringify`, which leaves U+009B, U+202E and their like as they are.
 */
export function jsonText(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? 'null';
  if (indent === undefined) return escaped(json);
  // The line feeds between members are JSON's own, and none stands within a text.
  return json.split('\n').map(escaped).join('\n');
}

function escaped(json: string): string {
  const shown = printable(json);
  if (shown === json) return json;
  return shown.replace(PRINTED, (found, code: string | undefined) =>
    code === undefined ? found : unitEscapes(String.fromCodePoint(Number.parseInt(code, 16))),
  );
}

const unitEscapes = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
