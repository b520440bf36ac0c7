import { expect, test } from 'vitest';
import type { Problem } from '../../src/policy/problem.ts';
import { renderProblems } from '../../src/policy/render-problems.ts';

const problem = (
  line: number,
  column: number,
  length: number,
  level: Problem['level'] = 'error',
): Problem => ({
  id: level === 'error' ? 'policy/unknown-key' : 'policy/literal-alias',
  level,
  place: { line, column, length },
  message: 'a sentence',
});
const render = (text: string, found: Problem, color = false): string =>
  renderProblems([found], { file: 'policy.yaml', text, color });
const snippet = (text: string, found: Problem): readonly string[] =>
  render(text, found).split('\n').slice(2, 4);

test('a problem is its place, sentence and id, then the line with a caret', () => {
  const text = `${'\n'.repeat(13)}    bucketkey: required\n`;
  expect(render(text, problem(14, 5, 9))).toBe(
    [
      'policy.yaml:14:5: a sentence [policy/unknown-key]',
      '   |',
      '14 |     bucketkey: required',
      '   |     ^~~~~~~~~',
      '',
    ].join('\n'),
  );
});

test('no problems are no output', () => {
  expect(renderProblems([], { file: 'policy.yaml', text: 'a: 1', color: false })).toBe('');
});

test('a warning says that it is one', () => {
  expect(render('a: 1', problem(1, 1, 1, 'warning'))).toContain(
    'policy.yaml:1:1: warning: a sentence [policy/literal-alias]',
  );
});

test('a tab before the caret takes as many columns above it as below', () => {
  expect(snippet('\t\tx: 1', problem(1, 3, 1))).toEqual(['1 |         x: 1', '  |         ^']);
});

test('a wide character takes two columns and a combining one none', () => {
  expect(snippet('日本e\u0301🔑: x', problem(1, 7, 1))).toEqual(['1 | 日本e\u0301🔑: x', '  |        ^']);
  expect(snippet('日本: x', problem(1, 1, 2))).toEqual(['1 | 日本: x', '  | ^~~~']);
});

test('hostile text in line, message and file name comes out as escapes', () => {
  const hostile = { ...problem(1, 2, 1), message: 'is "\u001B[2J"' };
  const output = renderProblems([hostile], { file: 'p\n.yaml', text: '\u202Ex\u001B[2J\r', color: false });
  expect(output).toBe(
    [
      'p\\u{A}.yaml:1:2: is "\\u{1B}[2J" [policy/unknown-key]',
      '  |',
      '1 | \\u{202E}x\\u{1B}[2J',
      '  |         ^',
      '',
    ].join('\n'),
  );
});

test('a long line is cut on both sides of the caret', () => {
  const [line = '', caret = ''] = snippet(`${'a'.repeat(5000)}MARK${'b'.repeat(5000)}`, problem(1, 5001, 4));
  expect(line).toMatch(/^1 \| …a{40}MARKb{56}…$/);
  expect(caret).toBe(`  | ${' '.repeat(41)}^~~~`);
});

test('a mark that is longer than the line shown ends with it', () => {
  const [line = '', caret = ''] = snippet('x'.repeat(5000), problem(1, 1, 5000));
  expect(caret.length).toBe(line.length - '…'.length);
});

test('an empty text has a place and no snippet', () => {
  expect(render('', problem(1, 1, 0))).toBe('policy.yaml:1:1: a sentence [policy/unknown-key]\n');
});

test('with color the mark is red for an error, yellow for a warning, and plain text is the same', () => {
  const error = render('a: 1', problem(1, 1, 1), true);
  expect(error).toContain('\u001B[31m^\u001B[0m');
  expect(render('a: 1', problem(1, 1, 1, 'warning'), true)).toContain('\u001B[33m^\u001B[0m');
  expect(error.replaceAll(/\p{Cc}\[\d+m/gu, '')).toBe(render('a: 1', problem(1, 1, 1)));
});
