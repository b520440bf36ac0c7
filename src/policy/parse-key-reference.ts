import { AWS_MANAGED_S3_ALIAS, isKeyId, type KeyReference, parseKeyReference } from '../keys/reference.ts';
import { quoted } from './problem-text.ts';
import type { Field } from './read-fields.ts';
import type { TextNode } from './read-node.ts';
import type { KeyOption } from './types.ts';

/** `undefined` where the policy trusts every account. */
export type TrustedAccounts = ReadonlySet<string> | undefined;

const AWS_ALIASES = 'alias/aws/';
export const KEY_FORMS = 'a key ARN, a key id, an alias name (alias/...) or an alias ARN';

/** What is wrong with text that no key reference can be read from, as far as it can be told. */
export function keyTextAdvice(text: string): string {
  if (isKeyId(text.toLowerCase())) return 'key ids are written in lower case';
  if (parseKeyReference(text.toLowerCase())?.kind === 'key-arn')
    return 'a key ARN and the key id in it are written in lower case';
  if (text.startsWith('key/')) return 'write the key id alone, or the whole key ARN';
  if (text.startsWith('alias/'))
    return 'an alias name is alias/ and 1 to 250 of A-Z, a-z, 0-9, "/", "_" and "-"';
  if (/^arn:[^:]*:kms:/.test(text)) {
    return 'a KMS ARN is arn:aws:kms:REGION:ACCOUNT:key/ID or arn:aws:kms:REGION:ACCOUNT:alias/NAME, with a Region such as eu-west-1 and an account of 12 digits';
  }
  if (text.startsWith('arn:')) return 'the ARN is none of a KMS key or alias';
  return `expected ${KEY_FORMS}`;
}

/** Takes an alias name and reports it where it is one that AWS keeps for itself and S3 never uses. */
export function reportAwsAlias(node: TextNode, aliasName: string, field: Field): boolean {
  if (!aliasName.startsWith(AWS_ALIASES) || aliasName === AWS_MANAGED_S3_ALIAS) return false;
  const advice = `of the aliases that AWS manages only ${quoted(AWS_MANAGED_S3_ALIAS)} can be a key of S3 objects`;
  field.log.add('policy/bad-key-reference', node, `${field.name} is ${quoted(node.value)}: ${advice}`);
  return true;
}

function reportUntrusted(node: TextNode, account: string, field: Field, trusted: TrustedAccounts): boolean {
  if (trusted === undefined || trusted.has(account)) return false;
  const message = `${field.name} names the account ${quoted(account)}, which is not in "trustedAccounts"`;
  field.log.add('policy/untrusted-account', node, message);
  return true;
}

/** Takes a key reference that has been read, and reports it where the policy forbids it. Gives it back where it may stand. */
export function permitted(
  node: TextNode,
  reference: KeyReference,
  field: Field,
  trusted: TrustedAccounts,
): KeyReference | undefined {
  switch (reference.kind) {
    case 'key-id':
      return reference;
    case 'key-arn':
      return reportUntrusted(node, reference.account, field, trusted) ? undefined : reference;
    case 'alias-name':
      return reportAwsAlias(node, reference.name, field) ? undefined : reference;
    case 'alias-arn': {
      const untrusted = reportUntrusted(node, reference.account, field, trusted);
      return reportAwsAlias(node, reference.name, field) || untrusted ? undefined : reference;
    }
  }
}

/** Takes text that should be one of the four forms; reports it as a bad reference where it is none. */
export function readReference(
  node: TextNode,
  field: Field,
  trusted: TrustedAccounts,
): KeyReference | undefined {
  const reference = parseKeyReference(node.value);
  if (reference !== undefined) return permitted(node, reference, field, trusted);
  const message = `${field.name} is ${quoted(node.value)}, which names no key. ${keyTextAdvice(node.value)}`;
  field.log.add('policy/bad-key-reference', node, message);
  return undefined;
}

/** Takes a reference and gives it as a key that a requirement allows. */
export function keyOption(reference: KeyReference, until?: string): KeyOption {
  const lapse = until === undefined ? {} : { until };
  switch (reference.kind) {
    case 'key-arn':
      return { kind: 'key-arn', reference, ...lapse };
    case 'key-id':
      return { kind: 'key-id', reference, ...lapse };
    case 'alias-arn':
      return { kind: 'alias-arn', reference, ...lapse };
    case 'alias-name':
      return { kind: 'alias-name', template: [{ kind: 'literal', text: reference.name }], ...lapse };
  }
}
