import { base64Bytes, utf8Text } from './envelope-bytes.ts';

/**
 * Undoes what S3 does to a metadata value that is not ASCII: RFC 2047 words, then UTF-8 that was read as Latin-1
 * ("double encoding"). Whatever cannot be undone stays as it came; the ASCII of a plain value is never touched.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html and the S3 Encryption Client specification.
 * @example decodeMetadataValue('=?UTF-8?B?w4PCpQ==?=') // 'å'
 */
export function decodeMetadataValue(raw: string): string {
  return undoDoubleEncoding(decodeWords(raw));
}

/**
 * S3 encodes a whole value or nothing of it, so only a value of words alone is decoded: JSON that merely holds the text of
 * such a word begins with no `=?`, came as ASCII, and means what it says.
 */
function decodeWords(raw: string): string {
  if (!raw.startsWith('=?')) return raw;
  const bytes: number[] = [];
  for (const word of raw.split(/[ \t\r\n]+/)) {
    const decoded = word === '' ? [] : wordBytes(word);
    if (decoded === undefined) return raw;
    // All bytes first, text once: an encoder may have cut a character between two words.
    for (const byte of decoded) bytes.push(byte);
  }
  return utf8Text(bytes) ?? raw;
}

/** The bytes of `=?UTF-8?B?...?=` or `=?UTF-8?Q?...?=`; `undefined` for anything else, other charsets included. */
function wordBytes(word: string): readonly number[] | undefined {
  if (!word.startsWith('=?') || !word.endsWith('?=')) return undefined;
  const [charset, encoding, text, ...more] = word.slice(2, -2).split('?');
  if (charset?.toLowerCase() !== 'utf-8' || text === undefined || more.length > 0) return undefined;
  switch (encoding?.toLowerCase()) {
    case 'b':
      return base64Bytes(text);
    case 'q':
      return quotedBytes(text);
    default:
      return undefined;
  }
}

const HEX_PAIR = /^[0-9a-fA-F]{2}$/;

function quotedBytes(text: string): readonly number[] | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '=') {
      const pair = text.slice(at + 1, at + 3);
      if (!HEX_PAIR.test(pair)) return undefined;
      bytes.push(Number.parseInt(pair, 16));
      at += 2;
    } else if (char > ' ' && char <= '~') {
      bytes.push(char === '_' ? 0x20 : char.charCodeAt(0));
    } else {
      return undefined;
    }
  }
  return bytes;
}

/** Each run of U+0080 to U+00FF is taken for bytes, and is text where those are UTF-8. A lone `é` is not, and stays. */
function undoDoubleEncoding(text: string): string {
  return text.replace(
    /[\u0080-\u00ff]+/g,
    (run) => utf8Text([...run].map((char) => char.charCodeAt(0))) ?? run,
  );
}
