import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/policy/problem.ts';
import { renderProblems } from '../../src/policy/render-problems.ts';

const HEAD = 'policy.yaml:1:1: a sentence [policy/syntax]\n';
const ACCENT = '\u0301';
/** One column, two UTF-16 units. */
const NARROW_PAIR = '\u{1D49C}';

function render(text: string, line: number, column: number, length: number): string {
  const problem: Problem = {
    id: 'policy/syntax',
    level: 'error',
    place: { line, column, length },
    message: 'a sentence',
  };
  return renderProblems([problem], { file: 'policy.yaml', text, color: false });
}

/** The quoted line and the line of its caret, for the mark given by its zero-based offsets in a one-line text. */
function snippet(text: string, start: number, length: number): readonly string[] {
  const [, , line = '', caret = ''] = render(text, 1, start + 1, length).split('\n');
  return [line.replace('1 | ', ''), caret.replace('  | ', '')];
}

describe('a problem is its sentence alone', () => {
  test.each([
    ['in a line of blanks', '   \t', 1],
    ['in a line of blanks that ends in a carriage return', ' \r\n', 1],
    ['in a line of a byte order mark alone', '\uFEFF', 1],
  ])('%s', (_, text, line) => {
    expect(render(text, line, 1, 1)).toBe(HEAD);
  });
  test('where the text has no such line', () => {
    expect(render('a: 1\n', 3, 1, 1)).toBe('policy.yaml:3:1: a sentence [policy/syntax]\n');
  });
});

test('a place far behind the end of its line is marked after the cut', () => {
  expect(snippet('a: 1', 400, 3)).toEqual(['…', ' ^']);
});

describe('a line as it is quoted', () => {
  test('is without the byte order mark of the file, and shows any other one', () => {
    expect(snippet('\uFEFFa: 1', 0, 1)).toEqual(['a: 1', '^']);
    expect(snippet('a: \uFEFFb', 3, 1)).toEqual(['a: \\u{FEFF}b', '   ^~~~~~~~']);
    expect(snippet('\uFEFF\uFEFFa', 0, 1)).toEqual(['\\u{FEFF}a', '^~~~~~~~']);
  });
  test('is without the carriage return at its end, and shows any other one', () => {
    expect(snippet('a: 1\r', 3, 1)).toEqual(['a: 1', '   ^']);
    expect(snippet('a\rb: 1\r', 2, 1)).toEqual(['a\\u{D}b: 1', '      ^']);
    expect(snippet('a\r\r', 0, 1)).toEqual(['a\\u{D}', '^']);
  });
  test('begins with half a surrogate pair where the file does', () => {
    expect(snippet('\uDC00a: 1', 1, 1)).toEqual(['\\u{DC00}a: 1', '        ^']);
  });
});

describe('a line that is cut', () => {
  test('of 100 columns is none: it is shown whole, wherever the mark is', () => {
    const line = `${'a'.repeat(99)}M`;
    expect(snippet(line, 99, 1)).toEqual([line, `${' '.repeat(99)}^`]);
    expect(snippet(line, 0, 1)).toEqual([line, '^']);
  });
  test('of 101 columns keeps 40 before the mark', () => {
    expect(snippet(`${'a'.repeat(100)}M`, 100, 1)).toEqual([`…${'a'.repeat(40)}M`, `${' '.repeat(41)}^`]);
  });
  test('keeps 40 columns before the mark, not all that fit, where characters take two units', () => {
    expect(snippet(`${NARROW_PAIR.repeat(100)}M`, 200, 1)).toEqual([
      `…${NARROW_PAIR.repeat(40)}M`,
      `${' '.repeat(41)}^`,
    ]);
  });
  test('shows no half of a surrogate pair at its cut', () => {
    const accents = ACCENT.repeat(99);
    expect(snippet(`${'x'.repeat(10)}🔑${accents}M`, 111, 1)).toEqual([`…🔑${accents}M`, '   ^']);
  });
  test('keeps no more than 100 characters before the mark, of those that take no column', () => {
    const accents = ACCENT.repeat(100);
    expect(snippet(`AB${accents}M`, 102, 1)).toEqual([`…${accents}M`, ' ^']);
  });
  test('keeps no more than 100 characters after a mark, of those that take no column', () => {
    const [line = ''] = snippet(`M${ACCENT.repeat(5000)}`, 0, 1);
    expect(line.replace('…', '')).toBe(`M${ACCENT.repeat(100)}`);
  });
  test('keeps no more than 200 characters of a long mark, of those that take no column', () => {
    const [line = ''] = snippet(`M${ACCENT.repeat(5000)}`, 0, 5001);
    expect(line.replace('…', '')).toBe(`M${ACCENT.repeat(199)}`);
  });
});
