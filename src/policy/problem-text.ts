import { printable } from '../objects/printable.ts';
import { didYouMean, nearest } from './suggest.ts';

const LONGEST_QUOTE = 80;
const MOST_LISTED = 8;

/** Takes text of the file and gives it fit for a message: cut at 80 characters, and printable. */
export function shown(text: string): string {
  if (text.length <= LONGEST_QUOTE) return printable(text);
  // Cut by code points: half of a surrogate pair would be shown as an escape that the file does not hold.
  const kept = Array.from(text.slice(0, LONGEST_QUOTE + 1)).slice(0, -1);
  return `${printable(kept.join(''))}…`;
}

/** The same in double quotes. */
export const quoted = (text: string): string => `"${shown(text)}"`;

function joined(values: readonly string[], last: string): string {
  const texts = values.map(quoted);
  const tail = texts.pop() ?? 'nothing';
  return texts.length === 0 ? tail : `${texts.join(', ')} ${last} ${tail}`;
}

/** Takes values that would have been fine and lists them; of more than eight only the nearest three, and where to read on. */
export function expectedOneOf(text: string, values: readonly string[], page: string): string {
  if (values.length <= MOST_LISTED) return `expected ${joined(values, 'or')}`;
  const near = joined(nearest(text, values, 3), 'and');
  return `the nearest of ${values.length} are ${near}, see ${page}`;
}

/** `did you mean "x"?` where one value is near enough, else what was expected. */
export function meantOrExpected(text: string, values: readonly string[], page: string): string {
  const meant = didYouMean(text, values);
  return meant === undefined ? expectedOneOf(text, values, page) : `did you mean ${quoted(meant)}?`;
}

/** What was expected, followed by the near miss where there is one. */
export function expectedAndMeant(text: string, values: readonly string[], page: string): string {
  const meant = didYouMean(text, values);
  const expected = expectedOneOf(text, values, page);
  return meant === undefined ? expected : `${expected}. did you mean ${quoted(meant)}?`;
}
