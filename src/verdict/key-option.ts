import type { KeyEnquiry } from '../keys/enquiry.ts';
import type {
  AliasReference,
  KeyArn,
  KeyArnReference,
  KeyIdReference,
  KeyReference,
} from '../keys/reference.ts';
import { AWS_MANAGED_S3_ALIAS, isAliasName, parseKeyReference, referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { renderTemplate } from '../policy/template.ts';
import type { Captures, KeyOption, Template } from '../policy/types.ts';
import type { UnresolvedCause } from './verdict.ts';

/** What a key option of the policy means for one object. `pending`: KMS has yet to be asked. */
export type OptionMeaning =
  | {
      readonly kind: 'key';
      readonly reference: KeyArnReference | KeyIdReference;
      readonly aliasName?: string;
    }
  | { readonly kind: 'aws-managed'; readonly aliasName: string }
  | {
      readonly kind: 'unresolved';
      readonly reference: string;
      readonly cause: UnresolvedCause;
      readonly aliasName?: string;
    }
  | { readonly kind: 'pending'; readonly reference: string; readonly aliasName?: string };

export interface KeyScope {
  readonly captures: Captures;
  readonly listedAliases: ReadonlyMap<string, KeyArn>;
  readonly enquiry: KeyEnquiry;
}

const LOOKABLE = /^[A-Za-z0-9_-]+$/;

/** What an option means, by the policy's own lists first and by KMS where they say nothing. */
export function optionMeaning(option: KeyOption, scope: KeyScope): OptionMeaning {
  switch (option.kind) {
    case 'key-arn':
    case 'key-id':
      return { kind: 'key', reference: option.reference };
    case 'alias-arn':
      return aliasMeaning(option.reference, scope);
    case 'alias-name':
      return aliasNameMeaning(option.template, scope);
    default:
      return assertNever(option);
  }
}

function aliasNameMeaning(template: Template, scope: KeyScope): OptionMeaning {
  const name = renderTemplate(template, scope.captures);
  const captured = template.flatMap((part) =>
    part.kind === 'capture' ? [scope.captures[part.name] ?? ''] : [],
  );
  // A path must never choose a key by itself: what a stranger put into a key reaches KMS only if it is plain.
  const unlookable =
    captured.some((text) => !LOOKABLE.test(text)) ||
    (captured.length > 0 && name.startsWith('alias/aws/')) ||
    !isAliasName(name);
  if (unlookable) return { kind: 'unresolved', reference: name, cause: 'unlookable' };
  return aliasMeaning({ kind: 'alias-name', name }, scope);
}

/** What an alias of the policy or of an envelope stands for. A name and an ARN are listed apart: each matches itself alone. */
export function aliasMeaning(alias: AliasReference, scope: KeyScope): OptionMeaning {
  const reference = referenceText(alias);
  if (alias.name === AWS_MANAGED_S3_ALIAS) return { kind: 'aws-managed', aliasName: alias.name };
  const named = alias.kind === 'alias-name' ? { aliasName: alias.name } : {};
  const listed = scope.listedAliases.get(reference);
  if (listed !== undefined) return { ...keyMeaning(listed), ...named };
  const answer = scope.enquiry.alias(alias);
  switch (answer?.kind) {
    case undefined:
      return { kind: 'pending', reference, ...named };
    case 'key':
      return { ...keyMeaning(answer.arn), ...named };
    case 'not-found':
    case 'denied':
    case 'unlookable':
      return { kind: 'unresolved', reference, cause: answer.kind, ...named };
  }
}

function keyMeaning(arn: KeyArn): OptionMeaning {
  const reference: KeyReference | undefined = parseKeyReference(arn);
  return reference?.kind === 'key-arn'
    ? { kind: 'key', reference }
    : { kind: 'unresolved', reference: arn, cause: 'unlookable' };
}
