import type { KeyAnswer } from '../keys/enquiry.ts';
import { AWS_MANAGED_S3_ALIAS, type KeyArn } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import { literalText } from '../policy/template.ts';
import type { KeyOption, Policy, Rule } from '../policy/types.ts';

export interface ManagedKeyQuery {
  readonly rule: Rule;
  readonly trustedAccounts: Policy['trustedAccounts'];
  /** What KMS says of the keys that the rule names by ARN. */
  readonly described: ReadonlyMap<KeyArn, KeyAnswer>;
  /** YYYY-MM-DD. */
  readonly today: string;
}

/**
 * Whether `aws/s3` of the writer's account, which S3 takes under SSE-KMS without a key, is a key that a rule allows. Its
 * ARN is not known before an object is there: only that AWS manages it.
 */
export function allowsManagedKey(query: ManagedKeyQuery): 'same' | 'different' | 'undecidable' {
  // Whose account it is hangs on the writer.
  if (query.trustedAccounts !== undefined) return 'undecidable';
  const options = query.rule.sse?.keys;
  if (options === undefined) return 'same';
  const answers = options.map((option) => compareOption(option, query));
  if (answers.includes('same')) return 'same';
  return answers.includes('undecidable') ? 'undecidable' : 'different';
}

function compareOption(
  option: KeyOption,
  { described, today }: ManagedKeyQuery,
): 'same' | 'different' | 'undecidable' {
  if (option.until !== undefined && option.until < today) return 'different';
  switch (option.kind) {
    // An alias that a customer makes cannot point at an AWS-managed key.
    case 'alias-name':
      return literalText(option.template) === AWS_MANAGED_S3_ALIAS ? 'same' : 'different';
    case 'alias-arn':
      return option.reference.name === AWS_MANAGED_S3_ALIAS ? 'same' : 'different';
    case 'key-arn': {
      const answer = described.get(option.reference.arn);
      if (answer?.kind !== 'described') return 'undecidable';
      // An AWS-managed key that is named by its ARN may be the writer's, or another.
      return answer.manager === 'CUSTOMER' ? 'different' : 'undecidable';
    }
    case 'key-id':
      return 'undecidable';
    default:
      return assertNever(option);
  }
}

/** The keys that rules name by ARN: what has to be described before `allowsManagedKey` is asked. */
export function keysNamedBy(rules: readonly Rule[]): readonly KeyArn[] {
  const options = rules.flatMap(({ sse }) => sse?.keys ?? []);
  return [...new Set(options.flatMap((one) => (one.kind === 'key-arn' ? [one.reference.arn] : [])))];
}
