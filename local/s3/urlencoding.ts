/**
 * The form encoding of keys in notifications and, with `encoding-type=url`, in listings: space is `+`, `/` stays,
 * everything else but letters, digits and `.-*_` is percent-encoded UTF-8.
 */
export function formEncodeKey(key: string): string {
  if (/^[A-Za-z0-9.\-*_/]*$/.test(key)) return key;
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

/** The text that a filter of notifications means, which is encoded so; as it stands where it is not. */
export function decodedFilter(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
