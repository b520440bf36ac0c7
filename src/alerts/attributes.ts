import type { NonEmpty } from '../objects/non-empty.ts';
import type { AlertAttributes } from './alert-sink.ts';
import type { Digest } from './digest.ts';

const NO_RULE = '-';
/** Longer than any bucket name, access point alias, rule id or code. */
const MOST_CHARACTERS = 128;

/** What subscriptions filter by: never an object key or metadata, and only characters that SNS takes in any attribute. */
export function attributesOf(digest: Digest): AlertAttributes {
  const [first, ...others] = digest.codes;
  const codes: NonEmpty<string> = [attributeText(first), ...others.map(attributeText)];
  return {
    outcome: digest.outcome,
    severity: attributeText(digest.severity),
    bucket: attributeText(digest.bucket),
    rule: attributeText(digest.rule ?? NO_RULE),
    codes,
    trigger: digest.trigger,
  };
}

function attributeText(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._:/-]/gu, '_').slice(0, MOST_CHARACTERS);
  return plain === '' ? NO_RULE : plain;
}
