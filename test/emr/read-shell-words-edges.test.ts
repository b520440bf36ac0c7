import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readShell } from '../../src/emr/read-shell.ts';
import { renderReading } from './read-render.ts';

const wordsOf = (text: string): readonly unknown[] => readShell(text, { operators: true }).commands.flat();
const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const CONF = '--conf spark.hadoop.fs.s3.cse.enabled=true';

describe('a word whose expansions stand in double quotes alone', () => {
  it.each(['"$A"', '"$(get a)"', '"`get a`"', `"\${A}"`, '"$A"b', `"$A"'b'`, `'$A'`])(
    'is one word for the shell, be it the first or a later one: %s',
    (word) => {
      const text = word.replaceAll(/["']/g, '');
      expect(wordsOf(`${word} ${word}`)).toStrictEqual([
        { text, start: 0, inQuotes: true },
        { text, start: word.length + 1, inQuotes: true },
      ]);
    },
  );

  it.each(['$A', '""$A', '$A""', '"$A"$B', '$B"$A"', '""$(get)', '""`get`', '`get`""', '"$A"`get`'])(
    'is not one where another stands outside: %s',
    (word) => {
      const text = word.replaceAll('"', '');
      expect(wordsOf(`${word} ${word}`)).toStrictEqual([
        { text, start: 0 },
        { text, start: word.length + 1 },
      ]);
    },
  );

  it('is not one where there is no expansion', () => {
    expect(wordsOf(`"a" $A 'b'`)).toStrictEqual([
      { text: 'a', start: 0 },
      { text: '$A', start: 4 },
      { text: 'b', start: 7 },
    ]);
  });

  it('is not one where it stands in no quotes: a word after it in quotes does not change that', () => {
    expect(wordsOf('"a" \\$A "b"')).toStrictEqual([
      { text: 'a', start: 0 },
      { text: '$A', start: 4 },
      { text: 'b', start: 8 },
    ]);
    expect(wordsOf('\\$A "$B"')).toStrictEqual([
      { text: '$A', start: 0 },
      { text: '$B', start: 4, inQuotes: true },
    ]);
  });
});

describe('what may be more options is told', () => {
  it.each(['""$MORE', '$MORE""', '""`more`', '""$(more)'])(
    'though empty quotes stand beside it, which do not join its words: %s',
    (word) => {
      const shown = word.replaceAll('"', '');
      const advice = shown === '$MORE' ? '. if it is one word, put it in double quotes' : '';
      expect(said(`spark-submit ${word} ${CONF} a.py`)).toEqual([
        expect.stringMatching(/^job {2}fs\.s3\.cse\.enabled = true {2}@/),
        `warning [emr/not-followed] "${shown}" is not followed: what is put there may hold more options${advice}  @ 1:14`,
      ]);
    },
  );
});

describe('quotes are read to their own end', () => {
  it.each([
    ['single quotes hold no substitution', `'$(' a ')'`, ['$(', 'a', ')']],
    ['single quotes hold no backticks', "'`' a '`'", ['`', 'a', '`']],
    ['single quotes hold no braces', `'\${' a '}'`, [`\${`, 'a', '}']],
    ['double quotes hold no placeholder: a backslash in it is an escape', '"<a\\\\b>"', ['<a\\b>']],
    ['single quotes hold none either: a backslash in it stays', "'<a\\\\b>'", ['<a\\\\b>']],
  ])('%s', (_claim, text, words) => {
    expect(readShell(text, { operators: true })).toEqual({
      commands: [words.map((word) => expect.objectContaining({ text: word }))],
    });
  });
});
