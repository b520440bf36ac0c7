import { type Condition, readConditions } from './conditions.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

/** One statement of an identity-based policy. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** As written, wildcards included. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** All must be met. */
  readonly conditions: readonly Condition[];
}

const DOCUMENT_MEMBERS: readonly string[] = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS: readonly string[] = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/**
 * Reads an identity-based policy document. Throws `UnsupportedPolicy` for whatever is not decided on here: NotAction,
 * NotResource, Principal, policy variables, and every condition operator and key but those of `conditions.ts`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function readPolicy(document: unknown): readonly Statement[] {
  const policy = record(document, 'a policy');
  known(policy, DOCUMENT_MEMBERS, 'a policy');
  if (policy.Version !== '2012-10-17') throw new UnsupportedPolicy('Version must be "2012-10-17"');
  return list(policy.Statement).map(readStatement);
}

function readStatement(value: unknown): Statement {
  const statement = record(value, 'a statement');
  known(statement, STATEMENT_MEMBERS, 'a statement');
  const { Effect: effect, Action, Resource, Condition: conditions = {} } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new UnsupportedPolicy(`Effect is ${JSON.stringify(effect)}: expected "Allow" or "Deny"`);
  }
  return {
    effect,
    actions: texts(Action, 'Action'),
    resources: texts(Resource, 'Resource'),
    conditions: readConditions(record(conditions, 'a Condition')),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function texts(value: unknown, member: string): readonly string[] {
  const found = list(value);
  if (found.length === 0) throw new UnsupportedPolicy(`${member} is empty`);
  return found.map((text) => {
    if (typeof text !== 'string' || text === '')
      throw new UnsupportedPolicy(`${member} is missing or no text`);
    // A policy variable: what it stands for is not known here.
    if (text.includes('${')) throw new UnsupportedPolicy(`${member} holds a variable: ${text}`);
    return text;
  });
}

function known(value: Readonly<Record<string, unknown>>, members: readonly string[], what: string): void {
  const stranger = Object.keys(value).find((name) => !members.includes(name));
  if (stranger !== undefined) throw new UnsupportedPolicy(`${stranger} in ${what} is not decided on here`);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnsupportedPolicy(`${what} must be a map`);
  }
  return Object.fromEntries(Object.entries(value));
}
