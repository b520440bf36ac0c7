import { isJsonObject, parseJson } from './json.ts';
import type { Json } from './observation.ts';

/**
 * Parses a material description or encryption context. Any JSON is taken (Ruby's clients accept arrays and strings);
 * `undefined` where it is absent, empty, no JSON, or names a member twice.
 */
export function readDescription(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : undefined;
}

/**
 * `kms_cmk_id` of the description: the identifier that a client with the wrap `kms` was configured with, verbatim. Under
 * every other wrap the same text is the caller's own and names nothing, so nobody may ask for it there.
 */
export function claimedKeyOf(description: Json | undefined): string | undefined {
  const claim = isJsonObject(description) ? description.get('kms_cmk_id') : undefined;
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}
