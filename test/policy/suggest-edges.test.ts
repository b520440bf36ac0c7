import { describe, expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/policy/suggest.ts';

/** How many edits lie between two texts: compared with the text made longer, which needs one for each letter added. */
function edits(text: string, candidate: string): number {
  const lengthened = Array.from({ length: 20 }, (_, added) => text + '~'.repeat(added));
  return lengthened.findIndex((other) => nearest(text, [candidate, other], 1)[0] === candidate);
}

describe('the edits between a word and a candidate', () => {
  test.each([
    ['none between equal words', 'owner', 'owner', 0],
    ['none for case', 'OWNER', 'owner', 0],
    ['one for a changed letter', 'sse', 'see', 1],
    ['one for a changed last letter', 'sse', 'ssf', 1],
    ['one for a letter too few', 'mach', 'match', 1],
    ['one for a letter too many', 'ownerr', 'owner', 1],
    ['one for swapped neighbours at the beginning', 'wner', 'nwer', 1],
    ['one for swapped neighbours in the middle', 'wrpa-x', 'wrap-x', 1],
    ['one for swapped neighbours at the end', 'sutie', 'sutei', 1],
    ['two for two pairs of swapped neighbours', 'badc', 'abcd', 2],
    ['one for swapped neighbours after a missing letter, and one for the letter', 'ctxe', 'cotex', 2],
    ['two for letters swapped across another one', 'abc', 'cba', 2],
    ['two where only the first of two letters comes back later', 'ab', 'ca', 2],
    ['two where only the second of two letters stood before', 'ab', 'bc', 2],
    ['three where the swapped letters have a new one between them', 'ca', 'abc', 3],
    ['one for each letter before a word that the candidate ends in', 'c', 'xyzc', 3],
    ['one for each letter after a word that the candidate begins with', 'c', 'cxyz', 3],
    ['all letters of a wholly other word', 'abcd', 'wxyz', 4],
    ['all letters of the candidate, where there is no word', '', 'key', 3],
    ['all letters of the word, where there is no candidate', 'key', '', 3],
  ])('are %s: "%s" and "%s"', (_, text, candidate, count) => {
    expect(edits(text, candidate)).toBe(count);
    expect(edits(candidate, text)).toBe(count);
  });
});

describe('the nearest candidates', () => {
  test('come nearest first, and in their own order where they are equally near', () => {
    expect(nearest('team-1', ['payroll', 'team-12', 'team-2', 'TEAM-1'], 3)).toEqual([
      'TEAM-1',
      'team-12',
      'team-2',
    ]);
  });
  test('are all of them, where fewer are there than were asked for', () => {
    expect(nearest('a', ['b'], 3)).toEqual(['b']);
    expect(nearest('a', [], 3)).toEqual([]);
  });
});

describe('what was probably meant', () => {
  test.each([
    ['one edit of a word of one or two letters', 'ud', 'id'],
    ['two edits of a word of three letters, both of them missing', 'own', 'owner'],
    ['two edits of a word of five letters', 'ruels', 'rule'],
    ['three edits of a word of six letters or more', 'decrpt-dryrn', 'decrypt-dry-run'],
    ['two edits of a word of three letters, both of them too many', 'key', 'k'],
    ['case alone', 'KEY', 'key'],
  ])('is a candidate within %s: "%s" for "%s"', (_, text, candidate) => {
    expect(didYouMean(text, [candidate])).toBe(candidate);
  });
  test.each([
    ['two edits of a word of two letters', 'iz', 'key'],
    ['three edits of a word of five letters', 'rulex', 'rabbx'],
    ['four edits of a long word', 'instructionSuffix', 'instructionXXXXix'],
    ['a word of which every letter was changed', 'a', 'b'],
    ['no word at all', '', 'k'],
  ])('is nothing at %s: "%s" for "%s"', (_, text, candidate) => {
    expect(didYouMean(text, [candidate])).toBeUndefined();
  });
  test('is the nearest of several, whichever stands first', () => {
    expect(didYouMean('formats', ['former', 'format'])).toBe('format');
    expect(didYouMean('formats', ['format', 'former'])).toBe('format');
  });
});

describe('a text of more than 64 characters is compared by its beginning', () => {
  const beginning = 'a'.repeat(64);

  test('so two that differ after it are the same word', () => {
    expect(didYouMean(`${beginning}bbbbbb`, [`${beginning}cccccc`])).toBe(`${beginning}cccccc`);
    expect(edits(beginning, `${beginning}cccccc`)).toBe(0);
  });
  test('but one whose length is another is not meant', () => {
    expect(didYouMean(beginning, [`${beginning}bbbb`])).toBeUndefined();
    expect(didYouMean(beginning, [`${beginning}bbb`])).toBe(`${beginning}bbb`);
  });
});
