import { jsonText } from '../objects/json-text.ts';
import { printable } from '../objects/printable.ts';

const WIDEST = 108;
const COMMENT = '# ';

/** Takes text, of whoever it is, and gives it as lines of a YAML comment: printable, and cut between words. */
export function commentLines(text: string, indent = ''): readonly string[] {
  const most = WIDEST - indent.length - COMMENT.length;
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > most && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => `${indent}${COMMENT}${one}`);
}

/** A scalar of YAML 1.2: every JSON string is one. */
export const scalar = (text: string): string => jsonText(text);

/** A flow sequence of scalars. */
export const list = (items: readonly string[]): string => `[${items.map(scalar).join(', ')}]`;
