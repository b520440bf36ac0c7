const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** True for padded base64 (RFC 4648 section 4) that is not empty; text cut off within a group of four is none. */
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && BASE64.test(text);

/** Decodes padded base64; `undefined` where it is none. */
export function base64Bytes(text: string): number[] | undefined {
  if (!isBase64(text)) return undefined;
  const bytes: number[] = [];
  let bits = 0;
  let pending = 0;
  for (const char of text) {
    if (char === '=') break;
    pending = (pending << 6) | ALPHABET.indexOf(char);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((pending >> bits) & 0xff);
      pending &= (1 << bits) - 1;
    }
  }
  return bytes;
}

/** Decodes UTF-8 strictly (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF); else `undefined`. */
export function utf8Text(bytes: readonly number[]): string | undefined {
  const characters: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]);
    if (length === undefined || at + length > bytes.length) return undefined;
    const codePoint = sequence(bytes.slice(at, at + length));
    if (codePoint === undefined) return undefined;
    characters.push(String.fromCodePoint(codePoint));
    at += length;
  }
  return characters.join('');
}

function sequenceLength(lead: number | undefined): 1 | 2 | 3 | 4 | undefined {
  if (lead === undefined) return undefined;
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return undefined;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : undefined;
}

/** The lowest code point that needs this many bytes: anything below is an overlong form. */
const LOWEST = [0, 0x80, 0x800, 0x10000];

function sequence(bytes: readonly number[]): number | undefined {
  const [lead = 0, ...rest] = bytes;
  if (rest.some((byte) => byte < 0x80 || byte > 0xbf)) return undefined;
  const head = rest.length === 0 ? lead : lead & (0x3f >> rest.length);
  const codePoint = rest.reduce((sum, byte) => sum * 64 + (byte & 0x3f), head);
  const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint < (LOWEST[rest.length] ?? 0) || codePoint > 0x10ffff || surrogate ? undefined : codePoint;
}
