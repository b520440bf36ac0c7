import { formDecoded } from '../objects/form-encoding.ts';
import { type ObjectKey, objectKey } from '../objects/object.ts';
import { isEncodable, quoted } from './located.ts';

export type DecodedKey =
  | { readonly kind: 'decoded'; readonly key: ObjectKey }
  | { readonly kind: 'undecodable'; readonly why: string };

/**
 * Decodes a key as S3 writes it into notifications, once: `a+b%2Bc` is `a b+c`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function decodeFormKey(raw: string): DecodedKey {
  // A key with replaced characters would look like an object that is gone.
  const key = isEncodable(raw) ? formDecoded(raw) : undefined;
  return key === undefined ? undecodable(raw) : { kind: 'decoded', key: objectKey(key) };
}

const undecodable = (raw: string): DecodedKey => ({
  kind: 'undecodable',
  why: `found ${quoted(raw)}, expected form-urlencoded UTF-8`,
});
