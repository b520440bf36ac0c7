import { parseKeyReference } from '../keys/reference.ts';
import { keyTextAdvice } from '../policy/parse-key-reference.ts';
import { quoted } from '../policy/problem-text.ts';
import type { ConfiguredKey } from './client-encryption.ts';
import type { ClientProperties, Property } from './effective-properties.ts';
import { isPlaceholder } from './placeholder.ts';

export type KeyDecision =
  | { readonly kind: 'key'; readonly key: ConfiguredKey }
  | { readonly kind: 'undecided'; readonly why: string };

/** Takes the property that names a key and gives the key; a placeholder, or a word that names none, is reported. */
export function readKey(properties: ClientProperties, property: Property): KeyDecision {
  switch (property.kind) {
    case 'unset':
      return { kind: 'key', key: { kind: 'absent' } };
    case 'undecided':
      return property;
    case 'set': {
      const { value, setting } = property;
      const reference = parseKeyReference(value);
      if (reference !== undefined) return { kind: 'key', key: { kind: 'reference', reference } };
      const found = `${quoted(setting.name)} is ${quoted(value)}`;
      if (isPlaceholder(value)) {
        properties.report('emr/placeholder', setting, `${found}, a placeholder: put the key in its place`);
      } else {
        properties.report('emr/bad-key', setting, `${found}, which names no key. ${keyTextAdvice(value)}`);
      }
      return { kind: 'key', key: { kind: 'unresolved', text: value } };
    }
  }
}
