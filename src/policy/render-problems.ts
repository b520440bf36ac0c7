import { printable } from '../objects/printable.ts';
import type { Place, Problem } from './problem.ts';

/** Columns of a terminal that the quoted line may take. */
const WIDEST_SNIPPET = 100;
/** Kept before the caret of a line that is too long. */
const WIDEST_LEAD = 40;
const TAB = '    ';
const CUT = '…';

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /[\p{Mn}\p{Me}]/u;

/** One character as it is shown: escaped where it does not print. It stands in the line from `at` to before `end`. */
interface Cell {
  readonly at: number;
  readonly end: number;
  readonly text: string;
  readonly width: number;
}
interface Snippet {
  readonly line: string;
  readonly caretAt: number;
  readonly caretWidth: number;
}

function cellOf(character: string, at: number): Cell {
  const end = at + character.length;
  if (character === '\t') return { at, end, text: TAB, width: TAB.length };
  const text = printable(character);
  if (text !== character) return { at, end, text, width: text.length };
  return { at, end, text, width: NO_WIDTH.test(text) ? 0 : WIDE.test(text) ? 2 : 1 };
}

/** The characters of `line` that are near its marked part: a policy may be one line of megabytes. */
function cellsNear(line: string, start: number, end: number): readonly Cell[] {
  const from = Math.max(0, start - WIDEST_SNIPPET);
  const first = /[\uDC00-\uDFFF]/.test(line.charAt(from)) && from > 0 ? from - 1 : from;
  const cells: Cell[] = [];
  const limit = Math.min(end, start + WIDEST_SNIPPET) + WIDEST_SNIPPET;
  let at = first;
  // One unit more than may be shown: it may be the second half of a surrogate pair.
  for (const character of line.slice(first, limit + 1)) {
    if (at >= limit) break;
    cells.push(cellOf(character, at));
    at += character.length;
  }
  return cells;
}

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { width }) => sum + width, 0);

/** As many cells from the front as fit. */
function fitting(cells: readonly Cell[], width: number): readonly Cell[] {
  let left = width;
  const tooMuch = cells.findIndex((cell) => {
    left -= cell.width;
    return left < 0;
  });
  return tooMuch === -1 ? cells : cells.slice(0, tooMuch);
}

function snippetOf(line: string, { column, length }: Place): Snippet {
  const start = column - 1;
  const end = start + Math.max(1, length);
  const cells = cellsNear(line, start, end);
  const before = cells.filter(({ at }) => at < start);
  const isShort = cells[0]?.at === 0 && widthOf(cells) <= WIDEST_SNIPPET;
  const lead = isShort ? before : fitting(before.toReversed(), WIDEST_LEAD).toReversed();
  const from = lead[0]?.at ?? start;
  const kept = fitting(
    cells.filter(({ at }) => at >= from),
    WIDEST_SNIPPET,
  );
  const cutBefore = from > 0 ? CUT : '';
  const cutAfter = (kept.at(-1)?.end ?? line.length) < line.length ? CUT : '';
  return {
    line: cutBefore + kept.map(({ text }) => text).join('') + cutAfter,
    caretAt: cutBefore.length + widthOf(lead),
    caretWidth: Math.max(1, widthOf(kept.filter(({ at }) => at >= start && at < end))),
  };
}

const PLAIN = { bold: '', mark: { error: '', warning: '' }, reset: '' };
const COLORED = {
  bold: '\u001B[1m',
  mark: { error: '\u001B[31m', warning: '\u001B[33m' },
  reset: '\u001B[0m',
};

function renderOne(problem: Problem, file: string, line: string, style: typeof PLAIN): string {
  const { id, level, message, place } = problem;
  const warning = level === 'warning' ? 'warning: ' : '';
  const where = `${style.bold}${printable(file)}:${place.line}:${place.column}:${style.reset}`;
  const head = `${where} ${style.mark[level]}${warning}${style.reset}${printable(message)} [${id}]\n`;
  if (line.trim() === '') return head;
  const snippet = snippetOf(line, place);
  const number = String(place.line);
  const gutter = ' '.repeat(number.length);
  const caret = `^${'~'.repeat(snippet.caretWidth - 1)}`;
  return [
    head,
    `${gutter} |\n`,
    `${number} | ${snippet.line.trimEnd()}\n`,
    `${gutter} | ${' '.repeat(snippet.caretAt)}${style.mark[level]}${caret}${style.reset}\n`,
  ].join('');
}

/**
 * Takes the problems of one policy file, the name and the text it was parsed from, and gives what a terminal shows:
 * place, sentence and id, then the line with a caret. Whatever the file holds, no control character comes out but
 * line feeds and, with `color`, our own. Empty where there are no problems.
 */
export function renderProblems(
  problems: readonly Problem[],
  { file, text, color }: { readonly file: string; readonly text: string; readonly color: boolean },
): string {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  const style = color ? COLORED : PLAIN;
  return problems
    .map((problem) =>
      renderOne(problem, file, (lines[problem.place.line - 1] ?? '').replace(/\r$/, ''), style),
    )
    .join('');
}
