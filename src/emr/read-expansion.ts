import { quoted } from '../policy/problem-text.ts';
import type { ReadingLog } from './read-log.ts';
import type { Placing } from './read-place.ts';
import type { ShellWord } from './read-shell.ts';
import { ShellExpansions } from './read-shell-expansion.ts';

const NAMED = /\$?\{\{[^{}]*\}\}|\{%[^{}]*%\}|\$(?:[\w:]+|[@*])/uy;
/** An expansion anywhere in a text. */
export const EXPANDED = /\$[\w{(]|`/u;
/** What is any number of words in double quotes too. */
const MANY = /\[@\]|^\$(?:@|\{@)/u;
const VARIABLE = /^\$(?:\w+|\{\w+\})$/u;

/** Who fills in the words of a command: a shell, or what fills in a JSON document. */
export type Expander = 'shell' | 'document';

/** True for text that holds nothing but expansions of a shell: any number of words may come of it. `${JOBS}/a.py` is an application. */
export function isOnlyExpansions(text: string): boolean {
  const expansions = new ShellExpansions(text);
  let at = 0;
  while (at < text.length) {
    NAMED.lastIndex = at;
    const [named] = NAMED.exec(text) ?? [];
    const end = named === undefined ? expansions.end(at, { inQuotes: false }) : at + named.length;
    if (end === undefined || /[<>]/.test(text.charAt(at))) return false;
    at = end;
  }
  return at > 0;
}

/** True for a word in whose place any number of words may come. In a document `${...}` is one text. */
export function isExpansion({ text, inQuotes }: ShellWord, from: Expander): boolean {
  if (from === 'document') return text.startsWith('$') && !text.startsWith('${');
  if (text.includes('{%')) return true;
  return isOnlyExpansions(text) && (inQuotes !== true || MANY.test(text));
}

/** What helps where a variable is one word, as the application often is. */
export const IN_QUOTES = '. if it is one word, put it in double quotes';

/** Says that nobody knows what stands in place of a word. */
export function reportExpansion(
  { text, start }: ShellWord,
  place: Placing,
  log: ReadingLog,
  advice = '',
): void {
  const what = `${quoted(text)} is not followed: what is put there may hold more options`;
  const message = `${what}${VARIABLE.test(text) ? advice : ''}`;
  log.problem('emr/not-followed', place(start), message, { kind: 'words' });
}
