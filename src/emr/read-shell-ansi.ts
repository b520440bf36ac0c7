const QUOTED = /\$'((?:[^'\\]|\\.)*)'/suy;
const ANSI_ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})|(.))/gsu;
const ANSI_LETTERS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const unescaped = (text: string): string =>
  text.replace(ANSI_ESCAPE, (all, hex?: string, unit?: string, octal?: string, letter?: string) => {
    const code = hex ?? unit;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (letter === undefined) return all;
    return ANSI_LETTERS.get(letter) ?? (/\w/.test(letter) ? all : letter);
  });

/**
 * Takes a text and an offset, and gives the text of `$'...'` there with its escapes read, and its length as it is written:
 * https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
 */
export function ansiQuoted(
  text: string,
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  QUOTED.lastIndex = at;
  const [all, within] = QUOTED.exec(text) ?? [];
  return all === undefined || within === undefined
    ? undefined
    : { text: unescaped(within), length: all.length };
}
