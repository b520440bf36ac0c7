import { describe, expect, it } from 'vitest';
import { readShell } from '../../src/emr/read-shell.ts';

const commandsOf = (text: string): string[][] =>
  readShell(text, { operators: true }).commands.map((words) => words.map((word) => word.text));

const script = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('a here-document is one word, and what follows it is a command', () => {
  it.each([
    ['it has several lines', ['cat <<E', 'a b', 'c d', 'E', 'f'], [['cat'], ['a b\nc d\nE'], ['f']]],
    ['it has none', ['cat <<E', 'E', 'f'], [['cat'], ['E'], ['f']]],
    ['its sign has the number of a file', ['cat 0<<E', "it's", 'E', 'f'], [['cat'], ["it's\nE"], ['f']]],
    [
      'more commands stand in its first line',
      ['cat <<E | tee x; g & h', "it's", 'E', 'f'],
      [['cat'], ['tee', 'x'], ['g'], ['h'], ["it's\nE"], ['f']],
    ],
    ['tabs stand before its end', ['cat <<-E', 'a', '\t\tE', 'f'], [['cat'], ['a\n\t\tE'], ['f']]],
    ['its lines end in CRLF', ['cat <<E\r', 'a\r', 'E\r', 'f\r'], [['cat'], ['a\r\nE\r'], ['f']]],
    ['an empty line ends it', ["cat <<''", 'a', '', 'f'], [['cat'], ['a\n'], ['f']]],
    ['two begin in one line', ['cat <<A <<B', 'a', 'A', 'b', 'B', 'f'], [['cat'], ['a\nA'], ['b\nB'], ['f']]],
  ])('where %s', (_where, lines, commands) => {
    expect(commandsOf(script(...lines))).toEqual(commands);
  });

  it('has the place of its first line', () => {
    expect(readShell('cat <<E\na\nE\nf', { operators: true }).commands).toStrictEqual([
      [{ text: 'cat', start: 0 }],
      [{ text: 'a\nE', start: 8 }],
      [{ text: 'f', start: 12 }],
    ]);
  });

  it.each([
    ['with a tab in it', 'E\tF'],
    ['with a tab after it', 'EF\t'],
    ['with a carriage return in it', 'E\rF'],
    ['with a blank before it', ' EF'],
    ['with more after it', 'EFG'],
  ])('is not ended by its last word %s', (_what, line) => {
    expect(commandsOf(script('cat <<EF', line, 'EF', 'f'))).toEqual([['cat'], [`${line}\nEF`], ['f']]);
  });
});

describe('what is no here-document', () => {
  it.each(['>', '>>', '<', '<<<', '2>', '&>'])(
    'hides no command: %s has a file or a word after it, not the last line of a text',
    (sign) => {
      expect(commandsOf(script(`cat ${sign}E`, 'a b', 'E')).slice(-2)).toEqual([['a', 'b'], ['E']]);
    },
  );

  it.each([
    ['that is never ended', ['cat <<E', 'a b'], [['cat'], ['a', 'b']]],
    ['whose end, an empty line, is missing', ["cat <<''", 'a b'], [['cat'], ['a', 'b']]],
    ['that is ended before it begins', ['E', 'cat <<E', 'a b'], [['E'], ['cat'], ['a', 'b']]],
  ])('hides no command: one %s', (_what, lines, commands) => {
    expect(commandsOf(script(...lines))).toEqual(commands);
  });
});

describe('of very many here-documents', () => {
  const endless = (count: number): string[] => Array.from({ length: count }, (_, at) => `cat <<NONE${at}`);

  it('each that has an end is one word', () => {
    const lines = Array.from({ length: 120 }, () => ['cat <<E', "it's", 'E']).flat();
    expect(commandsOf(script(...lines))).toEqual(
      Array.from({ length: 120 }, () => [['cat'], ["it's\nE"]]).flat(),
    );
  });

  it('one is looked for after 99 that have no end', () => {
    expect(commandsOf(script(...endless(99), 'cat <<E', 'a b', 'E')).slice(-2)).toEqual([
      ['cat'],
      ['a b\nE'],
    ]);
  });

  it('none is looked for after 100 that have no end: their lines are commands, so nothing is hidden', () => {
    expect(commandsOf(script(...endless(100), 'cat <<E', 'a b', 'E')).slice(-3)).toEqual([
      ['cat'],
      ['a', 'b'],
      ['E'],
    ]);
  });
});
