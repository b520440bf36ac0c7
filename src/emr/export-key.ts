import {
  type AliasReference,
  AWS_MANAGED_S3_ALIAS,
  isAliasName,
  type KeyArn,
  type KeyReference,
  parseKeyReference,
  referenceText,
} from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { quoted } from '../policy/problem-text.ts';
import { renderTemplate } from '../policy/template.ts';
import type { Captures, KeyOption, Policy, Template } from '../policy/types.ts';

/** What decides which key a configuration can name. */
export interface KeyScope {
  readonly policy: Policy;
  /** YYYY-MM-DD, UTC. */
  readonly today: string;
  readonly resolve: (alias: AliasReference) => KeyArn | undefined;
}

/** One key that a rule allows, as a configuration can name it. */
export type NamedKey =
  | { readonly kind: 'reference'; readonly reference: KeyReference; readonly until?: string }
  /** `alias/aws/s3`: it is asked for by naming no key. */
  | { readonly kind: 'aws-managed'; readonly until?: string }
  | { readonly kind: 'unusable'; readonly why: string };

const LOOKABLE = /^[A-Za-z0-9_-]+$/;

const unusable = (why: string): NamedKey => ({ kind: 'unusable', why });

/** Takes the keys of a rule, in its order, and gives each as a configuration can name it: an ARN where it is known. */
export function namedKeys(
  options: readonly KeyOption[],
  captures: Captures,
  scope: KeyScope,
): readonly NamedKey[] {
  return options.map((option) => {
    const { until } = option;
    const key = namedKey(option, captures, scope);
    if (key.kind === 'unusable' || until === undefined) return key;
    const lapsed = `a key of the rule may be written under until ${until} only`;
    return until < scope.today ? unusable(lapsed) : { ...key, until };
  });
}

function namedKey(option: KeyOption, captures: Captures, scope: KeyScope): NamedKey {
  switch (option.kind) {
    case 'key-arn':
    case 'key-id':
      return { kind: 'reference', reference: option.reference };
    case 'alias-arn':
      return aliasKey(option.reference, scope);
    case 'alias-name':
      return templateKey(option.template, captures, scope);
    default:
      return assertNever(option);
  }
}

/** The same bounds as when an object is judged: a path must never choose a key by itself. */
function templateKey(template: Template, captures: Captures, scope: KeyScope): NamedKey {
  const names = template.flatMap((part) => (part.kind === 'capture' ? [part.name] : []));
  const missing = names.find((name) => !Object.hasOwn(captures, name));
  if (missing !== undefined) return unusable(`its key depends on {${missing}}, which is not one value here`);
  const hostile = names.map((name) => captures[name] ?? '').find((value) => !LOOKABLE.test(value));
  if (hostile !== undefined) {
    return unusable(
      `${quoted(hostile)} becomes part of an alias, and may hold letters, digits, "_" and "-" alone`,
    );
  }
  const name = renderTemplate(template, captures);
  if (!isAliasName(name)) return unusable(`${quoted(name)} is no name that an alias of KMS can have`);
  if (names.length > 0 && name.startsWith('alias/aws/')) {
    return unusable(`${quoted(name)} is an alias of AWS's own, which a path may not choose`);
  }
  return aliasKey({ kind: 'alias-name', name }, scope);
}

function aliasKey(alias: AliasReference, { policy, resolve }: KeyScope): NamedKey {
  if (alias.name === AWS_MANAGED_S3_ALIAS) return { kind: 'aws-managed' };
  const arn = policy.listedAliases.get(referenceText(alias)) ?? resolve(alias);
  const reference = arn === undefined ? alias : parseKeyReference(arn);
  if (reference === undefined) {
    return unusable(
      `${quoted(referenceText(alias))} was resolved to ${quoted(arn ?? '')}, which is no key ARN`,
    );
  }
  const account = 'account' in reference ? reference.account : undefined;
  const { trustedAccounts } = policy;
  if (account !== undefined && trustedAccounts !== undefined && !trustedAccounts.includes(account)) {
    return unusable(
      `${quoted(referenceText(alias))} is a key of account ${account}, which trustedAccounts does not hold`,
    );
  }
  return { kind: 'reference', reference };
}
