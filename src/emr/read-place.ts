import type { SettingPlace } from './setting.ts';

/** Takes an offset into the text that is being read, and the way inside, and gives the place. */
export type Placing = (offset: number, path?: string) => SettingPlace;

/** Takes a text and gives the places in it: 1-based lines and columns, in UTF-16 units. */
export function placing(source: string, text: string): Placing {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset, path) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - (starts[low] ?? 0) + 1;
    return { source, line: low + 1, column, ...(path === undefined ? {} : { path }) };
  };
}

/** The same for a text that is itself a value of another: every place in it is the place of that value. */
export const placedAt =
  (place: SettingPlace): Placing =>
  (_offset, path) => ({ ...place, ...(path === undefined ? {} : { path }) });

/** `line 4` or, where no line is known, how people name the source. */
export const lineOf = ({ line, source }: SettingPlace): string =>
  line === undefined ? source : `line ${line}`;

/** For sorting: what has no line stands last. */
export const inOrder = (a: SettingPlace, b: SettingPlace): number =>
  (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER) ||
  (a.column ?? 0) - (b.column ?? 0);
