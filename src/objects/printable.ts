/**
 * Control characters (C0, DEL, C1), format characters (bidi controls, byte order mark, zero-width and tag characters),
 * line and paragraph separators, and lone surrogates: what a terminal, a mail or a page might act on or hide.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Takes any text and gives it with every character that does not show written as `\u{XX}`, so that text from outside
 * can neither steer a terminal nor reorder a line. What it gives it leaves alone when called again. Never throws.
 */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`);
