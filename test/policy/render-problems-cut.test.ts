import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/policy/problem.ts';
import { renderProblems } from '../../src/policy/render-problems.ts';

/** One column, two UTF-16 units. */
const NARROW_PAIR = '\u{1D49C}';

/** The quoted line of a problem at its first character. */
function quotedLine(text: string): string {
  const place = { line: 1, column: 1, length: 1 };
  const problem: Problem = { id: 'policy/syntax', level: 'error', place, message: 'a sentence' };
  const output = renderProblems([problem], { file: 'policy.yaml', text, color: false });
  return (output.split('\n')[2] ?? '').replace('1 | ', '');
}

describe('a quoted line that goes on says so', () => {
  test.each([
    ['where one character more is all that it has', `${'a'.repeat(100)}b`, `${'a'.repeat(100)}…`],
    ['where one surrogate pair more is', `${'a'.repeat(100)}🔑`, `${'a'.repeat(100)}…`],
    ['where a wide character does not fit any more', `${'a'.repeat(99)}日`, `${'a'.repeat(99)}…`],
    ['where its characters take two units each', NARROW_PAIR.repeat(200), `${NARROW_PAIR.repeat(51)}…`],
    ['where its characters take no column', `M${'\u0301'.repeat(5000)}`, `M${'\u0301'.repeat(100)}…`],
  ])('%s', (_, line, shown) => {
    expect(quotedLine(line)).toBe(shown);
  });
  test.each([
    ['100 letters', 'a'.repeat(100)],
    ['100 columns of which the last is a surrogate pair', `${'a'.repeat(99)}${NARROW_PAIR}`],
    ['50 surrogate pairs', NARROW_PAIR.repeat(50)],
  ])('and one that ends says nothing: %s', (_, line) => {
    expect(quotedLine(line)).toBe(line);
  });
});
