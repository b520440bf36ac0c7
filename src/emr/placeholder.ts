const PLACEHOLDER = /\$\{[^{}]*\}|<[^<>]+>/u;

function holdsDoubleBraces(text: string): boolean {
  const open = text.indexOf('{{');
  return open !== -1 && text.indexOf('}}', open + 2) !== -1;
}

/** True for text that holds `${...}`, `<...>` or `{{...}}`: somebody was to put a value there. It is never taken for one. */
export const isPlaceholder = (text: string): boolean => PLACEHOLDER.test(text) || holdsDoubleBraces(text);
