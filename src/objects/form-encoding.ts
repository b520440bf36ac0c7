/**
 * Decodes a text as HTML forms encode it, once: a space is `+`, all else is percent-encoded UTF-8. `undefined` where it is
 * no such thing: `URLSearchParams` would put U+FFFD there, and so make it another text.
 * https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
